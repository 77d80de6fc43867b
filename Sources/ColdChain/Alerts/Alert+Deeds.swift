extension Alert {
    /// Bounds of what people write: a record is read by others, and kept for years.
    package enum Bound {
        /// Bytes of UTF-8.
        package static let text = 4_000
        package static let name = 200
        /// Comments, actions and signatures of one alert.
        package static let entries = 500
        /// What a hand-held probe can say of food, in °C.
        package static let food: ClosedRange<Double> = -60...150
    }

    /// Does what somebody asks, at `now`.
    ///
    /// - Parameters:
    ///   - seen: The revision on which the decision rests. With an older one nothing is done, unless
    ///     the very same was done from it already, as after a lost answer.
    ///   - isQualified: Whether the person may decide on food.
    /// - Returns: Whether the alert changed; false where the same had been done before.
    package mutating func perform(
        _ deed: StaffDeed, by actor: AlertActor, isQualified: Bool, seen: UInt64, at now: Timestamp,
        calendar: WorkingCalendar
    ) throws(AlertRefusal) -> Bool {
        try Alert.check(deed)
        guard isQualified || !deed.needsQualification else { throw .notQualified }
        if wasDone(deed, by: actor, seen: seen) { return false }
        guard seen == revision else { throw .changed(revision: revision) }
        try checkState(for: deed)
        revision += 1
        apply(
            deed, AlertMark(by: actor, at: now, revision: revision), calendar: calendar)
        return true
    }

    // MARK: What was asked

    private static func check(_ deed: StaffDeed) throws(AlertRefusal) {
        switch deed {
        case .acknowledge(let text):
            try check(text: text, "text")
        case .assign(let assignee):
            if let assignee { try check(required: assignee, "assignee", bytes: Bound.name) }
        case .comment(let text):
            try check(required: text, "text")
        case .act(let action):
            if action.disposition == .release {
                throw .invalid(
                    field: "disposition", reason: "food is let go by release, with a signature")
            }
            try check(action)
        case .release(let action, let name):
            try check(action)
            try check(required: name, "printedName", bytes: Bound.name)
        case .close(_, let text, let name):
            try check(required: text, "text")
            try check(required: name, "printedName", bytes: Bound.name)
        case .sign(let meaning, let text, let name):
            guard SignatureMeaning.signable.contains(meaning) else {
                throw .invalid(field: "meaning", reason: "it goes with release or close")
            }
            try check(text: text, "text")
            try check(required: name, "printedName", bytes: Bound.name)
        }
    }

    private static func check(_ action: CorrectiveAction) throws(AlertRefusal) {
        try check(required: action.text, "text")
        try check(text: action.recurrencePrevention, "preventRecurrence")
        if let celsius = action.foodCelsius, !Bound.food.contains(celsius) {
            throw .invalid(field: "foodTemperature", reason: "it must be -60 to 150 °C")
        }
    }

    private static func check(text: String?, _ field: String) throws(AlertRefusal) {
        if let text { try check(required: text, field) }
    }

    private static func check(
        required text: String, _ field: String, bytes: Int = Bound.text
    ) throws(AlertRefusal) {
        guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
            throw .invalid(field: field, reason: "it must not be empty")
        }
        guard text.utf8.count <= bytes else {
            throw .invalid(field: field, reason: "it is longer than \(bytes) bytes")
        }
        guard !text.utf8.contains(0) else {
            throw .invalid(field: field, reason: "it holds a NUL")
        }
    }

    // MARK: What the state allows

    private func checkState(for deed: StaffDeed) throws(AlertRefusal) {
        switch deed {
        case .comment, .sign: break
        case .acknowledge, .assign, .act, .release, .close:
            if isClosed { throw .closed }
        }
        // Closing is always possible: an alert that is full must not stay open for it.
        if case .close = deed {
        } else if entryCount >= Bound.entries {
            throw .full(entries: entryCount)
        }
        switch deed {
        case .comment, .sign, .assign, .act: break
        case .acknowledge:
            if let acknowledgement {
                throw .acknowledgedAlready(by: acknowledgement.by.subject)
            }
        case .release(let action, _):
            guard disposition == .hold else { throw .nothingOnHold }
            guard isAcknowledged else { throw .notAcknowledged }
            guard !isStanding || action.foodCelsius != nil else { throw .conditionStands }
        case .close(let reason, _, _):
            guard isAcknowledged else { throw .notAcknowledged }
            guard disposition != .hold else { throw .foodOnHold }
            guard !isStanding || reason == .sensorUnavailable else {
                throw .conditionStandsAtClosing
            }
            guard reason != .resolved || !actions.isEmpty else { throw .noAction }
        }
    }

    // MARK: What it does

    private mutating func apply(
        _ deed: StaffDeed, _ mark: AlertMark, calendar: WorkingCalendar
    ) {
        switch deed {
        case .acknowledge(let text):
            acknowledgement = mark
            if let text { comments.append(AlertComment(text: text, mark: mark)) }
        case .assign(let assignee):
            assignment = AlertAssignment(assignee: assignee, mark: mark)
        case .comment(let text):
            comments.append(AlertComment(text: text, mark: mark))
        case .act(let action):
            record(action, mark, calendar: calendar)
        case .release(let action, let name):
            var release = action
            release.disposition = .release
            record(release, mark, calendar: calendar)
            signatures.append(
                AlertSignature(printedName: name, meaning: .released, mark: mark))
        case .close(let reason, let text, let name):
            closing = AlertClosing(reason: reason, text: text, mark: mark)
            signatures.append(AlertSignature(printedName: name, meaning: .closed, mark: mark))
        case .sign(let meaning, let text, let name):
            signatures.append(
                AlertSignature(printedName: name, meaning: meaning, text: text, mark: mark))
            if meaning == .reviewed {
                reviewDue = nil
                isReviewOverdue = false
            }
        }
    }

    /// A corrective action is a record of its own: what was reviewed before it was made is to be
    /// reviewed again.
    private mutating func record(
        _ action: CorrectiveAction, _ mark: AlertMark, calendar: WorkingCalendar
    ) {
        actions.append(RecordedAction(action: action, mark: mark))
        disposition = action.disposition
        reviewDue = reviewDue ?? calendar.reviewDue(after: mark.at)
    }

    // MARK: The same again

    /// Whether `actor` did the very same from the revision `seen`.
    private func wasDone(_ deed: StaffDeed, by actor: AlertActor, seen: UInt64) -> Bool {
        func isMade(_ mark: AlertMark?) -> Bool {
            guard let mark else { return false }
            return mark.by == actor && mark.revision > 1 && mark.revision - 1 == seen
        }
        func hasSignature(_ meaning: SignatureMeaning, _ name: String, text: String? = nil) -> Bool
        {
            signatures.contains {
                isMade($0.mark) && $0.meaning == meaning && $0.printedName == name
                    && $0.text == text
            }
        }
        switch deed {
        case .acknowledge(let text):
            let said = comments.first { isMade($0.mark) }
            return isMade(acknowledgement) && said?.text == text
        case .assign(let assignee):
            return isMade(assignment?.mark) && assignment?.assignee == assignee
        case .comment(let text):
            return comments.contains { isMade($0.mark) && $0.text == text }
                && !isMade(acknowledgement)
        case .act(let action):
            return actions.contains { isMade($0.mark) && $0.action == action }
        case .release(var action, let name):
            action.disposition = .release
            return actions.contains { isMade($0.mark) && $0.action == action }
                && hasSignature(.released, name)
        case .close(let reason, let text, let name):
            return isMade(closing?.mark) && closing?.reason == reason && closing?.text == text
                && hasSignature(.closed, name)
        case .sign(let meaning, let text, let name):
            return hasSignature(meaning, name, text: text)
        }
    }
}
