import ColdChain
import DeviceCodecs
import JSONText
import Testing

@Suite("Zigbee2MQTT (B-3)")
struct Zigbee2MQTTTests {
    private func state(
        _ json: String, _ topic: String = "zigbee2mqtt/bag 7"
    ) throws -> SampleBatch {
        try decoded(json: json, topic: topic, by: Zigbee2MQTT.decode)
    }

    @Test(
        "B-3: each member is read in the log's unit, and each value that is none as its marker",
        arguments: [
            (#"{"temperature":4.21}"#, ["temperature 4.21"]),
            (
                #"{"temperature":-0.85,"humidity":null}"#,
                ["temperature -0.85", "humidity not_available"]
            ),
            (#"{"temperature":null}"#, ["temperature not_available"]),
            (#"{"temperature":-100}"#, ["temperature not_available"]),
            (#"{"temperature":-100.0}"#, ["temperature not_available"]),
            (#"{"temperature":-327.68}"#, ["temperature not_available"]),
            (#"{"temperature":327.7}"#, ["temperature over_range"]),
            (#"{"temperature":327.67}"#, ["temperature over_range"]),
            (#"{"temperature":6550.9}"#, ["temperature over_range"]),
            (#"{"temperature":-400}"#, ["temperature under_range"]),
            (#"{"temperature":NaN}"#, ["temperature not_a_number"]),
            (#"{"temperature":1e999}"#, ["temperature over_range"]),
            (#"{"temperature":"cold"}"#, ["temperature not_a_number"]),
            (#"{"temperature":true}"#, ["temperature not_a_number"]),
            (#"{"temperature":[4]}"#, ["temperature not_a_number"]),
            (#"{"humidity":61.5}"#, ["humidity 61.5"]),
            (#"{"humidity":655.35}"#, ["humidity not_available"]),
            (#"{"humidity":-1}"#, ["humidity under_range"]),
            (#"{"humidity":200}"#, ["humidity over_range"]),
            (#"{"pressure":1013.25}"#, ["pressure 101325.0"]),
            (#"{"pressure":2}"#, ["pressure 200.0"]),
            (#"{"battery":88,"voltage":2995}"#, ["battery 88.0", "battery_voltage 2.995"]),
            (#"{"voltage":2995}"#, ["battery_voltage 2.995"]),
            (
                #"{"voltage":null,"battery":null}"#,
                ["battery_voltage not_available", "battery not_available"]
            ),
            (#"{"battery":255}"#, ["battery not_available"]),
            (#"{"battery":127.5}"#, ["battery not_available"]),
            (#"{"battery":0}"#, ["battery 0.0"]),
            (
                #"{"battery":0,"voltage":0}"#,
                ["battery external_power", "battery_voltage external_power"]
            ),
            (#"{"battery":5,"voltage":25500}"#, ["battery 5.0", "battery_voltage not_available"]),
            (#"{"temperature":1,"voltage":230}"#, ["temperature 1.0"]),
            (#"{"co2":612,"pm25":7}"#, ["co2 612.0", "pm2_5 7.0"]),
            (#"{"contact":true}"#, ["opening 0.0"]),
            (#"{"contact":false}"#, ["opening 1.0"]),
            (#"{"contact":null}"#, ["opening not_available"]),
            (#"{"contact":1}"#, ["opening not_a_number"]),
            (#"{"vibration":true}"#, ["motion 1.0"]),
            (#"{"vibration":false}"#, ["motion 0.0"]),
        ] as [(String, [String])])
    func members(json: String, expected: [String]) throws {
        #expect(try state(json).spelled == expected)
    }

    @Test("B-3: an endpoint's number is the probe's, and settings are no measurements")
    func probes() throws {
        let batch = try state(
            """
            {"temperature":1,"temperature_1":2,"temperature_l2":3,"humidity_3":4,
             "temperature_unit":"celsius","temperature_calibration":5,"temperature_300":6,
             "temperature_l":7,"device_temperature":31,"local_temperature":21,"humidity_max":70}
            """)
        #expect(
            batch.spelled == [
                "temperature 1.0", "temperature/1 2.0", "temperature/2 3.0", "humidity/3 4.0",
            ])
        #expect(
            try state(#"{"temperature_probe":3,"temperature":1}"#).spelled
                == ["temperature/1 3.0", "temperature 1.0"])
    }

    @Test(
        "B-3: the device is called as in the topic, slashes and all",
        arguments: [
            ("zigbee2mqtt/bag", "bag"), ("zigbee2mqtt/kitchen/cold room", "kitchen/cold room"),
            ("site/zigbee2mqtt/bag", "bag"), ("z2m/bag", "bag"),
            ("zigbee2mqtt/0x00158d0001e8f1a2", "0x00158d0001e8f1a2"),
            ("zigbee2mqtt/Kühlraum", "Kühlraum"), ("zigbee2mqtt/set", "set"),
        ])
    func names(topic: String, name: String) throws {
        let batch = try state(#"{"temperature":4}"#, topic)
        #expect(batch.device() == name)
        #expect(batch.value(.temperature) == 4)
    }

    @Test(
        "B-3: what the bridge says, availability and orders are no readings",
        arguments: [
            "zigbee2mqtt/bridge/state", "zigbee2mqtt/bridge/devices", "zigbee2mqtt/bridge",
            "zigbee2mqtt/bag/availability", "zigbee2mqtt/a/b/availability", "zigbee2mqtt/bag/set",
            "zigbee2mqtt/bag/get", "zigbee2mqtt/bag/set/temperature", "zigbee2mqtt/", "zigbee2mqtt",
            "",
        ])
    func status(topic: String) throws {
        let isStatus = Zigbee2MQTT.isStatus(topic: Array(topic.utf8).span)
        #expect(isStatus)
        let batch = try state(#"{"temperature":4,"state":"online"}"#, topic)
        #expect(batch.isStatus && batch.samples.isEmpty)
    }

    @Test("B-3: a lamp's state is sound and holds nothing for the log")
    func nothing() throws {
        for json in [#"{"state":"ON","linkquality":90}"#, "{}"] {
            let batch = try state(json)
            #expect(batch.isStatus && batch.samples.isEmpty && batch.rejections.isEmpty)
        }
    }

    @Test(
        "B-3: last_seen is the gateway's time; without it the message has none",
        arguments: [
            (#""2026-11-20T11:59:00.000Z""#, noon.milliseconds - 60_000, []),
            (#""2026-11-20T12:59:00+01:00""#, noon.milliseconds - 60_000, []),
            ("1795175940000", noon.milliseconds - 60_000, []),
            ("null", nil, []),
            ("0", nil, .clockUnset),
            (#""2027-01-01T00:00:00Z""#, nil, .clockFarOff),
            (#""2026-11-20T11:59:00""#, nil, .zoneUnknown),
        ] as [(String, Int64?, ReadingNotes)])
    func lastSeen(text: String, time: Int64?, notes: ReadingNotes) throws {
        let sample = try #require(
            try state(#"{"temperature":4,"last_seen":\#(text)}"#).samples.first)
        #expect(sample.measuredAt?.milliseconds == time)
        #expect(sample.timeSource == (time == nil ? .receipt : .gateway))
        #expect(sample.notes == notes)
    }

    @Test("B-3: a last_seen that is no time is reported, and the reading is kept")
    func unreadableTime() throws {
        for text in [#""just now""#, "true", "1e300", "{}", #""2026-02-30T00:00:00Z""#] {
            let batch = try state(#"{"temperature":4,"last_seen":\#(text)}"#)
            #expect(batch.rejections == [Rejection(row: 0, reason: "invalid_time:last_seen")])
            #expect(batch.spelled == ["temperature 4.0"])
            #expect(batch.samples.first?.measuredAt == nil)
        }
    }

    @Test("B-3: a value on a topic of its own is read as the member it is")
    func attributes() throws {
        let batch = try state("4.21", "zigbee2mqtt/kitchen/bag/temperature")
        #expect(batch.device() == "kitchen/bag")
        #expect(batch.spelled == ["temperature 4.21"])
        #expect(try state("false", "zigbee2mqtt/bag/contact").spelled == ["opening 1.0"])
        #expect(try state("90", "zigbee2mqtt/bag/linkquality").isStatus)
    }

    @Test(
        "B-3: what is no state of a device is refused",
        arguments: [
            ("[]", "zigbee2mqtt/bag", .notAnObject), ("4", "zigbee2mqtt/bag", .notAnObject),
            ("[4]", "zigbee2mqtt/bag/temperature", .notAnObject),
            (#"{"temperature":4,"temperature":5}"#, "zigbee2mqtt/bag", .duplicateField),
            (#"{"temperature_1":4,"temperature_l1":5}"#, "zigbee2mqtt/bag", .duplicateField),
            (#"{"temperature":4}"#, "zigbee2mqtt/a\u{1}", .missingField),
            (
                #"{"temperature":4}"#, "zigbee2mqtt/" + String(repeating: "n", count: 129),
                .missingField
            ),
        ] as [(String, String, DecodingReason)])
    func refused(json: String, topic: String, expected: DecodingReason) throws {
        #expect(try refusal(json: json, topic: topic, by: Zigbee2MQTT.decode) == expected)
    }

    @Test("B-8: no document and no topic stops the decoder")
    func hostile() throws {
        let seed = #"{"temperature":4.2,"humidity_l2":50,"battery":0,"voltage":0,"last_seen":1}"#
        var document = try JSONDocument()
        var batch = SampleBatch()
        for (index, bytes) in hostileDocuments(from: seed, count: 10_000).enumerated() {
            batch.removeAll()
            guard let root = try? document.read(bytes.span) else { continue }
            let topic = index.isMultiple(of: 2) ? bytes : Array("zigbee2mqtt/a/temperature".utf8)
            try? Zigbee2MQTT.decode(
                document, root, topic.span, MessageContext(receivedAt: noon), into: &batch)
            #expect(
                batch.measurements.allSatisfy { ($0.marker == nil) == $0.value.isFinite })
        }
    }
}
