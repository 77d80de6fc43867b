/// Everything that an operator can set, in effect: the defaults, the file, and over both the
/// environment.
///
/// Each part is a plain value with its keys declared beside it in `Keys/`.
package struct Configuration: Equatable, Sendable {
    package var mqtt = MQTT()
    package var store = Store()
    package var proof = Proof()
    package var places = Places()
    package var server = Server()
    package var authentication = Authentication()
    package var limits = Limits()
    package var excursions = Excursions()
    package var silence = Silence()
    package var freshness = Freshness()
    package var history = History()
    package var quality = Quality()
    package var alerts = Alerts()
    package var haccp = HACCP()
    package var webhooks = Webhooks()
    package var publishing = Publishing()
    package var offers = Offers()
    package var presence = Presence()
    package var confirmation = Confirmation()
    package var orders = Orders()
    package var devices = Devices()
    package var codecs = Codecs()
    package var retention = Retention()
    package var log = Log()
    package var health = Health()

    /// The defaults: a broker on this machine, a store in the working directory, a server that
    /// only this machine can reach.
    package init() {}
}

extension Configuration: Section {
    static let keys: [Key<Configuration>] = [
        .section("mqtt", \.mqtt, "The brokers that readings come from."),
        .section("store", \.store, "The log on disk, and how long it keeps what."),
        .section("proof", \.proof, "How the log proves that nobody has altered it."),
        .section("places", \.places, "Where customers are, which the log keeps sealed."),
        .section(
            "server", \.server, "HTTP and WebSocket: where clients connect, and their bounds."),
        .section("auth", \.authentication, "Whose bearer tokens are accepted."),
        .section("limits", \.limits, "The critical limits of food, and what time is plausible."),
        .section("excursions", \.excursions, "How patiently the critical limits are watched."),
        .section("silence", \.silence, "When a sensor of a bag with an order counts as silent."),
        .section("history", \.history, "What can be told again to clients that come back."),
        .section("freshness", \.freshness, "What the freshness score and its verdict ask for."),
        .section("quality", \.quality, "The tests that readings are put to."),
        .section("alerts", \.alerts, "How people are kept at alerts until they are dealt with."),
        .section("haccp", \.haccp, "The HACCP plan."),
        .section("webhooks", \.webhooks, "HTTP receivers of events."),
        .section("publishing", \.publishing, "Messages that others publish to be told."),
        .section("offers", \.offers, "What is offered to restaurants and drivers."),
        .section("presence", \.presence, "When a driver who is not heard is offline."),
        .section("confirmation", \.confirmation, "Critical messages that clients have to confirm."),
        .section(
            "orders", \.orders, "How orders become known, and how long their bags are theirs."),
        .section("devices", \.devices, "What device models are understood, and which devices."),
        .section(
            "codecs", \.codecs, "How vendors' JavaScript codecs are run, in a process of its own."),
        .section("retention", \.retention, "How long messages are kept to be decoded again."),
        .section("log", \.log, "What the daemon writes to standard error."),
        .section("health", \.health, "When /health/ready says that something is wrong."),
    ]

    /// What is declared of every key, as a tree.
    package static let declarations: [Declaration] = keys.map(\.declaration)

    /// Every key that holds a value, in the order of declaration.
    package static let declaredKeys: [DeclaredKey] = declarations.flattened()
}
