extension Alert {
    /// Takes over that the condition began, lasts or ended, or that more is known of it. A condition
    /// that comes back waits to be acknowledged anew, and the food is on hold again whatever was
    /// decided before.
    ///
    /// - Returns: What changed; nil where nothing did, or where the alert is closed: what comes then
    ///   is an alert of its own.
    package mutating func take(
        isStanding: Bool, evidence: AlertEvidence?, at now: Timestamp
    ) -> AlertChange? {
        guard !isClosed else { return nil }
        guard isStanding != self.isStanding else {
            guard let evidence, evidence != self.evidence else { return nil }
            return revise(evidence, at: now)
        }
        revision += 1
        self.isStanding = isStanding
        self.evidence = evidence ?? self.evidence
        standingSince = now
        guard isStanding else { return .conditionEnded }
        acknowledgement = nil
        unacknowledgedSince = now
        escalationStep = 0
        if kind.holdsFood { disposition = .hold }
        return .returned
    }

    /// What was let go by other evidence is on hold again until somebody has seen this.
    private mutating func revise(_ evidence: AlertEvidence, at now: Timestamp) -> AlertChange {
        revision += 1
        self.evidence = evidence
        if disposition == .release, !evidence.isCorrected {
            disposition = .hold
            acknowledgement = nil
            unacknowledgedSince = now
            escalationStep = 0
        }
        return .revised
    }

    /// When it is to be told that nobody has reviewed it; nil once it was, or was reviewed.
    package var reviewMissedAt: Timestamp? { isReviewOverdue ? nil : reviewDue }

    /// Takes over that nobody has reviewed it in time: that is said once.
    ///
    /// - Returns: Whether it is so, and had not been said.
    package mutating func missReview(at now: Timestamp) -> Bool {
        guard let due = reviewMissedAt, due <= now else { return false }
        isReviewOverdue = true
        revision += 1
        return true
    }

    /// When the next step of the chain is due; nil where somebody has acknowledged it or nobody is
    /// left to be told.
    package func escalationDue(by chain: EscalationChain) -> Timestamp? {
        guard !isAcknowledged, !isClosed, escalationStep < chain.delays.count else { return nil }
        return unacknowledgedSince.advanced(byMilliseconds: chain.delays[escalationStep])
    }

    /// Goes as many steps up the chain as are due at `now`; after a long stop that is one change.
    ///
    /// - Returns: Whether it went any.
    package mutating func escalate(by chain: EscalationChain, at now: Timestamp) -> Bool {
        let before = escalationStep
        while let due = escalationDue(by: chain), due <= now { escalationStep += 1 }
        guard escalationStep > before else { return false }
        revision += 1
        return true
    }
}

/// Whom to tell when nobody acknowledges: one step after each delay.
package struct EscalationChain: Equatable, Sendable {
    /// Milliseconds from when the alert began to wait, ascending. By default 5, 15 and 30 min, this
    /// product's own choice [D].
    package var delays: [Int64]

    package static let standardDelays: [Int64] = [5 * 60_000, 15 * 60_000, 30 * 60_000]

    package init(delays: [Int64] = standardDelays) {
        self.delays = delays.map { max($0, 0) }.sorted()
    }
}
