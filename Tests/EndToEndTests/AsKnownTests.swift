import TestSupport
import Testing

/// What was known of an order at an instant, after later readings have changed it.
@Suite struct AsKnownTests {
    private struct Answer: Decodable {
        struct Quality: Decodable {
            var rollup: Int
        }
        struct Reading: Decodable {
            var value: Double
            var measuredAt: String
            var quality: Quality
        }
        struct Channel: Decodable {
            struct Excursion: Decodable {
                var isAlarm: Bool
            }
            var excursions: [Excursion]
        }
        struct Stretch: Decodable {
            var channels: [Channel]
        }
        struct Told: Decodable {
            var number: Int
        }
        var asOf: String?
        var evaluatedAt: String?
        var excursions: [Told]?
        var readings: [Reading]?
        var stretches: [Stretch]?
        var verdict: String?
        var next: String?

        var alarms: Int {
            (stretches ?? []).flatMap(\.channels).flatMap(\.excursions).count { $0.isAlarm }
        }
    }

    @Test("B-9: after a late batch, the log tells what it knew before it, flags and all")
    func lateBatch() throws {
        var settings = Freshwire.Settings()
        settings.environment = ["FRESHWIRE_QUALITY_CHECKS": "all"]
        let (broker, daemon) = try Freshwire.ready(settings)
        let token = try daemon.token()
        let start = now() - 1_200_000
        try daemon.createOrder(
            "ORD-1", foodClass: "cold", bags: ["BAG-1"], from: rfc3339(start),
            fields: #","pickedUpAt":"\#(rfc3339(start))","status":"in_transit""#)
        func publish(_ minutes: [Int], _ celsius: Double) throws {
            let samples = minutes.map {
                #"{"t":\#(start + $0 * 60_000),"temperature":\#(celsius)}"#
            }
            try broker.publish(
                "[" + samples.joined(separator: ",") + "]", to: "bags/BAG-1/readings")
        }
        func answer(_ path: String) throws -> Answer {
            try daemon.request("/v1/orders/ORD-1/\(path)", token: token).decoded(Answer.self)
        }
        func count(_ expected: Int) throws -> Bool {
            try eventually { try answer("temperature").readings?.count == expected }
        }
        try publish([0, 1, 2, 3, 8, 9, 10, 11], 3.5)
        try #require(try count(8))
        let before = try answer("temperature")
        let instant = rfc3339(now())
        try publish([4, 5, 6, 7], 14)
        try #require(try count(12))
        let after = try answer("temperature")
        let then = try answer("temperature?asOf=\(instant)")
        #expect(then.asOf == instant && then.evaluatedAt == instant)
        #expect(after.asOf == nil && after.excursions?.isEmpty == false && then.excursions == nil)
        #expect(then.readings?.map(\.measuredAt) == before.readings?.map(\.measuredAt))
        #expect(
            then.readings?.map(\.quality.rollup) == before.readings?.map(\.quality.rollup))
        // The reading after the late ones was good, and jumps now.
        let isNext = { (reading: Answer.Reading) in
            reading.measuredAt == rfc3339(start + 8 * 60_000)
        }
        #expect(
            then.readings?.first(where: isNext)?.quality.rollup
                != after.readings?.first(where: isNext)?.quality.rollup)
        #expect(then.alarms == 0 && after.alarms == 1)
        #expect(try answer("freshness").verdict == "deviation")
        #expect(try answer("freshness?asOf=\(instant)").verdict != "deviation")
        // By pages, too.
        let page = try answer("temperature?limit=5&asOf=\(instant)")
        let next = try answer(
            "temperature?limit=5&asOf=\(instant)&after=\(try #require(page.next))")
        #expect((page.readings?.count, next.readings?.count) == (5, 3))
    }

    @Test("nonsense, the future, and what was not known yet")
    func refused() throws {
        let (_, daemon) = try Freshwire.ready()
        let token = try daemon.token()
        let before = rfc3339(now() - 1)
        try daemon.createOrder("ORD-1", foodClass: "cold", bags: [])
        for path in ["temperature", "freshness", "flags", "checkpoints"] {
            func status(_ asOf: String) throws -> Int {
                try daemon.request("/v1/orders/ORD-1/\(path)?asOf=\(asOf)", token: token).status
            }
            for nonsense in ["", "yesterday", "1795262400000", "2026-11-20", "%FF"] {
                #expect(try status(nonsense) == 400, "\(path) \(nonsense)")
            }
            #expect(try status(rfc3339(now() + 60_000)) == 400)
            #expect(try status(before) == 404)
            #expect(try status(rfc3339(now())) == 200)
        }
    }
}
