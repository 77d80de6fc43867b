/// Reads CBOR (RFC 8949) out of bytes that may be anything, one item after the other.
///
/// It owns no bytes: every call gets them again. Lengths are believed only as far as the bytes go,
/// containers lie inside each other only `deepest` levels, and a container's count costs nothing
/// until its items are read.
struct CBORReader {
    /// How far containers and tags that nobody asked for may nest.
    static let deepest = 16

    enum Item: Equatable {
        case unsigned(UInt64)
        /// −1 − n.
        case negative(UInt64)
        case bytes(Text)
        case text(Text)
        /// How many items follow; nil where a break ends them.
        case array(UInt64?)
        /// How many pairs of items follow; nil where a break ends them.
        case map(UInt64?)
        case tag(UInt64)
        case bool(Bool)
        /// Null and undefined.
        case null
        case float(Double)
        case otherSimple
        case breakMark
    }

    /// Where the bytes of a string are: in the message, or joined from its chunks.
    enum Text: Equatable {
        case inMessage(Range<Int>)
        case joined(Range<Int>)
    }

    private(set) var offset = 0
    /// The strings that came in chunks, one behind the other.
    private(set) var joined: [UInt8] = []

    mutating func next(_ message: Span<UInt8>) throws(DecodingFailure) -> Item {
        let initial = try take(UInt8.self, message)
        let information = initial & 0x1F
        switch initial >> 5 {
        case 0: return .unsigned(try argument(information, message))
        case 1: return .negative(try argument(information, message))
        case 2: return .bytes(try string(initial, message))
        case 3: return .text(try string(initial, message))
        case 4: return .array(information == 31 ? nil : try argument(information, message))
        case 5: return .map(information == 31 ? nil : try argument(information, message))
        case 6: return .tag(try argument(information, message))
        default: return try simple(information, message)
        }
    }

    /// Passes over the next item and all that is inside it.
    mutating func skip(_ message: Span<UInt8>, depth: Int = 0) throws(DecodingFailure) {
        try skip(try next(message), message, depth: depth)
    }

    /// Passes over what belongs to an item that has been read.
    mutating func skip(
        _ item: Item, _ message: Span<UInt8>, depth: Int = 0
    ) throws(DecodingFailure) {
        guard depth < Self.deepest else {
            throw DecodingFailure(.tooDeep, detail: "more than \(Self.deepest) levels")
        }
        switch item {
        case .array(let count): try skip(items: count, message, depth: depth)
        case .map(let count):
            let (items, overflow) = (count ?? 0).multipliedReportingOverflow(by: 2)
            guard !overflow else { throw Self.notCBOR }
            try skip(items: count == nil ? nil : items, message, depth: depth)
        case .tag: try skip(message, depth: depth + 1)
        case .breakMark: throw Self.notCBOR
        default: break
        }
    }

    private mutating func skip(
        items count: UInt64?, _ message: Span<UInt8>, depth: Int
    ) throws(DecodingFailure) {
        var left = count ?? .max
        while left > 0 {
            let item = try next(message)
            if count == nil, item == .breakMark { return }
            try skip(item, message, depth: depth + 1)
            left -= 1
        }
    }

    /// The number that an item is, with its tag read and its content; nil for anything else, which
    /// is passed over.
    mutating func number(
        _ item: Item, _ message: Span<UInt8>, depth: Int = 0
    ) throws(DecodingFailure) -> Double? {
        switch item {
        case .unsigned(let whole): return Double(whole)
        case .negative(let whole): return -1 - Double(whole)
        case .float(let value): return value
        case .tag(4): return try decimalFraction(message)
        case .tag where depth < Self.deepest:
            return try number(try next(message), message, depth: depth + 1)
        default:
            try skip(item, message, depth: depth)
            return nil
        }
    }

