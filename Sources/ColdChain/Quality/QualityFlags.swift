/// The IOOS/IODE primary-level quality flag (QARTOD), by its register's numbers.
package enum QualityFlag: UInt8, Sendable {
    /// Passed documented required tests.
    case good = 1
    /// Not evaluated, not available or unknown.
    case notEvaluated = 2
    /// Failed a non-critical test.
    case suspect = 3
    /// Failed a critical test: kept in the log, never used for a verdict.
    case bad = 4
    /// Place holder where data are missing.
    case missing = 9

    /// The flag's QARTOD name.
    package var name: String {
        switch self {
        case .good: "good"
        case .notEvaluated: "not_evaluated"
        case .suspect: "suspect"
        case .bad: "bad"
        case .missing: "missing"
        }
    }

    /// Standard precedence, low to high: missing, not evaluated, good, suspect, bad.
    fileprivate var precedence: Int {
        switch self {
        case .missing: 0
        case .notEvaluated: 1
        case .good: 2
        case .suspect: 3
        case .bad: 4
        }
    }

    /// The one of the two that the roll-up takes.
    package func worse(of other: QualityFlag) -> QualityFlag {
        other.precedence > precedence ? other : self
    }
}

/// The tests a reading can be put to. The raw value is the test's place in the packed flags.
package enum QualityTest: UInt8, CaseIterable, Sendable {
    /// Whether the value lies in what the sensor can measure (bad) and what is plausible (suspect).
    case grossRange = 0
    /// Whether the time of measurement is possible: not in the future, not before the log's reach.
    case eventTime = 1
    /// Whether the payload and the topic name the same device (suspect where they do not).
    case identity = 2
    /// Whether there is a number at all: `missing` where the device sent a marker instead. It is not
    /// `bad`: that is said of a number that failed a test, and here is none; why there is none, the
    /// marker says.
    case sentinel = 3
    /// Whether the device's running number was used for one reading only: suspect where another
    /// with other values came under the same number.
    case sequence = 4
    /// Whether the channel was silent for longer than the maximum gap before: suspect, for the value
    /// itself is fine. The silence is an event of its own.
    case gap = 5
    /// Whether the value is expected in the phase the bag is in.
    case climatology = 6
    /// Whether the value stands out from both its neighbours. Told when the next reading comes.
    case spike = 7
    /// Whether it changed faster than air in a bag can.
    case rateOfChange = 8
    /// Whether it has stayed where it is for longer than air in a bag does.
    case flatLine = 9
    /// Whether it varies less than a bag on its way does.
    case attenuatedSignal = 10
    /// Whether the two sensors of one bag agree.
    case sensorPair = 11
    /// Whether another value came for the same time.
    case duplicate = 12
    /// Whether the device's clock is right.
    case clockOffset = 13
    /// Whether the sensor's calibration is still in force.
    case calibration = 14
    /// Whether the vehicle can have come here since its last good fix.
    case displacement = 15

    package var name: String {
        switch self {
        case .grossRange: "gross_range"
        case .eventTime: "event_time"
        case .identity: "identity"
        case .sentinel: "sentinel"
        case .sequence: "sequence"
        case .gap: "gap"
        case .climatology: "climatology"
        case .spike: "spike"
        case .rateOfChange: "rate_of_change"
        case .flatLine: "flat_line"
        case .attenuatedSignal: "attenuated_signal"
        case .sensorPair: "sensor_pair"
        case .duplicate: "duplicate"
        case .clockOffset: "clock_offset"
        case .calibration: "calibration"
        case .displacement: "displacement"
        }
    }
}

/// The flag of each test a reading was put to, in four bits a test.
package struct QualityFlags: Hashable, Sendable {
    /// Four bits a test, at the test's place; zero where the test was not applied.
    package var packed: UInt64 = 0

    package init(packed: UInt64 = 0) {
        self.packed = packed
    }

    /// The flag of one test; a test that was not applied is `notEvaluated`.
    package subscript(test: QualityTest) -> QualityFlag {
        get {
            let bits = UInt8(truncatingIfNeeded: packed >> (UInt64(test.rawValue) * 4)) & 0xF
            return QualityFlag(rawValue: bits) ?? .notEvaluated
        }
        set {
            let place = UInt64(test.rawValue) * 4
            packed = packed & ~(0xF << place) | UInt64(newValue.rawValue) << place
        }
    }

    /// Whether anything was said by the test.
    package func isApplied(_ test: QualityTest) -> Bool {
        packed >> (UInt64(test.rawValue) * 4) & 0xF != 0
    }

    /// The worst flag by standard precedence. Where there is no number it is `missing`: by that
    /// precedence a possible time of measurement would make it good.
    package var rollup: QualityFlag {
        if packed == 0 { return .notEvaluated }
        if self[.sentinel] == .missing { return .missing }
        if has(.bad) { return .bad }
        if has(.suspect) { return .suspect }
        if has(.good) { return .good }
        return has(.notEvaluated) ? .notEvaluated : .missing
    }

    /// Whether any test gave the flag, looked at for all tests at once: where one did, its four bits
    /// become zero, and only then does subtracting one from each four bits set the uppermost of some
    /// that was not set.
    private func has(_ flag: QualityFlag) -> Bool {
        let ones: UInt64 = 0x1111_1111_1111_1111
        let difference = packed ^ (ones &* UInt64(flag.rawValue))
        return (difference &- ones) & ~difference & (ones &* 8) != 0
    }

    /// Whether food may be judged by the reading.
    ///
    /// What failed a critical test is not used, but for one: the air of an opened bag changes faster
    /// than is allowed of a sound sensor, and leaving those readings out would hide a breach. They
    /// are used as suspect ones.
    package var isUsable: Bool {
        var flags = self
        if flags[.rateOfChange] == .bad { flags[.rateOfChange] = .suspect }
        let rollup = flags.rollup
        return rollup != .bad && rollup != .missing
    }
}
