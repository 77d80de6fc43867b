package import ColdChain

/// What has to be known of a device model to read its messages: one folder under `Devices/`.
package struct Profile: Equatable, Sendable {
    /// One value of a message.
    package struct Field: Equatable, Sendable {
        package var target: FieldTarget
        /// The way from the row to the value: names of members, and indexes of elements. Empty where
        /// the format itself knows the way, or where the row is the value.
        package var path: [String]
        package var unit: FieldUnit
        /// Whether a text that holds a number counts as that number.
        package var acceptsNumericText: Bool
        /// Of measurements only.
        package var range: GrossRange?
        /// The smallest step of a measurement that can be told, in the unit of the log; nil where
        /// nobody says.
        package var resolution: Double?
        /// What the device sends instead of a number, each with what it means.
        package var invalid: [InvalidValue]
    }

    /// A value that is none.
    package struct InvalidValue: Equatable, Sendable {
        package enum Sent: Equatable, Sendable {
            /// In the field's own unit.
            case number(Double)
            case text([UInt8])
        }

        package var sent: Sent
        package var meaning: Marker
    }

    package struct TimeField: Equatable, Sendable {
        package var path: [String]
        package var kind: TimeKind
        package var acceptsNumericText: Bool
        /// Whether a row whose time cannot be read is recorded at the time of receipt, and not
        /// rejected.
        package var fallsBackToReceipt: Bool
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
    package var format: PayloadFormat
    /// What the formats that need it are told beside.
    package var options: FormatOptions
    /// Empty for a device that only speaks through a gateway or a network.
    package var topics: [TopicPattern]
    /// What its devices are fixed to where neither topic nor registry says so.
    package var carrier: CarrierKind
    /// Whether its topics are subscribed to without being asked for.
    package var isOffered: Bool
    /// What the networks call the model, as `brand/model`.
    package var models: [String]
    /// The way to the array of rows; empty where the message itself is the row or the array.
    package var rows: [String]
    /// The way from the row to the name of the device; nil where the topic names it.
    package var device: [String]?
    package var fields: [Field]
    /// Nil for a device without a clock.
    package var time: TimeField?
    package var sequence: SequenceField?
    /// How often the device is expected to send.
    package var expectedInterval: Duration?
    package var probePosition: ProbePosition?
    /// What its devices are there for, where the model tells; nil where it does not.
    package var deviceClass: DeviceClass?
    /// The vendor's JavaScript, for the format of that name.
    package var codec: [UInt8]?
    package var examples: [ProfileExample]

    /// Identity and version as a `Source` records them, such as `generic/bag@1`.
    package var identity: String { "\(id)@\(version)" }

    /// The gross range of each quantity, in the unit of the log.
    package var ranges: GrossRanges {
        var ranges = GrossRanges()
        for field in fields {
            guard case .measurement(let quantity, _) = field.target, ranges[quantity] == nil else {
                continue
            }
            ranges[quantity] = field.range
        }
        return ranges
    }

    /// The smallest step of a quantity that can be told, in the unit of the log, by the first of its
    /// fields that says so; nil where none does.
    package func resolution(of quantity: Quantity) -> Double? {
        for field in fields {
            guard case .measurement(quantity, _) = field.target else { continue }
            if let resolution = field.resolution { return resolution }
        }
        return nil
    }

    /// Whether the message is an object, or an array of objects, whose members are the values: what
    /// `FieldExtractor` takes out without a look at the rest.
    var isFlat: Bool {
        format == .json && rows.isEmpty && device == nil
            && fields.allSatisfy { $0.invalid.isEmpty && !$0.path.contains(where: \.isIndex) }
    }
}

extension String {
    /// Whether the element of a path may be meant as the index of an array.
    fileprivate var isIndex: Bool {
        utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}

/// What some formats have to be told beside the bytes, since the devices do not say it.
package struct FormatOptions: Equatable, Sendable {
    /// The unit of temperatures, where the format leaves it to the device.
    package var temperatureUnit = FieldUnit.celsius
    /// How far the zone of times without one lies ahead of UTC; nil where nobody knows.
    package var utcOffsetMinutes: Int?
    /// Which I/O elements a Teltonika tracker has, and how it tells faults.
    package var tracker = TeltonikaModel()
    /// What a payload that is nothing but a number measures, and in which unit.
    package var quantity: Quantity?
    package var unit: FieldUnit?

    package init() {}
}

/// A message and what it is to be decoded to. The examples of a profile are its tests.
package struct ProfileExample: Equatable, Sendable {
    package struct Expectation: Equatable, Sendable {
        package var time: Timestamp?
        package var sequence: Int64?
        /// Where the payload tells the device.
        package var device: String?
        /// By target, in the unit of the log; a target that is not named is expected absent.
        package var values: [FieldTarget: Double]
        /// The targets for which the device sends a marker.
        package var markers: [FieldTarget: Marker]
        package var notes: ReadingNotes
    }

    package var title: String
    package var payload: [UInt8]
    /// Of a LoRaWAN frame.
    package var port: Int
    /// Where the topic matters; nil for any of the profile's.
    package var topic: String?
    /// When the message arrives; by it relative times are counted and clocks are judged.
    package var receivedAt: Timestamp?
    package var samples: [Expectation]
    package var rejections: [Rejection]
    /// The reason for which the whole message is refused; nil where it is not.
    package var failure: DecodingReason?
    /// A sound message that carries nothing for the log.
    package var isStatus: Bool
}
