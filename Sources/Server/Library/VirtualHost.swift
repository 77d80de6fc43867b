import CWebSockets
import Glibc

/// How the library is told what a server's connections are like.
///
/// Everything that may differ between two servers is in it, for their context may be the same one.
enum VirtualHost {
    static let protocolName: StaticString = "freshwire"
    /// The library's name for connections it takes as byte streams.
    private static let role: StaticString = "raw-skt"
    private static let applicationProtocol: StaticString = "http/1.1"

    /// All zero: this room has its own pings and deadlines. The library's timers are sorted lists, in
    /// which each of ten thousand connections would search its place.
    // It is never written again, and the library keeps pointers to it, so it is never freed either.
    private nonisolated(unsafe) static let idlePolicy: UnsafePointer<lws_retry_bo_t> = {
        let policy = UnsafeMutablePointer<lws_retry_bo_t>.allocate(capacity: 1)
        unsafe policy.initialize(to: lws_retry_bo_t())
        return unsafe UnsafePointer(policy)
    }()

    /// Nil where the library refuses, as when certificate and key do not belong together.
    @unsafe
    static func make(
        _ settings: ListenerSettings, in context: OpaquePointer, owner: UnsafeMutableRawPointer,
        didFree: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Void,
        argument: UnsafeMutableRawPointer
    ) -> OpaquePointer? {
        var info = unsafe lws_context_creation_info()
        unsafe info.user = owner
        unsafe info.finalize = didFree
        unsafe info.finalize_arg = argument
        // This room listens by itself; the other way not to listen would leave TLS out.
        unsafe info.port = CONTEXT_PORT_NO_LISTEN_SERVER
        unsafe info.options = server_option_raw_connections()
        unsafe info.listen_accept_role = text(role)
        unsafe info.listen_accept_protocol = text(protocolName)
        unsafe info.retry_and_idle_policy = idlePolicy
        // The library copies what follows.
        let certificateFile = unsafe settings.tls.flatMap { unsafe strdup($0.certificateFile) }
        let privateKeyFile = unsafe settings.tls.flatMap { unsafe strdup($0.privateKeyFile) }
        defer {
            unsafe free(certificateFile)
            unsafe free(privateKeyFile)
        }
        if let tls = settings.tls {
            unsafe info.options |= server_option_tls()
            unsafe info.ssl_cert_filepath = UnsafePointer(certificateFile)
            unsafe info.ssl_private_key_filepath = UnsafePointer(privateKeyFile)
            unsafe info.alpn = text(applicationProtocol)
            unsafe info.ssl_options_set = server_tls_options(tls.minimumVersion == .tls13 ? 3 : 2)
        }
        var bytes = unsafe lws_protocols()
        unsafe bytes.name = text(protocolName)
        unsafe bytes.callback = libraryDidCall
        // What one call of lws_write offers to the kernel at most.
        unsafe bytes.tx_packet_size = settings.limits.writeBytes * 2
        // The empty entry ends the list.
        return unsafe [bytes, lws_protocols()].withUnsafeBufferPointer { protocols in
            unsafe info.protocols = protocols.baseAddress
            return unsafe lws_create_vhost(context, &info)
        }
    }

    /// For the library, which takes names as C strings.
    @unsafe
    static func text(_ name: StaticString) -> UnsafePointer<CChar> {
        // A literal lives as long as the process and ends with a zero.
        unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
