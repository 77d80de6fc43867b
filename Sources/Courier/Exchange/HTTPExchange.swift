internal import CCurl

/// One request to a daemon and its answer, waited for: what the command line asks for by HTTP.
package struct HTTPExchange: Sendable {
    package var method: String
    /// Absolute, its path percent-encoded; sent as it stands.
    package var url: String
    /// Without the name and the colon; nil sends none.
    package var authorization: String?
    /// JSON; nil sends none.
    package var body: [UInt8]?
    /// The last event of a stream that came before; nil sends none.
    package var lastEventID: String?

    package init(method: String, url: String, authorization: String? = nil, body: [UInt8]? = nil) {
        self.method = method
        self.url = url
        self.authorization = authorization
        self.body = body
    }

    package struct Answer: Equatable, Sendable {
        package var status: Int
        package var body: [UInt8]
    }

    /// Why there is no answer.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package var description: String
    }

    /// A command's answer takes milliseconds; beyond this the daemon hangs.
    private static let timeoutMilliseconds = 30_000
    private static let connectTimeoutMilliseconds = 5_000
    /// Far above the longest page of an answer.
    fileprivate static let bodyBytes = 64 << 20

    /// How long a stream may say nothing before it counts as broken: three of the comments that it
    /// is kept alive with, in seconds.
    private static let silenceSeconds = 45

    /// Sends it and waits for the whole answer.
    package func perform() throws(Failure) -> Answer {
        let transfer = try prepared()
        guard transfer.set(CURLOPT_TIMEOUT_MS, Self.timeoutMilliseconds) else {
            throw Failure(description: "the HTTP library takes no limit of time")
        }
        return try transfer.perform()
    }

    /// Sends it and takes an answer of status 200 as it comes, until it ends. Another one is given
    /// whole.
    package func stream(_ take: @escaping ([UInt8]) -> Void) throws(Failure) -> Answer {
        let transfer = try prepared()
        guard transfer.set(CURLOPT_LOW_SPEED_LIMIT, 1),
            transfer.set(CURLOPT_LOW_SPEED_TIME, Self.silenceSeconds)
        else { throw Failure(description: "the HTTP library takes no limit of time") }
        transfer.take = take
        return try transfer.perform()
    }

    private func prepared() throws(Failure) -> Exchange {
        guard let transfer = Exchange() else {
            throw Failure(description: "the HTTP library does not start")
        }
        let isReady =
            transfer.set(CURLOPT_CONNECTTIMEOUT_MS, Self.connectTimeoutMilliseconds)
            && transfer.set(CURLOPT_NOSIGNAL, 1)
            && transfer.set(CURLOPT_PROTOCOLS_STR, "http,https")
            && transfer.set(CURLOPT_PATH_AS_IS, 1)
            // The token goes to no one else: no redirection, no proxy of the environment.
            && transfer.set(CURLOPT_FOLLOWLOCATION, 0) && transfer.set(CURLOPT_PROXY, "")
            && transfer.setHeaders(headers) && transfer.setBody(body)
            && transfer.set(CURLOPT_CUSTOMREQUEST, method) && transfer.set(CURLOPT_URL, url)
        guard isReady else { throw Failure(description: "\(url) is no address of HTTP") }
        return transfer
    }

    private var headers: [String] {
        var lines = ["Expect:"]
        if let authorization { lines.append("Authorization: \(authorization)") }
        if let lastEventID { lines.append("Last-Event-ID: \(lastEventID)") }
        if body != nil { lines.append("Content-Type: application/json") }
        return lines
    }
}

/// A transfer of the library with all that it points to; used by one thread for one request.
@safe
private final class Exchange {
    private let handle: UnsafeMutableRawPointer
    private var headers: UnsafeMutablePointer<curl_slist>?
    fileprivate var body: [UInt8] = []
    /// Takes an answer as it comes; nil where it is waited for.
    fileprivate var take: (([UInt8]) -> Void)?

    init?() {
        guard let made = unsafe curl_easy_init() else { return nil }
        unsafe handle = made
    }

    deinit {
        unsafe curl_easy_cleanup(handle)
        unsafe curl_slist_free_all(headers)
    }

    func set(_ option: CURLoption, _ value: Int) -> Bool {
        unsafe freshwire_set_long(handle, option, value) == CURLE_OK
    }

    func set(_ option: CURLoption, _ text: String) -> Bool {
        unsafe !text.utf8.contains(0) && freshwire_set_text(handle, option, text) == CURLE_OK
    }

    /// Answers whether the library took them; a line with a control character would be another line.
    func setHeaders(_ lines: [String]) -> Bool {
        for line in lines {
            guard line.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }),
                let longer = unsafe curl_slist_append(headers, line)
            else { return false }
            unsafe headers = longer
        }
        return unsafe freshwire_set_headers(handle, headers) == CURLE_OK
    }

    func setBody(_ body: [UInt8]?) -> Bool {
        guard let body else { return true }
        return unsafe body.withUnsafeBytes { bytes in
            unsafe freshwire_set_body(handle, bytes.baseAddress, bytes.count) == CURLE_OK
        }
    }

    func perform() throws(HTTPExchange.Failure) -> HTTPExchange.Answer {
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        let isSet =
            unsafe freshwire_set_pointer(handle, CURLOPT_WRITEDATA, this) == CURLE_OK
            && freshwire_set_body_sink(handle, exchangeBodyArrived) == CURLE_OK
        let code = unsafe isSet ? curl_easy_perform(handle) : CURLE_FAILED_INIT
        guard code == CURLE_OK else {
            throw HTTPExchange.Failure(
                description: unsafe String(cString: curl_easy_strerror(code)))
        }
        return HTTPExchange.Answer(status: status, body: body)
    }

    fileprivate var status: Int {
        var status = 0
        _ = unsafe freshwire_get_status(handle, &status)
        return status
    }
}

/// Takes a part of the answer. Any other number than the one offered ends the transfer.
private func exchangeBodyArrived(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ opaque: UnsafeMutableRawPointer?
) -> Int {
    guard let opaque = unsafe opaque else { return 0 }
    let exchange = unsafe Unmanaged<Exchange>.fromOpaque(opaque).takeUnretainedValue()
    let part = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    if let take = exchange.take, exchange.status == 200 {
        unsafe take(Array(part))
        return part.count
    }
    guard exchange.body.count + part.count <= HTTPExchange.bodyBytes else { return 0 }
    unsafe exchange.body.append(contentsOf: part)
    return part.count
}
