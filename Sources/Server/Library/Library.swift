import CWebSockets
import Glibc
import Synchronization

/// Held while the library makes or ends a context: it loads its event loop's module into state that
/// the whole process shares, which two servers on two threads must not do at once.
private let makingContexts = Mutex(())

/// Why a server could not start.
package enum ServerStartFault: Error, Equatable, Sendable {
    /// The file is missing, or this process may not read it.
    case unreadableFile(String)
    /// The library could not be set up, or not listen, and said why. The address may be in use or
    /// not be this machine's, or certificate and key do not belong together.
    case refused(address: String, port: UInt16, log: [String])
}

/// The library's context with its one listener, on an event loop of libuv.
///
/// The library's own loop is `poll`: with ten thousand idle connections it costs milliseconds of CPU
/// a turn, where libuv's costs 15 µs.
///
/// The library accepts, does TLS, polls, and keeps what the kernel does not take. It hands over the
/// bytes as they come, and this room reads them itself. Version 4.1.6 of the library, asked to read
/// HTTP, fills the body of a request that is pipelined behind another one from the wrong bytes,
/// closes without a word where 414, 431 or 426 is due, makes a separator of an escaped slash, and
/// as a WebSocket it takes unmasked frames.
@safe
final class Library {
    private let context: OpaquePointer
    /// The port it listens on.
    private(set) var port: UInt16 = 0
    private let loop: EventLoop
    private let memory: LibraryMemory

    /// Calls back with `owner` as the context's user; it must outlive this object.
    @unsafe
    init(_ settings: ListenerSettings, owner: UnsafeMutableRawPointer) throws(ServerStartFault) {
        LibraryLog.install()
        for file in [settings.tls?.certificateFile, settings.tls?.privateKeyFile] {
            guard let file, unsafe access(file, R_OK) != 0 else { continue }
            throw .unreadableFile(file)
        }
        let earlierLines = LibraryLog.take()
        let loop = EventLoop()
        let memory = LibraryMemory(settings, loop)
        var info = unsafe lws_context_creation_info()
        unsafe memory.describe(settings, in: &info)
        unsafe info.user = owner
        let made = makingContexts.withLock { _ in
            unsafe UInt(bitPattern: lws_create_context(&info))
        }
        guard let context = unsafe OpaquePointer(bitPattern: made) else {
            loop.finish()
            throw Self.fault(settings)
        }
        let listening = makingContexts.withLock { _ in
            unsafe UInt(bitPattern: lws_create_vhost(context, &info))
        }
        guard let vhost = unsafe OpaquePointer(bitPattern: listening) else {
            unsafe memory.destroy(context, loop)
            throw Self.fault(settings)
        }
        earlierLines.forEach(LibraryLog.add)
        unsafe self.context = context
        self.loop = loop
        self.memory = memory
        port = UInt16(truncatingIfNeeded: unsafe lws_get_vhost_listen_port(vhost))
    }

    private static func fault(_ settings: ListenerSettings) -> ServerStartFault {
        .refused(
            address: settings.address, port: settings.port, log: LibraryLog.take().map(\.text))
    }

    deinit {
        unsafe memory.destroy(context, loop)
    }

    func attach(_ waker: ServerWaker) {
        waker.attach(contextAddress: unsafe UInt(bitPattern: context))
    }

    /// Lets the library work: waits for the network up to that long, then serves what came.
    func service(waitMilliseconds: Int) {
        loop.runOnce(waitMilliseconds: waitMilliseconds)
    }
}

/// What the library keeps pointers to.
@safe
private final class LibraryMemory {
    /// The protocol and the empty entry that ends the list.
    private let protocols: UnsafeMutablePointer<lws_protocols>
    private let idlePolicy: UnsafeMutablePointer<lws_retry_bo_t>
    /// The list of loops, one for each of the library's threads, of which it has one.
    private let loops: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    /// Set to nil by the library once a context is gone.
    private let livingContext: UnsafeMutablePointer<OpaquePointer?>
    /// Nil where the listener takes every address.
    private let interface: UnsafeMutablePointer<CChar>?
    private let certificateFile: UnsafeMutablePointer<CChar>?
    private let privateKeyFile: UnsafeMutablePointer<CChar>?

