/// A link of the chain and its hash: kept elsewhere, it proves that the log was not cut short nor
/// made anew before it.
package struct LogHead: Equatable, Sendable {
    package var link: Int64
    package var hash: [UInt8]

    package init(link: Int64, hash: [UInt8]) {
        self.link = link
        self.hash = hash
    }
}
