extension Configuration {
    /// The log on disk.
    package struct Store: Equatable, Sendable {
        package var directory = "freshwire-data"
        /// In bytes.
        package var walLimit = 64 << 20
        package var temperatureRetention = Duration.seconds(90 * 86_400)
        package var locationRetention = Duration.seconds(30 * 86_400)
        /// How many messages that could not be decoded are kept.
        package var deadLetterLimit = 10_000
        /// How many bytes of each are kept.
        package var deadLetterPayloadBytes = 64 << 10

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
            "temperature_retention", \.temperatureRetention,
            .duration(.seconds(90 * 86_400) ... .seconds(3650 * 86_400)),
            "How long temperatures and alerts are kept; never less than 90 days (HACCP)."),
        Key(
            "location_retention", \.locationRetention,
            .duration(.seconds(3600) ... .seconds(30 * 86_400)),
            "How long positions of vehicles are kept before they are erased (privacy)."),
        Key(
            "dead_letter_limit", \.deadLetterLimit, .integer(100...10_000_000),
            "How many undecodable messages are kept for replay; beyond it the oldest go, counted."),
        Key(
            "dead_letter_payload_bytes", \.deadLetterPayloadBytes, .size(1 << 10...1 << 20),
            "How much of each undecodable message is kept."),
    ]
}
