import Deflate
import Glibc

/// The HTTP and WebSocket server: connections in, values out.
///
/// It is owned by one thread and does everything inside `serviceOnce`, `flush` and the answers; a
/// `ServerWaker` is the only part of it for other threads. What happened comes as `ServerTurn`; the
/// owner answers requests by their tokens, at once or later, and keeps what its WebSockets and
/// streams are to be sent: it asks for a write, and `flush` collects the frames of every connection that has room, one
/// write each.
package final class WebServer {
    package let settings: ListenerSettings
    /// For other threads, to end the wait in `serviceOnce`.
    package let waker = ServerWaker()
    /// Nil once the server is shut down.
    private var library: Library?

    var connections: [Connection] = []
    var freeSlots: [Int] = []
    /// Connections in use, of every kind.
    package internal(set) var connectionCount = 0
    /// Bytes of all connections since the start; under TLS what it protects.
    package internal(set) var bytesReceived: UInt64 = 0
    package internal(set) var bytesSent: UInt64 = 0
    /// How many connections are taken: as many as the settings say, or fewer where this process may
    /// not open that many files.
    package let connectionLimit: Int
    /// Slots whose outbox is to be asked, and the ones of the flush that is running.
    var queue: [Int] = []
    var flushing: [Int] = []
    /// Slots whose connection is to be destroyed, which cannot be done inside the library's calls.
    var ended: [Int] = []
    /// What happened since the last turn was handed out.
    var next = ServerTurn()
    var writeBuffer: WriteBuffer
    var controlFrames: [UInt8] = []
    /// One for all connections; nil until one has agreed to compression.
    var inflater: Inflater?
    /// Milliseconds since an arbitrary instant; it never goes back.
    var now: Int64 = 0
    private var sweepAt: Int64 = 0
    var date = HTTPDate()
    /// Which requests the owner takes in their order and answers each without regard to those behind
    /// it: of a connection, such may be with the owner together.
    package var takesInOrder: (HTTPMethod, [String]) -> Bool = { _, _ in false }
    var connectionRate: ConnectionRate
    /// Connections that were refused because too many came at once.
    package internal(set) var refusedConnections: UInt64 = 0
    let intervals: Intervals

    /// How often deadlines are looked at, in milliseconds. It is how late they may be.
    private static let sweepInterval: Int64 = 250
    /// Descriptors left to the rest of the process. Without any left a connection could not even be
    /// taken to be refused, and all would have to wait.
    private static let reservedFiles = 128

    /// Listens from now on. Errors: `ServerStartFault`.
    package init(_ settings: ListenerSettings) throws(ServerStartFault) {
        self.settings = settings
        intervals = Intervals(settings.limits)
        connectionLimit = min(
            settings.limits.connections, max(Self.openFilesLimit() - Self.reservedFiles, 1))
        connectionRate = ConnectionRate(
            perSecond: settings.limits.newConnectionsPerSecond,
            perAddress: settings.limits.newConnectionsPerAddress, now: 0)
        writeBuffer = WriteBuffer(capacity: settings.limits.writeBytes)
        // What calls back is ended with this object at the latest, so that no dead one is called.
        library = try unsafe Library(settings, owner: Unmanaged.passUnretained(self).toOpaque())
        library?.attach(waker)
        readClock()
    }

    deinit {
        destroy()
    }

    /// The port the server listens on; zero once it is shut down.
    package var port: UInt16 { library?.port ?? 0 }

    /// One turn: waits until something happens, at most that long, and hands it out in `turn`, whose
    /// former content is dropped.
    ///
    /// - Parameter holdsWrites: Whether the owner lets writes gather: then the wait is not cut short
    ///   by connections that wait for a flush.
    package func serviceOnce(
        waitMilliseconds: Int, holdsWrites: Bool = false, into turn: inout ServerTurn
    ) {
        guard let library else {
            turn.removeAll()
            return
        }
        let mustWrite = !queue.isEmpty && !holdsWrites
        let mustNotWait = !next.events.isEmpty || mustWrite || !ended.isEmpty
        let untilSweep = Int(max(sweepAt - now, 1))
        library.service(waitMilliseconds: mustNotWait ? 0 : min(waitMilliseconds, untilSweep))
        waker.reset()
        readClock()
        if now >= sweepAt {
            sweepAt = now + Self.sweepInterval
            sweep()
        }
        destroyEnded()
        for line in LibraryLog.take() {
            next.events.append(.log(line))
        }
        turn.removeAll()
        swap(&turn, &next)
    }

    /// Ends every connection, WebSockets with 1001 (going away), and stops listening. Frames that
    /// were not flushed are not sent. Takes at most as long as given.
    package func shutDown(withinMilliseconds limit: Int) {
        beginShutdown()
        let end = now + Int64(limit)
        var turn = ServerTurn()
        while connectionCount > 0, now < end {
            var nothing = NoFrames()
            flush(from: &nothing)
            serviceOnce(waitMilliseconds: Int(end - now), into: &turn)
        }
        destroy()
    }

    /// Accepts no more connections and asks every one to end: WebSockets with 1001, streams behind
    /// what was last written, requests after their answers. The owner goes on turning until `connectionCount` is zero or its patience ends.
    package func beginShutdown() {
        library?.refuseConnections()
        for slot in connections.indices {
            switch connections[slot].phase {
            case .open, .streaming:
                requestClose(slot, .goingAway, reason: "shutting down")
            case .answering: connections[slot].lastExchange?.closesAfterwards = true
            case .head where connections[slot].input.isEmpty: end(slot, .lost)
            default: break
            }
        }
        destroyEnded()
    }

    private func destroy() {
        waker.detach()
        for slot in connections.indices {
            // The library calls back for each.
            connections[slot].library?.destroy()
        }
        library = nil
    }

    private static func openFilesLimit() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return .max
        }
        return Int(clamping: limit.rlim_cur)
    }

    func readClock() {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        now = Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

/// The source for a flush that only sends what the server itself owes.
private struct NoFrames: FrameSource {
    mutating func fill(_ connection: ConnectionID, into buffer: inout WriteBuffer) -> Bool { false }
}

/// The settings' durations in milliseconds.
struct Intervals {
    let request: Int64
    let keepAlive: Int64
    let ping: Int64
    let close: Int64

    init(_ limits: ConnectionLimits) {
        request = Self.milliseconds(limits.requestDeadline)
        keepAlive = Self.milliseconds(limits.keepAlive)
        ping = max(Self.milliseconds(limits.pingInterval), 1)
        close = Self.milliseconds(limits.closeDeadline)
    }

    private static func milliseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds &* 1000 &+ attoseconds / 1_000_000_000_000_000
    }
}
