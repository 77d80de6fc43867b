/// Who did something to an alert, as the bearer token says.
package struct AlertActor: Hashable, Sendable {
    package var subject: String
    /// The token's role by its name, such as `food_safety`.
    package var role: String

    package init(subject: String, role: String) {
        self.subject = subject
        self.role = role
    }
}

/// Who did it, when, and which revision of the alert it made.
package struct AlertMark: Equatable, Sendable {
    package var by: AlertActor
    package var at: Timestamp
    package var revision: UInt64

    package init(by: AlertActor, at: Timestamp, revision: UInt64) {
        self.by = by
        self.at = at
        self.revision = revision
    }
}

package struct AlertAssignment: Equatable, Sendable {
    /// Whose it is now; nil where it was taken from whoever had it.
    package var assignee: String?
    package var mark: AlertMark

    package init(assignee: String?, mark: AlertMark) {
        self.assignee = assignee
        self.mark = mark
    }
}

package struct AlertComment: Equatable, Sendable {
    package var text: String
    package var mark: AlertMark

    package init(text: String, mark: AlertMark) {
        self.text = text
        self.mark = mark
    }
}

/// What was done about a deviation.
package struct CorrectiveAction: Equatable, Sendable {
    package var disposition: Disposition
    package var cause: CauseCode
    /// What was done and found. Never empty.
    package var text: String
    /// When the food was set apart from what is sold; nil where nobody said.
    package var isolatedAt: Timestamp?
    /// What is done so that it does not happen again; nil where nobody said.
    package var recurrencePrevention: String?
    /// The food's own temperature, measured by hand, in °C; nil where it was not measured.
    package var foodCelsius: Double?

    package init(
        disposition: Disposition, cause: CauseCode, text: String, isolatedAt: Timestamp? = nil,
        recurrencePrevention: String? = nil, foodCelsius: Double? = nil
    ) {
        self.disposition = disposition
        self.cause = cause
        self.text = text
        self.isolatedAt = isolatedAt
        self.recurrencePrevention = recurrencePrevention
        self.foodCelsius = foodCelsius
    }
}

package struct RecordedAction: Equatable, Sendable {
    package var action: CorrectiveAction
    package var mark: AlertMark

    package init(action: CorrectiveAction, mark: AlertMark) {
        self.action = action
        self.mark = mark
    }
}

/// A signature under the revision before the one it made: the log keeps that revision's hash beside
/// it.
package struct AlertSignature: Equatable, Sendable {
    package var printedName: String
    package var meaning: SignatureMeaning
    package var text: String?
    package var mark: AlertMark

    package init(
        printedName: String, meaning: SignatureMeaning, text: String? = nil, mark: AlertMark
    ) {
        self.printedName = printedName
        self.meaning = meaning
        self.text = text
        self.mark = mark
    }
}

package struct AlertClosing: Equatable, Sendable {
    package var reason: CloseReason
    package var text: String
    package var mark: AlertMark

    package init(reason: CloseReason, text: String, mark: AlertMark) {
        self.reason = reason
        self.text = text
        self.mark = mark
    }
}

/// What was measured against which limit when the condition last began or ended: a snapshot, so that
/// the record says it whatever the settings become.
package struct AlertEvidence: Equatable, Sendable {
    package var foodClass: FoodClass
    package var limit: CriticalLimit
    package var limitProfile: String
    /// When the condition began, by event time.
    package var began: Timestamp
    /// When it ended, by event time; nil while it lasts.
    package var ended: Timestamp?
    /// The newest reading when this was said, in °C; nil where time alone led to it.
    package var celsius: Double?
    package var measuredAt: Timestamp?
    /// The temperature furthest outside until then, in °C.
    package var peak: Double
    /// Whether the readings, as they are known now, do not bear it out.
    package var isCorrected: Bool

    package init(
        foodClass: FoodClass, limit: CriticalLimit, limitProfile: String, began: Timestamp,
        ended: Timestamp?, celsius: Double?, measuredAt: Timestamp?, peak: Double,
        isCorrected: Bool = false
    ) {
        self.foodClass = foodClass
        self.limit = limit
        self.limitProfile = limitProfile
        self.began = began
        self.ended = ended
        self.celsius = celsius
        self.measuredAt = measuredAt
        self.peak = peak
        self.isCorrected = isCorrected
    }
}
