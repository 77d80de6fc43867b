import Foundation
import TestSupport
import Testing

/// Hardware that is connected as the README says, with nothing configured but what stands there.
@Suite struct HardwareTests {
    private struct Exported: Decodable, Equatable {
        var deviceId: String
        var carrierKind: String
        var carrier: String
        var profile: String
        var quantity: String
        var value: Double?
        var timeSource: String
    }

    private struct Place: Decodable {
        var device: String
        var latitude: Double
        var longitude: Double
    }

    private func temperatures(of daemon: Freshwire) throws -> [Exported] {
        let ran = try daemon.command("export")
        let all: [Exported] = try decodeLines(ran.output)
        return all.filter { $0.quantity == "temperature" }
    }

    @Test("B-3: a Ruuvi Gateway's tag is a bag, called by its address")
    func ruuviGateway() throws {
        let broker = try Mosquitto()
        let daemon = try Freshwire(brokerPort: broker.port)
        try #require(eventually { daemon.isReady })
        let seconds = now() / 1000
        try broker.publish(
            """
            {"gw_mac":"AA:BB:CC:11:22:33","rssi":-26,"aoa":[],"gwts":"\(seconds)","ts":"\(seconds)",\
            "data":"0201061BFF99040512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F","coords":""}
            """, to: "ruuvi/AA:BB:CC:11:22:33/CB:B8:33:4C:88:4F")
        #expect(try eventually { try !temperatures(of: daemon).isEmpty }, "\(daemon.log)")
        #expect(
            try temperatures(of: daemon) == [
                Exported(
                    deviceId: "CBB8334C884F", carrierKind: "bag", carrier: "CBB8334C884F",
                    profile: "ruuvi/gateway@1", quantity: "temperature", value: 24.3,
                    timeSource: "gateway")
            ])
    }

    @Test("B-3: a phone with OwnTracks is a vehicle, called by its user and its own name")
    func ownTracks() throws {
        let broker = try Mosquitto()
        let daemon = try Freshwire(brokerPort: broker.port)
        try #require(eventually { daemon.isReady })
        try broker.publish(
            """
            {"_type":"location","tst":\(now() / 1000),"lat":48.85833,"lon":2.29513,"acc":5,"batt":67,\
            "tid":"JJ"}
            """, to: "owntracks/anna/phone")
        func places() throws -> [Place] { try daemon.rows("SELECT * FROM location_log") }
        #expect(try eventually { try !places().isEmpty }, "\(daemon.log)")
        let place = try #require(try places().first)
        #expect(place.device == "anna/phone")
        #expect(place.latitude == 48.85833)
        #expect(place.longitude == 2.29513)
    }

    @Test("B-3: a sensor whose JSON nobody knows is connected by one file")
    func unlistedJSON() throws {
        let folder = TemporaryDirectory()
        let model = folder.file("devices") + "/acme/fridge-logger"
        try FileManager.default.createDirectory(
            atPath: model, withIntermediateDirectories: true)
        let profile = """
            id: acme/fridge-logger
            version: 1
            description: Acme's logger.
            format: json
            topic: acme/{site}/telemetry
            carrier: bag
            rows: /data/readings
            device: serial
            time: {path: at, kind: epoch_s}
            sequence: {path: n}
            fields:
              temperature: {path: /probes/0/celsius, unit: °C, invalid: {85: power_on_value}}
            examples:
              - title: one reading
                payload: '{"data":{"readings":[{"serial":"A1","at":1798761590,"n":7,"probes":[{"celsius":4.5}]}]}}'
                samples:
                  - {device: A1, time: 2026-12-31T23:59:50Z, sequence: 7, temperature: 4.5}
            """
        try profile.write(toFile: model + "/profile.yaml", atomically: true, encoding: .utf8)
        let broker = try Mosquitto()
        var settings = Freshwire.Settings()
        settings.sections = ["devices:", "  directory: \(folder.file("devices"))"]
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
        try broker.publish(
            """
            {"data":{"readings":[{"serial":"A1","at":\(now() / 1000),"n":7,"probes":[{"celsius":"4,5"}]}]}}
            """, to: "acme/berlin/telemetry")
        #expect(try eventually { try !temperatures(of: daemon).isEmpty }, "\(daemon.log)")
        #expect(
            try temperatures(of: daemon) == [
                Exported(
                    deviceId: "A1", carrierKind: "bag", carrier: "A1",
                    profile: "acme/fridge-logger@1", quantity: "temperature", value: 4.5,
                    timeSource: "device")
            ])
    }

    @Test("B-3: a sensor that announces itself to Home Assistant is heard, also after a restart")
    func announced() throws {
        let broker = try Mosquitto()
        try broker.publish(
            """
            {"name":"Fridge","stat_t":"fridge/sensor/temperature/state","unit_of_meas":"°F",\
            "dev_cla":"temperature","dev":{"ids":["a0b1c2d3e4f5"],"name":"fridge"}}
            """, to: "homeassistant/sensor/fridge/temperature/config", options: ["--retain"])
        var settings = Freshwire.Settings()
        settings.sections = ["devices:", "  enable: [home-assistant/discovery]"]
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        for round in 1...2 {
            try #require(eventually { daemon.isReady })
            #expect(
                try eventually(within: .seconds(20)) {
                    // The subscription follows the announcement; until it is there the broker has
                    // nobody to send a state to.
                    try broker.publish("40.1", to: "fridge/sensor/temperature/state")
                    return try temperatures(of: daemon).count >= round
                }, "\(daemon.log)")
            _ = try daemon.stop()
            guard round == 1 else { break }
            // What waits at the broker comes before the announcements that are retained there.
            try broker.publish(
                "40.1", to: "fridge/sensor/temperature/state")
            try daemon.start()
        }
        let readings = try temperatures(of: daemon)
        #expect(readings.allSatisfy { $0.value == 4.5 && $0.timeSource == "receipt" })
        #expect(Set(readings.map(\.profile)) == ["home-assistant/discovery@1"])
        struct Letter: Decodable { var topic: String }
        let letters = try daemon.rows("SELECT topic FROM dead_letters") as [Letter]
        #expect(letters.isEmpty, "\(letters)")
    }

    @Test("B-3: a Tasmota device with topics of its own order is heard, and none is heard twice")
    func announcedTasmota() throws {
        let broker = try Mosquitto()
        for (topic, order) in [("kitchen", "%topic%/%prefix%/"), ("hall", "%prefix%/%topic%/")] {
            try broker.publish(
                """
                {"dn":"T","mac":"A4CF12345678","t":"\(topic)","ft":"\(order)",\
                "tp":["cmnd","stat","tele"]}
                """, to: "tasmota/discovery/\(topic)/config", options: ["--retain"])
        }
        var settings = Freshwire.Settings()
        settings.sections = ["devices:", "  enable: [home-assistant/discovery]"]
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
        #expect(
            try eventually(within: .seconds(20)) {
                try broker.publish(
                    #"{"Time":"2026-11-20T12:00:00","AM2301":{"Temperature":39.2},"TempUnit":"F"}"#,
                    to: "kitchen/tele/SENSOR")
                return try !temperatures(of: daemon).isEmpty
            }, "\(daemon.log)")
        let kitchen = try #require(try temperatures(of: daemon).first)
        #expect(kitchen.deviceId == "kitchen")
        #expect(kitchen.value == 4)
        #expect(kitchen.profile == "home-assistant/discovery@1")
        /// Messages come in order: with this one all earlier ones are there.
        func messages(through celsius: Int) throws -> Double {
            try broker.publish(
                """
                {"Time":"2026-11-20T12:00:\(celsius)","AM2301":{"Temperature":\(celsius)},\
                "TempUnit":"C"}
                """, to: "kitchen/tele/SENSOR")
            #expect(
                try eventually(within: .seconds(20)) {
                    try temperatures(of: daemon).contains { $0.value == Double(celsius) }
                }, "\(daemon.log)")
            // The metric follows the log: it is read when it has come to rest.
            var count = -1.0
            while let now = try daemon.metric("freshwire_messages_total"), now != count {
                count = now
                Thread.sleep(forTimeInterval: 2)
            }
            return count
        }
        // The usual order is another profile's, which subscribed to it already.
        let before = try messages(through: 10)
        try broker.publish(
            #"{"Time":"2026-11-20T12:00:00","AM2301":{"Temperature":5},"TempUnit":"C"}"#,
            to: "tele/hall/SENSOR")
        #expect(
            try eventually {
                try temperatures(of: daemon).contains { $0.profile == "tasmota/sensor@1" }
            }, "\(daemon.log)")
        #expect(try messages(through: 11) == before + 2)
        #expect(try temperatures(of: daemon).count { $0.deviceId == "hall" } == 1)
    }
}
