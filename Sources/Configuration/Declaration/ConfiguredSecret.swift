/// Bytes that must not appear in a log, an error message or a listing.
package struct ConfiguredSecret: Equatable, Sendable {
    /// The secret itself, for the one who signs or verifies with it.
    package let revealed: [UInt8]

    package init(_ secret: [UInt8]) {
        revealed = secret
    }
}

extension ConfiguredSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    package var description: String { "(hidden)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
