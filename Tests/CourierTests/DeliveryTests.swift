import Bridge
import Courier
import Crypto
import Foundation
import InteropSupport
import Testing

@Suite("Q-11: a delivery arrives, signed, and its answer is understood")
struct DeliveryTests {
    @Test("A receiver gets the event as JSON with signatures that hold")
    func accepted() throws {
        let receiver = try Receiver()
        var endpoint = try receiver.endpoint("orders", "/ok")
        endpoint.headers = [.init("Authorization", Secret(utf8: "Bearer abc"))]
        let courier = try makeCourier([endpoint])
        courier.start(.sample(7, to: "orders"))
        #expect(courier.pendingCount == 1)
        let completed = try #require(try courier.finish(1).first)
        #expect(
            completed.result
                == DeliveryResult(number: 7, endpoint: "orders", outcome: .accepted(status: 200)))
        #expect(completed.excerpt.count == 1024)
        #expect(completed.excerpt.starts(with: #"{"status": 200"#.utf8))
        #expect(courier.pendingCount == 0)

        let request = try #require(try receiver.requests().first)
        #expect(request.method == "POST")
        #expect(request.headersHold)
        #expect(request.bodyHolds)
        #expect(request.body.contains("보온백 7"))
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["user-agent"] == "freshwire/0.0.0-test")
        #expect(request.headers["authorization"] == "Bearer abc")
        #expect(request.headers["expect"] == nil)
        #expect(request.headers["content-length"] == String(request.body.utf8.count))
    }

    @Test("Every attempt at a delivery has the same id and a time-stamp of its own")
    func identity() throws {
        let receiver = try Receiver()
        var time: Int64 = nowSeconds() - 100
        let settings = CourierSettings(
            endpoints: [try receiver.endpoint("a", "/status/500")], version: "1")
        // The second courier stands for the daemon after a restart.
        for _ in 0..<2 {
            let courier = try Courier(settings, clock: { time })
            for attempt in 1...2 {
                courier.start(.sample(1, to: "a", attempt: attempt))
                _ = try courier.finish(1)
                time += 10
            }
            courier.start(.sample(2, to: "a"))
            _ = try courier.finish(1)
        }
        let requests = try receiver.requests()
        let ids = requests.map { $0.headers["webhook-id"] ?? "" }
        #expect(ids.count == 6)
        #expect(Set([ids[0], ids[1], ids[3], ids[4]]).count == 1)
        #expect(ids[2] == ids[5])
        #expect(ids[0] != ids[2])
        #expect(ids[0].hasPrefix("dlv_1_"))
        let times = requests.compactMap { $0.headers["webhook-timestamp"].flatMap(Int64.init) }
        #expect(times == [0, 10, 20, 20, 30, 40].map { $0 + times[0] })
        #expect(requests.allSatisfy { $0.headersHold && $0.bodyHolds })
    }

    @Test(
        "A status other than 2xx is a refusal, and no redirect is followed",
        arguments: [
            ("/status/500", 500), ("/status/410", 410), ("/status/400", 400),
            ("/status/429", 429), ("/status/304", 304), ("/redirect", 302),
        ])
    func refused(path: String, status: Int) throws {
        let receiver = try Receiver()
        let courier = try makeCourier([try receiver.endpoint("a", path)])
        #expect(
            try courier.outcome(at: "a") == .refused(status: status, retryAfterMilliseconds: nil))
        #expect(
            try receiver.requests().map(\.path) == [
                path.split(separator: "?").first.map(String.init)
            ])
    }

    @Test("Every 2xx is an acceptance", arguments: [200, 201, 202, 204, 299])
    func successes(status: Int) throws {
        let receiver = try Receiver()
        let courier = try makeCourier([try receiver.endpoint("a", "/status/\(status)")])
        #expect(try courier.outcome(at: "a") == .accepted(status: status))
    }

    @Test("A receiver may ask for time")
    func retryAfter() throws {
        let receiver = try Receiver()
        let courier = try makeCourier([
            try receiver.endpoint("a", "/status/503?retry-after=120"),
            try receiver.endpoint(
                "b", "/status/503?retry-after=Fri,%2001%20Jan%202100%2000:00:00%20GMT"),
            try receiver.endpoint("c", "/status/429?retry-after=soon"),
        ])
        #expect(
            try courier.outcome(at: "a") == .refused(status: 503, retryAfterMilliseconds: 120_000))
        guard case .refused(503, let wait?) = try courier.outcome(at: "b") else {
            Issue.record("no waiting time")
            return
        }
        #expect(abs(wait / 1000 - (4_102_444_800 - nowSeconds())) <= 2)
        #expect(
            try courier.outcome(at: "c") == .refused(status: 429, retryAfterMilliseconds: nil))
    }

    @Test(
        "An answer without an end to its head is no answer, and its reason is told",
        arguments: [
            ("/hang", "no answer after"), ("/drip-head", "no answer after"),
            ("/early", "Empty reply"), ("/interim", "Empty reply"),
            ("/garbage", "HTTP/0.9"), ("/huge-head", "header lines are longer"),
        ])
    func failed(path: String, reason: String) throws {
        let receiver = try Receiver()
        var endpoint = try receiver.endpoint("a", path)
        endpoint.timeoutMilliseconds = 500
        let courier = try makeCourier([endpoint])
        guard case .failed(let text) = try courier.outcome(at: "a") else {
            Issue.record("an answer to \(path)")
            return
        }
        #expect(text.contains(reason))
        #expect(try receiver.requests().count == 1)
    }

    @Test(
        "A whole head with 2xx is an acceptance, whatever becomes of the body",
        arguments: ["/drip-body", "/huge", "/early-body"])
    func bodyDoesNotMatter(path: String) throws {
        let receiver = try Receiver()
        var endpoint = try receiver.endpoint("a", path)
        endpoint.timeoutMilliseconds = 1000
        let courier = try makeCourier([endpoint])
        courier.start(.sample(1, to: "a"))
        let completed = try #require(try courier.finish(1).first)
        #expect(completed.result.outcome == .accepted(status: 200))
        #expect(completed.excerpt.count <= 1024)
    }

    @Test("Where nobody listens, the failure says so")
    func nobodyListens() throws {
        let endpoint: WebhookEndpoint
        do {
            let receiver = try Receiver()
            endpoint = try receiver.endpoint("a", "/ok")
        }
        let courier = try makeCourier([endpoint])
        guard case .failed(let text) = try courier.outcome(at: "a") else {
            Issue.record("an answer from nobody")
            return
        }
        #expect(text.contains("Failed to connect") || text.contains("refused"))
    }

    @Test("Deliveries to one receiver share a connection")
    func reuse() throws {
        let receiver = try Receiver()
        let courier = try makeCourier([try receiver.endpoint("a", "/ok")])
        for number in 1...5 { courier.start(.sample(UInt64(number), to: "a")) }
        #expect(try courier.finish(5).count == 5)
        #expect(Set(try receiver.requests().map(\.connection)).count == 1)
        #expect(try receiver.connectionCount() == 1)
    }

    @Test("TLS is verified, against the authorities the endpoint names")
    func encrypted() throws {
        let receiver = try Receiver(withTLS: true)
        var trusted = try receiver.endpoint("trusted", "/ok", host: "localhost", scheme: "https")
        trusted.authoritiesFile = receiver.authoritiesFile
        var otherName = try receiver.endpoint("other name", "/ok", scheme: "https")
        otherName.authoritiesFile = receiver.authoritiesFile
        let unknown = try receiver.endpoint("unknown", "/ok", host: "localhost", scheme: "https")
        let courier = try makeCourier([trusted, otherName, unknown])
        for name in ["unknown", "other name"] {
            guard case .failed(let text) = try courier.outcome(at: name) else {
                Issue.record("accepted by the endpoint \(name)")
                continue
            }
            #expect(text.contains("SSL"))
        }
        #expect(try receiver.requests().isEmpty)
        #expect(try courier.outcome(at: "trusted") == .accepted(status: 200))
        #expect(try receiver.requests().map(\.headersHold) == [true])
    }
}
