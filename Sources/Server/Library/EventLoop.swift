import CWebSockets

/// An event loop of libuv that is turned by hand.
///
/// Whoever puts handles into it has them closed before `finish`; until then the loop stays at its
/// address.
@safe
final class EventLoop {
    private let loop: UnsafeMutablePointer<uv_loop_t>
    private let waitTimer: UnsafeMutablePointer<uv_timer_t>

    /// Turns granted to handles for closing. One closes what is open; the others are for handles that
    /// are closed by the closing of others.
    private static let closingTurns = 100

    init() {
        unsafe loop = .allocate(capacity: 1)
        unsafe waitTimer = .allocate(capacity: 1)
        // Both fail only where the system is out of descriptors or memory; the library then reports
        // that it cannot listen.
        unsafe uv_loop_init(loop)
        unsafe uv_timer_init(loop, waitTimer)
    }

    /// For the library, which takes loops as untyped pointers.
    @unsafe
    var address: UnsafeMutableRawPointer { unsafe UnsafeMutableRawPointer(loop) }

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

    /// Lets handles that are being closed finish with it.
    func closeHandles() {
        for _ in 0..<Self.closingTurns where unsafe uv_run(loop, UV_RUN_NOWAIT) == 0 { break }
    }

    /// Ends the loop. Not to be turned any more.
    func finish() {
        unsafe waitTimer.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { handle in
            unsafe uv_close(handle, nil)
        }
        closeHandles()
        // With a handle still open its memory is in use: rather lost than freed under it.
        guard unsafe uv_loop_close(loop) == 0 else { return }
        unsafe waitTimer.deallocate()
        unsafe loop.deallocate()
    }
}

private func waitIsOver(timer: UnsafeMutablePointer<uv_timer_t>?) {
    // That the timer ran out has ended the wait.
}
