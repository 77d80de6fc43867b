import CWebSockets

/// An event loop of libuv that is turned by hand.
///
/// Whoever puts handles into it has them closed before the loop goes.
@safe
final class EventLoop {
    private let loop: UnsafeMutablePointer<uv_loop_t>
    private let waitTimer: UnsafeMutablePointer<uv_timer_t>

    /// Turns granted to handles for closing. One closes what is open; the others are for handles that
    /// are closed by the closing of others.
    private static let closingTurns = 100

    /// Nil where the system is out of descriptors or memory.
    static func make() -> EventLoop? {
        let loop = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)
        guard unsafe uv_loop_init(loop) == 0 else {
            unsafe loop.deallocate()
            return nil
        }
        return unsafe EventLoop(loop)
    }

    @unsafe
    private init(_ loop: UnsafeMutablePointer<uv_loop_t>) {
        unsafe self.loop = loop
        unsafe waitTimer = .allocate(capacity: 1)
        unsafe uv_timer_init(loop, waitTimer)
    }

    deinit {
        unsafe waitTimer.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { handle in
            unsafe uv_close(handle, nil)
        }
        // With a handle still open its memory is in use: rather lost than freed under it.
        guard awaitClosures(), unsafe uv_loop_close(loop) == 0 else { return }
        unsafe waitTimer.deallocate()
        unsafe loop.deallocate()
    }

    /// For handles of this room, and for the library, which takes loops as untyped pointers.
    @unsafe
    var address: UnsafeMutablePointer<uv_loop_t> { unsafe loop }

    /// Waits for events up to that long, and serves them.
    func runOnce(waitMilliseconds: Int) {
        guard waitMilliseconds > 0 else {
            unsafe uv_run(loop, UV_RUN_NOWAIT)
            return
        }
        // The loop counts from the time it saw last. And the timer repeats: one that ran out before
        // the loop gets to its wait would not end it, and the wait would have no end.
        let milliseconds = UInt64(waitMilliseconds)
        unsafe uv_update_time(loop)
        unsafe uv_timer_start(waitTimer, waitIsOver, milliseconds, milliseconds)
        unsafe uv_run(loop, UV_RUN_ONCE)
        unsafe uv_timer_stop(waitTimer)
    }

    /// Turns until the handles that are being closed are gone. False where some are not, after as
    /// many turns as are granted.
    func awaitClosures() -> Bool {
        for _ in 0..<Self.closingTurns {
            // Closures that began outside of a turn are finished by the next one.
            unsafe uv_run(loop, UV_RUN_NOWAIT)
            guard census().closing > 0 else { return true }
        }
        return false
    }

    /// Whether anything but the loop's own timers is waited for.
    var watchesDescriptors: Bool { census().watchers > 0 }

    private func census() -> HandleCensus {
        var census = HandleCensus()
        unsafe uv_walk(loop, countHandle, &census)
        return census
    }
}

/// What handles a loop has.
private struct HandleCensus {
    var closing = 0
    var watchers = 0
}

private func countHandle(
    handle: UnsafeMutablePointer<uv_handle_t>?, census: UnsafeMutableRawPointer?
) {
    // `census` is lent for the walk.
    guard let census = unsafe census?.assumingMemoryBound(to: HandleCensus.self) else { return }
    if unsafe uv_is_closing(handle) != 0 { unsafe census.pointee.closing += 1 }
    if unsafe uv_handle_get_type(handle) == UV_POLL { unsafe census.pointee.watchers += 1 }
}

private func waitIsOver(timer: UnsafeMutablePointer<uv_timer_t>?) {
    // That the timer ran out has ended the wait.
}
