import ColdChain
import Wire

/// Writes comma-separated values (RFC 4180): fields between commas, records ended by CR LF.
struct CSVWriter {
    private(set) var bytes: [UInt8] = []
    private var isAtStart = true

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        isAtStart = true
    }

    /// A text from outside. What a spreadsheet would take for a formula gets an apostrophe before
    /// it, by which the spreadsheet takes it for the text that it is.
    mutating func field(_ text: String) {
        separate()
        var isGuarded = false
        var isQuoted = false
        var isFirst = true
        for unit in text.utf8 {
            if isFirst { isGuarded = Self.beginsFormula(unit) }
            isFirst = false
            if Self.needsQuotes(unit) { isQuoted = true }
        }
        guard isQuoted else {
            if isGuarded { bytes.append(UInt8(ascii: "'")) }
            bytes.append(contentsOf: text.utf8)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        if isGuarded { bytes.append(UInt8(ascii: "'")) }
        for unit in text.utf8 {
            if unit == UInt8(ascii: "\"") { bytes.append(unit) }
            bytes.append(unit)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func field(_ text: String?) {
        guard let text else { return empty() }
        field(text)
    }

    mutating func field(_ number: Int64) {
        separate()
        bytes.append(decimal: number)
    }

    mutating func field(_ number: Int64?) {
        guard let number else { return empty() }
        field(number)
    }

    /// Empty where there is no number, or one that no number can say.
    mutating func field(_ number: Double?) {
        separate()
        if let number, number.isFinite { bytes.append(shortest: number) }
    }

    /// RFC 3339 in UTC.
    mutating func field(_ instant: Timestamp) {
        separate()
        RFC3339.append(instant.milliseconds, to: &bytes)
    }

    mutating func field(_ instant: Timestamp?) {
        guard let instant else { return empty() }
        field(instant)
    }

    mutating func empty() { separate() }

    mutating func endRecord() {
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
        isAtStart = true
    }

    private mutating func separate() {
        if !isAtStart { bytes.append(UInt8(ascii: ",")) }
        isAtStart = false
    }

    private static func beginsFormula(_ unit: UInt8) -> Bool {
        switch unit {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0A,
            0x0D:
            true
        default: false
        }
    }

    private static func needsQuotes(_ unit: UInt8) -> Bool {
        switch unit {
        case UInt8(ascii: ","), UInt8(ascii: "\""), 0x0A, 0x0D: true
        default: false
        }
    }
}
