import ColdChain
import DeviceCodecs
import Testing

@Suite("JSON of any shape, by a profile's own ways into it (B-3, B-8)")
struct MappedJSONTests {
    private func decode(
        _ payload: String, _ keys: String, fields: String, topic: String = "topic: x/{device}"
    ) throws -> SampleBatch {
        let text = """
            id: test/mapped
            version: 1
            description: For a test.
            format: json
            \(topic)
            \(keys)
            fields:
            \(fields)
            """
        let profile = try Profile(parsing: Array(text.utf8), file: "test.yaml")
        var decoder = try PayloadDecoder(ProfileCatalogue([profile]))
        var batch = SampleBatch()
        try decoder.decode(
            Array(payload.utf8).span, topic: Array("x/d1".utf8).span,
            profile: ProfileNumber(rawValue: 0), atNoon, into: &batch)
        return batch
    }

    @Test("a JSON Pointer leads through arrays and names with dots and slashes")
    func pointers() throws {
        let batch = try decode(
            #"{"sensors":[{"c":4.5},{"c":7.25}],"a.b":{"x/y":61}}"#, "",
            fields: """
                  temperature: {path: /sensors/0/c, unit: °C}
                  temperature.1: {path: /sensors/1/c, unit: °C}
                  humidity: {path: /a.b/x~1y, unit: "%"}
                """)
        #expect(batch.value(.temperature) == 4.5)
        #expect(batch.value(.temperature, probe: 1) == 7.25)
        #expect(batch.value(.humidity) == 61)
    }

    @Test("rows may lie deep in the message, each with its device, time and number")
    func rows() throws {
        let batch = try decode(
            """
            {"gw":"g","data":{"list":[
              {"mac":"C8:25:2D:8E:9C:2C","at":1795175990,"n":7,"t":4.5},
              "noise", {"at":1795175991,"n":8,"t":5},
              {"mac":12345,"at":1795175992,"n":"9","t":6}]}}
            """,
            "rows: /data/list\ndevice: mac\ntime: {path: at, kind: epoch_s}\nsequence: {path: n}",
            fields: "  temperature: {path: t, unit: °C}", topic: "topic: x/{gateway}")
        #expect(batch.samples.count == 2)
        #expect(batch.device(ofSample: 0) == "C8:25:2D:8E:9C:2C")
        #expect(batch.samples[0].measuredAt == Timestamp(milliseconds: 1_795_175_990_000))
        #expect(batch.samples[0].sequence == 7)
        #expect(batch.device(ofSample: 1) == "12345")
        #expect(batch.samples[1].sequence == 9)
        #expect(
            batch.rejections == [
                Rejection(row: 1, reason: "not_an_object"),
                Rejection(row: 2, reason: "missing_field:device"),
            ])
    }

    @Test(
        "what stands for no value becomes its marker, and never a number",
        arguments: [
            ("85", Marker.powerOnValue), ("85.0", .powerOnValue), ("-127", .probeAbsent),
            (#""NoSensor""#, .probeAbsent), (#""nosensor""#, .probeAbsent),
            (#""read error""#, .notANumber), (#""nan""#, .notANumber), ("NaN", .notANumber),
        ])
    func invalid(sent: String, marker: Marker) throws {
        let batch = try decode(
            #"{"a":{"t":\#(sent)}}"#, "",
            fields: """
                  temperature:
                    path: a.t
                    unit: °C
                    invalid: {85: power_on_value, -127: probe_absent, NoSensor: probe_absent}
                """)
        #expect(batch.marker(.temperature) == marker)
        #expect(batch.value(.temperature) == nil)
    }

    @Test(
        "numbers come as text, with a unit, a plus or a decimal comma",
        arguments: [
            (#""21.5""#, 21.5), (#""21,5""#, 21.5), (#""21.5 °C""#, 21.5), (#""70.7 °F""#, 21.5),
            (#""+0.215E+02""#, 21.5), ("21.5", 21.5),
        ])
    func numberText(sent: String, celsius: Double) throws {
        let batch = try decode(
            #"{"list":[{"t":\#(sent)}]}"#, "rows: /list",
            fields: "  temperature: {path: t, unit: °C}")
        #expect(batch.value(.temperature) == celsius)
    }

    @Test("a local time counts with the zone that the profile names")
    func localTime() throws {
        let batch = try decode(
            #"{"l":[{"at":"2026-11-20T12:59:00","t":4}]}"#,
            "rows: /l\ntime: {path: at, kind: local, utc_offset: \"+01:00\"}",
            fields: "  temperature: {path: t, unit: °C}")
        #expect(batch.samples[0].measuredAt == Timestamp(milliseconds: 1_795_175_940_000))
    }

    @Test("a time that cannot be read rejects the row, or gives way to the receipt where told so")
    func fallback() throws {
        let payload = #"{"l":[{"at":"noon","t":4},{"at":1795175990,"t":5}]}"#
        let strict = try decode(
            payload, "rows: /l\ntime: {path: at, kind: epoch_s}",
            fields: "  temperature: {path: t, unit: °C}")
        #expect(strict.samples.count == 1)
        #expect(strict.rejections == [Rejection(row: 0, reason: "invalid_time")])
        let lenient = try decode(
            payload, "rows: /l\ntime: {path: at, kind: epoch_s, fallback: receipt}",
            fields: "  temperature: {path: t, unit: °C}")
        #expect(lenient.samples.count == 2)
        #expect(lenient.samples[0].measuredAt == nil)
        #expect(lenient.samples[0].notes == .clockUnset)
    }

    @Test("a message without the array that holds the rows is refused")
    func noRows() {
        #expect(throws: DecodingFailure.self) {
            try decode(
                #"{"data":{}}"#, "rows: /data/list", fields: "  temperature: {path: t, unit: °C}")
        }
    }
}
