package import ColdChain

/// What is known of one device beside what it says itself.
package struct RegisteredDevice: Equatable, Sendable {
    /// What topics and payloads call it.
    package var id: String
    /// The profile that decodes it, such as `ruuvi/ruuvitag`, without a version; nil where the topic
    /// or the payload tells.
    package var profile: String?
    package var kind: CarrierKind
    /// The bag or the vehicle it is fixed to; nil where that has the device's own name.
    package var carrier: String?
    package var site: String?
    /// A time of measurement before is that of a clock that was not set.
    package var installedAt: Timestamp?
    /// How often it measures, in seconds; nil where that is not known.
    package var expectedIntervalSeconds: Int?
    package var registeredAt: Timestamp
    /// Whether it registered itself by being seen, and nobody has said anything of it yet.
    package var isAutomatic: Bool
    /// When its first reading was received; nil while there is none.
    package var firstSeen: Timestamp?
    /// When its last reading was received. Kept in memory only: after a restart it is the newest time
    /// of measurement in the log.
    package var lastSeen: Timestamp?
    /// What decoded its readings last, with a version, as the log tells it; nil while there are none,
    /// and in the bridge, which does not ask.
    package var lastProfile: String?

    package init(
        id: String, profile: String? = nil, kind: CarrierKind, carrier: String? = nil,
        site: String? = nil, installedAt: Timestamp? = nil, expectedIntervalSeconds: Int? = nil,
        registeredAt: Timestamp, isAutomatic: Bool = false, firstSeen: Timestamp? = nil,
        lastSeen: Timestamp? = nil
    ) {
        self.id = id
        self.profile = profile
        self.kind = kind
        self.carrier = carrier
        self.site = site
        self.installedAt = installedAt
        self.expectedIntervalSeconds = expectedIntervalSeconds
        self.registeredAt = registeredAt
        self.isAutomatic = isAutomatic
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
    }

    /// What it is fixed to.
    package var fixedTo: Carrier { Carrier(kind, named: carrier ?? id) }
}

/// A row of the registry to be written, whole, or to be erased. Changes of one device come in order.
package enum DeviceChange: Equatable, Sendable {
    /// `lastSeen` is not written.
    case put(RegisteredDevice)
    case remove(id: String)
}

/// Which profile the decoder must take for a device from now on.
package struct ModelChange: Equatable, Sendable {
    package var device: String
    /// Without a version; nil where the registry says nothing any more.
    package var profile: String?

    package init(device: String, profile: String?) {
        self.device = device
        self.profile = profile
    }
}
