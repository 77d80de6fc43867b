extension Configuration {
    package struct Orders: Equatable, Sendable {
        /// Whether commands on `orders/{order}/events` are obeyed.
        package var isTopicEnabled = true
        /// How long a bag still counts as the order's after the order is final.
        package var custodyRetention = Duration.seconds(86_400)

        package init() {}
    }

    package struct Devices: Equatable, Sendable {
        package enum Registration: String, CaseIterable, Sendable {
            case automatic, manual
        }

        /// Device profiles beside those that come with Freshwire.
        package var directory: String?
        /// Shipped profiles to use that are not in use unless asked for.
        package var enable: [String] = []
        /// Profiles to leave out.
        package var disable: [String] = []
        /// Keys of devices whose adverts are encrypted.
        package var keysFile: String?
        /// Whether a device that is seen for the first time registers itself.
        package var registration = Registration.automatic
        package var maximum = 100_000
        /// Within which the same running number is the same reading.
        package var duplicateWindow = Duration.seconds(120)
        /// Within which relayed adverts that say the same are one reading.
        package var advertWindow = Duration.seconds(2)
        /// Topics in the list of unknown frames.
        package var unknownFrames = 1_000

        package init() {}
    }

    /// How long is kept what is not the log itself.
    package struct Retention: Equatable, Sendable {
        /// In days; 0 keeps none.
        package var rawPayloadDays = 30
        /// In bytes.
        package var rawPayloadBytes = 4 << 30

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
extension Configuration.Devices.Registration: Choice {}

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
            "A directory with further device profiles, read at start."),
        Key(
            "enable", \.enable, .list(of: .model, count: 0...1_000),
            "Shipped profiles to use that are left out unless they are named here."),
        Key(
            "disable", \.disable, .list(of: .model, count: 0...1_000),
            "Profiles to leave out; their topics are not subscribed to."),
        Key(
            "keys_file", \.keysFile, .privateFile, example: "/etc/freshwire/device-keys",
            isReloadable: true,
            """
            A file with the keys of encrypted Bluetooth sensors, in each line a device's address \
            and its key: A4:C1:38:00:00:00: 32 hexadecimal digits.
            """),
        Key(
            "registration", \.registration, .choice, isReloadable: true,
            "Whether new devices register themselves; if not, what they send is a dead letter."),
        Key(
            "maximum", \.maximum, .integer(1...1_000_000), isReloadable: true,
            "How many devices may be registered; a message from one more is a dead letter."),
        Key(
            "duplicate_window", \.duplicateWindow, .duration(.zero ... .seconds(3600)),
            isReloadable: true,
            "How long the same running number of a device is the same reading, heard twice."),
        Key(
            "advert_window", \.advertWindow, .duration(.zero ... .seconds(60)),
            isReloadable: true,
            "How long adverts without a running number that say the same are one reading."),
        Key(
            "unknown_frames", \.unknownFrames, .integer(0...100_000),
            "How many topics the list of unknown frames holds; the longest unseen make room."),
    ]
}

extension Configuration.Retention: Section {
    static let keys: [Key<Self>] = [
        Key(
            "raw_payloads", \.rawPayloadDays, .days(0...30),
            "How long messages are kept as they came, at most location_retention; 0d: not at all."
        ),
        Key(
            "raw_payload_bytes", \.rawPayloadBytes, .size(1 << 20...64 << 30),
            "How much all messages kept as they came may take; beyond it the oldest go."),
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