    /// An array of a power of ten and a whole number.
    private mutating func decimalFraction(
        _ message: Span<UInt8>
    ) throws(DecodingFailure) -> Double? {
        let pair = try next(message)
        guard pair == .array(2) else {
            try skip(pair, message)
            return nil
        }
        let power: Int?
        switch try next(message) {
        case .unsigned(let whole): power = Int(exactly: whole)
        case .negative(let whole): power = Int(exactly: whole).map { -1 - $0 }
        default: throw Self.notCBOR
        }
        let magnitude: UInt64
        let isNegative: Bool
        switch try next(message) {
        case .unsigned(let whole): (magnitude, isNegative) = (whole, false)
        case .negative(let whole):
            (magnitude, isNegative) = (whole == .max ? whole : whole + 1, true)
        default: throw Self.notCBOR
        }
        guard let power, power.magnitude <= 10_000 else { return nil }
        let value = DecimalText.scaled(magnitude, by: power)
        return isNegative ? -value : value
    }

    private mutating func argument(
        _ information: UInt8, _ message: Span<UInt8>
    ) throws(DecodingFailure) -> UInt64 {
        switch information {
        case 0..<24: UInt64(information)
        case 24: UInt64(try take(UInt8.self, message))
        case 25: UInt64(try take(UInt16.self, message))
        case 26: UInt64(try take(UInt32.self, message))
        case 27: try take(UInt64.self, message)
        default: throw Self.notCBOR
        }
    }

    private mutating func string(
        _ initial: UInt8, _ message: Span<UInt8>
    ) throws(DecodingFailure) -> Text {
        guard initial & 0x1F == 31 else {
            return .inMessage(try stringBytes(initial & 0x1F, message))
        }
        let start = joined.count
        while true {
            let chunk = try take(UInt8.self, message)
            if chunk == 0xFF { return .joined(start..<joined.count) }
            guard chunk >> 5 == initial >> 5 else { throw Self.notCBOR }
            for index in try stringBytes(chunk & 0x1F, message) { joined.append(message[index]) }
        }
    }

    private mutating func stringBytes(
        _ information: UInt8, _ message: Span<UInt8>
    ) throws(DecodingFailure) -> Range<Int> {
        let length = try argument(information, message)
        guard length <= UInt64(message.count - offset) else { throw Self.notCBOR }
        let bytes = offset..<offset + Int(length)
        offset = bytes.upperBound
        return bytes
    }

    private mutating func simple(
        _ information: UInt8, _ message: Span<UInt8>
    ) throws(DecodingFailure) -> Item {
        switch information {
        case 20: return .bool(false)
        case 21: return .bool(true)
        case 22, 23: return .null
        case 24:
            _ = try take(UInt8.self, message)
            return .otherSimple
        case 25: return .float(Self.half(try take(UInt16.self, message)))
        case 26: return .float(Float(bitPattern: try take(UInt32.self, message)).asDecimal)
        case 27: return .float(Double(bitPattern: try take(UInt64.self, message)))
        case 31: return .breakMark
        case 0..<20: return .otherSimple
        default: throw Self.notCBOR
        }
    }

    private static func half(_ bits: UInt16) -> Double {
        let fraction = Double(bits & 0x3FF)
        let magnitude: Double
        switch bits >> 10 & 0x1F {
        case 0: magnitude = fraction / 16_777_216
        case 31: magnitude = fraction == 0 ? .infinity : .nan
        case let exponent:
            magnitude = Double(
                sign: .plus, exponent: Int(exponent) - 25, significand: 1024 + fraction)
        }
        return bits & 0x8000 == 0 ? magnitude : -magnitude
    }

    private mutating func take<Number: FixedWidthInteger>(
        _ type: Number.Type, _ message: Span<UInt8>
    ) throws(DecodingFailure) -> Number {
        guard let number = message.bigEndian(type, at: offset) else { throw Self.notCBOR }
        offset += Number.bitWidth / 8
        return number
    }

    private static var notCBOR: DecodingFailure {
        DecodingFailure(.notCBOR, detail: "the bytes end early or are no CBOR")
    }
}

extension Float {
    /// The decimal that was meant: the one with the fewest places that is this number, so that 23.1
    /// in four bytes is 23.1 and not 23.100000381.
    fileprivate var asDecimal: Double {
        let value = Double(self)
        // Beyond this a float has no places behind the point.
        guard isFinite, magnitude < 1e7 else { return value }
        var power = 1.0
        for _ in 0..<9 {
            let rounded = (value * power).rounded() / power
            if Float(rounded) == self { return rounded }
            power *= 10
        }
        return value
    }
}
