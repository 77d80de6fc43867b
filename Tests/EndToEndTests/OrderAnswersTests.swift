import TestSupport
import Testing

/// What can be said of an order's food, as its sender asks for it.
@Suite struct OrderAnswersTests {
    struct Answer: Decodable {
        struct Time: Decodable {
            var start: String
            var isLive: Bool
            var totalMicroseconds: Int
        }
        struct Limit: Decodable {
            var profile: String
            var edition: String
            var maximum: Double?
            var unitOfRecord: String
            var measured: String
            var isVerified: Bool
        }
        struct InRange: Decodable {
            var safeMicroseconds: Int
            var unsafeMicroseconds: Int
            var unknownMicroseconds: Int
            var totalMicroseconds: Int
            var readings: Int
            var meanKineticTemperature: Double?
        }
        struct Channel: Decodable {
            struct Excursion: Decodable {
                var state: String
                var isAlarm: Bool
            }
            struct Finding: Decodable {
                var finding: String?
                var notEvaluated: String?
            }
            var deviceId: String
            var measures: String
            var timeInRange: InRange
            var excursions: [Excursion]
            var guardBand: Finding
            var timeToBreach: Finding
        }
        struct Stretch: Decodable {
            var bagId: String
            var channels: [Channel]
        }
        struct Flag: Decodable {
            var name: String
            var rule: String
            var value: Value
        }
        enum Value: Decodable, Equatable {
            case truth(Bool)
            case word(String)

            init(from decoder: any Decoder) throws {
                let value = try decoder.singleValueContainer()
                if let truth = try? value.decode(Bool.self) {
                    self = .truth(truth)
                } else {
                    self = .word(try value.decode(String.self))
                }
            }
        }
        var orderId: String
        var time: Time?
        var limit: Limit?
        var stretches: [Stretch]?
        var score: Double?
        var coverage: Double?
        var notEvaluated: String?
        var verdict: String?
        var reasons: [String]?
        var flags: [Flag]?
        var next: String?
    }

    let broker: Mosquitto
    let daemon: Freshwire
    let token: String

    init() throws {
        (broker, daemon) = try Freshwire.ready()
        token = try daemon.token()
    }

    private func answer(_ path: String) throws -> Answer {
        try daemon.request("/v1/orders/\(path)", token: token).decoded(Answer.self)
    }

    /// An order that was picked up 20 minutes ago, with a reading a minute.
    private func deliver(_ order: String, bag: String, _ celsius: (Int) -> Double) throws {
        let start = now() - 1_200_000
        try daemon.createOrder(
            order, foodClass: "cold", bags: [bag], from: rfc3339(start),
            fields: #","pickedUpAt":"\#(rfc3339(start))","status":"in_transit""#)
        let samples = (0..<20).map {
            #"{"t":\#(start + $0 * 60_000),"temperature":\#(celsius($0))}"#
        }
        try broker.publish("[" + samples.joined(separator: ",") + "]", to: "bags/\(bag)/readings")
        #expect(
            try eventually {
                try daemon.temperatureLog(order, token: token).temperatures.count == 20
            })
    }

