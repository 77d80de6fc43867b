/// A status code that a server may send in a close frame (RFC 6455 §7.4).
package struct CloseCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    /// Nil for a code that must not go onto the wire.
    package init?(rawValue: UInt16) {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: self.rawValue = rawValue
        default: return nil
        }
    }

    private init(known: UInt16) {
        rawValue = known
    }

    package static let normal = CloseCode(known: 1000)
    package static let goingAway = CloseCode(known: 1001)
}
