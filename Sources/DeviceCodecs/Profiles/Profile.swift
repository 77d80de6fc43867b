package import ColdChain

/// What has to be known of a device model to read its messages: one file under `Devices/`.
package struct Profile: Equatable, Sendable {
    /// One value of a message.
    package struct Field: Equatable, Sendable {
        package var target: FieldTarget
        /// The names of the members on the way from the row to the value.
        package var path: [String]
        package var unit: FieldUnit
        /// Whether a text that holds a number counts as that number.
        package var acceptsNumericText: Bool
        /// Of measurements only.
        package var range: GrossRange?
    }

    package enum TimeKind: String, CaseIterable, Sendable {
        case epochMilliseconds = "epoch_ms"
        case epochSeconds = "epoch_s"
        case rfc3339
    }

    package struct TimeField: Equatable, Sendable {
        package var path: [String]
        package var kind: TimeKind
        package var acceptsNumericText: Bool
    }

    package struct SequenceField: Equatable, Sendable {
        package var path: [String]
        package var acceptsNumericText: Bool
    }

    /// Where the device's temperature probe sits.
    package enum ProbePosition: String, CaseIterable, Sendable {
        case air
        case surface
        case core
    }

    /// `vendor/model`, the folder under `Devices/`.
    package var id: String
    /// Counted up with each change of meaning; recorded with every reading.
    package var version: Int
    package var summary: String
    package var topic: TopicPattern
    /// Never empty.
    package var fields: [Field]
    /// Nil for a device without a clock.
    package var time: TimeField?
    package var sequence: SequenceField?
    /// How often the device is expected to send.
    package var expectedInterval: Duration?
    package var probePosition: ProbePosition?
    package var examples: [ProfileExample]

    /// Identity and version as a `Source` records them, such as `generic/bag@1`.
    package var identity: String { "\(id)@\(version)" }

    /// The gross range of each quantity, in the unit of the log.
    package var ranges: GrossRanges {
        var ranges = GrossRanges()
        for field in fields {
            if case .measurement(let quantity) = field.target { ranges[quantity] = field.range }
        }
        return ranges
    }
}

/// A message and what it is to be decoded to. The examples of a profile are its tests.
package struct ProfileExample: Equatable, Sendable {
    package struct Expectation: Equatable, Sendable {
        package var time: Timestamp?
        package var sequence: Int64?
        /// By target, in the unit of the log; a target that is not named is expected absent.
        package var values: [FieldTarget: Double]
    }

    package var title: String
    package var payload: String
    package var samples: [Expectation]
    package var rejections: [Rejection]
    /// The reason for which the whole message is refused; nil where it is not.
    package var failure: DecodingReason?
}