    /// Bytes the library reads at once, into a buffer that all connections share.
    private static let readBytes: UInt32 = 64 * 1024
    private static let protocolName: StaticString = "freshwire"
    /// The library's name for connections it takes as byte streams.
    private static let role: StaticString = "raw-skt"
    private static let applicationProtocol: StaticString = "http/1.1"

    init(_ settings: ListenerSettings, _ loop: EventLoop) {
        unsafe protocols = .allocate(capacity: 2)
        unsafe protocols.initialize(repeating: lws_protocols(), count: 2)
        unsafe protocols[0].name = Self.text(Self.protocolName)
        unsafe protocols[0].callback = libraryDidCall
        // What one call of lws_write offers to the kernel at most.
        unsafe protocols[0].tx_packet_size = settings.limits.writeBytes * 2
        unsafe idlePolicy = .allocate(capacity: 1)
        unsafe idlePolicy.initialize(to: lws_retry_bo_t())
        unsafe loops = .allocate(capacity: 1)
        unsafe loops.initialize(to: loop.address)
        unsafe livingContext = .allocate(capacity: 1)
        unsafe livingContext.initialize(to: nil)
        let isEveryAddress = settings.address == "0.0.0.0" || settings.address == "::"
        unsafe interface = isEveryAddress ? nil : strdup(settings.address)
        unsafe certificateFile = settings.tls.flatMap { unsafe strdup($0.certificateFile) }
        unsafe privateKeyFile = settings.tls.flatMap { unsafe strdup($0.privateKeyFile) }
    }

    deinit {
        unsafe protocols.deallocate()
        unsafe idlePolicy.deallocate()
        unsafe loops.deallocate()
        unsafe livingContext.deallocate()
        unsafe free(interface)
        unsafe free(certificateFile)
        unsafe free(privateKeyFile)
    }

    /// Ends a context and then its loop. The library calls back for every connection.
    @unsafe
    func destroy(_ context: OpaquePointer, _ loop: EventLoop) {
        unsafe livingContext.pointee = context
        makingContexts.withLock { _ in unsafe lws_context_destroy(context) }
        // It has asked the loop to close its handles, and wants to be called again after that.
        loop.closeHandles()
        if unsafe livingContext.pointee != nil {
            makingContexts.withLock { _ in unsafe lws_context_destroy(context) }
        }
        loop.finish()
    }

    func describe(_ settings: ListenerSettings, in info: inout lws_context_creation_info) {
        unsafe info.protocols = UnsafePointer(protocols)
        unsafe info.iface = UnsafePointer(interface)
        unsafe info.port = CInt(settings.port)
        unsafe info.foreign_loops = loops
        unsafe info.pcontext = livingContext
        unsafe info.pt_serv_buf_size = Self.readBytes
        // All zero: this room has its own pings and deadlines. The library's timers are sorted
        // lists, in which each of ten thousand connections would search its place.
        unsafe info.retry_and_idle_policy = UnsafePointer(idlePolicy)
        unsafe info.listen_accept_role = Self.text(Self.role)
        unsafe info.listen_accept_protocol = Self.text(Self.protocolName)
        unsafe info.options =
            server_option_libuv() | server_option_explicit_vhosts()
            | server_option_raw_connections() | server_option_fail_unless_bound()
        if !settings.address.utf8.contains(UInt8(ascii: ":")) {
            unsafe info.options |= server_option_disable_ipv6()
        }
        guard let tls = settings.tls else { return }
        unsafe info.options |= server_option_tls()
        unsafe info.ssl_cert_filepath = UnsafePointer(certificateFile)
        unsafe info.ssl_private_key_filepath = UnsafePointer(privateKeyFile)
        unsafe info.alpn = Self.text(Self.applicationProtocol)
        unsafe info.ssl_options_set = server_tls_options(tls.minimumVersion == .tls13 ? 3 : 2)
    }

    private static func text(_ name: StaticString) -> UnsafePointer<CChar> {
        // A literal lives as long as the process and ends with a zero.
        unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
