extension Configuration {
    /// Where readings come from.
    package struct MQTT: Equatable, Sendable {
        package var brokers = [Broker()]
        /// How many messages go into one durable commit at most.
        package var batchMessages = 500
        /// How many bytes of payload go into one durable commit at most, counting the last message
        /// in full.
        package var batchBytes = 4 << 20

        package init() {}
    }

    /// One broker and the session that is kept with it.
    package struct Broker: Equatable, Sendable {
        package enum Version: String, CaseIterable, Sendable {
            case v5 = "5"
            case v311 = "3.1.1"
        }

        /// Unique among the brokers; stands in logs and as a label in metrics.
        package var name = "local"
        package var host = "localhost"
        package var port = 1883
        package var version = Version.v5
        package var clientID = "freshwire"
        package var username: String?
        package var passwordFile: String?
        package var keepAlive = Duration.seconds(60)
        package var sessionExpiry = Duration.seconds(7 * 86_400)
        package var receiveMaximum = 500
        package var qos = 1
        package var tls = BrokerTLS()
        package var reconnectInitial = Duration.seconds(1)
        package var reconnectMaximum = Duration.seconds(60)

        package init() {}
    }

    /// How the connection to a broker is protected.
    package struct BrokerTLS: Equatable, Sendable {
        package var isEnabled = false
        /// Nil trusts the authorities of the operating system.
        package var authorityFile: String?
        /// With `keyFile`: the client certificate of mutual TLS.
        package var certificateFile: String?
        package var keyFile: String?

        package init() {}
    }
}

extension Configuration.Broker.Version: Choice {}

extension Configuration.MQTT: Section {
    static let keys: [Key<Self>] = [
        .list(
            "brokers", \.brokers, maximumCount: 16,
            "The brokers to subscribe to; each has its own connection and session."),
        Key(
            "batch_messages", \.batchMessages, .integer(1...10_000),
            "How many messages share one durable commit at most; they are acknowledged together."),
        Key(
            "batch_bytes", \.batchBytes, .size(64 << 10...64 << 20),
            "How many bytes of payload share one durable commit at most."),
    ]
}

extension Configuration.Broker: Section {
    static let keys: [Key<Self>] = [
        Key(
            "name", \.name, .label,
            "The name of this broker in logs and metrics; no two brokers share one."),
        Key("host", \.host, .host, "The broker's host name or IP address."),
        Key("port", \.port, .integer(1...65_535), "The broker's TCP port; with TLS usually 8883."),
        Key(
            "protocol", \.version, .choice,
            "The version of MQTT; only version 5 lets Freshwire set its own receive maximum."),
        Key(
            "client_id", \.clientID, .text(maximumBytes: 128),
            "The name of the session at the broker; under a new name, what waits there is lost."),
        Key(
            "username", \.username, .text(), example: "freshwire",
            "The user name told to the broker."),
        Key(
            "password_file", \.passwordFile, .privateFile, example: "/etc/freshwire/mqtt-password",
            "A file with the password for the user name; a newline at its end is ignored."),
        Key(
            "keep_alive", \.keepAlive, .duration(.seconds(60) ... .seconds(65_535)),
            "How long the connection may be silent before the broker is asked for a sign of life."),
        Key(
            "session_expiry", \.sessionExpiry, .duration(.seconds(60) ... .seconds(365 * 86_400)),
            "How long the broker keeps messages for Freshwire while it is away (MQTT 5 only)."),
        Key(
            "receive_maximum", \.receiveMaximum, .integer(1...5000),
            """
            How many messages may be unacknowledged (MQTT 5 only); must stay below the broker's \
            max_queued_messages.
            """),
        Key(
            "qos", \.qos, .integer(name: "1", refusal: refusal(ofQoS:)),
            "The quality of service of the subscriptions; only 1 loses nothing."),
        .section("tls", \.tls, "TLS 1.3 to this broker, whose certificate is always verified."),
        Key(
            "reconnect_initial", \.reconnectInitial,
            .duration(.milliseconds(100) ... .seconds(60)),
            "The wait before the first attempt to reconnect; it doubles, with random jitter."),
        Key(
            "reconnect_maximum", \.reconnectMaximum, .duration(.seconds(1) ... .seconds(600)),
            "The longest wait before an attempt to reconnect."),
    ]

    @Sendable private static func refusal(ofQoS level: Int) -> String? {
        switch level {
        case 1: nil
        case 0:
            """
            is 0, allowed is 1: at QoS 0 the broker does not keep messages, so all that come \
            while Freshwire is away would be lost
            """
        case 2:
            """
            is 2, allowed is 1: libmosquitto acknowledges a QoS 2 message before it is durable, \
            so a crash would lose it; what devices publish at QoS 2 is received at QoS 1
            """
        default: "is \(level), allowed is 1"
        }
    }
}

extension Configuration.BrokerTLS: Section {
    static let keys: [Key<Self>] = [
        Key("enabled", \.isEnabled, .truth, "Whether the connection to the broker uses TLS."),
        Key(
            "ca_file", \.authorityFile, .file, example: "/etc/freshwire/mqtt-ca.crt",
            "The authorities (PEM) that may vouch for the broker; where unset, the system's."),
        Key(
            "certificate_file", \.certificateFile, .file, example: "/etc/freshwire/mqtt.crt",
            "The certificate (PEM) that Freshwire shows to the broker, for mutual TLS."),
        Key(
            "key_file", \.keyFile, .privateFile, example: "/etc/freshwire/mqtt.key",
            "The private key (PEM) of that certificate."),
    ]
}
