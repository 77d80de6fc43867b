/// The host's name for a client connection: never given to another while the process lives.
package struct ConnectionNumber: Hashable, Sendable {
    package var rawValue: UInt64

    package init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }
}
