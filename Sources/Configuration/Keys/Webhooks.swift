extension Configuration {
    /// HTTP receivers of events.
    package struct Webhooks: Equatable, Sendable {
        package var endpoints: [Endpoint] = []
        /// The waits between the attempts for one delivery; when they are used up, it is given up.
        package var retryDelays: [Duration] = [
            .seconds(5), .seconds(5 * 60), .seconds(30 * 60), .seconds(2 * 3600),
            .seconds(5 * 3600), .seconds(10 * 3600), .seconds(14 * 3600), .seconds(20 * 3600),
            .seconds(24 * 3600),
        ]
        /// The part of a wait by which it is randomly longer or shorter.
        package var jitter = 0.2
        package var concurrency = 256

        package init() {}
    }

    package struct Endpoint: Equatable, Sendable {
        package enum Event: String, CaseIterable, Sendable {
            case temperatureAlert = "order.temperature_alert"
            case dataLoss = "order.data_loss"
            case delivered = "order.delivered"
            case sensorSilent = "sensor.silent"
            case sensorReturned = "sensor.returned"
            case alertUpdated = "alert.updated"
            case offerAccepted = "offer.accepted"
            case offerDeclined = "offer.declined"
            case offerExpired = "offer.expired"
            case deliveryUnconfirmed = "delivery.unconfirmed"
            case driverOffline = "driver.offline"
            case driverOnline = "driver.online"
            case logHead = "log.head"
            case logAltered = "log.altered"
        }

        /// Unique among the endpoints; what is still to be delivered is kept under it.
        package var name = ""
        package var url = ""
        package var secret: ConfiguredSecret?
        package var secretFile: String?
        /// What is told of the log itself, and what staff do about alerts, which names them, goes to
        /// endpoints that ask for it by name.
        package var events: [Event] = [.temperatureAlert, .dataLoss, .delivered]
        package var timeout = Duration.seconds(15)
        package var allowsPrivateAddresses = false

        package init() {}
    }
}

extension Configuration.Endpoint.Event: Choice {}

extension Configuration.Webhooks: Section {
    static let keys: [Key<Self>] = [
        .list(
            "endpoints", \.endpoints, maximumCount: 1000, isReloadable: true,
            "The receivers; each has its own queue, so that a slow one holds up only itself."),
        Key(
            "retry_delays", \.retryDelays,
            .list(
                of: .duration(.seconds(1) ... .seconds(7 * 86_400)), count: 0...32,
                mayRepeat: true),
            isReloadable: true,
            "The waits after failed attempts of one delivery; then it is given up and counted."),
        Key(
            "jitter", \.jitter, .number(0...1), isReloadable: true,
            "The part of each wait by which it is randomly longer or shorter."),
        Key(
            "concurrency", \.concurrency, .integer(1...1000),
            "How many requests may be under way at once, to all endpoints together."),
    ]
}

extension Configuration.Endpoint: Section {
    static let keys: [Key<Self>] = [
        Key(
            "name", required: \.name, .label, example: "kitchen", isReloadable: true,
            "The name of this receiver in logs and in the outbox; no two receivers share one."),
        Key(
            "url", required: \.url, .webAddress, example: "https://example.com/hooks/freshwire",
            isReloadable: true, "Where events are posted to; redirects are not followed."),
        Key(
            "secret_file", \.secretFile, .privateFile, example: "/etc/freshwire/kitchen-secret",
            isReloadable: true,
            "A file with the secret that signs each delivery (HMAC-SHA256), of 24 bytes at least."),
        Key(
            "secret", \.secret, .secret(minimumBytes: 24),
            example: ConfiguredSecret(Array("a secret of at least 24 random bytes".utf8)),
            isReloadable: true,
            "The same secret written out; a file is safer."),
        Key(
            "events", \.events,
            .list(of: .choice, count: 1...Configuration.Endpoint.Event.allCases.count),
            isReloadable: true, "Which events the receiver is told of."),
        Key(
            "timeout", \.timeout, .duration(.seconds(1) ... .seconds(60)), isReloadable: true,
            "How long one attempt may take before it counts as failed."),
        Key(
            "allow_private_addresses", \.allowsPrivateAddresses, .truth, isReloadable: true,
            "Whether the receiver may be in a private network or on this machine."),
    ]
}
