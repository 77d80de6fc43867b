extension Configuration {
    /// How the log proves itself: what signs it, where its head goes, how often it is verified.
    package struct Proof: Equatable, Sendable {
        /// Nil: beside the store.
        package var signingKeyFile: String?
        /// Nil: beside the store.
        package var headFile: String?
        package var headInterval = Duration.seconds(60)
        /// Nil publishes it nowhere.
        package var headTopic: String?
        package var headEventInterval = Duration.seconds(3600)
        /// Zero: never.
        package var verifyInterval = Duration.seconds(86_400)

        package init() {}
    }
}

extension Configuration.Proof: Section {
    static let keys: [Key<Self>] = [
        Key(
            "signing_key_file", \.signingKeyFile, .writtenFile, example: "/etc/freshwire/log-key",
            """
            The private key that signs erasures and heads, made where there is none; where unset, \
            beside the store.
            """),
        Key(
            "head_file", \.headFile, .writtenFile, example: "/mnt/elsewhere/freshwire-head",
            "The file that the signed head of the log is written to; where unset, beside the store."
        ),
        Key(
            "head_interval", \.headInterval, .duration(.seconds(1) ... .seconds(86_400)),
            "How often the head is written and published while the log grows."),
        Key(
            "head_topic", \.headTopic,
            .text("MQTT topic", maximumBytes: 1024, refusal: refusal(ofTopic:)),
            example: "freshwire/log/head",
            """
            The topic on which every broker keeps the head as a retained message; where unset, it \
            is not published.
            """),
        Key(
            "head_event_interval", \.headEventInterval,
            .duration(.seconds(1) ... .seconds(7 * 86_400)),
            "How often webhook endpoints that ask for log.head are told it, while the log grows."),
        Key(
            "verify_interval", \.verifyInterval, .duration(.zero ... .seconds(30 * 86_400)),
            "How often the daemon verifies the whole log, in small steps; 0s: never."),
    ]

    @Sendable private static func refusal(ofTopic topic: String) -> String? {
        if topic.contains("+") || topic.contains("#") {
            return "holds a wildcard; one publishes to one topic"
        }
        return topic.hasPrefix("$") ? "begins with $, which is the broker's own" : nil
    }
}
