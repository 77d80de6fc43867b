/// An IP address. An IPv4 address in IPv6 clothing (`::ffff:0:0/96`) is that IPv4 address, so that
/// no rule can be slipped past by writing it the other way.
package struct IPAddress: Hashable, Sendable {
    package enum Family: Hashable, Sendable {
        case v4
        case v6
    }

    package let family: Family
    /// The address as a number; of IPv4 the low 32 bits.
    package let bits: UInt128

    package init(v4 bits: UInt32) {
        family = .v4
        self.bits = UInt128(bits)
    }

    package init(v6 bits: UInt128) {
        let isMapped = bits >> 32 == 0xFFFF
        family = isMapped ? .v4 : .v6
        self.bits = isMapped ? bits & 0xFFFF_FFFF : bits
    }

    /// The address whose bytes in network order these are: 4 or 16 of them, otherwise nil.
    package init?(networkOrder bytes: [UInt8]) {
        let bits = bytes.reduce(into: UInt128(0)) { $0 = $0 << 8 | UInt128($1) }
        switch bytes.count {
        case 4: self.init(v4: UInt32(truncatingIfNeeded: bits))
        case 16: self.init(v6: bits)
        default: return nil
        }
    }

    /// Reads `192.0.2.1` (four decimal numbers without leading zeros) or an IPv6 address as
    /// RFC 4291 §2.2 writes it, without brackets and zone. Nil for anything else.
    package init?(_ text: String) {
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard let bits = Self.v6(text) else { return nil }
            self.init(v6: bits)
        } else {
            guard let bits = Self.v4(text[...]) else { return nil }
            self.init(v4: bits)
        }
    }

    private static func v4(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy(isDigit),
                part.utf8.count == 1 || part.utf8.first != UInt8(ascii: "0"),
                let number = UInt8(part)
            else { return nil }
            bits = bits << 8 | UInt32(number)
        }
        return bits
    }

    private static func v6(_ text: String) -> UInt128? {
        // Longer than the longest spelling: not worth splitting.
        guard text.utf8.count <= 45 else { return nil }
        guard let gap = text.firstRange(of: "::") else {
            guard let groups = groups(text[...], mayEndInV4: true), groups.count == 8 else {
                return nil
            }
            return number(groups)
        }
        guard let before = groups(text[..<gap.lowerBound], mayEndInV4: false),
            let after = groups(text[gap.upperBound...], mayEndInV4: true),
            before.count + after.count < 8
        else { return nil }
        let zeros = [UInt16](repeating: 0, count: 8 - before.count - after.count)
        return number(before + zeros + after)
    }

    /// The groups of 16 bits between colons; an IPv4 address at the end counts as two.
    private static func groups(_ text: Substring, mayEndInV4: Bool) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if mayEndInV4, index == parts.count - 1, part.utf8.contains(UInt8(ascii: ".")) {
                guard let bits = v4(part) else { return nil }
                groups.append(UInt16(truncatingIfNeeded: bits >> 16))
                groups.append(UInt16(truncatingIfNeeded: bits))
            } else {
                guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(isHexDigit),
                    let group = UInt16(part, radix: 16)
                else { return nil }
                groups.append(group)
            }
        }
        return groups
    }

    private static func number(_ groups: [UInt16]) -> UInt128 {
        groups.reduce(into: 0) { $0 = $0 << 16 | UInt128($1) }
    }

    private static func isDigit(_ letter: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(letter)
    }

    private static func isHexDigit(_ letter: UInt8) -> Bool {
        isDigit(letter) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(letter)
            || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(letter)
    }
}

extension IPAddress: CustomStringConvertible {
    /// IPv4 in four numbers, IPv6 in eight groups without abbreviation.
    package var description: String {
        switch family {
        case .v4:
            (0..<4).map { String(UInt8(truncatingIfNeeded: bits >> (24 - 8 * $0))) }
                .joined(separator: ".")
        case .v6:
            (0..<8).map { String(UInt16(truncatingIfNeeded: bits >> (112 - 16 * $0)), radix: 16) }
                .joined(separator: ":")
        }
    }
}
