import CMosquitto
import Glibc

/// One descriptor that is readable whenever its session has something to do: the broker's socket
/// is ready, or a dialer has ended. It stays the same over all connections.
///
/// `Sendable`: the descriptors never change, and the kernel serialises the calls on them. The
/// dialer's thread calls `wake()` only.
final class Readiness: Sendable {
    let descriptor: Int32
    private let wakeUp: Int32

    /// - Throws: where the process has no descriptor left.
    init() throws(SessionError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw .noDescriptors }
        wakeUp = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wakeUp >= 0 else {
            close(descriptor)
            throw .noDescriptors
        }
        guard freshwire_epoll_control(descriptor, EPOLL_CTL_ADD, wakeUp, 0) == 0 else {
            close(wakeUp)
            close(descriptor)
            throw .noDescriptors
        }
    }

    deinit {
        close(wakeUp)
        close(descriptor)
    }

    /// Makes the descriptor readable until `clear()`.
    func wake() {
        eventfd_write(wakeUp, 1)
    }

    func clear() {
        var count: eventfd_t = 0
        unsafe eventfd_read(wakeUp, &count)
    }

    /// False where the kernel refuses to watch the socket.
    func watch(_ socket: Int32) -> Bool {
        freshwire_epoll_control(descriptor, EPOLL_CTL_ADD, socket, 0) == 0
    }

    func watch(_ socket: Int32, forWriting: Bool) {
        // A socket that was closed meanwhile left the set by itself.
        _ = freshwire_epoll_control(descriptor, EPOLL_CTL_MOD, socket, forWriting ? 1 : 0)
    }
}
