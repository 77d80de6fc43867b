internal import Crypto

/// An endpoint whose settings were found usable.
struct CheckedEndpoint {
    /// No attempt takes longer, in milliseconds: it would hold its endpoint's queue up.
    private static let timeouts = 1...120_000
    private static let concurrency = 1...64
    private static let maximumHeaders = 32
    /// Set by every delivery, or for the connection and the framing of the message.
    private static let reservedHeaders: Set = [
        "connection", "content-encoding", "content-length", "content-type", "expect", "host",
        "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade", "user-agent", "webhook-id", "webhook-signature",
        "webhook-timestamp",
    ]

    let settings: WebhookEndpoint
    let policy: AddressPolicy
    let receiver: ReceiverURL

    init(
        _ endpoint: WebhookEndpoint, ownListeners: [AddressPolicy.Listener]
    ) throws(CourierError) {
        var policy = endpoint.addresses
        policy.ownListeners += ownListeners
        if let fault = Self.fault(in: endpoint) {
            throw .endpoint(endpoint.name, fault)
        }
        guard let receiver = ReceiverURL(endpoint.url.exposedText) else {
            throw .endpoint(endpoint.name, .url)
        }
        guard receiver.isEncrypted || endpoint.allowsPlainHTTP || receiver.isLoopback else {
            throw .endpoint(endpoint.name, .scheme)
        }
        if let address = receiver.address,
            let refusal = policy.refusal(of: address, port: receiver.port)
        {
            throw .endpoint(endpoint.name, .address(address, refusal))
        }
        settings = endpoint
        self.policy = policy
        self.receiver = receiver
    }

    private static func fault(in endpoint: WebhookEndpoint) -> EndpointFault? {
        guard timeouts.contains(endpoint.timeoutMilliseconds) else { return .range("timeout") }
        guard timeouts.contains(endpoint.connectTimeoutMilliseconds) else {
            return .range("connect timeout")
        }
        guard concurrency.contains(endpoint.concurrentAttempts) else {
            return .range("number of concurrent attempts")
        }
        guard endpoint.headers.count <= maximumHeaders else { return .range("number of headers") }
        return endpoint.headers.first { !isSettable($0) }.map { .header($0.name) }
    }

    private static func isSettable(_ header: WebhookEndpoint.Header) -> Bool {
        let value = header.value.exposedText.utf8
        return !header.name.isEmpty && header.name.utf8.allSatisfy(isTokenLetter)
            && !reservedHeaders.contains(header.name.lowercased())
            && !value.isEmpty && value.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }

    /// RFC 9110 §5.6.2.
    private static func isTokenLetter(_ letter: UInt8) -> Bool {
        switch letter {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(letter)
        }
    }
}
