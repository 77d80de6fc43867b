import Foundation
import InteropSupport
import TestSupport
import Testing

/// A scenario of real hardware by a real broker into a real log: nothing lost, nothing invented.
@Suite struct ScenarioTests {
    /// A line of the truth that `simulate --truth` writes.
    struct Expected: Decodable {
        var message: Int
        var format: String
        var device: String
        var carrier: String
        var quantity: String
        var probe: Int?
        var value: Double?
        var unit: String?
        var marker: String?
        var latitude: Double?
        var longitude: Double?
        var speed: Double?
        var heading: Double?
        var accuracy: Double?
        /// Nil where the time of receipt stands in.
        var measuredAt: String?
        var timeSource: String
        var sequence: Int?
        var notes: [String]

        var isPosition: Bool { quantity == "position" }

        var record: Record {
            Record(
                device: device, carrier: carrier, quantity: quantity, probe: probe ?? 0,
                numbers: isPosition
                    ? [latitude, longitude, speed, heading, accuracy] : [value],
                marker: marker, measuredAt: measuredAt, timeSource: timeSource,
                sequence: sequence, notes: Set(notes))
        }
    }

    /// What is compared: one reading or one fix, as the log and as the truth have it.
    struct Record: Hashable {
        var device: String
        var carrier: String
        var quantity: String
        var probe: Int
        var numbers: [Double?]
        var marker: String?
        /// Nil where the time of receipt stands in, which differs from run to run.
        var measuredAt: String?
        var timeSource: String
        var sequence: Int?
        var notes: Set<String>
    }

    /// A line of `freshwire export`; members that the log does not have yet are nil.
    struct Exported: Decodable {
        var bagId: String
        var deviceId: String
        var quantity: String
        var probe: Int
        var value: Double?
        var unit: String
        var measuredAt: String
        var timeSource: String
        var sequence: Int?
        var marker: String?
        var notes: [String]?

        var record: Record {
            Record(
                device: deviceId, carrier: bagId, quantity: quantity, probe: probe,
                numbers: [value], marker: marker,
                measuredAt: timeSource == "receipt" ? nil : measuredAt, timeSource: timeSource,
                sequence: sequence, notes: Set(notes ?? []))
        }
    }

    /// A row of the view `location_log`.
    struct LoggedFix: Decodable {
        var device: String
        var carrier: String
        var latitude: Double
        var longitude: Double
        var speed: Double?
        var heading: Double?
        var accuracy: Double?
        var measured_at: String
        var time_source: String
        var sequence: Int?
        var notes: String?

        var record: Record {
            Record(
                device: device, carrier: carrier, quantity: "position", probe: 0,
                numbers: [latitude, longitude, speed, heading, accuracy], marker: nil,
                measuredAt: time_source == "receipt" ? nil : measured_at, timeSource: time_source,
                sequence: sequence,
                notes: Set((notes ?? "").split(separator: " ").map(String.init)))
        }
    }

    private let broker: Mosquitto
    private let daemon: Freshwire
    private let folder = TemporaryDirectory()

    init() throws {
        // As `Deploy/mosquitto` sets it: by default the broker drops what a daemon that is held up
        // has not taken, beyond 1,000 messages.
        var options = Mosquitto.Options()
        options.lines = ["max_queued_messages 0"]
        broker = try Mosquitto(options)
        daemon = try Freshwire(brokerPort: broker.port)
        try #require(eventually { daemon.isReady })
    }

    /// Plays a scenario, and answers what the log must say of it.
    private func play(_ file: String, speed: String) throws -> [Expected] {
        let truth = folder.file("truth")
        let ran = try Ran(
            Freshwire.program,
            [
                "simulate", "--scenario", file, "--port", "\(broker.port)", "--speed", speed,
                "--truth", truth,
            ])
        guard ran.end == .exit(0) else { throw Unexpected(description: ran.errors) }
        return try decodeLines(folder.read("truth"))
    }

    private func exported() throws -> [Exported] {
        let ran = try daemon.command("export")
        guard ran.end == .exit(0) else { throw Unexpected(description: ran.errors) }
        return try decodeLines(ran.output)
    }

