import ColdChain
import DeviceCodecs
import JSONText
import Testing

private let celsius = FieldMapping(
    path: ["TempC_SHT"], target: .measurement(.temperature), unit: .celsius)

private func decode(
    _ json: String, _ map: FieldMap, draft: SampleDraft = SampleDraft()
) throws -> SampleBatch {
    var batch = SampleBatch()
    var document = try JSONDocument()
    let root = try document.read(Array(json.utf8).span)
    try MappedObject.decode(
        document, root, map, draft, MessageContext(receivedAt: noon), into: &batch)
    return batch
}

@Suite struct MappedObjectTests {
    @Test(arguments: [
        ("4.2", Expected(.temperature, 4.2)), ("-5", Expected(.temperature, -5)),
        (#""279.90""#, Expected(.temperature, 279.9)),
        (#""21.5 °C""#, Expected(.temperature, 21.5)),
        (#""21,5""#, Expected(.temperature, 21.5)), (#""50 °F""#, Expected(.temperature, 10)),
        (#""NoSensor""#, Expected(.temperature, .notANumber)),
        (#""nan""#, Expected(.temperature, .notANumber)),
        ("NaN", Expected(.temperature, .notANumber)),
        ("327.67", Expected(.temperature, .probeAbsent)),
        (#""3276.7""#, Expected(.temperature, .probeAbsent)),
        ("-327.68", Expected(.temperature, .notAvailable)),
        ("-127", Expected(.temperature, .sensorError)),
    ])
    func `a value is a number, a text of one, or a marker`(value: String, expected: Expected) throws
    {
        let batch = try decode(
            #"{"TempC_SHT":\#(value)}"#, FieldMap(now: .init(fields: [celsius])))
        #expect(batch.all() == [expected])
    }

    @Test(arguments: [
        (#""no PROBE""#, Expected(.temperature, .probeAbsent)),
        ("85", Expected(.temperature, .powerOnValue)),
        (#""85.0""#, Expected(.temperature, .powerOnValue)),
        ("84.9", Expected(.temperature, 84.9)),
    ])
    func `the map names values that are none`(value: String, expected: Expected) throws {
        var field = celsius
        field.invalid = [
            .init(.text("No probe"), .probeAbsent), .init(.number(85), .powerOnValue),
        ]
        let batch = try decode(#"{"TempC_SHT":\#(value)}"#, FieldMap(now: .init(fields: [field])))
        #expect(batch.all() == [expected])
    }

    @Test(arguments: [
        ("true", "wrong_type:temperature"), ("{}", "wrong_type:temperature"),
        ("[]", "wrong_type:temperature"), (#""3.1 V""#, "wrong_type:temperature"),
    ])
    func `a bad field costs only itself`(value: String, reason: String) throws {
        let humidity = FieldMapping(path: ["h"], target: .measurement(.humidity), unit: .percent)
        let batch = try decode(
            #"{"TempC_SHT":\#(value),"h":61}"#, FieldMap(now: .init(fields: [celsius, humidity])))
        #expect(batch.all() == [Expected(.humidity, 61)])
        #expect(batch.rejections == [Rejection(row: 0, reason: reason)])
    }

    @Test(arguments: ["null", #""""#])
    func `null and empty texts are absent`(value: String) {
        #expect(throws: DecodingFailure.self) {
            try decode(#"{"TempC_SHT":\#(value)}"#, FieldMap(now: .init(fields: [celsius])))
        }
    }

    @Test func `an answer without any of the fields is no silent success`() {
        let failure = #expect(throws: DecodingFailure.self) {
            try decode(#"{"firmware":"1.2"}"#, FieldMap(now: .init(fields: [celsius])))
        }
        #expect(failure?.reason == .nothingMeasured)
        let other = #expect(throws: DecodingFailure.self) {
            try decode("[1]", FieldMap(now: .init(fields: [celsius])))
        }
        #expect(other?.reason == .codecAnswerUnusable)
    }

    @Test func `units, probes and paths are those of the map`() throws {
        let map = FieldMap(
            now: .init(fields: [
                FieldMapping(
                    path: ["sensors", "1", "value"], target: .measurement(.temperature), probe: 1,
                    unit: .kelvin),
                FieldMapping(
                    path: ["bat"], target: .measurement(.batteryVoltage), unit: .millivolts),
                FieldMapping(path: ["p"], target: .measurement(.pressure), unit: .hectopascals),
                FieldMapping(path: ["door"], target: .measurement(.opening), unit: .truth),
                FieldMapping(path: ["moving"], target: .measurement(.motion), unit: .truth),
            ]))
        let batch = try decode(
            #"{"sensors":[{"value":1},{"value":273.15}],"bat":3062,"p":1013.25,"door":"CLOSE","#
                + #""moving":true}"#, map)
        #expect(
            batch.all() == [
                Expected(.temperature, probe: 1, 0), Expected(.batteryVoltage, 3.062),
                Expected(.pressure, 101_325), Expected(.opening, 0), Expected(.motion, 1),
            ])
    }

    private let place = FieldMap(
        now: .init(fields: [
            FieldMapping(path: ["gps", "lat"], target: .latitude, unit: .degrees),
            FieldMapping(path: ["gps", "lon"], target: .longitude, unit: .degrees),
            FieldMapping(path: ["v"], target: .speed, unit: .kilometresPerHour),
        ]))

    @Test func `parts of a position make one`() throws {
        let batch = try decode(#"{"gps":{"lat":"52.5","lon":4.9},"v":36}"#, place)
        #expect(
            batch.samples.first?.position == Position(latitude: 52.5, longitude: 4.9, speed: 10))
    }

    @Test func `half a position is none, and neither is 0, 0`() throws {
        let half = try decode(#"{"gps":{"lat":52.5}}"#, place)
        #expect(half.rejections == [Rejection(row: 0, reason: "incomplete_position:lon")])
        #expect(half.samples.isEmpty)
        var map = place
        map.now.fields.append(celsius)
        let none = try decode(#"{"gps":{"lat":0,"lon":0},"TempC_SHT":4}"#, map)
        #expect(none.samples.first?.position == nil)
        #expect(none.samples.first?.notes == .noFix)
    }
}

@Suite struct MappedObjectRowTests {
    private let map = FieldMap(
        now: .init(fields: [celsius]),
        rows: .init(
            path: ["history"],
            part: .init(
                fields: [
                    FieldMapping(
                        path: ["temperature"], target: .measurement(.temperature), unit: .celsius)
                ],
                time: .init(path: ["timestamp"], kind: .epochSeconds))))

    @Test func `rows have their own times, and a bad one costs only itself`() throws {
        var draft = SampleDraft()
        draft.sequence = 7
        draft.measuredAt = noon
        draft.timeSource = .gateway
        let batch = try decode(
            #"{"TempC_SHT":4,"history":[{"timestamp":1698898416,"temperature":2.5},"#
                + #"{"timestamp":"noon","temperature":2.5},7,"#
                + #"{"timestamp":"1698898476","temperature":2.5}]}"#, map, draft: draft)
        let times: [Int64?] = [noon.milliseconds, 1_698_898_416_000, 1_698_898_476_000]
        let numbers: [Int64?] = [7, nil, nil]
        #expect(batch.samples.map(\.measuredAt?.milliseconds) == times)
        #expect(batch.samples.map(\.sequence) == numbers)
        #expect(batch.samples.map(\.notes) == [[], .buffered, .buffered])
        #expect(
            batch.rejections == [
                Rejection(row: 1, reason: "invalid_time"),
                Rejection(row: 2, reason: "not_an_object"),
            ])
    }

    @Test func `a time without a zone is not used`() throws {
        var map = map
        map.rows?.part.time = .init(path: ["time"], kind: .rfc3339)
        let batch = try decode(
            #"{"history":[{"time":"2024-01-31 10:00:00","temperature":2.5},"#
                + #"{"time":"2024-01-31T10:00:00Z","temperature":2.5}]}"#, map)
        #expect(batch.samples[0].measuredAt == nil)
        #expect(batch.samples[0].notes == [.buffered, .zoneUnknown])
        #expect(batch.samples[1].measuredAt == Timestamp(milliseconds: 1_706_695_200_000))
    }

    @Test func `an answer may be an array of rows`() throws {
        var map = map
        map.rows?.path = JSONPath([])
        let batch = try decode(#"[{"timestamp":1698898416,"temperature":2.5}]"#, map)
        #expect(batch.value(.temperature) == 2.5)
    }
}
