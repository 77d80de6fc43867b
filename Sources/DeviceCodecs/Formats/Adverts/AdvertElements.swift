/// Splits the payload of an advert into its AD structures (Bluetooth Core Specification, Supplement
/// part A): length, type, data, one behind the other, until a length of 0 or the end.
struct AdvertElements {
    /// Where the next structure begins; after the last, where the structures end.
    private var offset = 0

    /// Where the structures of an advert end, before the zeros that fill it up.
    static func end(of advert: Span<UInt8>) -> Int {
        var elements = AdvertElements()
        while elements.next(in: advert) != nil {}
        return elements.offset
    }

    /// The next structure that carries data or a name; others are passed over.
    mutating func next(in advert: Span<UInt8>) -> AdvertElement? {
        while offset < advert.count {
            let length = Int(advert[offset])
            guard length > 0 else { return nil }
            let end = offset + 1 + length
            let isWhole = end <= advert.count
            let content = offset + 1..<min(end, advert.count)
            let start = offset
            offset = isWhole ? end : advert.count
            if let kind = AdvertElement.kind(advert.extracting(content)) {
                let data = min(content.lowerBound + kind.prefix, content.upperBound)
                return AdvertElement(
                    kind: kind.kind, data: data..<content.upperBound, isWhole: isWhole)
            }
            if !isWhole {
                offset = start
                return nil
            }
        }
        return nil
    }
}

/// One AD structure of an advert.
struct AdvertElement: Equatable {
    enum Kind: Equatable {
        /// With the company that the Bluetooth SIG gave the number to, or that uses it all the same.
        case manufacturerData(company: UInt16)
        /// With the UUID in its short form. 128-bit UUIDs of vendors are not among these.
        case serviceData(UInt16)
        /// The complete or the shortened local name.
        case name
    }

    var kind: Kind
    /// Its place in the payload, behind the type and the company or UUID.
    var data: Range<Int>
    /// False where the payload ended before the structure did.
    var isWhole: Bool

    /// What stands behind the four bytes of a short UUID in its long form, and before them as it
    /// goes over the air: 0000xxxx-0000-1000-8000-00805F9B34FB.
    private static let baseUUID: InlineArray<12, UInt8> = [
        0xFB, 0x34, 0x9B, 0x5F, 0x80, 0x00, 0x00, 0x80, 0x00, 0x10, 0x00, 0x00,
    ]

    /// What a structure is, given from its type on, and how many bytes come before its data.
    fileprivate static func kind(_ structure: Span<UInt8>) -> (kind: Kind, prefix: Int)? {
        guard structure.count > 0 else { return nil }
        switch structure[0] {
        case 0x08, 0x09:
            return (.name, 1)
        case 0xFF:
            return structure.littleEndian(UInt16.self, at: 1).map {
                (.manufacturerData(company: $0), 3)
            }
        case 0x16:
            return structure.littleEndian(UInt16.self, at: 1).map { (.serviceData($0), 3) }
        case 0x20:
            guard let long = structure.littleEndian(UInt32.self, at: 1),
                let short = UInt16(exactly: long)
            else { return nil }
            return (.serviceData(short), 5)
        case 0x21:
            guard structure.count >= 17, let long = structure.littleEndian(UInt32.self, at: 13),
                let short = UInt16(exactly: long)
            else { return nil }
            for index in baseUUID.indices where structure[index + 1] != baseUUID[index] {
                return nil
            }
            return (.serviceData(short), 17)
        default:
            return nil
        }
    }
}
