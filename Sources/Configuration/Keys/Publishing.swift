extension Configuration {
    /// Messages that somebody else publishes.
    package struct Publishing: Equatable, Sendable {
        /// Nil: the catalogue that comes with Freshwire.
        package var catalogueFile: String?
        package var isTopicEnabled = true
        package var topicPrefix = "fabric"
        package var eventsMaximum = 100
        package var bulkMaximum = 500
        package var remembered = 100_000
        package var positionsPerHour = 1_000
        package var chatMessages = 50

        package init() {}
    }
}

extension Configuration.Publishing: Section {
    static let keys: [Key<Self>] = [
        Key(
            "catalogue_file", \.catalogueFile, .file, example: "/etc/freshwire/messages.yaml",
            "Your own catalogue of messages in place of Freshwire's: who may publish what, and to whom."
        ),
        Key(
            "topic_enabled", \.isTopicEnabled, .truth,
            """
            Whether messages are also taken from the MQTT topics <topic_prefix>/{channel}; the \
            broker says who may publish there.
            """),
        Key(
            "topic_prefix", \.topicPrefix,
            .text("MQTT topic", maximumBytes: 256, refusal: refusal(ofPrefix:)),
            "What these topics begin with."),
        Key(
            "events_maximum", \.eventsMaximum, .integer(1...10_000),
            "How many messages one POST /v1/events may have."),
        Key(
            "bulk_maximum", \.bulkMaximum, .integer(1...10_000),
            "How many messages one bulk_update of a WebSocket client may have."),
        Key(
            "remembered", \.remembered, .integer(1_000...10_000_000),
            """
            How many published messages are known when they come again; across a restart those of \
            history.time.
            """),
        Key(
            "positions_per_hour", \.positionsPerHour, .integer(1...1_000_000), isReloadable: true,
            "How many positions one user may tell of in an hour."),
        Key(
            "chat_messages", \.chatMessages, .integer(0...1_000),
            "How many messages of a conversation are given to whoever begins to follow it."),
    ]

    @Sendable private static func refusal(ofPrefix topic: String) -> String? {
        if topic.contains("+") || topic.contains("#") { return "holds a wildcard" }
        if topic.hasPrefix("$") { return "begins with $, which is the broker's own" }
        return topic.hasSuffix("/") || topic.isEmpty ? "ends with / or is empty" : nil
    }
}
