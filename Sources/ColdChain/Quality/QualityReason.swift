/// Why a test gave the flag it gave.
///
/// The raw value is the test's place in the upper four bits and a number of its own, from 1, in the
/// lower four; it is stored, and never given to another reason.
package enum QualityReason: UInt8, CaseIterable, Sendable {
    case impossibleValue = 0x01
    case implausibleValue = 0x02
    case rangeUnknown = 0x03
    case futureTime = 0x11
    case tooOld = 0x12
    case markerSent = 0x31
    case powerOnValue = 0x32
    case disconnectedProbe = 0x33
    case sensorRail = 0x34
    case integerLimit = 0x35
    case decoderDefault = 0x36
    case afterGap = 0x51
    case firstReading = 0x52
    case unexpectedInPhase = 0x61
    case phaseUnknown = 0x62
    case standsOut = 0x71
    case lacksNeighbour = 0x72
    case changedTooFast = 0x81
    case nothingToCompare = 0x82
    case unchangedTooLong = 0x91
    case variesTooLittle = 0xA1
    case notUnderWay = 0xA2
    case pairDisagrees = 0xB1
    case pairSilent = 0xB2
    case conflictingValue = 0xC1
    case clockSkew = 0xD1
    case clockUnknown = 0xD2
    case calibrationOverdue = 0xE1
    case calibrationUnknown = 0xE2
    case implausibleSpeed = 0xF1
    case noGoodFix = 0xF2

    package var test: QualityTest? { QualityTest(rawValue: rawValue >> 4) }

    package var name: String {
        switch self {
        case .impossibleValue: "impossible_value"
        case .implausibleValue: "implausible_value"
        case .rangeUnknown: "range_unknown"
        case .futureTime: "future_time"
        case .tooOld: "too_old"
        case .markerSent: "marker_sent"
        case .powerOnValue: "power_on_value"
        case .disconnectedProbe: "disconnected_probe"
        case .sensorRail: "sensor_rail"
        case .integerLimit: "integer_limit"
        case .decoderDefault: "decoder_default"
        case .afterGap: "after_gap"
        case .firstReading: "first_reading"
        case .unexpectedInPhase: "unexpected_in_phase"
        case .phaseUnknown: "phase_unknown"
        case .standsOut: "stands_out"
        case .lacksNeighbour: "lacks_neighbour"
        case .changedTooFast: "changed_too_fast"
        case .nothingToCompare: "nothing_to_compare"
        case .unchangedTooLong: "unchanged_too_long"
        case .variesTooLittle: "varies_too_little"
        case .notUnderWay: "not_under_way"
        case .pairDisagrees: "pair_disagrees"
        case .pairSilent: "pair_silent"
        case .conflictingValue: "duplicate_conflict"
        case .clockSkew: "clock_skew"
        case .clockUnknown: "clock_unknown"
        case .calibrationOverdue: "calibration_overdue"
        case .calibrationUnknown: "calibration_unknown"
        case .implausibleSpeed: "implausible_speed"
        case .noGoodFix: "no_good_fix"
        }
    }
}

/// What one test found.
package struct QualityFinding: Equatable, Sendable {
    package var flag: QualityFlag
    /// Nil where the test was passed, or not applied.
    package var reason: QualityReason?

    package init(_ flag: QualityFlag, _ reason: QualityReason? = nil) {
        self.flag = flag
        self.reason = reason
    }

    package static let good = QualityFinding(.good)
}

/// What all tests found of a reading, and by which parameters.
///
/// It may change when later readings come: what is said last holds.
package struct ReadingQuality: Hashable, Sendable {
    package var flags = QualityFlags()
    /// Four bits a test, as `flags`: the reason's own number.
    package var packedReasons: UInt64 = 0
    /// The version of the settings that the reading was judged by.
    package var parametersVersion: UInt32

    package init(parametersVersion: UInt32) {
        self.parametersVersion = parametersVersion
    }

    package init(flags: QualityFlags, packedReasons: UInt64, parametersVersion: UInt32) {
        self.flags = flags
        self.packedReasons = packedReasons
        self.parametersVersion = parametersVersion
    }

    /// With the findings of some tests taken from another judgement.
    package func taking(_ tests: QualityTests, from other: ReadingQuality) -> ReadingQuality {
        let mask = tests.mask
        return ReadingQuality(
            flags: QualityFlags(packed: flags.packed & ~mask | other.flags.packed & mask),
            packedReasons: packedReasons & ~mask | other.packedReasons & mask,
            parametersVersion: parametersVersion)
    }

    package subscript(test: QualityTest) -> QualityFinding {
        get {
            let number =
                UInt8(truncatingIfNeeded: packedReasons >> (UInt64(test.rawValue) * 4)) & 0xF
            return QualityFinding(
                flags[test], QualityReason(rawValue: test.rawValue << 4 | number))
        }
        set {
            let place = UInt64(test.rawValue) * 4
            flags[test] = newValue.flag
            let number = UInt64((newValue.reason?.rawValue ?? 0) & 0xF)
            packedReasons = packedReasons & ~(0xF << place) | number << place
        }
    }
}

/// A set of tests.
package struct QualityTests: Hashable, Sendable {
    /// The four bits of each test in packed flags and packed reasons.
    package let mask: UInt64

    package init(_ tests: [QualityTest]) {
        mask = tests.reduce(0) { $0 | 0xF << (UInt64($1.rawValue) * 4) }
    }

    /// What is said of a sample as a whole or by another sensor: no part of what the readings of one
    /// channel say of each other.
    package static let besideChannel = QualityTests([
        .identity, .sequence, .sensorPair, .clockOffset, .displacement,
    ])
    package static let sentinel = QualityTests([.sentinel])
}
