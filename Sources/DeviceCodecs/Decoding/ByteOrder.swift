/// Numbers out of frames: nil where the frame ends before.
extension Span where Element == UInt8 {
    package func bigEndian<Number: FixedWidthInteger>(
        _ type: Number.Type, at offset: Int
    ) -> Number? {
        let width = Number.bitWidth / 8
        guard offset >= 0, offset <= count - width else { return nil }
        var number: Number = 0
        for index in offset..<offset + width {
            number = (number << 8) | Number(truncatingIfNeeded: self[index])
        }
        return number
    }

    package func littleEndian<Number: FixedWidthInteger>(
        _ type: Number.Type, at offset: Int
    ) -> Number? {
        bigEndian(type, at: offset).map(\.byteSwapped)
    }

    /// A copy, for who keeps it longer than the message lives.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for index in indices { bytes.append(self[index]) }
        return bytes
    }

    /// Big-endian, of three bytes.
    package func bigEndian24(at offset: Int) -> UInt32? {
        guard offset >= 0, offset <= count - 3 else { return nil }
        return UInt32(self[offset]) << 16 | UInt32(self[offset + 1]) << 8
            | UInt32(self[offset + 2])
    }

    package func littleEndian24(at offset: Int) -> UInt32? {
        guard offset >= 0, offset <= count - 3 else { return nil }
        return UInt32(self[offset + 2]) << 16 | UInt32(self[offset + 1]) << 8
            | UInt32(self[offset])
    }
}

extension Double {
    /// A whole number of steps, as the decimal that the step means: 2055 steps of 0.01 are 20.55.
    ///
    /// Dividing by a power of ten rounds to the nearest double; multiplying by 0.01 would not.
    package init(_ steps: some BinaryInteger, per divisor: Double) {
        self = Double(steps) / divisor
    }
}
