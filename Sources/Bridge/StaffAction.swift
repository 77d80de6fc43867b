package import ColdChain
package import Fabric

/// What somebody asks to be done about an alert.
package struct StaffAction: Equatable, Sendable {
    package var alert: UInt64
    /// The revision of the alert on which the decision rests.
    package var seen: UInt64
    package var deed: StaffDeed
    /// Who asks, by their token.
    package var identity: Identity

    package init(alert: UInt64, seen: UInt64, deed: StaffDeed, identity: Identity) {
        self.alert = alert
        self.seen = seen
        self.deed = deed
        self.identity = identity
    }
}

/// A new state of an alert, and what somebody did that led to it.
package struct AlertRecord: Equatable, Sendable {
    /// Whole, by number.
    package var alert: Alert
    /// Nil for what happened by itself.
    package var action: StaffActionRecord?

    package init(alert: Alert, action: StaffActionRecord? = nil) {
        self.alert = alert
        self.action = action
    }
}

/// A row of the audit. The journal adds the hash of the state that was acted upon.
package struct StaffActionRecord: Equatable, Sendable {
    package var by: AlertActor
    package var at: Timestamp
    /// The revision that was acted upon.
    package var seen: UInt64
    package var deed: StaffDeed

    package init(by: AlertActor, at: Timestamp, seen: UInt64, deed: StaffDeed) {
        self.by = by
        self.at = at
        self.seen = seen
        self.deed = deed
    }
}

/// How alerts are followed up.
package struct AlertSettings: Equatable, Sendable {
    package var escalation = EscalationChain()
    package var calendar = WorkingCalendar()

    package init() {}
}
