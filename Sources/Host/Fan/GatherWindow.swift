import System

/// When what comes in quick succession is held for one write to each client: a write has a price of
/// its own, however little it carries. Nothing waits that comes alone, because only what follows a
/// publication is put off.
///
/// A window is as long as the setting says, or as the write before it took, where that was longer: so
/// of two milliseconds at least one is left to take in what is written with the other.
struct GatherWindow {
    let nanoseconds: UInt64
    /// The longest window, because of a long write: what T-12 allows a delivery to take.
    private static let longest: UInt64 = 50_000_000
    /// Whether anything was published since the last window.
    private var hasPublished = false
    /// Whether anybody asked for anything by a request since the last window began.
    private var isAsked = false

    init(milliseconds: Int64) {
        nanoseconds = UInt64(clamping: milliseconds) * 1_000_000
    }

    mutating func notePublication() { hasPublished = true }

    mutating func noteRequest() { isAsked = true }

    /// To be called after a write to all.
    ///
    /// - Parameter began: When that write began, by the monotonic clock.
    /// - Returns: When the window ends, by the monotonic clock, and whether requests must be answered
    ///   meanwhile: whoever publishes by them waits for each answer before there is more to gather.
    ///   Nil where nothing was published.
    mutating func begin(after began: UInt64) -> (end: UInt64, servesRequests: Bool)? {
        guard hasPublished, nanoseconds > 0 else { return nil }
        defer { (hasPublished, isAsked) = (false, false) }
        let now = Clock.monotonicNanoseconds()
        return (now + max(nanoseconds, min(now - began, Self.longest)), isAsked)
    }
}
