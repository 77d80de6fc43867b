internal import CCurl

/// Where a delivery goes, taken apart by the same parser that will connect to it.
struct ReceiverURL {
    /// In the parser's own spelling.
    let text: String
    let isEncrypted: Bool
    let port: UInt16
    /// The host where it is an address, in whatever spelling; nil where it is a name.
    let address: IPAddress?
    private let host: String

    private static let maximumBytes = 2048

    /// Nil where `text` is no absolute URL of HTTP, or has a user, a password, a fragment or a zone.
    init?(_ text: String) {
        guard text.utf8.count <= Self.maximumBytes, !text.utf8.contains(0),
            let parts = unsafe curl_url()
        else { return nil }
        defer { unsafe curl_url_cleanup(parts) }
        let flags = UInt32(CURLU_DISALLOW_USER)
        guard unsafe curl_url_set(parts, CURLUPART_URL, text, flags) == CURLUE_OK,
            unsafe Self.part(CURLUPART_FRAGMENT, of: parts) == nil,
            unsafe Self.part(CURLUPART_ZONEID, of: parts) == nil,
            let scheme = unsafe Self.part(CURLUPART_SCHEME, of: parts),
            scheme == "https" || scheme == "http",
            let host = unsafe Self.part(CURLUPART_HOST, of: parts),
            let port = unsafe Self.part(CURLUPART_PORT, of: parts).flatMap(UInt16.init),
            let whole = unsafe Self.part(CURLUPART_URL, of: parts)
        else { return nil }
        self.text = whole
        self.host = host
        self.port = port
        isEncrypted = scheme == "https"
        address = IPAddress(String(host.filter { $0 != "[" && $0 != "]" }))
    }

    /// Whether the host says of itself that it is this machine.
    var isLoopback: Bool {
        address?.isLoopback ?? (host.lowercased() == "localhost")
    }

    private static func part(_ part: CURLUPart, of url: OpaquePointer) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        let flags = UInt32(CURLU_DEFAULT_PORT)
        guard unsafe curl_url_get(url, part, &text, flags) == CURLUE_OK, let text = unsafe text
        else { return nil }
        defer { unsafe curl_free(text) }
        return unsafe String(cString: text)
    }
}
