extension Configuration {
    package struct Orders: Equatable, Sendable {
        /// Whether commands on `orders/{order}/events` are obeyed.
        package var isTopicEnabled = true
        /// How long a bag still counts as the order's after the order is final.
        package var custodyRetention = Duration.seconds(86_400)

        package init() {}
    }

    package struct Devices: Equatable, Sendable {
        /// Device profiles beside those that come with Freshwire.
        package var directory: String?

        package init() {}
    }

    package struct Log: Equatable, Sendable {
        package enum Level: String, CaseIterable, Sendable {
            case debug, info, warning, error
        }

        package var level = Level.info

        package init() {}
    }

    package struct Health: Equatable, Sendable {
        /// How long a commit may take before the store counts as stalled.
        package var journalStall = Duration.seconds(5)

        package init() {}
    }
}

extension Configuration.Log.Level: Choice {}

extension Configuration.Orders: Section {
    static let keys: [Key<Self>] = [
        Key(
            "topic_enabled", \.isTopicEnabled, .truth,
            "Whether orders are also taken from the MQTT topics orders/{order}/events."),
        Key(
            "custody_retention", \.custodyRetention, .duration(.zero ... .seconds(30 * 86_400)),
            "How long after delivery late readings of a bag still go to the order it carried."),
    ]
}

extension Configuration.Devices: Section {
    static let keys: [Key<Self>] = [
        Key(
            "directory", \.directory, .directory, example: "/etc/freshwire/devices",
            "A directory with further device profiles, read at start.")
    ]
}

extension Configuration.Log: Section {
    static let keys: [Key<Self>] = [
        Key(
            "level", \.level, .choice, isReloadable: true,
            "The least severe messages that are written.")
    ]
}

extension Configuration.Health: Section {
    static let keys: [Key<Self>] = [
        Key(
            "journal_stall", \.journalStall, .duration(.milliseconds(100) ... .seconds(600)),
            "How long a commit may take before health says that the store stalls.")
    ]
}
