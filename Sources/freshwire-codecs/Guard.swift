import CJavaScriptCore
import System

/// Ends a script that runs too long or takes too much memory.
///
/// The engine asks after each slice of CPU time that one call has used; a call that is shorter
/// than a slice costs nothing.
final class Guard {
    enum Verdict {
        case timedOut
        case outOfMemory
    }

    /// How often a running script is looked at: long enough to cost nothing, short enough that
    /// a script cannot fill the memory meanwhile (it fills about 1 MB a millisecond).
    private static let slice: UInt64 = 20_000_000
    private let limit: UInt64
    private let memoryLimit: Int
    private let meter: MemoryMeter
    /// The thread's CPU time at the first look of this call.
    private var firstLook: UInt64?
    /// Why the call was ended; nil where it was not.
    private(set) var verdict: Verdict?

    /// - Parameters:
    ///   - nanoseconds: CPU time of one call.
    ///   - memoryLimit: Bytes resident.
    init(nanoseconds: UInt64, memoryLimit: Int, meter: MemoryMeter) {
        limit = nanoseconds
        self.memoryLimit = memoryLimit
        self.meter = meter
    }

    /// To be called before each call into a script.
    func begin() {
        firstLook = nil
        verdict = nil
    }

    var isOverMemory: Bool { meter.residentBytes() > memoryLimit }

    /// Watches over a group. The guard must outlive it.
    func watch(_ group: JSContextGroupRef) {
        let seconds = Double(min(Self.slice, limit)) / 1e9
        unsafe JSContextGroupSetExecutionTimeLimit(
            group, seconds, look, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Whether the script that runs shall end.
    fileprivate func mustEnd() -> Bool {
        if isOverMemory {
            verdict = .outOfMemory
            return true
        }
        let now = Clock.threadCPUNanoseconds()
        let first = firstLook ?? now
        firstLook = first
        guard min(Self.slice, limit) + (now &- first) >= limit else { return false }
        verdict = .timedOut
        return true
    }
}

private func look(_ context: JSContextRef?, _ watcher: UnsafeMutableRawPointer?) -> Bool {
    guard let watcher = unsafe watcher, let context = unsafe context else { return true }
    let guardian = unsafe Unmanaged<Guard>.fromOpaque(watcher).takeUnretainedValue()
    if guardian.mustEnd() { return true }
    // The engine asks once for each limit set.
    unsafe guardian.watch(JSContextGetGroup(context))
    return false
}
