/// What somebody does about an alert.
package enum StaffDeed: Equatable, Sendable {
    case acknowledge(text: String?)
    /// Nil takes it from whoever has it.
    case assign(to: String?)
    case comment(String)
    case act(CorrectiveAction)
    /// Lets food go that was on hold; the action's disposition is `release`.
    case release(CorrectiveAction, printedName: String)
    case close(CloseReason, text: String, printedName: String)
    case sign(SignatureMeaning, text: String?, printedName: String)

    /// Whether it needs somebody qualified to decide on food.
    package var needsQualification: Bool {
        switch self {
        case .acknowledge, .assign, .comment, .act: false
        case .release, .close, .sign: true
        }
    }

    /// Whether it says that nothing will be measured any more.
    package var givesUpSensor: Bool {
        if case .close(.sensorUnavailable, _, _) = self { true } else { false }
    }

    package var change: AlertChange {
        switch self {
        case .acknowledge: .acknowledged
        case .assign: .assigned
        case .comment: .commented
        case .act: .actionRecorded
        case .release: .released
        case .close: .closed
        case .sign: .signed
        }
    }

    package var printedName: String? {
        switch self {
        case .acknowledge, .assign, .comment, .act: nil
        case .release(_, let name), .close(_, _, let name), .sign(_, _, let name): name
        }
    }

    package var meaning: SignatureMeaning? {
        switch self {
        case .acknowledge, .assign, .comment, .act: nil
        case .release: .released
        case .close: .closed
        case .sign(let meaning, _, _): meaning
        }
    }

    /// The words that go with it.
    package var text: String? {
        switch self {
        case .acknowledge(let text): text
        case .assign: nil
        case .comment(let text): text
        case .act(let action), .release(let action, _): action.text
        case .close(_, let text, _): text
        case .sign(_, let text, _): text
        }
    }
}

/// Why nothing was done about an alert, and what whoever asks can do.
package enum AlertRefusal: Error, Equatable, Sendable {
    /// The alert has changed since: read it again, and decide again.
    case changed(revision: UInt64)
    /// A field is empty, too long or contradicts another.
    case invalid(field: String, reason: String)
    case notQualified
    /// Nothing but comments and signatures is added to a closed alert.
    case closed
    case acknowledgedAlready(by: String)
    case notAcknowledged
    /// The condition lasts: the food cannot be let go by what the bag's air says.
    case conditionStands
    /// The condition lasts: only `sensor_unavailable` says that its end will never be known.
    case conditionStandsAtClosing
    /// The sensor that is to be given up was heard a short time ago: it counts as silent later.
    case sensorHeard
    /// Nobody has decided what becomes of the food.
    case foodOnHold
    case nothingOnHold
    /// `resolved` without anything that was done.
    case noAction
    /// It has as many entries as an alert may have.
    case full(entries: Int)

    /// For programs.
    package var code: String {
        switch self {
        case .changed: "revision_conflict"
        case .invalid: "invalid"
        case .notQualified: "not_qualified"
        case .closed: "alert_closed"
        case .acknowledgedAlready: "acknowledged_already"
        case .notAcknowledged: "not_acknowledged"
        case .conditionStands, .conditionStandsAtClosing: "condition_stands"
        case .sensorHeard: "sensor_heard"
        case .foodOnHold: "food_on_hold"
        case .nothingOnHold: "nothing_on_hold"
        case .noAction: "no_action"
        case .full: "alert_full"
        }
    }
}

extension AlertRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .changed(let revision):
            "the alert has changed: it is at revision \(revision); read it and decide again"
        case .invalid(let field, let reason): "\(field): \(reason)"
        case .notQualified:
            "this needs the role food_safety, or the scope food_safety in the token"
        case .closed: "the alert is closed: only comments and signatures can be added"
        case .acknowledgedAlready(let subject): "\(subject) has acknowledged it already"
        case .notAcknowledged: "acknowledge the alert first"
        case .conditionStands:
            """
            the limit is still broken: wait until it is kept, or measure the food itself and give \
            foodTemperature
            """
        case .conditionStandsAtClosing:
            """
            what it was raised for still lasts: wait for its end, or close it as \
            sensor_unavailable where nothing will be measured any more
            """
        case .sensorHeard:
            """
            the sensor was heard a short time ago, so what it measures next may end this: close it \
            as sensor_unavailable once the sensor counts as silent
            """
        case .foodOnHold:
            "the food is on hold: record what becomes of it by action, or release it"
        case .nothingOnHold: "no food is on hold here"
        case .noAction: "record what was done by action first, or give another reason"
        case .full(let entries): "the alert has \(entries) entries, the limit"
        }
    }
}
