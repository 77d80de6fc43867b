/// The addresses that share their first `prefix` bits, such as `10.0.0.0/8`.
package struct Network: Hashable, Sendable {
    private let address: IPAddress
    private let prefix: Int

    /// Reads an address, or an address and a prefix length behind a slash. Nil for anything else,
    /// and where bits behind the prefix are set: `10.1.0.0/8` is a slip of the pen.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(String(first)) else { return nil }
        let width = address.width
        switch parts.count {
        case 1: prefix = width
        case 2:
            guard let length = Self.prefix(parts[1]), length <= width else { return nil }
            prefix = length
        default: return nil
        }
        self.address = address
        guard prefix == 0 ? address.bits == 0 : address.bits & Self.low(width - prefix) == 0
        else { return nil }
    }

    package func contains(_ other: IPAddress) -> Bool {
        other.family == address.family
            && (prefix == 0 || (other.bits ^ address.bits) >> (address.width - prefix) == 0)
    }

    private static func prefix(_ text: Substring) -> Int? {
        guard (1...3).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "+"),
            text.utf8.count == 1 || text.utf8.first != UInt8(ascii: "0"), let length = Int(text),
            length >= 0
        else { return nil }
        return length
    }

    private static func low(_ count: Int) -> UInt128 {
        count >= 128 ? .max : (1 << UInt128(count)) - 1
    }
}

extension IPAddress {
    fileprivate var width: Int { family == .v4 ? 32 : 128 }
}
