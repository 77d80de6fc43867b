internal import CLinux
internal import Glibc

/// A descriptor that another thread can make readable, to wake the loop that polls it.
package final class WakeUp: Sendable {
    /// For the poller of the thread that is woken.
    package let descriptor: Int32

    package init() throws(SystemError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard descriptor >= 0 else { throw SystemError.last("eventfd") }
    }

    deinit {
        close(descriptor)
    }

    /// Wakes the loop, or leaves it awake. May be called from any thread.
    package func signal() {
        var one: UInt64 = 1
        _ = unsafe write(descriptor, &one, 8)
    }

    /// Makes the descriptor unreadable again; by the loop that was woken.
    package func clear() {
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, 8)
    }
}
