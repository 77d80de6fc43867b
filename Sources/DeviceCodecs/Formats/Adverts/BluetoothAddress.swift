import ColdChain

/// The 48-bit address of a Bluetooth device.
package struct BluetoothAddress: Hashable, Sendable {
    /// The first byte as it is written is the most significant.
    let value: UInt64

    /// Nil where the bytes end before, and for all zeros or all ones, which firmware sends in the
    /// place of an address.
    init?(mostSignificantFirst bytes: Span<UInt8>, at offset: Int) {
        guard offset >= 0, offset <= bytes.count - 6 else { return nil }
        var value: UInt64 = 0
        for index in offset..<offset + 6 { value = value << 8 | UInt64(bytes[index]) }
        self.init(value)
    }

    /// As it goes over the air.
    init?(leastSignificantFirst bytes: Span<UInt8>, at offset: Int) {
        guard offset >= 0, offset <= bytes.count - 6 else { return nil }
        var value: UInt64 = 0
        for index in (offset..<offset + 6).reversed() { value = value << 8 | UInt64(bytes[index]) }
        self.init(value)
    }

    /// As it is written: twelve hexadecimal digits in either case, with or without separators.
    package init?(_ name: Span<UInt8>) {
        var value: UInt64 = 0
        var digits = 0
        for index in name.indices {
            switch name[index] {
            case UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "."): continue
            default: break
            }
            guard let digit = TextCoding.nibble(name[index]), digits < 12 else { return nil }
            value = value << 4 | UInt64(digit)
            digits += 1
        }
        guard digits == 12 else { return nil }
        self.init(value)
    }

    private init?(_ value: UInt64) {
        guard value != 0, value != 0xFFFF_FFFF_FFFF else { return nil }
        self.value = value
    }

    /// The six bytes, as they are written.
    var bytes: InlineArray<6, UInt8> {
        InlineArray { UInt8(truncatingIfNeeded: value >> UInt64(40 - 8 * $0)) }
    }

    /// The six bytes, as they go over the air.
    var airBytes: InlineArray<6, UInt8> {
        InlineArray { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }

    /// The address in the spelling of the registry.
    var name: InlineArray<12, UInt8> {
        InlineArray {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(44 - 4 * $0)) & 0xF
            return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10
        }
    }
}
