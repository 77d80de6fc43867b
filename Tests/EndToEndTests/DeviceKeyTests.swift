import Foundation
import TestSupport
import Testing

/// Encrypted Bluetooth sensors, whose keys are in a file that the configuration names.
@Suite struct DeviceKeyTests {
    /// BTHome's own example, from bthome-ble's tests (MIT): 25.06 °C and 50.55 %.
    private static let sensor = "54:48:E6:8F:80:A5"
    private static let key = "231d39c1d7cc1ab1aee224cd096db932"
    private static let frame = "41a47266c95f730011223378237214"
    private static let counter = 0x3322_1100
    /// The same values, sealed with the same key for another address, with counters 744 and 1001.
    private static let freezer = "A4:C1:38:AA:BB:CC"
    private static let freezerFrames = [
        "410730532b2bc8e8020000bcbdba4c", "413bed331270e7e9030000ca3fa1b7",
    ]

    private struct List: Decodable {
        var deadLetters: [DeadLetter]
    }

    private let broker: Mosquitto
    private let folder = TemporaryDirectory()

    init() throws { broker = try Mosquitto() }

    private func daemon(keys: String) throws -> Freshwire {
        var settings = Freshwire.Settings()
        settings.sections = ["devices:", "  keys_file: \(folder.write(keys, to: "keys"))"]
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
        return daemon
    }

    /// Publishes an advert's service data as OpenMQTTGateway does.
    private func relay(_ frame: String, of address: String, by gateway: String = "Hall") throws {
        try broker.publish(
            #"{"id":"\#(address)","rssi":-61,"servicedata":"\#(frame)","servicedatauuid":"fcd2"}"#,
            to: "home/\(gateway)/BTtoMQTT/\(address.replacing(":", with: ""))")
    }

    private func letters(of daemon: Freshwire, count: Int) throws -> [DeadLetter] {
        var letters: [DeadLetter] = []
        _ = try eventually {
            letters = try decodeLines(try daemon.command("dead-letters").output)
            return letters.count >= count
        }
        return letters
    }

    private func temperatures(of daemon: Freshwire) throws -> [LoggedReading] {
        try daemon.exported().filter { $0.quantity == "temperature" }
    }

    @Test("B-3: an encrypted advert is a reading once, whichever gateways relay it how often")
    func reading() throws {
        let daemon = try daemon(
            keys: "# Kitchen\n\(Self.sensor): \(Self.key)\n\(Self.freezer): \(Self.key)\n")
        for gateway in ["Hall", "Kitchen", "Hall"] {
            try relay(Self.frame, of: Self.sensor, by: gateway)
        }
        #expect(try eventually { try !temperatures(of: daemon).isEmpty }, "\(daemon.log)")
        let seconds = now() / 1000
        try broker.publish(
            """
            {"gw_mac":"AA:BB:CC:11:22:33","rssi":-26,"aoa":[],"gwts":"\(seconds)","ts":"\(seconds)",\
            "data":"0201061216D2FC\(Self.freezerFrames[0].uppercased())","coords":""}
            """, to: "ruuvi/AA:BB:CC:11:22:33/\(Self.freezer)")
        #expect(try eventually { try temperatures(of: daemon).count == 2 }, "\(daemon.log)")
        #expect(try eventually { try daemon.metric("freshwire_messages_total") == 4 })
        let read = try temperatures(of: daemon)
        #expect(read.map(\.value) == [25.06, 25.06])
        #expect(Set(read.map(\.deviceId)) == ["5448E68F80A5", "A4C138AABBCC"])
        #expect(Set(read.map(\.sequence)) == [Self.counter, 744])
        #expect(try letters(of: daemon, count: 0).isEmpty)
    }

