import Bridge
import Courier
import Crypto
import Foundation
import InteropSupport
import Testing

@Suite("A delivery cannot be made to reach what it must not")
struct ForbiddenTargetTests {
    /// `PORT` stands for the receiver's port: each of the loopback spellings leads to it.
    static let urls = [
        "http://127.0.0.1:PORT/ok", "http://127.1:PORT/ok", "http://2130706433:PORT/ok",
        "http://0x7f000001:PORT/ok", "http://0177.0.0.1:PORT/ok", "http://0:PORT/ok",
        "http://0.0.0.0:PORT/ok", "http://[::1]:PORT/ok", "http://[::]:PORT/ok",
        "http://[::ffff:127.0.0.1]:PORT/ok", "http://[::ffff:7f00:1]:PORT/ok",
        "http://localhost:PORT/ok", "http://LOCALHOST:PORT/ok", "http://localhost.:PORT/ok",
        "http://127.0.0.1.:PORT/ok", "http://user:pw@127.0.0.1:PORT/ok",
        "http://127.0.0.1:PORT#@example.com/ok", "http://example.com@127.0.0.1:PORT/ok",
        "http://[::127.0.0.1]:PORT/ok", "http://[2002:7f00:1::]:PORT/ok",
        "http://[64:ff9b::7f00:1]:PORT/ok", "http://[fe80::1%25lo]:PORT/ok",
        "http://①②⑦.⓪.⓪.①:PORT/ok", "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/latest/meta-data/", "http://10.0.0.1:PORT/ok",
        "file:///etc/passwd", "gopher://127.0.0.1:PORT/_POST", "ftp://127.0.0.1:PORT/ok",
        "dict://127.0.0.1:PORT/x", "HOSTNAME",
    ]

    private func tryToReach(
        _ url: String, _ change: (inout WebhookEndpoint) throws -> Void = { _ in }
    ) throws -> DeliveryResult.Outcome? {
        var endpoint = WebhookEndpoint(
            name: "a", url: Secret(utf8: url),
            signer: WebhookSigner(try WebhookSecret(Receiver.secret)))
        endpoint.allowsPlainHTTP = true
        endpoint.timeoutMilliseconds = 1000
        try change(&endpoint)
        return try makeCourier([endpoint]).outcome(at: "a")
    }

    @Test(
        "No spelling of a forbidden address is reached, be it refused at the start or at the socket"
    )
    func loopback() throws {
        let receiver = try Receiver()
        for template in Self.urls {
            let url = template.replacing("PORT", with: String(receiver.port))
                .replacing(
                    "HOSTNAME",
                    with: "http://\(ProcessInfo.processInfo.hostName):\(receiver.port)/ok")
            do {
                guard case .failed = try tryToReach(url) else {
                    Issue.record("an answer from \(url)")
                    continue
                }
            } catch CourierError.endpoint {
                continue
            }
        }
        // Time for the receiver to accept what should not be there.
        Thread.sleep(forTimeInterval: 0.2)
        #expect(try receiver.connectionCount() == 0)
    }

