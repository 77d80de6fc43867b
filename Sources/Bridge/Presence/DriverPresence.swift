package import ColdChain

/// Whether a driver takes deliveries, as drivers say it.
package enum DriverStatus: UInt8, CaseIterable, Sendable {
    case available = 1
    case busy = 2
    case onBreak = 3
    case offline = 4

    /// As messages say it.
    package var name: String {
        switch self {
        case .available: "available"
        case .busy: "busy"
        case .onBreak: "on_break"
        case .offline: "offline"
        }
    }

    package init?(name: String) {
        guard let match = DriverStatus.allCases.first(where: { $0.name == name }) else {
            return nil
        }
        self = match
    }
}

/// What is known of a driver's presence, as it outlives the process: it changes when something is told
/// of the driver, not when the driver is heard.
package struct DriverPresence: Equatable, Sendable {
    package var driver: String
    /// What was last said, by the driver or by the platform; nil where nobody said anything.
    package var said: DriverStatus?
    /// Whether the driver's own program was ever heard: from one that never was, no heartbeats are
    /// missed.
    package var isHeard: Bool
    /// Whether the driver was told to be offline because heartbeats were missed, and was not heard
    /// since.
    package var isMissing: Bool
    /// When any of this last changed.
    package var since: Timestamp
    /// The number of the record that it was told by; nil where it was not told.
    package var toldAs: UInt64?

    package init(
        driver: String, said: DriverStatus?, isHeard: Bool, isMissing: Bool, since: Timestamp,
        toldAs: UInt64?
    ) {
        self.driver = driver
        self.said = said
        self.isHeard = isHeard
        self.isMissing = isMissing
        self.since = since
        self.toldAs = toldAs
    }
}

/// A row of the journal's table of presence.
package enum PresenceChange: Equatable, Sendable {
    /// New or changed, whole, by driver.
    case put(DriverPresence)
    case forgotten(driver: String)
}

/// How long a driver may be silent. Times are milliseconds.
package struct PresenceSettings: Equatable, Sendable {
    /// How often a driver's program is expected to say something.
    package var interval: Int64 = 30_000
    /// After so many intervals without a word the driver is offline.
    package var misses: Int64 = 3
    /// Drivers that are kept; beyond it those heard longest ago are forgotten, first those of whom no
    /// heartbeats are expected.
    package var driversMaximum = 100_000

    package init() {}

    /// So long after the last word the driver is offline.
    var patience: Int64 { max(interval, 1) * max(misses, 1) }
}

/// Drivers by what is known of their presence.
package struct PresenceCount: Equatable, Sendable {
    /// Heard, and neither missing nor off by their own word.
    package var online = 0
    /// Told to be offline because heartbeats were missed, and not heard since.
    package var missing = 0

    package init() {}
}
