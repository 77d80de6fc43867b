/// Why bytes are not a message in MessagePack.
package enum MessagePackError: Error, Equatable, Sendable {
    /// They end inside a value, or name more parts than bytes are left.
    case cutOff
    /// Something follows the value.
    case trailingBytes
    case tooDeep
    /// More parts in all than are allowed.
    case tooManyParts
    /// `bin`, `ext` and the byte that is never used: JSON has nothing like them.
    case unknownKind(UInt8)
    case notUTF8
    /// A name in a map that is no text.
    case nameIsNoText
    case repeatedName
    /// A whole number above 2⁶³−1, or a number that is none.
    case unrepresentable
}

extension MessagePack {
    /// Bounds of what is decoded.
    package struct Limits: Equatable, Sendable {
        package var depth: Int
        /// Values in all, names not counted: each takes memory, however few bytes it has.
        package var parts: Int

        package init(depth: Int = 32, parts: Int = 10_000) {
            self.depth = depth
            self.parts = parts
        }
    }

    /// The value that the bytes are, and nothing else.
    package static func decode(
        _ bytes: [UInt8], limits: Limits = Limits()
    ) throws(MessagePackError) -> JSON {
        var decoder = MessagePackDecoder(bytes: bytes, limits: limits)
        let value = try decoder.value(depth: 0)
        guard decoder.position == bytes.count else { throw .trailingBytes }
        return value
    }

    /// Where the value of a member stands in a map. The bytes have to be what `decode` took.
    package static func place(of name: String, in map: [UInt8]) -> RawMember.Place {
        var decoder = MessagePackDecoder(bytes: map, limits: Limits(depth: .max, parts: .max))
        return (try? decoder.place(of: name)) ?? .unclear
    }
}

private struct MessagePackDecoder {
    let bytes: [UInt8]
    let limits: MessagePack.Limits
    var position = 0
    private var parts = 0

    init(bytes: [UInt8], limits: MessagePack.Limits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func value(depth: Int) throws(MessagePackError) -> JSON {
        parts += 1
        guard parts <= limits.parts else { throw .tooManyParts }
        let head = try byte()
        switch head {
        case 0x00...0x7F: return .integer(Int64(head))
        case 0xE0...0xFF: return .integer(Int64(Int8(bitPattern: head)))
        case 0xA0...0xBF: return .string(try text(of: Int(head & 0x1F)))
        case 0x80...0x8F: return try map(of: Int(head & 0x0F), depth: depth)
        case 0x90...0x9F: return try array(of: Int(head & 0x0F), depth: depth)
        case 0xC0: return .null
        case 0xC2: return .bool(false)
        case 0xC3: return .bool(true)
        case 0xCA:
            let bits = UInt32(truncatingIfNeeded: try unsigned(width: 4))
            return try number(Double(Float(bitPattern: bits)))
        case 0xCB: return try number(Double(bitPattern: try unsigned(width: 8)))
        case 0xCC...0xCF: return try positive(width: 1 << Int(head - 0xCC))
        case 0xD0...0xD3: return .integer(try signed(width: 1 << Int(head - 0xD0)))
        case 0xD9...0xDB: return .string(try text(of: try count(width: 1 << Int(head - 0xD9))))
        case 0xDC, 0xDD:
            return try array(of: try count(width: head == 0xDC ? 2 : 4), depth: depth)
        case 0xDE, 0xDF:
            return try map(of: try count(width: head == 0xDE ? 2 : 4), depth: depth)
        default: throw .unknownKind(head)
        }
    }

    mutating func place(of name: String) throws(MessagePackError) -> RawMember.Place {
        let head = try byte()
        let count: Int
        switch head {
        case 0x80...0x8F: count = Int(head & 0x0F)
        case 0xDE, 0xDF: count = try self.count(width: head == 0xDE ? 2 : 4)
        default: return .unclear
        }
        var found: RawMember.Place = .absent
        for _ in 0..<count {
            guard case .string(let key) = try value(depth: 0) else { return .unclear }
            let start = position
            _ = try value(depth: 0)
            guard key == name else { continue }
            guard found == .absent else { return .unclear }
            found = .at(start..<position)
        }
        return found
    }

    private mutating func array(of count: Int, depth: Int) throws(MessagePackError) -> JSON {
        try enter(count, bytesEach: 1, depth: depth)
        var elements: [JSON] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try value(depth: depth + 1)) }
        return .array(elements)
    }

    private mutating func map(of count: Int, depth: Int) throws(MessagePackError) -> JSON {
        try enter(count, bytesEach: 2, depth: depth)
        var members: [JSON.Member] = []
        members.reserveCapacity(count)
        var names: Set<String> = []
        for _ in 0..<count {
            let name = try name()
            guard names.insert(name).inserted else { throw .repeatedName }
            members.append(JSON.Member(name, try value(depth: depth + 1)))
        }
        return .object(members)
    }

    /// What a count promises has to be there before memory is taken for it.
    private func enter(
        _ count: Int, bytesEach: Int, depth: Int
    ) throws(MessagePackError) {
        guard depth < limits.depth else { throw .tooDeep }
        guard count <= (bytes.count - position) / bytesEach else { throw .cutOff }
        guard count <= limits.parts - parts else { throw .tooManyParts }
    }

    private mutating func name() throws(MessagePackError) -> String {
        let head = try byte()
        switch head {
        case 0xA0...0xBF: return try text(of: Int(head & 0x1F))
        case 0xD9...0xDB: return try text(of: try count(width: 1 << Int(head - 0xD9)))
        default: throw .nameIsNoText
        }
    }

    private mutating func text(of count: Int) throws(MessagePackError) -> String {
        guard count <= bytes.count - position else { throw .cutOff }
        let units = bytes[position..<position + count]
        guard let text = String(validating: units, as: UTF8.self) else { throw .notUTF8 }
        position += count
        return text
    }

    private func number(_ number: Double) throws(MessagePackError) -> JSON {
        guard number.isFinite else { throw .unrepresentable }
        return .number(number)
    }

    private mutating func positive(width: Int) throws(MessagePackError) -> JSON {
        guard let whole = Int64(exactly: try unsigned(width: width)) else {
            throw .unrepresentable
        }
        return .integer(whole)
    }

    private mutating func signed(width: Int) throws(MessagePackError) -> Int64 {
        let shift = Int64(64 - 8 * width)
        return (Int64(bitPattern: try unsigned(width: width)) << shift) >> shift
    }

    private mutating func count(width: Int) throws(MessagePackError) -> Int {
        Int(clamping: try unsigned(width: width))
    }

    private mutating func unsigned(width: Int) throws(MessagePackError) -> UInt64 {
        guard width <= bytes.count - position else { throw .cutOff }
        var number: UInt64 = 0
        for _ in 0..<width {
            number = number << 8 | UInt64(bytes[position])
            position += 1
        }
        return number
    }

    private mutating func byte() throws(MessagePackError) -> UInt8 {
        guard position < bytes.count else { throw .cutOff }
        position += 1
        return bytes[position - 1]
    }
}
