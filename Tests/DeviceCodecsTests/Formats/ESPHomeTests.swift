import ColdChain
import DeviceCodecs
import Testing

@Suite("Numbers as the text of a message: ESPHome and others (B-3)")
struct ESPHomeTests {
    private func decode(
        _ text: [UInt8], _ quantity: Quantity, _ unit: FieldUnit
    ) throws -> SampleBatch {
        var batch = SampleBatch()
        try ESPHome.decode(text.span, as: quantity, in: unit, SampleDraft(), into: &batch)
        return batch
    }

    @Test(
        "B-3: a number is read however it is written, to the nearest double",
        arguments: [
            ("21.5", 21.5), ("21,5", 21.5), ("-18", -18), ("+0.49E+01", 4.9), ("4e0", 4),
            (" 4.21\r\n", 4.21), ("4.21\0", 4.21), ("0", 0), ("-0.0", 0), ("007", 7),
            ("0.1", 0.1), ("4.35", 4.35), ("1e-5", 1e-5),
            ("123456789012345678901234", 1.2345678901234568e23),
            ("4.123456789012345678901", 4.123456789012345678901), ("1e-400", 0),
            ("21.5 °C", 21.5), ("21,5°C", 21.5), ("41 °F", 5), ("41F", 5), ("278.15 K", 5),
        ])
    func numbers(text: String, celsius: Double) throws {
        let batch = try decode(Array(text.utf8), .temperature, .celsius)
        #expect(batch.value(.temperature) == celsius)
    }

    @Test(
        "B-3: the unit is the profile's, and becomes the log's",
        arguments: [
            ("41", .temperature, .fahrenheit, "temperature 5.0"),
            ("5 °C", .temperature, .fahrenheit, "temperature 5.0"),
            ("61.5", .humidity, .percent, "humidity 61.5"),
            ("61.5 %", .humidity, .percent, "humidity 61.5"),
            ("2995", .batteryVoltage, .millivolts, "battery_voltage 2.995"),
            ("2.995 V", .batteryVoltage, .millivolts, "battery_voltage 2.995"),
            ("1013.25", .pressure, .hectopascals, "pressure 101325.0"),
            ("1013.25 mbar", .pressure, .pascals, "pressure 101325.0"),
            ("612 ppm", .carbonDioxide, .partsPerMillion, "co2 612.0"),
            ("7 μg/m³", .particulates, .microgramsPerCubicMetre, "pm2_5 7.0"),
            ("ON", .opening, .truth, "opening 1.0"), ("OFF", .opening, .truth, "opening 0.0"),
            ("open", .opening, .truth, "opening 1.0"), ("1", .motion, .truth, "motion 1.0"),
            ("false", .motion, .truth, "motion 0.0"), ("0", .opening, .truth, "opening 0.0"),
        ] as [(String, Quantity, FieldUnit, String)])
    func units(text: String, quantity: Quantity, unit: FieldUnit, expected: String) throws {
        #expect(try decode(Array(text.utf8), quantity, unit).spelled == [expected])
    }

    @Test(
        "B-3: each word in the place of a number is its marker",
        arguments: [
            ("nan", .notAvailable), ("NaN", .notAvailable), ("-nan", .notAvailable),
            ("None", .notAvailable), ("unavailable", .notAvailable), ("Unknown", .notAvailable),
            ("", .notAvailable), ("  ", .notAvailable), ("null", .notAvailable),
            ("inf", .notANumber), ("cold", .notANumber), ("ON", .notANumber), (".5", .notANumber),
            ("5.", .notANumber), ("1.2.3", .notANumber), ("1,234.5", .notANumber),
            ("--4", .notANumber),
            ("4 °", .notANumber), ("4 V", .notANumber), ("4 4", .notANumber), ("4e", .notANumber),
            ("kühl", .notANumber), ("1e999", .overRange), ("-1e999", .overRange),
            (String(repeating: "9", count: 64), nil),
        ] as [(String, Marker?)])
    func words(text: String, marker: Marker?) throws {
        let batch = try decode(Array(text.utf8), .temperature, .celsius)
        #expect(batch.marker(.temperature) == marker)
        #expect(batch.samples.count == 1)
    }

    @Test("B-3: whether the device is connected is no reading")
    func status() throws {
        for text in ["online", "offline"] {
            let batch = try decode(Array(text.utf8), .temperature, .celsius)
            #expect(batch.isStatus && batch.samples.isEmpty)
        }
        for (topic, expected) in [
            ("bag7/status", true), ("bag7/debug", true), ("bag7/switch/light/command", true),
            ("bag7/sensor/air/state", false),
        ] {
            let isStatus = ESPHome.isStatus(topic: Array(topic.utf8).span)
            #expect(isStatus == expected)
        }
    }

    @Test(
        "B-3: what is no text, or too long for a number, is refused",
        arguments: [
            [0xFF, 0xFE], [0x34, 0x01, 0x35], Array(repeating: 0x39, count: 65),
            Array(#"{"temperature":4,"humidity":50,"battery":88,"pressure":1013.2,"x":1}"#.utf8),
        ] as [[UInt8]])
    func refused(bytes: [UInt8]) {
        #expect(throws: DecodingFailure.self) {
            try decode(bytes, .temperature, .celsius)
        }
    }

    @Test("B-8: no bytes stop the decoder, and numbers are finite")
    func hostile() throws {
        let letters = Array("0123456789+-.,eE° nafCFK%\0".utf8)
        for frame in hostileFrames(count: 20_000, upTo: 70) {
            for bytes in [frame, frame.map { letters[Int($0) % letters.count] }] {
                guard let batch = try? decode(bytes, .temperature, .celsius) else { continue }
                #expect(batch.measurements.allSatisfy { ($0.marker == nil) == $0.value.isFinite })
            }
        }
    }
}
