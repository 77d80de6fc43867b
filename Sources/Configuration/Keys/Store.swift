extension Configuration {
    /// The log on disk.
    package struct Store: Equatable, Sendable {
        package var directory = "freshwire-data"
        /// In bytes.
        package var walLimit = 16 << 20
        package var temperatureRetentionDays = 90
        package var locationRetentionDays = 30
        /// How many messages that could not be decoded are kept.
        package var deadLetterLimit = 100_000
        /// How many bytes all of them together may take.
        package var deadLetterBytes = 256 << 20

        package init() {}
    }
}

extension Configuration.Store: Section {
    static let keys: [Key<Self>] = [
        Key(
            "directory", \.directory, .directory,
            "Where the log lives; made at start with access for its owner only."),
        Key(
            "wal_limit", \.walLimit, .size(1 << 20...4 << 30),
            "How far the write-ahead log may grow before it is written back into the database."),
        Key(
            "temperature_retention", \.temperatureRetentionDays, .days(90...3650),
            "How long temperatures and alerts are kept; never less than 90 days (HACCP)."),
        Key(
            "location_retention", \.locationRetentionDays, .days(1...30),
            "How long positions of vehicles are kept before they are erased (privacy)."),
        Key(
            "dead_letter_limit", \.deadLetterLimit, .integer(100...10_000_000),
            "How many undecodable messages are kept for replay; beyond it the oldest go, counted."),
        Key(
            "dead_letter_bytes", \.deadLetterBytes, .size(1 << 20...64 << 30),
            "How much all undecodable messages together may take; beyond it the oldest go."),
    ]
}
