import Wire

/// The fields of a SenML record, by their labels in JSON and in CBOR (RFC 8428).
enum SenMLLabel: UInt8 {
    case baseName, baseTime, baseUnit, baseValue, baseSum, baseVersion
    case name, unit, value, textValue, boolValue, dataValue, sum, time, updateTime

    init?(_ label: Span<UInt8>) {
        guard (1...4).contains(label.count) else { return nil }
        let known: SenMLLabel?
        switch label[0] {
        case UInt8(ascii: "b"): known = Self.base(label)
        case UInt8(ascii: "n"): known = label.count == 1 ? .name : nil
        case UInt8(ascii: "s"): known = label.count == 1 ? .sum : nil
        case UInt8(ascii: "t"): known = label.count == 1 ? .time : nil
        case UInt8(ascii: "u"):
            known = label.count == 1 ? .unit : label.isEqual(to: "ut") ? .updateTime : nil
        case UInt8(ascii: "v"): known = Self.value(label)
        default: known = nil
        }
        guard let known else { return nil }
        self = known
    }

    private static func base(_ label: Span<UInt8>) -> SenMLLabel? {
        if label.isEqual(to: "bn") { return .baseName }
        if label.isEqual(to: "bt") { return .baseTime }
        if label.isEqual(to: "bu") { return .baseUnit }
        if label.isEqual(to: "bv") { return .baseValue }
        if label.isEqual(to: "bs") { return .baseSum }
        return label.isEqual(to: "bver") ? .baseVersion : nil
    }

    private static func value(_ label: Span<UInt8>) -> SenMLLabel? {
        guard label.count == 2 else { return label.count == 1 ? .value : nil }
        switch label[1] {
        case UInt8(ascii: "s"): return .textValue
        case UInt8(ascii: "b"): return .boolValue
        case UInt8(ascii: "d"): return .dataValue
        default: return nil
        }
    }

    init?(cbor label: Int64) {
        switch label {
        case -1: self = .baseVersion
        case -2: self = .baseName
        case -3: self = .baseTime
        case -4: self = .baseUnit
        case -5: self = .baseValue
        case -6: self = .baseSum
        case 0: self = .name
        case 1: self = .unit
        case 2: self = .value
        case 3: self = .textValue
        case 4: self = .boolValue
        case 5: self = .sum
        case 6: self = .time
        case 7: self = .updateTime
        case 8: self = .dataValue
        default: return nil
        }
    }

    var isBase: Bool {
        switch self {
        case .baseName, .baseTime, .baseUnit, .baseValue, .baseSum, .baseVersion: true
        default: false
        }
    }

    /// Whether a label that is not known has to be understood: the record is not to be used then.
    static func isMandatory(_ label: Span<UInt8>) -> Bool {
        !label.isEmpty && label[label.count - 1] == UInt8(ascii: "_")
    }
}

extension SenMLRecord {
    /// Notes that a field came, and whether it came before.
    mutating func note(_ label: SenMLLabel, among seen: inout UInt16) {
        let bit: UInt16 = 1 << UInt16(label.rawValue)
        guard seen & bit != 0 else {
            seen |= bit
            return
        }
        if label.isBase { hasBrokenBase = true } else { fault = .duplicateField }
    }

    /// Takes a field that is a number; a base field or a time that is none is at fault.
    mutating func set(_ label: SenMLLabel, number: Double?) {
        switch label {
        case .baseTime: baseTime = number
        case .baseValue: baseValue = number
        case .baseVersion: baseVersion = number
        case .time:
            time = number
            if number == nil { fault = .invalidTime }
        case .value: value = number.map { .number($0) } ?? .notANumber
        default: return
        }
        if label.isBase, number == nil { hasBrokenBase = true }
    }
}
