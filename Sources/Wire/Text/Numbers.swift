extension [UInt8] {
    /// Appends a whole number in decimal digits.
    package mutating func append(decimal number: Int64) {
        if number < 0 { append(UInt8(ascii: "-")) }
        append(decimal: number.magnitude)
    }

    package mutating func append(decimal number: UInt64) {
        var divisor: UInt64 = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }

    /// Appends `number` with leading zeros up to `width` digits.
    package mutating func append(_ number: Int, width: Int) {
        var divisor = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }

    /// Appends the shortest text that reads back as the same finite `number`.
    ///
    /// A whole number below 2^53 is written without a fraction (`4`, not `4.0`). A number with up to
    /// four decimals, which is what sensors send, takes a path that needs no `String`.
    package mutating func append(shortest number: Double) {
        let scaled = number * 10_000
        if scaled.magnitude < 9_007_199_254_740_992, scaled == scaled.rounded(),
            scaled / 10_000 == number
        {
            if number < 0 { append(UInt8(ascii: "-")) }
            let units = UInt64(scaled.magnitude)
            append(decimal: units / 10_000)
            var fraction = Int(units % 10_000)
            guard fraction > 0 else { return }
            append(UInt8(ascii: "."))
            var divisor = 1_000
            while fraction > 0 {
                append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: fraction / divisor))
                fraction %= divisor
                divisor /= 10
            }
            return
        }
        append(contentsOf: number.description.utf8)
    }

    /// Appends one lower-case hexadecimal digit; `digit` is 0...15.
    package mutating func append(hexDigit digit: UInt8) {
        append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
}

/// Bytes written as hexadecimal digits, two a byte, lower case.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    var digits: [UInt8] = []
    for byte in bytes {
        digits.append(hexDigit: byte >> 4)
        digits.append(hexDigit: byte & 0xF)
    }
    return String(decoding: digits, as: UTF8.self)
}

/// The bytes that hexadecimal digits stand for, two a byte; nil where they do not.
package func hexadecimalBytes(_ digits: some Sequence<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var high: UInt8?
    for digit in digits {
        guard let value = Character(UnicodeScalar(digit)).hexDigitValue, digit < 0x80 else {
            return nil
        }
        if let first = high {
            bytes.append(first << 4 | UInt8(truncatingIfNeeded: value))
            high = nil
        } else {
            high = UInt8(truncatingIfNeeded: value)
        }
    }
    return high == nil ? bytes : nil
}

/// A number as sixteen hexadecimal digits.
package func hexadecimal(_ number: UInt64) -> String {
    hexadecimal((0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) })
}
