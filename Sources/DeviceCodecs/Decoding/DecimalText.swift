/// Decimal numbers written as text.
package enum DecimalText {
    /// More digits than these do not change the nearest double by more than a rounding.
    private static let significantDigits = 18
    /// Powers of ten up to this one are doubles without a rounding.
    private static let exactPower = 22

    /// The number that a text such as `-12.5`, `+0.49E+01` or ` 7 ` is; nil for anything else, and
    /// for one beyond the largest double. Numbers of up to 15 digits are exact.
    package static func number(_ text: Span<UInt8>) -> Double? {
        var (index, end) = trimmed(text)
        let isNegative = sign(text, &index, end)
        var mantissa: UInt64 = 0
        var digits = 0
        var exponent = 0
        var hasDigit = false
        var isFraction = false
        while index < end {
            let byte = text[index]
            if byte == UInt8(ascii: "."), !isFraction {
                isFraction = true
            } else if let digit = digit(byte) {
                hasDigit = true
                if digits < significantDigits {
                    mantissa = mantissa * 10 + UInt64(digit)
                    if mantissa > 0 { digits += 1 }
                    if isFraction { exponent -= 1 }
                } else if !isFraction {
                    exponent += 1
                }
            } else {
                break
            }
            index += 1
        }
        guard hasDigit else { return nil }
        if index < end {
            guard let written = self.exponent(text, from: index, to: end), written.end == end
            else { return nil }
            exponent += written.power
        }
        let value = scaled(mantissa, by: exponent)
        guard value.isFinite else { return nil }
        return isNegative ? -value : value
    }

    /// The whole number that a text such as `-17` is; nil for anything else.
    package static func integer(_ text: Span<UInt8>) -> Int64? {
        var (index, end) = trimmed(text)
        let isNegative = sign(text, &index, end)
        guard index < end else { return nil }
        var number: Int64 = 0
        while index < end {
            guard let digit = digit(text[index]) else { return nil }
            let (product, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isBeyond) = product.subtractingReportingOverflow(Int64(digit))
            guard !isTooLarge, !isBeyond else { return nil }
            number = sum
            index += 1
        }
        // Counted downwards, because the smallest number has no positive counterpart.
        if isNegative { return number }
        return number == .min ? nil : -number
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? byte - UInt8(ascii: "0") : nil
    }

    private static func trimmed(_ text: Span<UInt8>) -> (start: Int, end: Int) {
        var start = 0
        var end = text.count
        while start < end, text[start] == UInt8(ascii: " ") { start += 1 }
        while end > start, text[end - 1] == UInt8(ascii: " ") { end -= 1 }
        return (start, end)
    }

    /// Skips a sign; whether it was a minus.
    static func sign(_ text: Span<UInt8>, _ index: inout Int, _ end: Int) -> Bool {
        guard index < end else { return false }
        let isNegative = text[index] == UInt8(ascii: "-")
        if isNegative || text[index] == UInt8(ascii: "+") { index += 1 }
        return isNegative
    }

    /// The power of ten that begins at `start` with an `e`, and where it ends; nil where none does.
    static func exponent(
        _ text: Span<UInt8>, from start: Int, to end: Int
    ) -> (power: Int, end: Int)? {
        guard start < end, text[start] == UInt8(ascii: "e") || text[start] == UInt8(ascii: "E")
        else { return nil }
        var index = start + 1
        let isNegative = sign(text, &index, end)
        let first = index
        var power = 0
        while index < end, let digit = digit(text[index]) {
            // Beyond this every number is zero or too large anyway.
            power = min(power * 10 + Int(digit), 10_000)
            index += 1
        }
        return index > first ? (isNegative ? -power : power, index) : nil
    }

    /// `mantissa` × 10^`power`, exact for 15 digits and 22 places.
    static func scaled(_ mantissa: UInt64, by power: Int) -> Double {
        var value = Double(mantissa)
        guard mantissa > 0, power != 0 else { return value }
        var rest = power.magnitude
        while rest > 0, value.isFinite, value != 0 {
            let step = min(rest, UInt(exactPower))
            var factor = 1.0
            for _ in 0..<step { factor *= 10 }
            value = power > 0 ? value * factor : value / factor
            rest -= step
        }
        return value
    }
}
