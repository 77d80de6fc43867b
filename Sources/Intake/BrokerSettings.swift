/// How to reach a broker and what to ask of it.
package struct BrokerSettings: Equatable, Sendable {
    package enum ProtocolVersion: Equatable, Sendable {
        /// MQTT 5, which lets the client set its own window (Receive Maximum).
        case v5
        /// MQTT 3.1.1; the window is then the broker's `max_inflight_messages`.
        case v311
    }

    package enum QualityOfService: UInt8, Equatable, Sendable {
        case atMostOnce = 0
        case atLeastOnce = 1
        /// Can be written down, and is refused by `validate()`.
        case exactlyOnce = 2
    }

    package struct Subscription: Equatable, Sendable {
        /// May be a shared subscription, `$share/group/filter`.
        package var filter: String
        package var qos: QualityOfService
        /// Whether what the broker keeps is sent on every connection, and not only while the filter
        /// is new to it: for topics whose messages are not kept here.
        package var isRepeated: Bool

        package init(
            _ filter: String, qos: QualityOfService = .atLeastOnce, isRepeated: Bool = false
        ) {
            self.filter = filter
            self.qos = qos
            self.isRepeated = isRepeated
        }
    }

    /// TLS 1.3 or newer. The server's certificate and name are always verified.
    package struct TLS: Equatable, Sendable {
        /// PEM file of the authorities trusted; nil trusts the operating system's.
        package var authorityFile: String?
        /// PEM files of our own certificate chain and its unencrypted key, for mutual TLS.
        package var certificateFile: String?
        package var keyFile: String?

        package init(
            authorityFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil
        ) {
            self.authorityFile = authorityFile
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    /// The broker's name in the configuration; what reports and metrics call it.
    package var name: String
    /// A host name or an address; with TLS it is what the certificate must name.
    package var host: String
    package var port: UInt16
    /// Stable over restarts and ours alone: the broker keeps the session under it.
    package var clientIdentifier: String
    package var protocolVersion = ProtocolVersion.v5
    /// At least 60: while a commit runs no ping can leave, and a shorter one would let the
    /// broker close the connection of a daemon whose disk is slow.
    package var keepAliveSeconds: UInt16 = 60
    /// How long the broker keeps the session and its queue while we are away; default 7 days.
    /// MQTT 5 only: a 3.1.1 session is kept as long as the broker pleases.
    package var sessionExpirySeconds: UInt32 = 7 * 24 * 60 * 60
    /// How many messages may be on the way to us unacknowledged (MQTT 5). 500 carries 20,000
    /// messages/s on a disk whose fsync takes 10 ms, and stays below mosquitto's default queue
    /// of 1,000, above which it drops.
    package var receiveMaximum: UInt16 = 500
    package var username: String?
    /// A file whose first line is the password; read at each connecting, so it can be renewed.
    package var passwordFile: String?
    /// Nil is plain TCP.
    package var tls: TLS?
    package var subscriptions: [Subscription]
    package var backOff = BackOff.Settings()

    package init(
        name: String, host: String, port: UInt16, clientIdentifier: String,
        subscriptions: [Subscription]
    ) {
        self.name = name
        self.host = host
        self.port = port
        self.clientIdentifier = clientIdentifier
        self.subscriptions = subscriptions
    }
}

/// A setting that cannot be used, before anything was connected. Mend the configuration.
package enum BrokerSettingsError: Error, Equatable, CustomStringConvertible {
    /// QoS 2 on this filter. libmosquitto answers PUBREC when a message arrives and keeps the
    /// message in memory only: a crash loses what the broker believes delivered.
    case exactlyOnceRefused(filter: String)
    /// Not a topic filter MQTT allows.
    case filterInvalid(String)
    case noSubscriptions
    /// Empty, longer than MQTT or TLS allow, or with a NUL inside.
    case textInvalid(setting: String)
    case portZero
    case keepAliveTooShort(seconds: UInt16)
    case receiveMaximumZero
    /// A session expiry of zero: the queue would die with each connection.
    case sessionNotKept
    case passwordWithoutUsername
    /// One of certificate and key without the other.
    case certificateAndKeyBelongTogether
    case backOffInvalid

    package var description: String {
        switch self {
        case .exactlyOnceRefused(let filter):
            "\(filter): QoS 2 is refused, because libmosquitto loses QoS 2 messages when the "
                + "process is killed; use QoS 1, which also receives what is published at QoS 2"
        case .filterInvalid(let filter): "\(filter): not a topic filter"
        case .noSubscriptions: "no subscriptions: the broker would have nothing to send"
        case .textInvalid(let setting): "\(setting): empty, too long or with a NUL inside"
        case .portZero: "port: 1 to 65535"
        case .keepAliveTooShort(let seconds):
            "keep-alive of \(seconds) s: at least \(BrokerSettings.minimumKeepAliveSeconds) s"
        case .receiveMaximumZero: "receive maximum: 1 to 65535"
        case .sessionNotKept: "session expiry: at least 1 s, or messages are lost while away"
        case .passwordWithoutUsername: "a password file needs a user name beside it"
        case .certificateAndKeyBelongTogether: "TLS: certificate and key belong together"
        case .backOffInvalid:
            "back-off: 0 < initial <= maximum, and a factor of at least 1"
        }
    }
}
