import ColdChain
import DeviceCodecs
import JSONText
import Testing

@Suite("Shelly of the second and third generation (B-3)")
struct ShellyTests {
    private func message(
        _ json: String, _ topic: String = "ht-suite/events/rpc"
    ) throws -> SampleBatch {
        try decoded(json: json, topic: topic, by: Shelly.decode)
    }

    private func notification(_ params: String) throws -> SampleBatch {
        try message(
            #"{"src":"shellyhtg3-84fc","dst":"x","method":"NotifyStatus","params":{\#(params)}}"#)
    }

    @Test(
        "B-3: each component is read in the log's unit, and each value that is none as its marker",
        arguments: [
            (#""temperature:0":{"id":0,"tC":19.9,"tF":67.82}"#, ["temperature 19.9"]),
            (#""temperature:0":{"id":0,"tF":134.6}"#, ["temperature 57.0"]),
            (#""temperature:0":{"id":0,"tC":null,"tF":null}"#, ["temperature not_available"]),
            (
                #""temperature:0":{"id":0,"tC":null,"tF":null,"errors":["read"]}"#,
                ["temperature sensor_error"]
            ),
            (
                #""temperature:0":{"id":0,"tC":150,"errors":["out_of_range"]}"#,
                ["temperature sensor_error"]
            ),
            (#""temperature:0":{"id":0,"errors":["read"]}"#, ["temperature sensor_error"]),
            (#""temperature:0":{"id":0,"tC":4,"errors":[]}"#, ["temperature 4.0"]),
            (#""temperature:0":{"id":0,"tC":"4"}"#, ["temperature not_a_number"]),
            (#""temperature:0":null"#, ["temperature probe_absent"]),
            (
                #""temperature:100":{"tC":1},"temperature:101":null"#,
                ["temperature/1 1.0", "temperature/2 probe_absent"]
            ),
            (#""humidity:0":{"id":0,"rh":58.9}"#, ["humidity 58.9"]),
            (#""humidity:0":{"id":0,"rh":null,"errors":["read"]}"#, ["humidity sensor_error"]),
            (#""humidity:100":{"rh":5}"#, ["humidity/1 5.0"]),
            (
                #""devicepower:0":{"id":0,"battery":{"V":5.36,"percent":90}}"#,
                ["battery 90.0", "battery_voltage 5.36"]
            ),
            (
                #""devicepower:0":{"battery":{"V":0.43,"percent":0},"external":{"present":true}}"#,
                ["battery external_power", "battery_voltage external_power"]
            ),
            (
                #""devicepower:0":{"battery":{"V":0.43,"percent":0}}"#,
                ["battery external_power", "battery_voltage external_power"]
            ),
            (
                #""devicepower:0":{"battery":{"V":5.1,"percent":7},"external":{"present":false}}"#,
                ["battery 7.0", "battery_voltage 5.1"]
            ),
            (
                #""devicepower:0":{"battery":{"V":null,"percent":null}}"#,
                ["battery not_available", "battery_voltage not_available"]
            ),
            (#""devicepower:0":{"battery":null}"#, ["battery not_available"]),
            (
                #""temperature:0":{"tC":4},"switch:0":{"temperature":{"tC":41}},"voltmeter:100":{"voltage":4}"#,
                ["temperature 4.0"]
            ),
        ] as [(String, [String])])
    func components(params: String, expected: [String]) throws {
        let batch = try notification(params)
        #expect(batch.spelled == expected)
        #expect(batch.device() == "shellyhtg3-84fc")
    }

    @Test(
        "B-3: the time is the device's, unless its clock counts from when it was switched on",
        arguments: [
            ("1795175940.25", -59_750, []), ("1795175940", -60_000, []),
            ("5.01", nil, .clockUnset), ("0", nil, .clockUnset), ("99999999", nil, .clockUnset),
            ("4102444800", nil, .clockFarOff), ("null", nil, []),
        ] as [(String, Int64?, ReadingNotes)])
    func times(ts: String, fromNoon: Int64?, notes: ReadingNotes) throws {
        let sample = try #require(
            try notification(#""ts":\#(ts),"temperature:0":{"tC":4}"#).samples.first)
        #expect(sample.measuredAt == fromNoon.map { noon.advanced(byMilliseconds: $0) })
        #expect(sample.timeSource == (fromNoon == nil ? .receipt : .device))
        #expect(sample.notes == notes)
    }

    @Test("B-3: a time that is none is reported, and the reading is kept")
    func unreadableTime() throws {
        let batch = try notification(#""ts":"now","temperature:0":{"tC":4}"#)
        #expect(batch.rejections == [Rejection(row: 0, reason: "invalid_time:ts")])
        #expect(batch.spelled == ["temperature 4.0"])
    }

    @Test("B-3: a component on a topic of its own is the prefix's")
    func bareComponents() throws {
        let batch = try message(#"{"id":0,"tC":4.2}"#, "site/bag7/status/temperature:0")
        #expect(batch.device() == "site/bag7")
        #expect(batch.spelled == ["temperature 4.2"])
        #expect(
            try message("null", "bag7/status/temperature:101").spelled
                == ["temperature/2 probe_absent"])
        #expect(
            try message(#"{"battery":{"V":5,"percent":50}}"#, "bag7/status/devicepower:0").spelled
                == ["battery 50.0", "battery_voltage 5.0"])
        for topic in ["bag7/status/switch:0", "bag7/status/sys", "bag7/status/temperature:x"] {
            #expect(try message(#"{"temperature":{"tC":41}}"#, topic).isStatus)
        }
    }

    @Test("B-3: the answer to a request for the status is read like a notification")
    func answers() throws {
        let batch = try message(
            #"{"id":1,"src":"bag7","dst":"us","result":{"temperature:0":{"tC":4}}}"#, "us/rpc")
        #expect(batch.device() == "bag7")
        #expect(batch.spelled == ["temperature 4.0"])
    }

    @Test(
        "B-3: events, orders and what is no sensor's are no readings",
        arguments: [
            #"{"src":"a","method":"NotifyEvent","params":{"events":[{"event":"single_push"}]}}"#,
            #"{"src":"a","method":"NotifyEvent","params":{"temperature:0":{"tC":4}}}"#,
            #"{"src":"a","method":"Temperature.SetConfig","params":{"temperature:0":{"tC":4}}}"#,
            #"{"src":"a","method":"NotifyStatus","params":{"switch:0":{"output":true}}}"#,
            #"{"id":1,"src":"a","result":{"temperature_unit":"C"}}"#, "{}",
        ])
    func status(json: String) throws {
        let batch = try message(json)
        #expect(batch.isStatus && batch.samples.isEmpty)
    }

    @Test(
        "B-3: topics of bare text are known before they are read",
        arguments: [
            ("bag7/online", true), ("bag7/command", true), ("us/rpc", false),
            ("bag7/events/rpc", false), ("bag7/status/temperature:0", false),
        ])
    func statusTopics(topic: String, expected: Bool) {
        let isStatus = Shelly.isStatus(topic: Array(topic.utf8).span)
        #expect(isStatus == expected)
    }

    @Test(
        "B-3: what names no device, or two values for one probe, is refused",
        arguments: [
            (#"{"method":"NotifyStatus","params":{"temperature:0":{"tC":4}}}"#, .missingField),
            (
                #"{"src":7,"method":"NotifyStatus","params":{"temperature:0":{"tC":4}}}"#,
                .missingField
            ),
            (
                #"{"src":"a","method":"NotifyStatus","params":{"temperature:0":{"tC":4},"temperature:0":{"tC":5}}}"#,
                .duplicateField
            ),
            (
                #"{"src":"a","method":"NotifyStatus","params":{"temperature:1":{"tC":4},"temperature:100":{"tC":5}}}"#,
                .duplicateField
            ),
            (#"{"src":"a","method":"NotifyFullStatus","params":null}"#, .missingField),
            (#"{"src":"a","method":"NotifyStatus"}"#, .missingField),
            ("[]", .notAnObject), ("4", .notAnObject),
        ] as [(String, DecodingReason)])
    func refused(json: String, expected: DecodingReason) throws {
        #expect(
            try refusal(json: json, topic: "a/events/rpc", by: Shelly.decode) == expected)
    }

    @Test("B-3: a component that is no object costs only itself")
    func oddComponent() throws {
        let batch = try notification(
            #""temperature:0":4,"temperature:9999":{"tC":1},"humidity:0":{"rh":5}"#)
        #expect(batch.spelled == ["humidity 5.0"])
        #expect(
            batch.rejections.map(\.reason)
                == ["wrong_type:temperature", "out_of_range:temperature"])
    }

    @Test("B-8: a message of which nothing can be used is no status, but rejected")
    func nothingUsable() throws {
        for batch in [
            try notification(#""temperature:0":4"#),
            try message("4", "bag7/status/temperature:0"),
        ] {
            #expect(!batch.isStatus && batch.samples.isEmpty)
            #expect(batch.rejections.map(\.reason) == ["wrong_type:temperature"])
        }
    }

    @Test("B-8: no document stops the decoder")
    func hostile() throws {
        let seed = """
            {"src":"a","method":"NotifyStatus","params":{"ts":5.01,"temperature:0":{"tC":4,
            "errors":["read"]},"humidity:100":null,"devicepower:0":{"battery":{"V":0.43}}}}
            """
        var document = try JSONDocument()
        var batch = SampleBatch()
        for (index, bytes) in hostileDocuments(from: seed, count: 10_000).enumerated() {
            batch.removeAll()
            guard let root = try? document.read(bytes.span) else { continue }
            let topic = index.isMultiple(of: 2) ? bytes : Array("a/status/temperature:0".utf8)
            try? Shelly.decode(
                document, root, topic.span, MessageContext(receivedAt: noon), into: &batch)
            #expect(batch.measurements.allSatisfy { ($0.marker == nil) == $0.value.isFinite })
        }
    }
}
