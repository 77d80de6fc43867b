package import Crypto

/// What the chain says of the log.
package struct LogProof: Equatable, Sendable {
    /// Rows that are what they were when they were recorded.
    package var intact: Int64 = 0
    /// Rows that retention erased, and signed for.
    package var purged: Int64 = 0
    package var altered: Int64 = 0
    package var missing: Int64 = 0
    /// Of all rows, those that were in the store before it had a chain: what happened to them before
    /// is not proven.
    package var carriedOver: Int64 = 0
    package var links: Int64 = 0
    /// The newest link and its hash; the log's own hash and 0 where it has none.
    package var lastLink: Int64 = 0
    package var head: [UInt8] = []
    /// The keys that erasures are signed with, the oldest first.
    package var signingKeys: [Ed25519PublicKey] = []

    package init() {}

    package var isWhole: Bool { altered == 0 && missing == 0 }
}

/// Rows that are not what they should be.
package struct LogFinding: Equatable, Sendable {
    package enum Status: String, Sendable {
        case altered
        case missing
    }

    package var status: Status
    package var table: String
    /// The first row's number, and how many rows follow each other in the same plight.
    package var row: Int64
    package var count: Int64
    /// The link that holds them; nil where none does.
    package var link: Int64?
    package var reason: String

    package init(
        status: Status, table: String, row: Int64, count: Int64 = 1, link: Int64?, reason: String
    ) {
        self.status = status
        self.table = table
        self.row = row
        self.count = count
        self.link = link
        self.reason = reason
    }
}
