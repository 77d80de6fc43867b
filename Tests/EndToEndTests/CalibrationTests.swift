import Foundation
import TestSupport
import Testing

/// The register of calibrations, as a food-safety officer and an auditor use it.
@Suite struct CalibrationTests {
    struct Register: Decodable {
        struct Entry: Decodable {
            struct Point: Decodable {
                var reference: Double
                var indicated: Double
                var error: Double
            }
            var number: Int
            var deviceId: String
            var enteredBy: String
            var certificate: String?
            var points: [Point]?
            var supersedes: Int?
            var supersededBy: Int?
            var isOverdue: Bool?
        }
        var calibrations: [Entry]
    }

    struct Calibrated: Decodable {
        var value: Double
        var rawValue: Double?
        var calibration: Int?
        var quality: [String: Quality]

        /// A flag; the other members of `quality` are texts and objects.
        struct Quality: Decodable {
            var flag: Int?

            init(from decoder: any Decoder) throws {
                flag = try? decoder.singleValueContainer().decode(Int.self)
            }
        }
    }

    struct Log: Decodable {
        var excursions: [TemperatureLog.Excursion]
        var readings: [Calibrated]
    }

    let broker: Mosquitto
    let daemon: Freshwire
    let token: String

    init() throws {
        (broker, daemon) = try Freshwire.ready()
        token = try daemon.token(subject: "officer-1")
    }

    private static func body(error: Double, madeAt: Int, dueAt: Int) -> String {
        """
        {"madeAt":"\(rfc3339(madeAt))","dueAt":"\(rfc3339(dueAt))","certificate":"K-2026-117",\
        "laboratory":"Lab","method":"comparison in a stirred bath","reference":"thermometer 7",\
        "points":[{"reference":0,"error":\(error)},{"reference":60,"error":\(error)}],\
        "uncertainty":{"expanded":0.2,"coverageFactor":2}}
        """
    }

    private func post(_ body: String, device: String = "BAG-1", token: String? = nil) throws
        -> Answer
    {
        try daemon.request(
            "/v1/devices/\(device)/calibrations", method: "POST", token: token ?? self.token,
            body: body)
    }

    private func log(_ order: String = "ORD-1") throws -> Log {
        try daemon.request("/v1/orders/\(order)/temperature", token: token).decoded()
    }