    @Test(
        "The same spellings lead to the receiver where loopback is permitted",
        arguments: [
            "http://127.0.0.1:PORT/ok", "http://127.1:PORT/ok", "http://2130706433:PORT/ok",
            "http://0x7f000001:PORT/ok", "http://0177.0.0.1:PORT/ok", "http://[::1]:PORT/ok",
            "http://localhost:PORT/ok", "http://[::ffff:7f00:1]:PORT/ok",
        ])
    func permitted(template: String) throws {
        let receiver = try Receiver()
        let url = template.replacing("PORT", with: String(receiver.port))
        #expect(
            try tryToReach(url) { $0.addresses.allowsPrivateAddresses = true }
                == .accepted(status: 200))
        #expect(
            try tryToReach(url) {
                $0.addresses.allowed = try [
                    #require(Network("127.0.0.0/8")), #require(Network("::1")),
                ]
            } == .accepted(status: 200))
    }

    @Test("A name is judged by the address it leads to")
    func names() throws {
        let receiver = try Receiver()
        guard
            case .failed(let reason) = try tryToReach("http://localhost:\(receiver.port)/ok")
        else {
            Issue.record("reached by name")
            return
        }
        #expect(reason.contains("loopback"))
        Thread.sleep(forTimeInterval: 0.2)
        #expect(try receiver.connectionCount() == 0)
    }

    @Test("A connection that another endpoint was permitted to open is not used by one that is not")
    func borrowedConnection() throws {
        let receiver = try Receiver()
        let permitted = try receiver.endpoint("permitted", "/ok", host: "localhost")
        var forbidden = try receiver.endpoint("forbidden", "/ok", host: "localhost")
        forbidden.addresses.allowsPrivateAddresses = false
        let courier = try makeCourier([permitted, forbidden])
        #expect(try courier.outcome(at: "permitted") == .accepted(status: 200))
        guard case .failed(let reason) = try courier.outcome(at: "forbidden") else {
            Issue.record("the connection was used")
            return
        }
        #expect(reason.contains("loopback"))
        #expect(try receiver.requests().count == 1)
    }

    @Test("The daemon's own listener is not reached, even where loopback is permitted")
    func ownListener() throws {
        let receiver = try Receiver()
        var settings = CourierSettings(
            endpoints: [try receiver.endpoint("a", "/ok", host: "localhost")], version: "1")
        settings.ownListeners = [.init(address: nil, port: receiver.port)]
        let courier = try Courier(settings, clock: nowSeconds)
        guard case .failed(let reason) = try courier.outcome(at: "a") else {
            Issue.record("reached ourselves")
            return
        }
        #expect(reason.contains("this daemon listens"))
        #expect(try receiver.requests().isEmpty)
    }

    static let faults: [(String, EndpointFault)] = [
        ("", .url), ("example.com", .url), ("/hook", .url), ("https://", .url),
        ("https://user@example.com/", .url), ("https://example.com/#x", .url),
        ("https://exa mple.com/", .url), ("https://example.com/\u{0}", .url),
        ("https://example.com:99999/", .url), ("file:///etc/passwd", .url),
        ("https://" + String(repeating: "a", count: 2048), .url),
        ("http://example.com/", .scheme),
    ]

    @Test("A URL that cannot be right is refused at the start", arguments: faults)
    func faultyURL(url: String, fault: EndpointFault) throws {
        #expect(throws: CourierError.endpoint("a", fault)) {
            try tryToReach(url) { $0.allowsPlainHTTP = false }
        }
    }

    @Test("An address that cannot be permitted is refused at the start, in any spelling")
    func faultyAddress() throws {
        let loopback = try #require(IPAddress("127.0.0.1"))
        for host in ["127.0.0.1", "0x7f.1", "[::ffff:127.0.0.1]"] {
            #expect(
                throws: CourierError.endpoint("a", .address(loopback, .privateAddress))
            ) { try tryToReach("https://\(host)/") }
        }
        let metadata = try #require(IPAddress("169.254.169.254"))
        #expect(throws: CourierError.endpoint("a", .address(metadata, .special))) {
            try tryToReach("https://169.254.169.254/") {
                $0.addresses.allowsPrivateAddresses = true
            }
        }
    }

    @Test(
        "A header that would break the request is refused at the start",
        arguments: [
            ("X-A", "b\r\nX-Evil: 1"), ("X-A\r\nX-Evil", "1"), ("", "1"), ("X A", "1"),
            ("X-A", ""), ("Host", "internal"), ("Content-Length", "0"), ("Webhook-Id", "1"),
            ("Transfer-Encoding", "chunked"), ("X-A", "\u{0}"),
        ])
    func faultyHeader(name: String, value: String) throws {
        #expect(throws: CourierError.endpoint("a", .header(name))) {
            try tryToReach("https://example.com/") {
                $0.headers = [.init(name, Secret(utf8: value))]
            }
        }
    }

    @Test("Settings out of range are refused at the start")
    func ranges() throws {
        for change: (inout WebhookEndpoint) -> Void in [
            { $0.timeoutMilliseconds = 0 }, { $0.timeoutMilliseconds = .max },
            { $0.connectTimeoutMilliseconds = -1 }, { $0.concurrentAttempts = 0 },
            { $0.headers = Array(repeating: .init("a", Secret(utf8: "b")), count: 33) },
        ] {
            #expect(throws: CourierError.self) { try tryToReach("https://example.com/", change) }
        }
        let receiver = try Receiver()
        let twice = try receiver.endpoint("a", "/ok")
        #expect(throws: CourierError.endpoint("a", .duplicateName)) {
            try makeCourier([twice, twice])
        }
        for change: (inout CourierSettings) -> Void in [
            { $0.concurrentAttempts = 0 }, { $0.waitingAttemptsPerEndpoint = 0 },
        ] {
            var settings = CourierSettings(endpoints: [], version: "1")
            change(&settings)
            #expect(throws: CourierError.self) { try Courier(settings, clock: nowSeconds) }
        }
    }
}