    @Test("B-3, B-8: without its key or with another's an advert is refused, and replayed after")
    func refusal() throws {
        let wrong = String(Self.key.reversed())
        let daemon = try daemon(keys: "\(Self.sensor): \(wrong)\n")
        try relay(Self.frame, of: Self.sensor)
        try relay(Self.freezerFrames[0], of: Self.freezer)
        var letters = try letters(of: daemon, count: 2)
        #expect(Set(letters.map(\.reason)) == ["wrong_key", "missing_key"])
        #expect(try temperatures(of: daemon).isEmpty)

        folder.write(
            "\(Self.sensor): \(Self.key)\n\"\(Self.freezer)\": \"\(Self.key.uppercased())\"\n",
            to: "keys")
        daemon.send(signal: SIGHUP)
        #expect(eventually { daemon.log.contains("configuration taken over") }, "\(daemon.log)")
        try relay(Self.freezerFrames[1], of: Self.freezer)
        #expect(try eventually { try temperatures(of: daemon).count == 1 }, "\(daemon.log)")
        // Its counter lies far behind by now, and it is no replay by a stranger.
        let token = try daemon.token()
        for letter in letters {
            let answer = try daemon.request(
                "/v1/dead-letters/\(letter.number)/replay", method: "POST", token: token)
            #expect(answer.status == 200, "\(letter.reason): \(answer.body)")
        }
        #expect(try temperatures(of: daemon).map(\.value) == [25.06, 25.06, 25.06])
        // The same from the air is one.
        try relay(Self.freezerFrames[0], of: Self.freezer)
        letters = try self.letters(of: daemon, count: 3)
        #expect(letters.map(\.reason).contains("replayed_frame"))
    }

    @Test("B-3: keys are in no log, no answer, no listing and not in the store")
    func secrecy() throws {
        let daemon = try daemon(keys: "\(Self.sensor): \(Self.key)\n")
        try relay(Self.frame, of: Self.sensor)
        try relay(Self.freezerFrames[0], of: Self.freezer)
        #expect(try letters(of: daemon, count: 1).map(\.reason) == ["missing_key"])
        let token = try daemon.token()
        var texts = [daemon.log, try daemon.command("config").output]
        for path in [
            "/v1/devices", "/v1/devices/5448E68F80A5", "/v1/devices/unknown", "/v1/dead-letters",
            "/metrics", "/health/ready",
        ] {
            texts.append(try daemon.request(path, token: token).body)
        }
        for text in texts { #expect(!text.lowercased().contains(Self.key)) }
        #expect(try daemon.stop() == .exit(0))
        let store = try Data(contentsOf: URL(fileURLWithPath: daemon.storeFile))
        #expect(store.range(of: Data(hexadecimal: Self.key)) == nil)
        #expect(store.range(of: Data(Self.key.utf8)) == nil)
    }

    @Test("B-3: a line of the file that is none is named, and its text is not shown")
    func brokenFile() throws {
        let daemon = try daemon(keys: "")
        folder.write("\n\(Self.key): \(Self.sensor)\n", to: "keys")
        let place = "\(folder.file("keys")):2: expected a Bluetooth address"
        let checked = try daemon.command("check")
        #expect(checked.end == .exit(78))
        #expect(checked.errors.contains(place), "\(checked.errors)")
        #expect(!checked.errors.contains(Self.key))
        daemon.send(signal: SIGHUP)
        #expect(eventually { daemon.log.contains("device keys not taken over") }, "\(daemon.log)")
        #expect(daemon.log.contains(place))
        #expect(!daemon.log.contains(Self.key))
        #expect(daemon.isReady)
        _ = try daemon.stop()
        try daemon.launch()
        #expect(try daemon.wait() == .exit(69))
        #expect(!daemon.allLogs.contains(Self.key))
    }

    @Test("B-9: a dry run opens what the daemon would, from the command line and by REST")
    func dryRun() throws {
        struct Shown: Decodable {
            struct Refusal: Decodable {
                var reason: String
            }
            struct Sample: Decodable {
                var sequence: Int?
            }
            var samples: [Sample]?
            var refused: Refusal?
        }
        let daemon = try daemon(keys: "\(Self.freezer) \(Self.key)\n")
        let topic = "home/Hall/BTtoMQTT/A4C138AABBCC"
        func payload(_ frame: String) -> String {
            #"{"id":"\#(Self.freezer)","servicedata":"\#(frame)","servicedatauuid":"fcd2"}"#
        }
        let token = try daemon.token()
        // In an order that would be a replay, were it heard.
        for (frame, counter) in zip(Self.freezerFrames.reversed(), [1001, 744]) {
            let file = folder.write(payload(frame), to: "message")
            let ran = try daemon.command("decode", "--topic", topic, file)
            let printed: Shown = try decode(ran.output)
            #expect(printed.samples?.map(\.sequence) == [counter], "\(ran.output)")
            let quoted = payload(frame).replacing("\"", with: "\\\"")
            let answer = try daemon.request(
                "/v1/decode", method: "POST", token: token,
                body: #"{"topic":"\#(topic)","payload":"\#(quoted)"}"#)
            let answered: Shown = try answer.decoded()
            #expect(answered.samples?.map(\.sequence) == [counter], "\(answer.body)")
        }
        #expect(try daemon.exported().isEmpty)
    }
}
