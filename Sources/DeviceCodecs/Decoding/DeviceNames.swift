import ColdChain

/// How the registry spells the names that payloads tell.
extension SampleBatch {
    /// Keeps a hardware address (MAC, DevEUI) in the registry's spelling: upper-case hexadecimal
    /// digits without the separators `:`, `-` and `.`. Nil, with nothing kept, for anything else or
    /// one that is not `bytes` long.
    package mutating func keepAddress(_ name: Span<UInt8>, bytes count: Int) -> Range<Int>? {
        let start = text.count
        for index in name.indices {
            switch name[index] {
            case UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "."): continue
            default: break
            }
            guard let digit = TextCoding.nibble(name[index]), text.count - start < count * 2 else {
                text.removeLast(text.count - start)
                return nil
            }
            text.append(Self.digit(digit))
        }
        guard text.count - start == count * 2 else {
            text.removeLast(text.count - start)
            return nil
        }
        return start..<text.count
    }

    /// Keeps an address that is bytes already, most significant first.
    package mutating func keepAddress(_ address: Span<UInt8>) -> Range<Int> {
        let start = text.count
        for index in address.indices {
            text.append(Self.digit(address[index] >> 4))
            text.append(Self.digit(address[index] & 0xF))
        }
        return start..<text.count
    }

    /// Keeps a name that is no hardware address as it is. Refuses one that could not be shown, kept
    /// or put into a topic again.
    package mutating func keepDeviceName(
        _ name: Span<UInt8>
    ) throws(DecodingFailure) -> Range<Int> {
        try Self.checkDeviceName(name)
        return keepName(name)
    }

    static func checkDeviceName(_ name: Span<UInt8>) throws(DecodingFailure) {
        do throws(TopicRefusal) {
            try CarrierName.check(name)
        } catch {
            throw DecodingFailure(.missingField, detail: "a device's name: \(error.description)")
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