    private func publish(_ celsius: Double, at instant: Int, count: Int) throws {
        try broker.publish(
            #"{"t":\#(instant),"temperature":\#(celsius)}"#, to: "bags/BAG-1/readings")
        try #require(try eventually { try log().readings.count == count })
    }

    @Test("B-4, Q-3: a reading after a calibration has both values, and is judged by the corrected")
    func corrected() throws {
        let start = now() - 600_000
        try daemon.createOrder("ORD-1", foodClass: "cold", bags: ["BAG-1"], from: rfc3339(start))
        try publish(4.5, at: start + 1_000, count: 1)
        let body = Self.body(error: -1, madeAt: start, dueAt: start + 86_400_000)
        let entered = try post(body)
        #expect(entered.status == 201, "\(entered.body)")
        #expect(try post(body).body == entered.body)
        let client = try RealtimeClient(daemon, token: token)
        try client.subscribe(toOrder: "ORD-1")
        // The broker delivers the first one again, as it may: the log has it, uncorrected.
        try broker.publish(
            #"{"t":\#(start + 1_000),"temperature":4.5}"#, to: "bags/BAG-1/readings")
        let measuredAt = now() - 2_000
        try publish(4.5, at: measuredAt, count: 2)
        let log = try log()
        #expect(log.readings.map(\.value) == [4.5, 5.5])
        #expect(log.readings.map(\.rawValue) == [nil, 4.5])
        #expect(log.readings.map(\.calibration) == [nil, 1])
        #expect(log.readings.last?.quality["calibration"]?.flag == 1)
        #expect(log.excursions.map(\.peak) == [5.5])
        let frame = try #require(
            try client.first("temperature_update") { $0.payload.temperature == 5.5 })
        #expect(frame.payload.withinLimit == false)
        #expect(frame.payload.rawTemperature == 4.5 && frame.payload.calibration == 1)
        let csv = try daemon.command("export", "--format", "csv").output
            .components(separatedBy: "\r\n").filter { !$0.isEmpty }
        #expect(csv.first?.hasSuffix(",raw_value,calibration") == true)
        #expect(csv.dropFirst().map { $0.hasSuffix(",4.5,1") } == [false, true])
        try expectTheSameAfterRestarts(since: measuredAt)
    }

    private func expectTheSameAfterRestarts(since measuredAt: Int) throws {
        try daemon.kill()
        try daemon.start()
        try #require(eventually { daemon.isReady })
        try publish(3, at: measuredAt + 1_000, count: 3)
        let before = try log()
        #expect(before.readings.map(\.value) == [4.5, 5.5, 4])
        #expect(before.excursions.count == 1 && before.excursions.first?.closedAt != nil)
        _ = try daemon.stop()
        let verified = try daemon.command("verify")
        #expect(verified.end == .exit(0), "\(verified.output) \(verified.errors)")
        try daemon.start()
        #expect(try log().excursions.count == before.excursions.count)
    }

    @Test("Q-3: a mistake is taken back by another entry; who did what is told, by API and command")
    func register() throws {
        let start = now() - 600_000
        try broker.publish(#"{"t":\#(start),"temperature":4.5}"#, to: "bags/BAG-1/readings")
        try #require(
            try eventually { try daemon.request("/v1/devices/BAG-1", token: token).status == 200 })
        let overdue = Self.body(error: 0.5, madeAt: start, dueAt: start + 1_000)
        #expect(try post(overdue).status == 201)
        #expect(try post(#"{"supersedes":1,"reason":"of another bag"}"#).status == 201)
        let listed = try daemon.request("/v1/devices/BAG-1/calibrations", token: token)
            .decoded(Register.self).calibrations
        #expect(
            listed.map(\.number) == [1, 2] && listed.map(\.enteredBy) == ["officer-1", "officer-1"])
        #expect(listed.map(\.supersedes) == [nil, 1] && listed.map(\.supersededBy) == [2, nil])
        #expect(
            listed.first?.isOverdue == true
                && listed.first?.points?.map(\.indicated) == [0.5, 60.5])
        let ran = try Ran(
            Freshwire.program,
            ["devices", "calibrations", "BAG-1", "--config", daemon.configurationFile])
        #expect(ran.end == .exit(0) && ran.output.contains("K-2026-117"), "\(ran.errors)")
        let lines = try Ran(
            Freshwire.program,
            ["devices", "calibrations", "BAG-1", "--json", "--config", daemon.configurationFile])
        let decoded: [Register.Entry] = try decodeLines(lines.output)
        #expect(decoded.map(\.number) == [1, 2])
        let unknown = try Ran(
            Freshwire.program,
            ["devices", "calibrations", "BAG-X", "--config", daemon.configurationFile])
        #expect(unknown.end != .exit(0))
    }

    @Test("the register is for staff; what is wrong is refused with what to do")
    func refused() throws {
        try broker.publish(#"{"temperature":4.5}"#, to: "bags/BAG-1/readings")
        try #require(
            try eventually { try daemon.request("/v1/devices/BAG-1", token: token).status == 200 })
        let sound = Self.body(error: 0.5, madeAt: now() - 5_000, dueAt: now() + 86_400_000)
        let customer = try daemon.token(role: "customer", subject: "c-1")
        #expect(try post(sound, token: customer).status == 403)
        #expect(try post(sound, device: "BAG-X").status == 404)
        let path = "/v1/devices/BAG-1/calibrations"
        #expect(try daemon.request(path).status == 401)
        #expect(try daemon.request(path, token: customer).status == 403)
        #expect(try daemon.request(path, method: "DELETE", token: token).status == 405)
        #expect(try daemon.request("/v1/devices/BAG-X/calibrations", token: token).status == 404)
        #expect(try daemon.request(path, token: token).decoded(Register.self).calibrations.isEmpty)
        let wrong = Self.body(error: 9, madeAt: now() - 5_000, dueAt: now() + 86_400_000)
        let answer = try post(wrong)
        #expect(answer.status == 400 && answer.body.contains("more than 5.0 K"), "\(answer.body)")
        for body in ["{", "[]", #"{"points":[{"reference":NaN,"error":0}]}"#] {
            #expect(try post(body).status == 400)
        }
    }
}
