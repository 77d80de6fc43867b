package import ColdChain
import Wire

/// A number as the text of a message, as ESPHome publishes it on `<prefix>/sensor/<object>/state`,
/// Shelly's first generation on `shellies/<id>/sensor/temperature`, and much home-made firmware.
///
///     4.21
///
/// - The topic alone says what the number is: the quantity and its unit come from the profile. A
///   unit behind the number (`39.6 °F`) wins, if the quantity can have it.
/// - `nan` is ESPHome's word for "no value"; `None`, `unknown`, `unavailable`, `null` and an empty
///   message are those of the programs between. Any other short word is a marker too, so that it is
///   seen in the log; what cannot be a number or a word at all is refused.
/// - The probe is 0. There is no time and no running number. ESPHome retains its states, so that
///   an old one may come first after a subscription.
/// - `<prefix>/status` tells `online` or `offline`.
///
/// Source: the project's documentation of its MQTT client.
package enum ESPHome {
    /// In bytes. A number, a blank and a unit are a fraction of it.
    private static let longest = 64

    /// Whether messages on a topic tell whether the device is connected, what it logs, or what
    /// others order.
    package static func isStatus(topic: Span<UInt8>) -> Bool {
        let last = topic.extracting(topic.startOfLastLevel..<topic.count)
        return last.isEqual(to: "status") || last.isEqual(to: "debug")
            || last.isEqual(to: "command")
    }

    package static func decode(
        _ frame: Span<UInt8>, as quantity: Quantity, in unit: FieldUnit, _ draft: SampleDraft,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        let text = trimmed(frame)
        if text.isWord("online") || text.isWord("offline") {
            batch.isStatus = true
            return
        }
        guard let reported = reported(text, quantity, unit) else {
            throw DecodingFailure(.wrongType, detail: "\(frame.count) bytes that are no number")
        }
        let start = batch.measurements.count
        batch.add(quantity, reported)
        batch.close(draft, from: start)
    }

    /// What a text says in the place of a number of that quantity; nil for what is no text at all.
    static func reported(
        _ text: Span<UInt8>, _ quantity: Quantity, _ unit: FieldUnit
    ) -> ReportedValue? {
        let text = trimmed(text)
        guard text.count <= longest else { return nil }
        if text.isEmpty || isNothing(text) { return .marker(.notAvailable) }
        if unit == .truth, let isSo = truth(text) { return .value(isSo ? 1 : 0) }
        guard let (value, end) = number(text) else { return word(text) }
        guard value.isFinite else { return .marker(.overRange) }
        let symbol = trimmed(text.extracting(end..<text.count))
        if symbol.isEmpty { return .value(unit.canonical(value)) }
        guard let stated = FieldUnit(symbol: symbol), canBe(quantity, in: stated) else {
            return word(text)
        }
        return .value(stated.canonical(value))
    }

    /// A text that is no number; nil for bytes that are no text.
    private static func word(_ text: Span<UInt8>) -> ReportedValue? {
        for index in text.indices where text[index] < 0x20 || text[index] == 0x7F { return nil }
        let isText = (try? UTF8Span(validating: text)) != nil
        return isText ? .marker(.notANumber) : nil
    }

    /// `FieldTarget.units` without making the array.
    private static func canBe(_ quantity: Quantity, in unit: FieldUnit) -> Bool {
        switch quantity {
        case .temperature: unit == .celsius || unit == .fahrenheit || unit == .kelvin
        case .humidity, .battery: unit == .percent
        case .batteryVoltage, .supplyVoltage: unit == .volts || unit == .millivolts
        case .pressure: unit == .pascals || unit == .hectopascals
        case .carbonDioxide: unit == .partsPerMillion
        case .particulates: unit == .microgramsPerCubicMetre
        case .odometer: unit == .metres || unit == .kilometres
        case .ignition, .motion, .opening: unit == .truth
        }
    }

    static func isNothing(_ text: Span<UInt8>) -> Bool {
        text.isWord("nan") || text.isWord("none")
            || text.isWord("unknown") || text.isWord("unavailable")
            || text.isWord("null") || text.isWord("-nan")
    }

    private static func truth(_ text: Span<UInt8>) -> Bool? {
        if text.isWord("on") || text.isWord("true")
            || text.isWord("open")
        {
            return true
        }
        if text.isWord("off") || text.isWord("false")
            || text.isWord("closed")
        {
            return false
        }
        return nil
    }

    @_lifetime(copy text)
    private static func trimmed(_ text: Span<UInt8>) -> Span<UInt8> {
        var start = 0
        var end = text.count
        // Firmware in C sends the zero at the end of its strings as well.
        while end > start, text[end - 1] <= 0x20 { end -= 1 }
        while start < end, text[start] <= 0x20 { start += 1 }
        return text.extracting(start..<end)
    }
}

// Decimal numbers: `21.5`, `21,5`, `+0.49E+01`.
extension ESPHome {
    /// The number that a text begins with, and where it ends. Infinite where it is beyond the
    /// largest double; nil where there is none.
    private static func number(_ text: Span<UInt8>) -> (value: Double, end: Int)? {
        var index = 0
        let isNegative = DecimalText.sign(text, &index, text.count)
        let start = index
        var digits = Digits()
        digits.read(text, &index)
        guard index > start else { return nil }
        if index + 1 < text.count, isPoint(text[index]), isDigit(text[index + 1]) {
            index += 1
            digits.isFraction = true
            digits.read(text, &index)
        }
        if let (power, end) = DecimalText.exponent(text, from: index, to: text.count) {
            digits.exponent += power
            index = end
        }
        // A second point, a thousands separator: nobody knows which is which.
        if index < text.count, isPoint(text[index]) || isDigit(text[index]) { return nil }
        let value = digits.value ?? slowly(text, upTo: index)
        return (isNegative ? -value : value, index)
    }

    private struct Digits {
        var mantissa: UInt64 = 0
        var exponent = 0
        var isFraction = false
        private var isExact = true

        mutating func read(_ text: Span<UInt8>, _ index: inout Int) {
            while index < text.count, isDigit(text[index]) {
                let digit = UInt64(text[index] - UInt8(ascii: "0"))
                index += 1
                guard isExact, mantissa < 900_719_925_474_099 else {
                    isExact = false
                    continue
                }
                mantissa = mantissa * 10 + digit
                if isFraction { exponent -= 1 }
            }
        }

        /// Mantissa and power of ten are doubles without rounding, so that the one operation with
        /// them rounds to the nearest; nil where they are not.
        var value: Double? {
            guard isExact, (-22...22).contains(exponent) else { return nil }
            return DecimalText.scaled(mantissa, by: exponent)
        }
    }

    /// More digits than any sensor sends: the standard library rounds them.
    private static func slowly(_ text: Span<UInt8>, upTo end: Int) -> Double {
        var digits: [UInt8] = []
        for index in 0..<end {
            let byte = text[index]
            if index == 0, byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { continue }
            digits.append(byte == UInt8(ascii: ",") ? UInt8(ascii: ".") : byte)
        }
        return Double(String(decoding: digits, as: UTF8.self)) ?? .infinity
    }

    private static func isPoint(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",")
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
