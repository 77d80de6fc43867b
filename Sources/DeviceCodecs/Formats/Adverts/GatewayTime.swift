import ColdChain
import JSONText
import Wire

/// The time that a gateway puts beside an advert, in any of the forms that gateways have: seconds,
/// milliseconds or microseconds since 1970 as a number or as text, or RFC 3339.
enum GatewayTime {
    case absent
    case instant(Timestamp)
    /// A date and a time of day in nobody knows which zone.
    case withoutZone
    /// Something that is no time.
    case unreadable

    init(_ node: JSONDocument.Node?, in document: borrowing JSONDocument) {
        guard let node else {
            self = .absent
            return
        }
        switch document[node] {
        case .missing, .null: self = .absent
        case .integer(let count): self = Self(Double(count))
        case .number(let count): self = Self(count)
        case .text: self = Self(document.text(node))
        case .bool, .container, .notANumber, .outOfRange: self = .unreadable
        }
    }

    /// By its size: seconds until the year 5138, then milliseconds, then microseconds.
    private init(_ count: Double) {
        let milliseconds =
            switch count {
            case ..<1e11: count * 1000
            case ..<1e14: count
            default: count / 1000
            }
        guard count >= 0, let whole = Int64(exactly: milliseconds.rounded()),
            RFC3339.representable.contains(whole)
        else {
            self = .unreadable
            return
        }
        self = .instant(Timestamp(milliseconds: whole))
    }

    private init(_ text: Span<UInt8>) {
        guard !text.isEmpty else {
            self = .absent
            return
        }
        if let instant = RFC3339.parse(text) {
            self = .instant(Timestamp(milliseconds: instant))
        } else if let count = DecimalDigits.number(text) {
            self = Self(count)
        } else {
            self = Self.isWithoutZone(text) ? .withoutZone : .unreadable
        }
    }

    /// `2020-06-03T02:46:18`, with a space for the T, or with a fraction.
    private static func isWithoutZone(_ text: Span<UInt8>) -> Bool {
        guard text.count >= 19 else { return false }
        for index in text.indices {
            let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index])
            switch index {
            case 4, 7: guard text[index] == UInt8(ascii: "-") else { return false }
            case 10: guard !isDigit else { return false }
            case 13, 16: guard text[index] == UInt8(ascii: ":") else { return false }
            case 19: guard text[index] == UInt8(ascii: ".") else { return false }
            default: guard isDigit else { return false }
            }
        }
        return true
    }
}

extension SampleDraft {
    /// Takes the time of a gateway's clock, as far as it can be used. False for one that cannot be
    /// read: such a reading is not given the time of receipt instead.
    mutating func takeTime(_ time: GatewayTime, _ message: MessageContext) -> Bool {
        switch time {
        case .absent: return true
        case .instant(let instant):
            setTime(instant, by: .gateway, message)
            return true
        case .withoutZone:
            notes.insert(.zoneUnknown)
            return true
        case .unreadable: return false
        }
    }
}

/// Decimal numbers that are written as text.
enum DecimalDigits {
    /// A number such as `1653668027`, `-71` or `27.75`; nil for anything else.
    static func number(_ text: Span<UInt8>) -> Double? {
        var index = 0
        let isNegative = text.count > 0 && text[0] == UInt8(ascii: "-")
        if isNegative { index = 1 }
        var value: Int64 = 0
        var divisor = 1.0
        var digits = 0
        var isFraction = false
        while index < text.count {
            let byte = text[index]
            index += 1
            if byte == UInt8(ascii: "."), !isFraction, digits > 0 {
                isFraction = true
                continue
            }
            // 2⁵³ has 16 digits: so many are exact.
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), digits < 16 else {
                return nil
            }
            digits += 1
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
            if isFraction { divisor *= 10 }
        }
        guard digits > 0 else { return nil }
        return Double(isNegative ? -value : value, per: divisor)
    }
}
