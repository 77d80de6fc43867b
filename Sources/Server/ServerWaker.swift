import CWebSockets
import Synchronization

/// Ends a server's wait from any thread, so that it looks at what was left for it.
///
/// Waking is cheap when the server has been woken already, and does nothing once it is gone.
package final class ServerWaker: Sendable {
    /// The address of the library's context, zero once the server is done with it. It is a number
    /// because pointers are not `Sendable`; it is turned back only under the lock that the server
    /// takes before it gives the context back, so that the next one's waits are not ended from here.
    private let context: Mutex<UInt>
    private let isWoken = Atomic(false)

    init() {
        context = Mutex(0)
    }

    package func wake() {
        guard !isWoken.exchange(true, ordering: .acquiringAndReleasing) else { return }
        context.withLock { address in
            guard let context = unsafe OpaquePointer(bitPattern: address) else { return }
            // The one function of the library that may be called from a foreign thread.
            unsafe lws_cancel_service(context)
        }
    }

    /// The server is awake: what is left for it from here on wakes it again.
    func reset() {
        isWoken.store(false, ordering: .releasing)
    }

    func attach(contextAddress: UInt) {
        context.withLock { $0 = contextAddress }
    }

    /// From here on waking does nothing.
    func detach() {
        context.withLock { $0 = 0 }
    }
}
