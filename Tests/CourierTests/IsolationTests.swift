import Bridge
import Courier
import Foundation
import InteropSupport
import Testing

@Suite("One receiver's trouble is nobody else's")
struct IsolationTests {
    @Test("An endpoint that never answers does not delay another one")
    func silentNeighbour() throws {
        let receiver = try Receiver()
        var silent = try receiver.endpoint("silent", "/hang")
        silent.timeoutMilliseconds = 60_000
        let courier = try makeCourier([silent, try receiver.endpoint("quick", "/ok")])
        for number in 1...100 {
            courier.start(.sample(UInt64(number), to: "silent"))
            courier.start(.sample(UInt64(1000 + number), to: "quick"))
        }
        let completed = try courier.finish(100)
        #expect(completed.count == 100)
        #expect(completed.allSatisfy { $0.result.endpoint == "quick" })
        #expect(courier.pendingCount == 100)
    }

    @Test("An endpoint gets its deliveries one by one, in order")
    func order() throws {
        let receiver = try Receiver()
        let courier = try makeCourier([try receiver.endpoint("a", "/ok")])
        for number in 1...50 { courier.start(.sample(UInt64(number), to: "a")) }
        #expect(try courier.finish(50).map(\.result.number) == Array(1...50))
        let requests = try receiver.requests()
        #expect(requests.allSatisfy { $0.underWay == 1 })
        let sent = requests.map { $0.headers["webhook-id"]?.split(separator: "_")[1] ?? "" }
        #expect(sent == (1...50).map { "\($0)" })
    }

    @Test("An endpoint that may have several attempts under way has them, and no more")
    func ownLimit() throws {
        let receiver = try Receiver()
        var endpoint = try receiver.endpoint("a", "/hang")
        endpoint.concurrentAttempts = 3
        endpoint.timeoutMilliseconds = 60_000
        let courier = try makeCourier([endpoint])
        for number in 1...6 { courier.start(.sample(UInt64(number), to: "a")) }
        try courier.reach(receiver, requests: 3)
        #expect(try receiver.requests().count == 3)
    }

    /// Four silent endpoints, two attempts at each, of which two may be under way in all.
    private func silentEndpoints(
        _ receiver: Receiver, timeoutMilliseconds: Int
    ) throws -> Courier {
        let names = ["a", "b", "c", "d"]
        var settings = CourierSettings(
            endpoints: try names.map { name in
                var endpoint = try receiver.endpoint(name, "/hang")
                endpoint.timeoutMilliseconds = timeoutMilliseconds
                return endpoint
            }, version: "1")
        settings.concurrentAttempts = 2
        let courier = try Courier(settings, clock: nowSeconds)
        for name in names {
            for number in 1...2 { courier.start(.sample(UInt64(number), to: name)) }
        }
        return courier
    }

    @Test("All endpoints together keep to the limit of the courier")
    func limitInAll() throws {
        let receiver = try Receiver()
        let courier = try silentEndpoints(receiver, timeoutMilliseconds: 60_000)
        try courier.reach(receiver, requests: 2)
        #expect(try receiver.requests().count == 2)
    }

    @Test("Where endpoints have to wait for each other, each gets its turn")
    func turns() throws {
        let receiver = try Receiver()
        let courier = try silentEndpoints(receiver, timeoutMilliseconds: 300)
        let completed = try courier.finish(8)
        #expect(completed.count == 8)
        #expect(Set(completed.prefix(4).map(\.result.endpoint)) == ["a", "b", "c", "d"])
    }

    @Test("A queue that is full answers at once, and so does an endpoint that is not known")
    func bounds() throws {
        let receiver = try Receiver()
        var settings = CourierSettings(
            endpoints: [try receiver.endpoint("a", "/ok")], version: "1")
        settings.waitingAttemptsPerEndpoint = 3
        let courier = try Courier(settings, clock: nowSeconds)
        for number in 1...5 { courier.start(.sample(UInt64(number), to: "a")) }
        courier.start(.sample(6, to: "gone"))
        let completed = try courier.finish(6)
        let failed = completed.compactMap { attempt -> UInt64? in
            if case .failed = attempt.result.outcome { attempt.result.number } else { nil }
        }
        #expect(failed == [4, 5, 6])
        #expect(completed.count == 6)
    }

    @Test("When the endpoints change, what waits for one that is gone is answered")
    func replacement() throws {
        let receiver = try Receiver()
        var gone = try receiver.endpoint("gone", "/hang")
        gone.timeoutMilliseconds = 600
        let courier = try makeCourier([gone, try receiver.endpoint("kept", "/status/500")])
        for number in 1...3 { courier.start(.sample(UInt64(number), to: "gone")) }
        _ = try courier.turn(waitMilliseconds: 0)
        courier.start(.sample(4, to: "kept"))
        try courier.replaceEndpoints([
            try receiver.endpoint("kept", "/ok"), try receiver.endpoint("new", "/ok"),
        ])
        courier.start(.sample(5, to: "new"))
        let completed = try courier.finish(5)
        let outcomes = Dictionary(
            uniqueKeysWithValues: completed.map { ($0.result.number, $0.result.outcome) })
        guard case .failed(let text) = outcomes[1] else {
            Issue.record("an answer of the silent endpoint")
            return
        }
        #expect(text.contains("no answer"))
        #expect(outcomes[2] == .failed("the endpoint is not configured"))
        #expect(outcomes[3] == .failed("the endpoint is not configured"))
        #expect(outcomes[4] == .accepted(status: 200))
        #expect(outcomes[5] == .accepted(status: 200))
    }

    @Test("An endpoint that goes and comes back still has one attempt under way at most")
    func comingBack() throws {
        let receiver = try Receiver()
        var endpoint = try receiver.endpoint("a", "/hang")
        endpoint.timeoutMilliseconds = 60_000
        let courier = try makeCourier([endpoint])
        courier.start(.sample(1, to: "a"))
        try courier.reach(receiver, requests: 1)
        try courier.replaceEndpoints([])
        try courier.replaceEndpoints([endpoint])
        courier.start(.sample(2, to: "a"))
        try courier.reach(receiver, requests: 1)
        #expect(try receiver.requests().count == 1)
        #expect(courier.pendingCount == 2)
    }

    @Test("Another thread ends the wait")
    func waking() throws {
        let courier = try makeCourier([])
        let waker = courier.waker
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: 0.05)
            waker.wake()
        }
        let start = Date()
        #expect(try courier.turn(waitMilliseconds: 20_000).isEmpty)
        #expect(Date().timeIntervalSince(start) < 10)
        waker.wake()
        #expect(try courier.turn(waitMilliseconds: 20_000).isEmpty)
        #expect(Date().timeIntervalSince(start) < 10)
    }

    @Test("A courier may be given up with attempts under way, and its waker outlives it")
    func givingUp() throws {
        let receiver = try Receiver()
        let waker: CourierWaker
        do {
            let courier = try makeCourier([try receiver.endpoint("a", "/hang")])
            courier.start(.sample(1, to: "a"))
            for _ in 0..<5 { _ = try courier.turn(waitMilliseconds: 10) }
            waker = courier.waker
        }
        waker.wake()
        #expect(try receiver.requests().count == 1)
    }
}
