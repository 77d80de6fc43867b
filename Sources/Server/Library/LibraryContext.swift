import CWebSockets
import Glibc
import Synchronization

/// A context of the library on an event loop of libuv, lent to one server after the other.
///
/// It is never destroyed. Version 4.1.6 of the library closes a descriptor of a context on libuv
/// twice: `lws_destroy_event_pipe` has the loop close the context's eventfd, at its next turn, and
/// closes it at once by itself. In between another thread may be given that number, and then its
/// file, connection or log is closed under it. So a server returns its context when it ends, and
/// there are as many as there were servers at once.
///
/// The library's own loop is `poll`: with ten thousand idle connections it costs milliseconds of CPU
/// a turn, where libuv's costs 15 µs.
// Sendable, because only one thread at a time has it: the one that took it, until it gives it back.
// The lock of `idle` is between the two. Neither the library nor libuv ties it to a thread.
@safe
final class LibraryContext: @unchecked Sendable {
    private let context: OpaquePointer
    let loop: EventLoop
    /// Set by the library when it has freed the virtual host that was made last.
    private let hostIsGone: UnsafeMutablePointer<Bool>

    /// Bytes the library reads at once, into a buffer that all connections share.
    private static let readBytes: UInt32 = 64 * 1024

    /// The contexts that no server has. Its lock also lets contexts be made only one at a time: each
    /// replaces the two numbers under which the whole process's OpenSSL keeps the library's data.
    private static let idle = Mutex<[LibraryContext]>([])

    @unsafe
    private init(_ context: OpaquePointer, _ loop: EventLoop) {
        unsafe self.context = context
        self.loop = loop
        unsafe hostIsGone = .allocate(capacity: 1)
        unsafe hostIsGone.initialize(to: false)
    }

    /// One that is idle, or a new one. Nil where the library refuses; its log says why.
    static func take() -> LibraryContext? {
        idle.withLock { idle in idle.popLast() ?? make() }
    }

    private func giveBack() {
        Self.idle.withLock { $0.append(self) }
    }

    private static func make() -> LibraryContext? {
        guard let loop = EventLoop.make() else {
            LibraryLog.add(
                LibraryLogLine(isError: true, text: "no descriptors or memory for an event loop"))
            return nil
        }
        let loopAddress = unsafe UnsafeMutableRawPointer(loop.address)
        // The list of loops, one for each of the library's threads, of which it has one.
        var loops: UnsafeMutableRawPointer? = unsafe loopAddress
        let made = unsafe withUnsafeMutablePointer(to: &loops) { loops in
            var info = unsafe lws_context_creation_info()
            unsafe info.options =
                server_option_libuv() | server_option_explicit_vhosts() | server_option_tls()
            unsafe info.foreign_loops = loops
            unsafe info.pt_serv_buf_size = readBytes
            unsafe info.user = loopAddress
            return unsafe lws_create_context(&info)
        }
        guard let context = unsafe made else { return nil }
        // The library may fail half-way and then hand out what is left of the context, and it does
        // without the eventfd by which it is woken where there is none to be had. Neither is of use,
        // nor can it be destroyed, and the loop is left to it.
        guard unsafe lws_context_user(context) == loopAddress, loop.watchesDescriptors else {
            _ = unsafe Unmanaged.passRetained(loop)
            return nil
        }
        return unsafe LibraryContext(context, loop)
    }

    func attach(_ waker: ServerWaker) {
        waker.attach(contextAddress: unsafe UInt(bitPattern: context))
    }

    /// Makes the virtual host that a server's connections belong to. Callbacks find `owner` as its
    /// user. Where there is none the context is given back; the library's log says why.
    @unsafe
    func makeHost(
        _ settings: ListenerSettings, owner: UnsafeMutableRawPointer
    ) -> OpaquePointer? {
        unsafe hostIsGone.pointee = false
        let host = unsafe VirtualHost.make(
            settings, in: context, owner: owner, didFree: didFreeHost,
            argument: UnsafeMutableRawPointer(hostIsGone))
        // A host that was not completed the library has freed.
        if unsafe host == nil { giveBack() }
        return unsafe host
    }

    /// Ends the virtual host, whose connections have been destroyed, and gives the context back.
    @unsafe
    func endHost(_ host: OpaquePointer) {
        // Connections are bound to their host until the loop has closed their handles. A host with
        // bound connections this version of the library would never free.
        if loop.awaitClosures() { unsafe lws_vhost_destroy(host) }
        guard unsafe hostIsGone.pointee else {
            LibraryLog.add(
                LibraryLogLine(isError: true, text: "connections were not closed with their server")
            )
            // Somebody may still use it: rather lost than lent again.
            _ = unsafe Unmanaged.passRetained(self)
            return
        }
        giveBack()
    }
}

private func didFreeHost(host: OpaquePointer?, isGone: UnsafeMutableRawPointer?) {
    unsafe isGone?.assumingMemoryBound(to: Bool.self).pointee = true
}
