/// What an alert was raised for.
package enum AlertKind: Equatable, Sendable {
    /// Food left its critical limit: the excursion of that number.
    case excursion(UInt64)
    /// Readings are missing from a stretch that was judged.
    case dataLoss
    /// A sensor that should speak says nothing.
    case silence
    /// Nothing that sensors say came from a broker: its name stands in the place of the device's.
    case brokerUnreachable

    package var name: String {
        switch self {
        case .excursion: "excursion"
        case .dataLoss: "data_loss"
        case .silence: "silence"
        case .brokerUnreachable: "broker_unreachable"
        }
    }

    package var excursion: UInt64? {
        if case .excursion(let number) = self { number } else { nil }
    }

    /// The kind of a name; an excursion needs its number.
    package init?(name: String, excursion: UInt64?) {
        switch (name, excursion) {
        case ("excursion", let number?): self = .excursion(number)
        case ("data_loss", nil): self = .dataLoss
        case ("silence", nil): self = .silence
        case ("broker_unreachable", nil): self = .brokerUnreachable
        default: return nil
        }
    }

    package static let names = ["excursion", "data_loss", "silence", "broker_unreachable"]

    /// Whether the food may have been unsafe, so that it must not be sold before somebody qualified
    /// has decided (21 CFR 1.908(a)(6) as an outline; unverified [K]). Missing readings alone say
    /// nothing of the food: whoever looks at them puts it on hold.
    package var holdsFood: Bool {
        if case .excursion = self { true } else { false }
    }
}

/// What is done with the food.
package enum Disposition: UInt8, CaseIterable, Sendable {
    case hold = 1
    /// Found safe by somebody qualified: only with a signature.
    case release = 2
    case discard = 3
    case reject = 4
    case refund = 5
    case reheat = 6
    case replace = 7

    package var name: String {
        switch self {
        case .hold: "hold"
        case .release: "release"
        case .discard: "discard"
        case .reject: "reject"
        case .refund: "refund"
        case .reheat: "reheat"
        case .replace: "replace"
        }
    }

    package init?(name: String) {
        guard let match = Disposition.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }
}

/// Why it came to a deviation, as far as is known when a corrective action is recorded.
package enum CauseCode: UInt8, CaseIterable, Sendable {
    case unknown = 1
    /// The food was not at its temperature when it was packed.
    case loadedOutsideLimit = 2
    case bagOpened = 3
    case equipmentFailure = 4
    case waitedForPickup = 5
    case transportDelay = 6
    case sensorFault = 7
    case handlingError = 8
    case other = 9

    package var name: String {
        switch self {
        case .unknown: "unknown"
        case .loadedOutsideLimit: "loaded_outside_limit"
        case .bagOpened: "bag_opened"
        case .equipmentFailure: "equipment_failure"
        case .waitedForPickup: "waited_for_pickup"
        case .transportDelay: "transport_delay"
        case .sensorFault: "sensor_fault"
        case .handlingError: "handling_error"
        case .other: "other"
        }
    }

    package init?(name: String) {
        guard let match = CauseCode.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }
}

/// Why an alert is closed.
package enum CloseReason: UInt8, CaseIterable, Sendable {
    /// What it was raised for is over, and what had to be done is done.
    case resolved = 1
    /// Nothing will be measured any more, so the condition can never end by itself.
    case sensorUnavailable = 2
    /// What it was raised for did not happen.
    case falseAlarm = 3
    case orderCancelled = 4

    package var name: String {
        switch self {
        case .resolved: "resolved"
        case .sensorUnavailable: "sensor_unavailable"
        case .falseAlarm: "false_alarm"
        case .orderCancelled: "order_cancelled"
        }
    }

    package init?(name: String) {
        guard let match = CloseReason.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }
}

/// What a signature says (21 CFR 11.50 asks for a printed name, the time and a meaning; unverified
/// [K]).
package enum SignatureMeaning: UInt8, CaseIterable, Sendable {
    case reviewed = 1
    case approved = 2
    case verified = 3
    /// The food was found safe. Comes with a release only.
    case released = 4
    /// Nothing more is to be done. Comes with closing only.
    case closed = 5

    package var name: String {
        switch self {
        case .reviewed: "reviewed"
        case .approved: "approved"
        case .verified: "verified"
        case .released: "released"
        case .closed: "closed"
        }
    }

    package init?(name: String) {
        guard let match = SignatureMeaning.allCases.first(where: { $0.name == name }) else {
            return nil
        }
        self = match
    }

    /// Those that are signed for themselves, not with another deed.
    package static let signable: [SignatureMeaning] = [.reviewed, .approved, .verified]
}
