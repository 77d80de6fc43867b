internal import Bridge
internal import CCurl
internal import Crypto

/// One attempt at a delivery while it is under way. It owns its handle of the library and all that
/// the handle points to.
@safe
final class Transfer {
    let attempt: DeliveryAttempt
    let handle: UnsafeMutableRawPointer
    var response = Response()
    /// The address it was about to connect to and why it may not.
    private(set) var refusal: (IPAddress, AddressPolicy.Refusal)?

    private let policy: AddressPolicy
    private let errorText: UnsafeMutablePointer<CChar>
    private var headers: UnsafeMutablePointer<curl_slist>?

    /// Nil where the library has no memory left for it.
    init?(_ attempt: DeliveryAttempt, to endpoint: CheckedEndpoint) {
        guard let made = unsafe curl_easy_init() else { return nil }
        self.attempt = attempt
        unsafe handle = made
        policy = endpoint.policy
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    /// The transfer has to be out of the multi handle by then.
    deinit {
        unsafe curl_easy_cleanup(handle)
        unsafe curl_slist_free_all(headers)
        unsafe errorText.deallocate()
    }

    /// Sets the request up. Answers whether all of it was taken: if not, it must not be sent.
    func prepare(
        for endpoint: CheckedEndpoint, request: SignedRequest, userAgent: String
    ) -> Bool {
        setLimits(endpoint.settings) && setSafeguards(endpoint) && setCallbacks()
            && setHeaders(endpoint.settings.headers, request, userAgent)
            && setTarget(endpoint.receiver.text, request.body)
    }

    /// How the attempt ended; `code` is the library's verdict.
    func outcome(_ code: CURLcode, nowSeconds: Int64) -> DeliveryResult.Outcome {
        var status = 0
        _ = unsafe freshwire_get_status(handle, &status)
        // A complete head is an answer, whatever became of the body behind it.
        guard response.isHeadComplete, status >= 200 else {
            return .failed(failure(code))
        }
        if status < 300 { return .accepted(status: status) }
        return .refused(
            status: status,
            retryAfterMilliseconds: response.retryAfter.flatMap {
                RetryAfter.milliseconds($0, nowSeconds: nowSeconds)
            })
    }

    var milliseconds: Int64 {
        var microseconds: curl_off_t = 0
        _ = unsafe freshwire_get_microseconds(handle, &microseconds)
        return Int64(microseconds) / 1000
    }

    /// Whether a connection to the address may be made or used.
    func permits(_ address: IPAddress?, port: UInt16) -> Bool {
        guard let address else { return false }
        guard let reason = policy.refusal(of: address, port: port) else { return true }
        refusal = (address, reason)
        return false
    }

    private func failure(_ code: CURLcode) -> String {
        if let (address, reason) = refusal { return reason.text(for: address) }
        if response.isHeadTooLong {
            return "the answer's header lines are longer than \(ResponseLimits.headerBytes) bytes"
        }
        if code == CURLE_OPERATION_TIMEDOUT {
            return "no answer after \(milliseconds) ms"
        }
        let detail = unsafe String(cString: errorText)
        let text = unsafe detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
        return String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.isPrintableASCII ? $0 : "?" }))
    }

    private func setLimits(_ settings: WebhookEndpoint) -> Bool {
        set(CURLOPT_TIMEOUT_MS, settings.timeoutMilliseconds)
            && set(CURLOPT_CONNECTTIMEOUT_MS, settings.connectTimeoutMilliseconds)
            // Look the name up again after a while; a receiver may have moved.
            && set(CURLOPT_MAXLIFETIME_CONN, Self.connectionLifetimeSeconds)
            // Signals belong to the main thread.
            && set(CURLOPT_NOSIGNAL, 1)
            // When a look-up outlasts the time-out, its thread is left to end by itself; waiting
            // for it would hold up every other endpoint.
            && set(CURLOPT_QUICK_EXIT, 1)
    }

    private func setSafeguards(_ endpoint: CheckedEndpoint) -> Bool {
        set(CURLOPT_PROTOCOLS_STR, endpoint.receiver.isEncrypted ? "https" : "http")
            && set(CURLOPT_FOLLOWLOCATION, 0)
            // An empty name overrides `http_proxy` and its like in the environment.
            && set(CURLOPT_PROXY, "")
            && set(CURLOPT_NETRC, 0)
            && set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
            && set(CURLOPT_SSL_VERIFYPEER, 1)
            && set(CURLOPT_SSL_VERIFYHOST, 2)
            && set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
            && (endpoint.settings.authoritiesFile.map { set(CURLOPT_CAINFO, $0) } ?? true)
            // A delivery is one short exchange: there is nothing for HTTP/2 to interleave.
            && set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    }

    private func setCallbacks() -> Bool {
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        return unsafe set(CURLOPT_ERRORBUFFER, errorText)
            && set(CURLOPT_WRITEDATA, this) && set(CURLOPT_HEADERDATA, this)
            && set(CURLOPT_OPENSOCKETDATA, this) && set(CURLOPT_PREREQDATA, this)
            && freshwire_set_body_sink(handle, bodyArrived) == CURLE_OK
            && freshwire_set_header_sink(handle, headerLineArrived) == CURLE_OK
            && freshwire_set_socket_opener(handle, openSocket) == CURLE_OK
            && freshwire_set_request_gate(handle, mayRequest) == CURLE_OK
    }

    private func setHeaders(
        _ own: [WebhookEndpoint.Header], _ request: SignedRequest, _ userAgent: String
    ) -> Bool {
        var lines = [
            "Content-Type: application/json", "User-Agent: \(userAgent)",
            "webhook-id: \(request.headers.identifier)",
            "webhook-timestamp: \(request.headers.timestamp)",
            "webhook-signature: \(request.headers.signature)",
            // Without a value: the library shall not announce the body and wait.
            "Expect:",
        ]
        for header in own { lines.append("\(header.name): \(header.value.exposedText)") }
        for line in lines {
            guard let longer = unsafe curl_slist_append(headers, line) else { return false }
            unsafe headers = longer
        }
        return unsafe freshwire_set_headers(handle, headers) == CURLE_OK
    }

    private func setTarget(_ url: String, _ body: [UInt8]) -> Bool {
        let isBodySet = unsafe body.withUnsafeBytes { bytes in
            unsafe freshwire_set_body(handle, bytes.baseAddress, bytes.count) == CURLE_OK
        }
        return isBodySet && set(CURLOPT_POST, 1) && set(CURLOPT_URL, url)
    }

    private static let connectionLifetimeSeconds = 300

    private func set(_ option: CURLoption, _ value: Int) -> Bool {
        unsafe freshwire_set_long(handle, option, value) == CURLE_OK
    }

    private func set(_ option: CURLoption, _ text: String) -> Bool {
        unsafe freshwire_set_text(handle, option, text) == CURLE_OK
    }

    private func set(_ option: CURLoption, _ pointer: UnsafeMutableRawPointer) -> Bool {
        unsafe freshwire_set_pointer(handle, option, pointer) == CURLE_OK
    }
}

extension Unicode.Scalar {
    fileprivate var isPrintableASCII: Bool { (0x20...0x7E).contains(value) }
}
