internal import CLinux
internal import Glibc

/// Waits for descriptors to become ready (epoll, level-triggered).
@safe package final class Poller {
    package struct Ready: Sendable {
        /// The key the descriptor was registered with.
        package var key: UInt64
        package var isReadable: Bool
        package var isWritable: Bool
    }

    private let descriptor: Int32
    private var events: [epoll_event]

    /// - Parameter capacity: How many descriptors one wait reports at most.
    package init(capacity: Int = 64) throws(SystemError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw SystemError.last("epoll_create1") }
        unsafe events = Array(repeating: epoll_event(), count: capacity)
    }

    deinit {
        close(descriptor)
    }

    /// Watches a descriptor; watching it again changes what is waited for.
    package func watch(_ watched: Int32, key: UInt64, forWriting: Bool = false)
        throws(SystemError)
    {
        var event = unsafe epoll_event()
        unsafe event.events = EPOLLIN.rawValue | (forWriting ? EPOLLOUT.rawValue : 0)
        unsafe event.data.u64 = key
        if unsafe epoll_ctl(descriptor, EPOLL_CTL_ADD, watched, &event) == 0 { return }
        if errno == EEXIST, unsafe epoll_ctl(descriptor, EPOLL_CTL_MOD, watched, &event) == 0 {
            return
        }
        throw SystemError.last("epoll_ctl")
    }

    /// Stops watching; a descriptor that is closed already is no longer watched anyway.
    package func forget(_ watched: Int32) {
        var event = unsafe epoll_event()
        _ = unsafe epoll_ctl(descriptor, EPOLL_CTL_DEL, watched, &event)
    }

    /// Waits until a descriptor is ready or the time is over.
    ///
    /// - Parameters:
    ///   - milliseconds: How long at most; 0 only looks.
    ///   - ready: Emptied, then filled with what is ready.
    package func wait(milliseconds: Int32, into ready: inout [Ready]) {
        ready.removeAll(keepingCapacity: true)
        let capacity = unsafe Int32(events.count)
        let count = unsafe events.withUnsafeMutableBufferPointer { buffer in
            unsafe epoll_wait(descriptor, buffer.baseAddress, capacity, milliseconds)
        }
        guard count > 0 else { return }
        for index in 0..<Int(count) {
            let flags = unsafe events[index].events
            ready.append(
                Ready(
                    key: unsafe events[index].data.u64,
                    isReadable: flags
                        & (EPOLLIN.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0,
                    isWritable: flags & EPOLLOUT.rawValue != 0))
        }
    }
}
