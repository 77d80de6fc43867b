internal import CLinux
internal import Glibc

/// A thread of its own for a loop that owns its state.
package final class Thread: Sendable {
    private let handle: pthread_t

    /// Starts a thread that runs `body` once; `name` is cut to 15 bytes, as the kernel keeps it.
    package init(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        var handle = pthread_t()
        let code = unsafe pthread_create(&handle, nil, runThread, start.toOpaque())
        guard code == 0 else {
            unsafe start.release()
            throw SystemError(operation: "start thread \(name)", reason: "error \(code)")
        }
        self.handle = handle
    }

    /// Waits until the thread has ended. To be called exactly once.
    package func join() {
        pthread_join(handle, nil)
    }
}

private final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

private func runThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
    unsafe linux_name_this_thread(String(start.name.prefix(15)))
    start.body()
    return nil
}
