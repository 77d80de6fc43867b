import Foundation
import TestSupport
import Testing

/// Messages as no sensor should send them.
@Suite struct MalformedMessageTests {
    /// A payload and what becomes of it.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var payload: [UInt8]
        /// The reasons of its dead letters.
        var reasons: [String]
        /// The temperatures that are recorded nevertheless.
        var recorded: [Double] = []

        var testDescription: String { name }

        init(
            _ name: String, _ payload: String, _ reasons: String..., recorded: [Double] = []
        ) {
            self.name = name
            self.payload = Array(payload.utf8)
            self.reasons = reasons
            self.recorded = recorded
        }

        init(_ name: String, bytes: [UInt8], _ reasons: String...) {
            self.name = name
            payload = bytes
            self.reasons = reasons
        }
    }

    static let cases = [
        Case("empty", "", "empty_payload"),
        Case("only white space", "  \n ", "empty_payload"),
        Case("cut short", #"{"t":1795176000000,"temperature":4."#, "not_json"),
        Case("text", "warm", "not_json"),
        Case("NaN", #"{"temperature":NaN}"#, "not_finite"),
        Case("infinite", #"{"temperature":-Infinity}"#, "not_finite"),
        Case("too big for a number", #"{"temperature":1e999}"#, "not_finite"),
        Case("nested too deep", String(repeating: "[", count: 100_000), "too_deep"),
        Case("nested in a field", "{\"x\":" + String(repeating: "[", count: 5_000), "too_deep"),
        Case(
            "more rows than a batch may have",
            "[" + String(repeating: "{},", count: 200_000) + "{}]", "too_many_rows"),
        Case(
            "more than 1 MiB",
            #"{"temperature":4,"x":""# + String(repeating: "x", count: 1 << 20) + "\"}", "too_large"
        ),
        Case(
            "invalid UTF-8",
            bytes: Array(#"{"temperature":4,"x":""#.utf8) + [0xC3, 0x28, 0x22, 0x7D],
            "invalid_utf8"),
        Case("zero bytes", bytes: [0, 0, 0, 0], "empty_payload"),
        Case("a number instead of an object", "4.2", "not_an_object"),
        Case("a text as temperature", #"{"temperature":"warm"}"#, "wrong_type"),
        Case("an object as temperature", #"{"temperature":{"celsius":4}}"#, "wrong_type"),
        Case("true as temperature", #"{"temperature":true}"#, "wrong_type"),
        Case("nothing measured", #"{"temperature":null}"#, "nothing_measured"),
        Case("no known field", #"{"Temperature":4}"#, "nothing_measured"),
        Case("the same field twice", #"{"temperature":4,"temperature":40}"#, "duplicate_field"),
        Case("a time that is none", #"{"t":"noon","temperature":4}"#, "invalid_time"),
        Case("a time beyond all calendars", #"{"t":9e18,"temperature":4}"#, "invalid_time"),
        Case(
            "one bad row",
            #"[{"temperature":3.25},{"temperature":"warm"},{"temperature":3.5}]"#, "row_rejected",
            recorded: [3.25, 3.5]),
        Case(
            "one bad field", #"{"temperature":3.75,"humidity":"wet"}"#, "row_rejected",
            recorded: [3.75]),
    ]

    @Test("B-8: each becomes a dead letter with its reason and costs only itself")
    func deadLetters() throws {
        let broker = try Mosquitto()
        let daemon = try Freshwire(brokerPort: broker.port)
        try #require(eventually { daemon.isReady })
        let folder = TemporaryDirectory()
        for (index, message) in Self.cases.enumerated() {
            let file = folder.file("payload")
            try Data(message.payload).write(to: URL(filePath: file))
            let source = message.payload.isEmpty ? ["-n"] : ["-f", file]
            let ran = try Ran(
                "mosquitto_pub",
                [
                    "-h", "127.0.0.1", "-p", "\(broker.port)", "-q", "1", "-t",
                    "bags/CASE-\(index)/readings",
                ] + source)
            try #require(ran.end == .exit(0), "\(message.name): \(ran.errors)")
        }
        try broker.publish(temperature: 4, ofBag: "LAST")
        #expect(
            try eventually(within: .seconds(60)) {
                try daemon.exported().contains { $0.bagId == "LAST" }
            }, "\(daemon.log)")
        let letters: [DeadLetter] = try decodeLines(
            try daemon.command("dead-letters", "--limit", "1000").output)
        let readings = try daemon.exported().filter { $0.quantity == "temperature" }
        for (index, message) in Self.cases.enumerated() {
            let topic = "bags/CASE-\(index)/readings"
            let reasons = letters.filter { $0.topic == topic }.map { reason in
                String(reason.reason.prefix { $0 != ":" })
            }
            #expect(reasons == message.reasons, "\(message.name)")
            let recorded = readings.filter { $0.bagId == "CASE-\(index)" }.map(\.value)
            #expect(recorded == message.recorded, "\(message.name)")
        }
        #expect(daemon.isRunning)
        #expect(daemon.isReady)
    }

    @Test("B-4: what a clock says that was not set is not believed: the reading counts as of now")
    func unsetClocks() throws {
        let broker = try Mosquitto()
        let daemon = try Freshwire(brokerPort: broker.port)
        try #require(eventually { daemon.isReady })
        try daemon.createOrder("ORD-1", foodClass: "cold", bags: ["BAG-1"])
        let instants = [0, 1, -86_400_000, now() + 3_600_000]
        for instant in instants {
            try broker.publish(temperature: 30, ofBag: "BAG-1", at: instant)
        }
        #expect(try eventually { try daemon.exported().count == instants.count })
        let readings = try daemon.exported()
        #expect(readings.allSatisfy { $0.timeSource == "receipt" })
        #expect(readings.allSatisfy { $0.quality.event_time == 2 && $0.quality.rollup == 1 })
        let log = try daemon.temperatureLog("ORD-1", token: try daemon.token())
        #expect(log.excursions.count == 1)
    }

    @Test("B-4: readings from long ago are recorded, flagged, and not judged")
    func longAgo() throws {
        let broker = try Mosquitto()
        let daemon = try Freshwire(brokerPort: broker.port)
        try #require(eventually { daemon.isReady })
        try daemon.createOrder("ORD-1", foodClass: "cold", bags: ["BAG-1"])
        let instants = [now() - 91 * 86_400_000, now() - 1000 * 86_400_000]
        for instant in instants {
            try broker.publish(temperature: 30, ofBag: "BAG-1", at: instant)
        }
        try broker.publish(temperature: 4, ofBag: "BAG-1")
        #expect(
            try eventually {
                try daemon.exported().count == instants.count + 1
            })
        let readings = try daemon.exported()
        let impossible = readings.filter { $0.value == 30 }
        #expect(impossible.allSatisfy { $0.quality.event_time == 4 && $0.quality.rollup == 4 })
        #expect(readings.filter { $0.value == 4 }.allSatisfy { $0.quality.rollup == 1 })
        let log = try daemon.temperatureLog("ORD-1", token: try daemon.token())
        #expect(log.excursions.isEmpty)
    }

    @Test("B-8: a retained reading without a time is of unknown age, and is not taken for new")
    func retained() throws {
        let broker = try Mosquitto()
        try broker.publish(
            #"{"temperature":4}"#, to: "bags/BAG-1/readings", options: ["--retain"])
        let instant = now() - 60_000
        try broker.publish(
            #"{"t":\#(instant),"temperature":5}"#, to: "bags/BAG-2/readings", options: ["--retain"])
        let daemon = try Freshwire(brokerPort: broker.port)
        var letters: [DeadLetter] = []
        #expect(
            try eventually {
                letters = try decodeLines(try daemon.command("dead-letters").output)
                return try !letters.isEmpty && !daemon.exported().isEmpty
            })
        #expect(letters.map(\.reason) == ["retained_without_time"])
        #expect(letters.map(\.topic) == ["bags/BAG-1/readings"])
        #expect(try daemon.exported().map(\.value) == [5])
    }

    @Test(
        "B-8: what is wrong with an order's event is a dead letter that says so",
        arguments: [
            ("", "order"), ("[", "order"), ("{}", "order"), (#"{"event":"order.eaten"}"#, "order"),
            (#"{"event":"order.created","data":{"foodClass":"tepid"}}"#, "order"),
            (#"{"event":"order.created","data":{"foodclass":"hot"}}"#, "order"),
            (#"{"event":"order.delivered"}"#, "order"),
        ])
    func orderEvents(payload: String, prefix: String) throws {
        let broker = try Mosquitto()
        let daemon = try Freshwire(brokerPort: broker.port)
        try #require(eventually { daemon.isReady })
        try broker.publish(payload, to: "orders/ORD-1/events")
        var letters: [DeadLetter] = []
        #expect(
            try eventually {
                letters = try decodeLines(try daemon.command("dead-letters").output)
                return !letters.isEmpty
            })
        #expect(letters.count == 1)
        #expect(letters.first?.topic == "orders/ORD-1/events")
        #expect(letters.first?.detail.isEmpty == false)
        #expect(try daemon.request("/v1/orders/ORD-1", token: try daemon.token()).status == 404)
    }
}
