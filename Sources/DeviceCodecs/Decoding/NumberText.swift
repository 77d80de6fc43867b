/// Numbers that devices write as text: `"279.90"`, `"21.5 °C"`, `"21,5"`, `"+0.49E+01"`, `"nan"`.
///
/// A comma is the decimal sign; grouped thousands are not read, since `1,234` could be either. A unit
/// behind the number, and a remark in parentheses behind that, are understood. Allocates nothing.
package enum NumberText {
    package enum Reading: Equatable, Sendable {
        /// Nothing but white space.
        case absent
        /// Finite; with the unit that is written behind it.
        case number(Double, unit: FieldUnit?)
        /// `nan`, an infinity, or a number beyond the largest double.
        case notFinite
        /// Words, or a number with something behind it that is no unit.
        case word
    }

    package static func read(_ text: Span<UInt8>) -> Reading {
        var end = text.count
        while end > 0, isSpace(text[end - 1]) { end -= 1 }
        var index = 0
        while index < end, isSpace(text[index]) { index += 1 }
        guard index < end else { return .absent }
        let isNegative = skipSign(text, &index, end)
        if isInfiniteOrNaN(text, from: index, to: end) { return .notFinite }
        guard var number = decimal(text, &index, end) else { return .word }
        guard skipExponent(text, &index, end, &number.exponent) else { return .word }
        while index < end, isSpace(text[index]) { index += 1 }
        end = endBeforeRemark(text, from: index, to: end)
        guard let value = number.value else { return .notFinite }
        let signed = isNegative ? -value : value
        if index == end { return .number(signed, unit: nil) }
        guard let unit = unit(text.extracting(index..<end)) else { return .word }
        return .number(signed, unit: unit)
    }

    /// Digits as a whole number, and the power of ten that is to be multiplied.
    private struct Decimal {
        var digits: UInt64 = 0
        var exponent = 0

        /// Nil beyond the largest double.
        var value: Double? {
            let value = DecimalText.scaled(digits, by: exponent)
            return value.isFinite ? value : nil
        }
    }

    private static func decimal(
        _ text: Span<UInt8>, _ index: inout Int, _ end: Int
    ) -> Decimal? {
        var number = Decimal()
        var isFraction = false
        var hasDigits = false
        while index < end {
            let byte = text[index]
            if byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",") {
                guard !isFraction else { return nil }
                isFraction = true
            } else if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                hasDigits = true
                if number.digits < 1_000_000_000_000_000_000 {
                    number.digits = number.digits * 10 + UInt64(byte - UInt8(ascii: "0"))
                    if isFraction { number.exponent -= 1 }
                } else if !isFraction {
                    number.exponent += 1
                }
            } else {
                break
            }
            index += 1
        }
        return hasDigits ? number : nil
    }

    /// False for an `e` without digits, which is then the beginning of a word.
    private static func skipExponent(
        _ text: Span<UInt8>, _ index: inout Int, _ end: Int, _ exponent: inout Int
    ) -> Bool {
        guard index < end, text[index] | 0x20 == UInt8(ascii: "e") else { return true }
        index += 1
        let isNegative = skipSign(text, &index, end)
        let start = index
        var power = 0
        while index < end, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index]) {
            // Far beyond a double's range.
            power = min(power * 10 + Int(text[index] - UInt8(ascii: "0")), 1000)
            index += 1
        }
        exponent = max(min(exponent, 1000), -1000) + (isNegative ? -power : power)
        exponent = max(min(exponent, 640), -640)
        return index > start
    }

    /// `+`, `-` or the typographic minus sign; whether it was a minus.
    private static func skipSign(_ text: Span<UInt8>, _ index: inout Int, _ end: Int) -> Bool {
        guard index < end else { return false }
        switch text[index] {
        case UInt8(ascii: "+"): index += 1
        case UInt8(ascii: "-"):
            index += 1
            return true
        case 0xE2 where index + 2 < end && text[index + 1] == 0x88 && text[index + 2] == 0x92:
            index += 3
            return true
        default: break
        }
        return false
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        // Some devices send the zero behind their strings along.
        byte == 0x20 || (9...13).contains(byte) || byte == 0
    }

    private static func isInfiniteOrNaN(_ text: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        let word = text.extracting(start..<end)
        return word.isWord("nan") || word.isWord("inf") || word.isWord("infinity")
    }

    /// Where a remark such as that of `3.1V(low battery)` begins.
    private static func endBeforeRemark(_ text: Span<UInt8>, from start: Int, to end: Int) -> Int {
        guard end > start, text[end - 1] == UInt8(ascii: ")") else { return end }
        var open = start
        while open < end, text[open] != UInt8(ascii: "(") { open += 1 }
        guard open < end else { return end }
        while open > start, isSpace(text[open - 1]) { open -= 1 }
        return open
    }

    private static func unit(_ text: Span<UInt8>) -> FieldUnit? {
        for (name, unit) in units where text.isWord(name) { return unit }
        return nil
    }

    /// The spellings met; upper and lower case of Latin letters are the same, except that there is
    /// no unit here which differs by case alone.
    private static let units: [(StaticString, FieldUnit)] = [
        ("°c", .celsius), ("c", .celsius), ("℃", .celsius), ("ºc", .celsius), ("degc", .celsius),
        ("deg c", .celsius), ("celsius", .celsius), ("° c", .celsius),
        ("°f", .fahrenheit), ("f", .fahrenheit), ("℉", .fahrenheit), ("degf", .fahrenheit),
        ("fahrenheit", .fahrenheit), ("k", .kelvin), ("kelvin", .kelvin),
        ("%", .percent), ("%rh", .percent), ("% rh", .percent), ("rh%", .percent),
        ("percent", .percent), ("v", .volts), ("volt", .volts), ("volts", .volts),
        ("mv", .millivolts), ("hpa", .hectopascals), ("mbar", .hectopascals), ("pa", .pascals),
        ("ppm", .partsPerMillion), ("m/s", .metresPerSecond), ("km/h", .kilometresPerHour),
        ("kmh", .kilometresPerHour), ("kph", .kilometresPerHour), ("mph", .milesPerHour),
        ("kn", .knots), ("kt", .knots), ("knots", .knots), ("m", .metres), ("km", .kilometres),
        ("°", .degrees), ("deg", .degrees), ("µg/m³", .microgramsPerCubicMetre),
        ("μg/m³", .microgramsPerCubicMetre), ("ug/m3", .microgramsPerCubicMetre),
        ("µg/m3", .microgramsPerCubicMetre),
    ]
}
