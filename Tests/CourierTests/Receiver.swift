import Bridge
import Courier
import Crypto
import Foundation
import InteropSupport

typealias Receiver = WebhookReceiver

extension Receiver {
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
