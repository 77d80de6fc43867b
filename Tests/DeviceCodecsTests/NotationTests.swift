import ColdChain
import DeviceCodecs
import Testing

@Suite("Units, times and numbers as devices write them (B-3, B-4)")
struct NotationTests {
    @Test(
        "B-4: temperatures arrive in °C, without a hair of rounding at a critical limit",
        arguments: [
            ("°C", "57", 57), ("°C", "4.123456789", 4.123456789), ("°F", "134.6", 57),
            ("°F", "135", 57.222222), ("°F", "41", 5), ("°F", "-40", -40), ("°F", "32", 0),
            ("K", "278.15", 5), ("K", "330.15", 57), ("K", "273.15", 0), ("K", "0", -273.15),
        ] as [(String, String, Double)])
    func temperature(unit: String, sent: String, celsius: Double) throws {
        let profile = try profile(temperature: "{path: temperature, unit: \(unit)}")
        #expect(
            try decode(Array("{\"temperature\":\(sent)}".utf8), with: profile)
                == .samples([Decoded(temperature: celsius)]))
    }

    @Test(
        "B-4: speeds arrive in metres a second",
        arguments: [
            ("m/s", "10", 10), ("km/h", "36", 10), ("km/h", "50", 13.888889),
            ("mph", "25", 11.176), ("kn", "10", 5.144444),
        ] as [(String, String, Double)])
    func speed(unit: String, sent: String, expected: Double) throws {
        let profile = try profile(
            fields: """
                  lat: {path: p.lat, unit: °}
                  lon: {path: p.lon, unit: °}
                  speed: {path: p.v, unit: \(unit)}
                """)
        #expect(
            try decode(Array("{\"p\":{\"v\":\(sent),\"lat\":1,\"lon\":2}}".utf8), with: profile)
                == .samples([
                    Decoded(position: Position(latitude: 1, longitude: 2, speed: expected))
                ]))
    }

    @Test("B-4: the ranges of a profile are in the unit of the log, whatever the device sends")
    func ranges() throws {
        let profile = try profile(
            temperature: "{path: c, unit: °F, range: [-40, 185], plausible: [14, 176]}")
        #expect(
            profile.ranges
                == GrossRanges(
                    temperature: GrossRange(sensorSpan: -40...85, plausibleSpan: -10...80)))
    }

    @Test(
        "B-4: a clock that was not set, or is far ahead, is not believed, and the note says so",
        arguments: [
            ("0", .clockUnset), ("-1", .clockUnset), ("1072915200000", .clockUnset),
            ("253402300799999", .clockFarOff), ("1795176600001", .clockFarOff),
            ("1795176600000", []),
            // 1024 weeks before the receipt: the week number of GPS began again.
            ("1175860800000", .weekRollover),
            // After the rollover still more than ten minutes ahead.
            ("1175861400001", .clockUnset),
        ] as [(String, ReadingNotes)])
    func clocks(sent: String, notes: ReadingNotes) throws {
        let profile = try profile(time: "{path: at, kind: epoch_ms}")
        var decoder = try PayloadDecoder(ProfileCatalogue([profile]))
        var batch = SampleBatch()
        try decoder.decode(
            Array("{\"temperature\":4,\"at\":\(sent)}".utf8).span, topic: [UInt8]().span,
            profile: ProfileNumber(rawValue: 0), atNoon, into: &batch)
        let sample = try batch.samples.first.unwrapped("a sample")
        #expect(sample.notes == notes)
        switch notes {
        case []: #expect(sample.measuredAt?.milliseconds == Int64(sent))
        case .weekRollover: #expect(sample.measuredAt == noon)
        default:
            #expect(sample.measuredAt == nil)
            #expect(sample.timeSource == .receipt)
        }
    }

    @Test(
        "B-4: a time is read by its kind; one that is there but no time rejects the row",
        arguments: [
            ("epoch_ms", "1795176000123", 1_795_176_000_123),
            ("epoch_ms", "1795176000123.4", 1_795_176_000_123),
            ("epoch_ms", "253402300800000", nil), ("epoch_ms", "9223372036854775807", nil),
            ("epoch_ms", "-9223372036854775808", nil), ("epoch_ms", "99999999999999999999", nil),
            ("epoch_ms", "1e300", nil), ("epoch_ms", "1e999", nil), ("epoch_ms", "NaN", nil),
            ("epoch_ms", "\"1795176000123\"", nil), ("epoch_ms", "true", nil),
            ("epoch_ms", "[1]", nil), ("epoch_ms", "{}", nil), ("epoch_ms", "\"\"", nil),
            ("epoch_s", "1795176000", 1_795_176_000_000),
            ("epoch_s", "1795176000.123", 1_795_176_000_123),
            ("epoch_s", "1795176000123", nil), ("epoch_s", "9223372036854775807", nil),
            ("rfc3339", "\"2026-11-20T12:00:00Z\"", 1_795_176_000_000),
            ("rfc3339", "\"2026-11-20T13:00:00.5+01:00\"", 1_795_176_000_500),
            ("rfc3339", "\"2026\\u002d11-20T12:00:00Z\"", 1_795_176_000_000),
            ("rfc3339", "\"2026-11-20T12:00:00\"", nil),
            ("rfc3339", "\"2026-02-30T12:00:00Z\"", nil),
            ("rfc3339", "\"0000-01-01T00:00:00Z\"", nil), ("rfc3339", "\"noon\"", nil),
            ("rfc3339", "\"\"", nil), ("rfc3339", "1795176000", nil), ("rfc3339", "1.5", nil),
        ] as [(String, String, Int64?)])
    func time(kind: String, sent: String, expected: Int64?) throws {
        let profile = try profile(time: "{path: at, kind: \(kind)}")
        let outcome = try decode(
            Array("{\"temperature\":4,\"at\":\(sent)}".utf8), with: profile)
        if let expected {
            #expect(outcome == .samples([Decoded(time: expected, temperature: 4)]))
        } else {
            #expect(outcome == .failure(.invalidTime))
        }
    }

    @Test(
        "a running number is whole, or rejected without its row",
        arguments: [
            ("7", 7, nil), ("7.0", 7, nil), ("-3", -3, nil), ("0", 0, nil),
            ("9223372036854775807", .max, nil), ("null", nil, nil),
            ("7.5", nil, "0 out_of_range:sequence"), ("1e300", nil, "0 out_of_range:sequence"),
            ("9223372036854775808", nil, "0 out_of_range:sequence"),
            ("1e999", nil, "0 not_finite:sequence"), ("\"7\"", nil, "0 wrong_type:sequence"),
            ("false", nil, "0 wrong_type:sequence"),
        ] as [(String, Int64?, String?)])
    func sequence(sent: String, expected: Int64?, rejection: String?) throws {
        let profile = try profile(sequence: "{path: n}")
        #expect(
            try decode(Array("{\"temperature\":4,\"n\":\(sent)}".utf8), with: profile)
                == .samples(
                    [Decoded(sequence: expected, temperature: 4)],
                    rejected: rejection.map { [$0] } ?? []))
    }

    @Test("numbers written as text count only where the profile says so")
    func numericText() throws {
        let lenient = try profile(
            temperature: "{path: c, unit: °C, text: true}",
            time: "{path: t, kind: epoch_s, text: true}", sequence: "{path: n, text: true}")
        #expect(
            try decode(Array(#"{"c":"+4.25","t":"1795176000","n":"7"}"#.utf8), with: lenient)
                == .samples([Decoded(time: 1_795_176_000_000, sequence: 7, temperature: 4.25)]))
        #expect(
            try decode(Array(#"{"c":"4,25"}"#.utf8), with: lenient) == .failure(.wrongType))
        #expect(
            try decode(Array(#"{"c":"1e999"}"#.utf8), with: lenient) == .failure(.notFinite))
        #expect(try decode(Array(#"{"c":"nan"}"#.utf8), with: lenient) == .failure(.wrongType))
        #expect(
            try decode(Array(#"{"c":1,"t":"soon"}"#.utf8), with: lenient)
                == .failure(.invalidTime))
    }

    @Test("a path leads into objects, and a name in it may hold a dot")
    func paths() throws {
        let profile = try profile(
            temperature: "{path: data.air.c, unit: °C}",
            fields: "  humidity: {path: [data, rel.hum], unit: \"%\"}")
        #expect(
            try decode(
                Array(#"{"data":{"rel.hum":50,"air":{"c":4,"f":39}},"c":9}"#.utf8), with: profile)
                == .samples([Decoded(temperature: 4, humidity: 50)]))
        #expect(
            try decode(Array(#"{"data":{"air":[{"c":4}]}}"#.utf8), with: profile)
                == .failure(.nothingMeasured))
    }
}