    @Test("Q-1, Q-2: a cold order is scored, judged and flagged, with the limit it was judged by")
    func calm() throws {
        try deliver("ORD-1", bag: "BAG-1") { _ in 3.5 }
        let log = try answer("ORD-1/temperature")
        let channel = try #require(log.stretches?.first?.channels.first)
        #expect(log.stretches?.map(\.bagId) == ["BAG-1"] && channel.measures == "bag air")
        let time = channel.timeInRange
        #expect(
            time.safeMicroseconds + time.unsafeMicroseconds + time.unknownMicroseconds
                == time.totalMicroseconds)
        #expect(time.safeMicroseconds == 1_140_000_000 && time.readings == 20)
        #expect(abs(try #require(time.meanKineticTemperature) - 3.5) < 1e-6)
        #expect(channel.excursions.isEmpty)
        #expect(channel.guardBand.notEvaluated == "uncertainty_unknown")
        #expect(channel.timeToBreach.finding == "refused")
        let limit = try #require(log.limit)
        #expect(limit.profile == "us-fda-2022" && limit.maximum == 5 && limit.isVerified)
        #expect(limit.unitOfRecord == "°C" && limit.measured == "bag air")
        let freshness = try answer("ORD-1/freshness")
        #expect(freshness.verdict == "ok" && freshness.reasons == [])
        #expect(try #require(freshness.score) > 80)
        let flags = try answer("ORD-1/flags").flags ?? []
        #expect(
            flags.map(\.name) == [
                "temperature_violation", "excessive_delay", "routing_issues", "route_deviation",
                "restaurant_quality_concern",
            ])
        #expect(flags.first?.value == .truth(false))
        #expect(flags.dropFirst().allSatisfy { $0.value == .word("not_evaluated") })
    }

    @Test("Q-1, Q-2: a warm order is a deviation however good its score")
    func warm() throws {
        try deliver("ORD-2", bag: "BAG-2") { $0 < 10 ? 4 : 12 }
        let freshness = try answer("ORD-2/freshness")
        #expect(freshness.verdict == "deviation")
        #expect(freshness.reasons?.first == "temperature_alarm")
        #expect(try #require(freshness.score) > 50)
        #expect(try answer("ORD-2/flags").flags?.first?.value == .truth(true))
        let channel = try answer("ORD-2/temperature").stretches?.first?.channels.first
        #expect(channel?.excursions.map(\.isAlarm) == [true])
        #expect(channel?.timeToBreach.finding == "outside_already")
    }

    struct Checkpoints: Decodable {
        struct Checkpoint: Decodable {
            struct Temperature: Decodable {
                var site: String?
                var value: Double
                var measuredBy: String?
                var ageSeconds: Double?
            }
            var number: Int
            var kind: String
            var person: String?
            var recordedBy: String
            var seal: String?
            var temperature: Temperature?
            var bagReading: Temperature?
        }
        var checkpoints: [Checkpoint]
    }

    @Test("Q-5: what is measured in the food at a hand-over outranks the air, and is in the log")
    func checkpoints() throws {
        try deliver("ORD-9", bag: "BAG-9") { (5..<12).contains($0) ? 12 : 4 }
        #expect(try answer("ORD-9/freshness").verdict == "deviation")
        func post(_ body: String, order: String = "ORD-9") throws -> Int {
            try daemon.request(
                "/v1/orders/\(order)/checkpoints", method: "POST", token: token, body: body
            ).status
        }
        #expect(try post(#"{"kind":"pickup","at":"\#(rfc3339(now() - 1_200_000))"}"#) == 201)
        #expect(
            try post(
                """
                {"kind":"delivery","person":"Åsa","bagId":"BAG-9","seal":"intact",\
                "temperature":{"site":"core","value":4.2},"photo":"p-1"}
                """) == 201)
        #expect(try post(#"{"kind":"theft"}"#) == 400)
        #expect(try post(#"{"kind":"pickup","bagId":"BAG-1"}"#) == 400)
        #expect(try post(#"{"kind":"pickup"}"#, order: "ORD-X") == 404)
        let told = try daemon.request("/v1/orders/ORD-9/checkpoints", token: token)
            .decoded(Checkpoints.self).checkpoints
        #expect(told.map(\.kind) == ["pickup", "delivery"])
        let delivery = try #require(told.last)
        #expect(delivery.person == "Åsa" && delivery.seal == "intact")
        #expect(delivery.temperature?.site == "core" && delivery.temperature?.value == 4.2)
        #expect(delivery.temperature?.measuredBy == "hand")
        let bag = try #require(delivery.bagReading)
        let age = try #require(bag.ageSeconds)
        #expect(bag.value == 4 && age >= 60)
        #expect(told.first?.bagReading?.value == 4 || told.first?.bagReading == nil)
        let freshness = try answer("ORD-9/freshness")
        #expect(freshness.verdict == "ok" && freshness.reasons?.first == "core_probe_inside")
        // The flag is of the air, and stays.
        #expect(try answer("ORD-9/flags").flags?.first?.value == .truth(true))
        #expect(
            try post(#"{"kind":"delivery","temperature":{"site":"core","value":9}}"#) == 201)
        #expect(try answer("ORD-9/freshness").reasons?.first == "core_probe_outside")
        _ = try daemon.stop()
        let verified = try daemon.command("verify")
        #expect(verified.end == .exit(0), "\(verified.output) \(verified.errors)")
    }

    @Test("The delay is counted from the confirmation, and stands while the order is on its way")
    func delay() throws {
        try daemon.createOrder(
            "ORD-3", foodClass: "hot", bags: [],
            fields: #","status":"confirmed","promisedAt":"\#(rfc3339(now() + 3_600_000))""#)
        let flags = try answer("ORD-3/flags").flags ?? []
        #expect(flags.first { $0.name == "excessive_delay" }?.value == .truth(false))
        #expect(flags.first?.value == .word("not_evaluated"))
    }

    @Test("What cannot be judged is said not to be, and an order without a bag has no score")
    func withoutBag() throws {
        try daemon.createOrder("ORD-4", foodClass: "hot", bags: [])
        let freshness = try answer("ORD-4/freshness")
        #expect(freshness.score == nil && freshness.notEvaluated == "not_picked_up")
        #expect(freshness.verdict == "undetermined")
        let log = try answer("ORD-4/temperature")
        #expect(log.time == nil && log.stretches?.isEmpty == true)
        // Delivered before it was picked up.
        try daemon.createOrder(
            "ORD-5", foodClass: "hot", bags: ["BAG-5"],
            fields: #","pickedUpAt":"2026-01-01T12:00:00Z","deliveredAt":"2026-01-01T11:00:00Z""#)
        #expect(try answer("ORD-5/freshness").notEvaluated == "ends_before_it_begins")
        #expect(try answer("ORD-5/temperature").time?.totalMicroseconds == 0)
    }

    @Test(
        "Only the order's parties are answered, and only to questions",
        arguments: ["temperature", "freshness", "flags", "checkpoints"])
    func access(path: String) throws {
        try daemon.createOrder(
            "ORD-6", foodClass: "hot", bags: [], fields: #","customerId":"c-1""#)
        func status(_ order: String, _ token: String?, method: String = "GET") throws -> Int {
            try daemon.request("/v1/orders/\(order)/\(path)", method: method, token: token).status
        }
        #expect(try status("ORD-6", token) == 200)
        #expect(try status("ORD-6", try daemon.token(role: "customer", subject: "c-1")) == 200)
        #expect(try status("ORD-6", try daemon.token(role: "customer", subject: "c-2")) == 404)
        #expect(try status("ORD-6", nil) == 401)
        #expect(try status("ORD-7", token) == 404)
        #expect(try status("ORD-6", token, method: "DELETE") == 405)
    }

    @Test("Pages after the first are of readings only")
    func pages() throws {
        try deliver("ORD-8", bag: "BAG-8") { _ in 3.5 }
        let first = try answer("ORD-8/temperature?limit=5")
        #expect(first.stretches?.first?.channels.first?.timeInRange.readings == 20)
        let next = try #require(first.next)
        let second = try answer("ORD-8/temperature?limit=5&after=\(next)")
        #expect(second.stretches == nil && second.limit == nil)
    }
}
