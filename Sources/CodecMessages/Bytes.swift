/// Whole numbers in messages are little-endian.
extension [UInt8] {
    package mutating func append<Number: FixedWidthInteger>(number: Number) {
        var rest = number.littleEndian
        for _ in 0..<(Number.bitWidth / 8) {
            append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// Begins a message; `endMessage` writes its length.
    package mutating func beginMessage(_ kind: UInt8) -> Int {
        let start = count
        append(number: UInt32(0))
        append(kind)
        return start
    }

    package mutating func endMessage(from start: Int) {
        let length = UInt32(truncatingIfNeeded: count - start - 4)
        for place in 0..<4 {
            self[start + place] = UInt8(truncatingIfNeeded: length >> (8 * place))
        }
    }
}

/// Reads the parts of a message in turn; nil where the message is too short for the next one.
package struct MessageReader: ~Escapable {
    private let bytes: Span<UInt8>
    package private(set) var position = 0

    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
    }

    package var remaining: Int { bytes.count - position }

    @_lifetime(self: copy self)
    package mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
        let size = Number.bitWidth / 8
        guard remaining >= size else { return nil }
        var value: Number = 0
        for place in 0..<size {
            value |= Number(truncatingIfNeeded: bytes[position + place]) << (8 * place)
        }
        position += size
        return value
    }

    /// The place of the next `count` bytes in the message.
    @_lifetime(self: copy self)
    package mutating func skip(_ count: Int) -> Range<Int>? {
        guard count >= 0, remaining >= count else { return nil }
        position += count
        return position - count..<position
    }

    @_lifetime(self: copy self)
    package mutating func text(_ count: Int) -> String? {
        guard let range = skip(count) else { return nil }
        return bytes.extracting(range).text
    }
}

extension Span<UInt8> {
    /// Copied; what is no UTF-8 becomes the replacement character.
    package var text: String {
        var copy: [UInt8] = []
        copy.reserveCapacity(count)
        for index in indices { copy.append(self[index]) }
        return String(decoding: copy, as: UTF8.self)
    }
}
