/// Something that people must look at, and everything they did about it.
///
/// Whether the condition stands and whether somebody has acknowledged it are two independent bits
/// (ISA-18.2, unverified [K]): a condition that ends acknowledges nothing, and an acknowledgement
/// ends nothing. An alert is closed by a person, with a reason and a signature.
package struct Alert: Equatable, Sendable {
    /// Counted from 1 over the life of the log.
    package var number: UInt64
    /// Counts every change, from 1. Whoever changes an alert names the revision they saw.
    package var revision: UInt64 = 1
    package var kind: AlertKind
    package var subject: AlertSubject
    package var raisedAt: Timestamp
    package var evidence: AlertEvidence?

    /// Whether what it was raised for still lasts, as far as is known.
    package var isStanding: Bool
    /// When that last changed.
    package var standingSince: Timestamp

    package var acknowledgement: AlertMark?
    /// From when on it waits, or waited, to be acknowledged: a condition that comes back waits anew.
    package var unacknowledgedSince: Timestamp
    /// How many steps of the escalation chain were told meanwhile.
    package var escalationStep = 0

    /// What is to be done with the food; nil where nobody has decided and nothing holds it.
    package var disposition: Disposition?
    package var assignment: AlertAssignment?
    package var comments: [AlertComment] = []
    package var actions: [RecordedAction] = []
    package var signatures: [AlertSignature] = []
    package var closing: AlertClosing?
    /// Until when the record is to be reviewed and signed; nil once it is.
    package var reviewDue: Timestamp?
    /// Whether it was told that nobody had reviewed it until then.
    package var isReviewOverdue = false

    package init(
        number: UInt64, kind: AlertKind, subject: AlertSubject, raisedAt: Timestamp,
        evidence: AlertEvidence?, isStanding: Bool, reviewDue: Timestamp?
    ) {
        self.number = number
        self.kind = kind
        self.subject = subject
        self.raisedAt = raisedAt
        self.evidence = evidence
        self.isStanding = isStanding
        self.reviewDue = reviewDue
        standingSince = raisedAt
        unacknowledgedSince = raisedAt
        disposition = kind.holdsFood ? .hold : nil
    }

    package var isAcknowledged: Bool { acknowledgement != nil }
    package var isClosed: Bool { closing != nil }
    /// Whether people have nothing left to do about it.
    package var isSettled: Bool { isClosed && reviewDue == nil }

    /// Comments, actions and signatures: each is kept for ever, so there is a limit to them.
    package var entryCount: Int { comments.count + actions.count + signatures.count }
}

/// What an alert is about, by the names that people know.
package struct AlertSubject: Equatable, Sendable {
    /// Nil for what is about a device and no food.
    package var order: AlertOrder?
    package var bag: String
    package var device: String

    package init(order: AlertOrder?, bag: String, device: String) {
        self.order = order
        self.bag = bag
        self.device = device
    }
}

/// The order an alert is about, and the sites that may know of the alert, as they were when it was
/// raised.
package struct AlertOrder: Equatable, Sendable {
    package var number: OrderNumber
    package var id: String
    package var restaurant: String?
    package var cafe: String?

    /// As the order is now.
    package init(_ order: Order) {
        self.init(
            number: order.number, id: order.id, restaurant: order.restaurant, cafe: order.cafe)
    }

    package init(number: OrderNumber, id: String, restaurant: String?, cafe: String?) {
        self.number = number
        self.id = id
        self.restaurant = restaurant
        self.cafe = cafe
    }
}

/// What happened to an alert; the names are part of events and of the log.
package enum AlertChange: String, CaseIterable, Sendable {
    case raised
    /// The condition came back.
    case returned
    case conditionEnded = "condition_ended"
    /// More is known of the condition, by late or corrected readings.
    case revised
    case escalated
    /// Nobody has reviewed it in time.
    case reviewOverdue = "review_overdue"
    case acknowledged
    case assigned
    case commented
    case actionRecorded = "action_recorded"
    case released
    case signed
    case closed
}
