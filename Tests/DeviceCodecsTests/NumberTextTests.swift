import DeviceCodecs
import Testing

@Suite struct NumberTextTests {
    private func read(_ text: String) -> NumberText.Reading {
        NumberText.read(Array(text.utf8).span)
    }

    @Test(arguments: [
        ("279.90", 279.9), ("-5", -5), ("+21.5", 21.5), ("\u{2212}5,5", -5.5), ("21,5", 21.5),
        ("+0.49E+01", 4.9), ("1e3", 1000), ("25e-1", 2.5), (" 4.2 ", 4.2), ("4.2\0", 4.2),
        (".5", 0.5), ("5.", 5), ("0", 0), ("007", 7), ("27.200000762939453", 27.200000762939453),
        ("123456789012345678901234567890", 1.2345678901234568e29), ("0.1", 0.1), ("-0.06", -0.06),
        ("1e-400", 0), ("0e999999999999", 0),
    ])
    func `a number is read as it is written`(text: String, value: Double) {
        #expect(read(text) == .number(value, unit: nil))
    }

    @Test(arguments: [
        ("21.5 °C", 21.5, FieldUnit.celsius), ("21.5℃", 21.5, .celsius), ("-4ºC", -4, .celsius),
        ("70 °F", 70, .fahrenheit), ("294.65 K", 294.65, .kelvin), ("55%", 55, .percent),
        ("55 %RH", 55, .percent), ("3.1V", 3.1, .volts), ("3100 mV", 3100, .millivolts),
        ("1013,2 hPa", 1013.2, .hectopascals), ("101320 Pa", 101_320, .pascals),
        ("3.1V(low battery)", 3.1, .volts), ("50 km/h", 50, .kilometresPerHour),
        ("12 µg/m³", 12, .microgramsPerCubicMetre), ("400ppm", 400, .partsPerMillion),
        ("2e1 c", 20, .celsius),
    ])
    func `a unit behind the number is understood`(text: String, value: Double, unit: FieldUnit) {
        #expect(read(text) == .number(value, unit: unit))
    }

    @Test(arguments: ["", " ", "\0", "\t\r\n"])
    func `nothing is absent`(text: String) {
        #expect(read(text) == .absent)
    }

    @Test(arguments: ["nan", "NaN", "-inf", "Infinity", "1e999", "-1e400"])
    func `what is not finite is told from words`(text: String) {
        #expect(read(text) == .notFinite)
    }

    @Test(arguments: [
        "NoSensor", "read error", "1.234,5", "1,234.5", "80-100%", "4.2 bananas", "12 34", "e5",
        "5e",
        "+", "-", ".", "°C", "--5", "0x1F", "1.2.3", "22.70423,114.244856",
    ])
    func `anything else is a word`(text: String) {
        #expect(read(text) == .word)
    }

    @Test func `numbers that sensors write read back to the last digit`() {
        for steps in -20_000...20_000 {
            let value = Double(steps) / 100
            #expect(read("\(value)") == .number(value, unit: nil))
        }
    }

    @Test func `hostile bytes are never a crash`() {
        let alphabet = Array("0123456789.,+-eE %CFmV()\u{B0}".utf8)
        for frame in hostileFrames(count: 10_000, upTo: 40) {
            let likely = frame.map { alphabet[Int($0) % alphabet.count] }
            for bytes in [frame, likely] {
                if case .number(let value, _) = NumberText.read(bytes.span) {
                    #expect(value.isFinite)
                }
            }
        }
    }
}
