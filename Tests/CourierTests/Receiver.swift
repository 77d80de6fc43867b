import Bridge
import Courier
import Crypto
import Foundation
import InteropSupport

/// A real HTTP server in another program, and what it says it was sent.
final class Receiver {
    struct Request: Decodable {
        var method: String
        var path: String
        var headers: [String: String]
        var body: String
        var connection: Int
        var underWay: Int
        var headersHold: Bool
        var bodyHolds: Bool
    }

    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    let port: UInt16
    private let folder: URL
    private let program: RunningProgram

    init(withTLS: Bool = false) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var arguments = [folder.appending(path: "requests").path, Self.secret]
        if withTLS { arguments.append(folder.path) }
        program = try RunningProgram("receiver.py", arguments)
        guard let port = UInt16(program.announcement) else {
            throw Python.Failure(description: "no port: \(program.announcement)")
        }
        self.port = port
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// The authority of its certificate, where it speaks TLS.
    var authoritiesFile: String { folder.appending(path: "ca.pem").path }

    /// How many connections it has accepted, with or without a request.
    func connectionCount() throws -> Int {
        let file = folder.appending(path: "requests.connections")
        return try String(contentsOf: file, encoding: .utf8).count { $0 == "\n" }
    }

    func requests() throws -> [Request] {
        let text = try String(contentsOf: folder.appending(path: "requests"), encoding: .utf8)
        // A last line without its end is being written.
        let whole = text.prefix(upTo: text.lastIndex(of: "\n") ?? text.startIndex)
        return try whole.split(separator: "\n")
            .map { try JSONDecoder().decode(Request.self, from: Data($0.utf8)) }
    }

    /// An endpoint at this receiver, on `host`, with the permission to be there.
    func endpoint(
        _ name: String, _ path: String, host: String = "127.0.0.1", scheme: String = "http"
    ) throws -> WebhookEndpoint {
        var endpoint = WebhookEndpoint(
            name: name, url: Secret(utf8: "\(scheme)://\(host):\(port)\(path)"),
            signer: WebhookSigner(try WebhookSecret(Self.secret)))
        endpoint.addresses.allowsPrivateAddresses = true
        endpoint.timeoutMilliseconds = 10_000
        return endpoint
    }
}

extension DeliveryAttempt {
    static func sample(_ number: UInt64, to endpoint: String, attempt: Int = 1) -> DeliveryAttempt {
        let body =
            #"{"event":"order.temperature_alert","timestamp":"2026-11-20T12:00:00.000Z","#
            + #""data":{"bag":"보온백 \#(number)"}}"#
        return DeliveryAttempt(
            number: number, endpoint: endpoint, body: Array(body.utf8), attempt: attempt)
    }
}

func nowSeconds() -> Int64 { Int64(Date().timeIntervalSince1970) }

func makeCourier(_ endpoints: [WebhookEndpoint]) throws -> Courier {
    try Courier(CourierSettings(endpoints: endpoints, version: "0.0.0-test"), clock: nowSeconds)
}

extension Courier {
    /// Turns until `count` attempts have come to an end, in the order in which they did.
    func finish(_ count: Int, withinSeconds limit: Double = 30) throws -> [CompletedAttempt] {
        var completed: [CompletedAttempt] = []
        let deadline = Date().addingTimeInterval(limit)
        while completed.count < count, Date() < deadline {
            completed += try turn(waitMilliseconds: 100)
        }
        return completed
    }

    /// Turns until `receiver` has had `count` requests, and some time longer for one too many.
    func reach(_ receiver: Receiver, requests count: Int) throws {
        let deadline = Date().addingTimeInterval(30)
        while try receiver.requests().count < count, Date() < deadline {
            _ = try turn(waitMilliseconds: 20)
        }
        let patience = Date().addingTimeInterval(0.3)
        while Date() < patience { _ = try turn(waitMilliseconds: 20) }
    }

    /// The outcome of one attempt at the endpoint called so.
    func outcome(at endpoint: String, number: UInt64 = 1) throws -> DeliveryResult.Outcome? {
        start(.sample(number, to: endpoint))
        return try finish(1).first?.result.outcome
    }
}