    /// Whether the log comes to hold exactly what the truth says, each as often.
    private func compare(_ truth: [Expected]) throws {
        #expect(
            try eventually(within: .seconds(180)) {
                try daemon.metric("freshwire_readings_total")
                    == Double(truth.count { !$0.isPosition })
            })
        let fixes: [LoggedFix] = try daemon.rows("SELECT * FROM location_log")
        let logged = try exported().map(\.record) + fixes.map(\.record)
        let expected = truth.map(\.record)
        var balance: [Record: Int] = [:]
        for record in expected { balance[record, default: 0] += 1 }
        for record in logged { balance[record, default: 0] -= 1 }
        let missing = balance.filter { $0.value > 0 }
        let invented = balance.filter { $0.value < 0 }
        #expect(missing.isEmpty, "\(missing.count) missing, such as \(missing.prefix(3))")
        #expect(invented.isEmpty, "\(invented.count) invented, such as \(invented.prefix(3))")
    }

    @Test(
        "B-2, B-4: every reading of a played scenario is in the log, once, with its value and time")
    func plainJSON() throws {
        let file = folder.write(
            """
            seed: 7
            duration: 20m
            fleets:
              - format: generic-bag
                count: 10
                interval: 10s
                physics: {temperature: [60, 70], opened: {probability: 0.5, for: 2m}}
                faults:
                  offline: {probability: 0.5, for: 5m}
                  dead_probe: {probability: 0.3, for: 5m}
                  reboot: {probability: 0.5}
                  low_battery: {probability: 0.5}
              - format: generic-tracker
                count: 5
                interval: 5s
                faults: {offline: {probability: 0.5, for: 3m}}
            """, to: "plain.yaml")
        let truth = try play(file, speed: "as fast as possible")
        #expect(truth.count > 5_000)
        try compare(truth)
    }

    @Test(
        "B-3, B-4: every reading of the shipped scenario's hardware is in the log, with its faults")
    func lunchRush() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appending(path: "Devices/scenarios/lunch-rush.yaml").path
        // What a network relays does not say what device it is from.
        let token = try daemon.token()
        for number in 1...8 {
            let known = try daemon.request(
                "/v1/devices", method: "POST", token: token,
                body: #"{"id":"A84041010000000\#(number)","profile":"dragino/lht65"}"#)
            try #require(known.status == 201, "\(known.body)")
        }
        let truth = try play(file, speed: "as fast as possible")
        #expect(truth.count > 10_000)
        #expect(truth.contains { $0.marker != nil })
        try compare(truth)
    }

    @Test("an interrupted scenario ends cleanly, and its truth holds what was published")
    func interrupted() throws {
        let file = folder.write(
            "duration: 1h\nfleets:\n  - {format: generic-bag, interval: 1s, count: 20}\n",
            to: "long.yaml")
        let play = try ChildProcess(
            Freshwire.program,
            [
                "simulate", "--scenario", file, "--port", "\(broker.port)", "--truth",
                folder.file("truth"),
            ], output: folder.file("output"), errors: folder.file("errors"))
        #expect(try eventually { try daemon.metric("freshwire_readings_total") ?? 0 >= 60 })
        play.send(signal: SIGINT)
        #expect(try play.wait(atMost: .seconds(15)) == .exit(0), "\(folder.read("errors"))")
        #expect(folder.read("output").hasSuffix(" messages acknowledged\n"))
        try compare(try decodeLines(folder.read("truth")))
    }

    @Test("a scenario that cannot be is refused with its line, its column and what was meant")
    func refused() throws {
        let file = folder.write(
            "duration: 1m\nfleets:\n  - {format: generic-bag, intervall: 1s}\n", to: "wrong.yaml")
        let wrong = try Ran(Freshwire.program, ["simulate", "--scenario", file])
        #expect(wrong.end == .exit(78))
        #expect(wrong.errors.contains("wrong.yaml:3:27: a fleet has no key 'intervall'"))
        #expect(wrong.errors.contains("did you mean 'interval'?"))
        let missing = try Ran(
            Freshwire.program, ["simulate", "--scenario", folder.file("none.yaml")])
        #expect(missing.end == .exit(66))
        let mixed = try Ran(
            Freshwire.program, ["simulate", "--scenario", file, "--bags", "5"])
        #expect(mixed.end == .exit(64))
    }
}
