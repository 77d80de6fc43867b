import CMosquitto

/// An OpenSSL client context that libmosquitto connects with.
///
/// Our own and not `mosquitto_tls_set`, because libmosquitto 2.0 compares host names by itself,
/// as C strings: a name in the certificate ends at its first NUL, and a wildcard also matches an
/// address. Here OpenSSL compares. And libmosquitto's way to the operating system's authorities
/// fails at the second connecting.
@safe final class TLSContext {
    /// OpenSSL's place for one pointer of the application's.
    fileprivate static let ownerIndex: Int32 = 0

    private let context: OpaquePointer
    /// Why the server's certificate was not accepted, once that happened.
    fileprivate(set) var refusal: String?

    /// - Parameter host: the name or address that the server's certificate must be for.
    init(_ settings: BrokerSettings.TLS, host: String) throws(DialFailure) {
        ERR_clear_error()
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else {
            throw .tls(Self.lastError())
        }
        unsafe self.context = unsafe context
        guard unsafe freshwire_set_min_tls13(context) == 1 else { throw .tls(Self.lastError()) }
        unsafe SSL_CTX_set_ex_data(
            context, Self.ownerIndex, Unmanaged.passUnretained(self).toOpaque())
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, noteVerification)
        unsafe freshwire_refuse_pass_phrases(context)
        try expect(host)
        try trust(settings.authorityFile)
        if let certificate = settings.certificateFile, let key = settings.keyFile {
            try present(certificate: certificate, key: key)
        }
    }

    deinit {
        unsafe SSL_CTX_free(context)
    }

    /// Hands the context to a client. It must not outlive this object, which it reports to.
    ///
    /// - Returns: libmosquitto's result code.
    func install(in client: OpaquePointer) -> Int32 {
        let code = unsafe mosquitto_int_option(client, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0)
        guard code == MOSQ_ERR_SUCCESS.rawValue else { return code }
        return unsafe mosquitto_void_option(
            client, MOSQ_OPT_SSL_CTX, UnsafeMutableRawPointer(context))
    }

    private func expect(_ host: String) throws(DialFailure) {
        let parameters = unsafe SSL_CTX_get0_param(context)
        unsafe X509_VERIFY_PARAM_set_hostflags(
            parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        if unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, host) == 1 { return }
        ERR_clear_error()
        guard unsafe X509_VERIFY_PARAM_set1_host(parameters, host, 0) == 1 else {
            throw .tls(Self.lastError())
        }
    }

    private func trust(_ file: String?) throws(DialFailure) {
        if let file {
            guard unsafe SSL_CTX_load_verify_file(context, file) == 1 else {
                throw .tlsFile(name: file, reason: Self.lastError())
            }
        } else {
            guard unsafe SSL_CTX_set_default_verify_paths(context) == 1 else {
                throw .tls(Self.lastError())
            }
        }
    }

    private func present(certificate: String, key: String) throws(DialFailure) {
        guard unsafe SSL_CTX_use_certificate_chain_file(context, certificate) == 1 else {
            throw .tlsFile(name: certificate, reason: Self.lastError())
        }
        // Reading the key also compares it with the certificate.
        guard unsafe SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1 else {
            throw .tlsFile(name: key, reason: Self.lastError())
        }
    }

    /// The first, and so the innermost, error of this thread's OpenSSL queue; empties it.
    private static func lastError() -> String {
        let code = ERR_get_error()
        defer { ERR_clear_error() }
        guard let reason = unsafe ERR_reason_error_string(code) else {
            return "OpenSSL error \(code)"
        }
        return unsafe String(cString: reason)
    }
}

/// What OpenSSL calls for each certificate of the server's chain. Notes why one is refused and
/// leaves the decision as it is; libmosquitto throws the reason away with its TLS object.
private func noteVerification(_ isAccepted: Int32, _ store: OpaquePointer?) -> Int32 {
    guard isAccepted == 0, let store = unsafe store,
        let tls = unsafe X509_STORE_CTX_get_ex_data(
            store, SSL_get_ex_data_X509_STORE_CTX_idx()),
        let context = unsafe SSL_get_SSL_CTX(OpaquePointer(tls)),
        let owner = unsafe SSL_CTX_get_ex_data(context, TLSContext.ownerIndex)
    else { return isAccepted }
    let error = unsafe X509_STORE_CTX_get_error(store)
    unsafe Unmanaged<TLSContext>.fromOpaque(owner).takeUnretainedValue().refusal =
        unsafe String(cString: X509_verify_cert_error_string(Int(error)))
    return isAccepted
}
