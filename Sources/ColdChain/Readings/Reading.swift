/// The number under which the log knows a `Source`; counted from 1.
package struct SourceNumber: Hashable, Sendable {
    package var rawValue: UInt32

    package init(_ rawValue: UInt32) {
        self.rawValue = rawValue
    }
}

/// The number under which the log knows an order; counted from 1.
package struct OrderNumber: Hashable, Sendable {
    package var rawValue: UInt32

    package init(_ rawValue: UInt32) {
        self.rawValue = rawValue
    }
}

/// What a device is fixed to, without its name. The raw value is what a topic pattern writes.
package enum CarrierKind: String, CaseIterable, Equatable, Sendable {
    case bag
    case vehicle
}

/// The place of a device profile in the catalogue of a run.
package struct ProfileNumber: Hashable, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) {
        self.rawValue = rawValue
    }
}

/// What a device is fixed to.
package enum Carrier: Hashable, Sendable {
    case bag(String)
    case vehicle(String)

    package init(_ kind: CarrierKind, named name: String) {
        switch kind {
        case .bag: self = .bag(name)
        case .vehicle: self = .vehicle(name)
        }
    }

    package var name: String {
        switch self {
        case .bag(let name), .vehicle(let name): name
        }
    }

    package var kind: CarrierKind {
        switch self {
        case .bag: .bag
        case .vehicle: .vehicle
        }
    }
}

/// Who a reading comes from: a device, what it was fixed to, and the profile that decoded it.
///
/// When any of the three changes, the device's next readings come from a new source, so that each
/// row of the log says what held at its time.
package struct Source: Equatable, Sendable {
    package var number: SourceNumber
    package var device: String
    package var carrier: Carrier
    /// The profile's identity and version, such as `generic/bag@1`.
    package var profile: String

    package init(number: SourceNumber, device: String, carrier: Carrier, profile: String) {
        self.number = number
        self.device = device
        self.carrier = carrier
        self.profile = profile
    }
}

/// Where the log keeps the message that a reading came in: a row of messages received together, and
/// the message's place in it.
package struct MessageNumber: Hashable, Sendable {
    /// The row's number in the upper 48 bits, the message's index in the lower 16.
    package var rawValue: UInt64

    package init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }

    package init(row: UInt64, index: UInt16) {
        rawValue = row << 16 | UInt64(index)
    }

    /// Counted from 1 over the life of the log.
    package var row: UInt64 { rawValue >> 16 }
    /// Counted from 0.
    package var index: Int { Int(rawValue & 0xFFFF) }
}

/// One normalised record of the temperature log (B-4).
package struct Reading: Equatable, Sendable {
    package var source: SourceNumber
    /// As it was sent.
    package var measurement: Measurement
    /// What the sensor's calibration makes of it; nil where none was applied.
    package var correction: Correction?
    package var measuredAt: Timestamp
    package var timeSource: TimeSource
    package var receivedAt: Timestamp
    package var sequence: Int64?
    package var quality: QualityFlags
    /// Why the tests gave those flags, packed as in `ReadingQuality`.
    package var reasons: UInt64
    /// The version of the settings it was judged by; nil for rows from before settings had one.
    package var qualityVersion: UInt32?
    package var notes: ReadingNotes
    /// The message it came in; nil where messages are not kept. The reading outlives it.
    package var message: MessageNumber?
    /// The order the bag carried at `measuredAt`, as far as it was known at receipt.
    package var order: OrderNumber?

    /// What food is judged by: the corrected value, or as it was sent where there is none. NaN where
    /// there is a marker.
    package var judgedValue: Double { correction?.value ?? measurement.value }

    package init(
        source: SourceNumber, measurement: Measurement, correction: Correction? = nil,
        measuredAt: Timestamp,
        timeSource: TimeSource, receivedAt: Timestamp, sequence: Int64?, quality: QualityFlags,
        reasons: UInt64 = 0, qualityVersion: UInt32? = nil, notes: ReadingNotes = [],
        message: MessageNumber? = nil, order: OrderNumber?
    ) {
        self.reasons = reasons
        self.qualityVersion = qualityVersion
        self.notes = notes
        self.message = message
        self.source = source
        self.measurement = measurement
        self.correction = correction
        self.measuredAt = measuredAt
        self.timeSource = timeSource
        self.receivedAt = receivedAt
        self.sequence = sequence
        self.quality = quality
        self.order = order
    }
}

/// One normalised record of the location log.
package struct Fix: Equatable, Sendable {
    package var source: SourceNumber
    package var position: Position
    package var measuredAt: Timestamp
    package var timeSource: TimeSource
    package var receivedAt: Timestamp
    package var sequence: Int64?
    package var quality: QualityFlags
    /// Why the tests gave those flags, packed as in `ReadingQuality`.
    package var reasons: UInt64
    /// The version of the settings it was judged by; nil for rows from before settings had one.
    package var qualityVersion: UInt32?
    package var notes: ReadingNotes
    /// The message it came in; nil where messages are not kept.
    package var message: MessageNumber?

    package init(
        source: SourceNumber, position: Position, measuredAt: Timestamp, timeSource: TimeSource,
        receivedAt: Timestamp, sequence: Int64?, quality: QualityFlags, reasons: UInt64 = 0,
        qualityVersion: UInt32? = nil, notes: ReadingNotes = [], message: MessageNumber? = nil
    ) {
        self.reasons = reasons
        self.qualityVersion = qualityVersion
        self.notes = notes
        self.message = message
        self.source = source
        self.position = position
        self.measuredAt = measuredAt
        self.timeSource = timeSource
        self.receivedAt = receivedAt
        self.sequence = sequence
        self.quality = quality
    }
}
