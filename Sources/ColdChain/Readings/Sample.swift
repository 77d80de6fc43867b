/// Where a time of measurement came from.
package enum TimeSource: UInt8, Sendable {
    /// The device's own clock, read from the payload.
    case device = 1
    /// The payload had no time: the time of receipt stands in for it.
    case receipt = 2

    package var name: String {
        switch self {
        case .device: "device"
        case .receipt: "receipt"
        }
    }
}

/// One number a device measured, already in the quantity's own unit.
package struct Measurement: Equatable, Sendable {
    package var quantity: Quantity
    /// Which of the device's probes of that quantity, counted from 0.
    package var probe: UInt8
    package var value: Double

    package init(quantity: Quantity, probe: UInt8 = 0, value: Double) {
        self.quantity = quantity
        self.probe = probe
        self.value = value
    }
}

/// Where a vehicle was, in WGS 84 degrees, and how it moved.
package struct Position: Equatable, Sendable {
    /// Degrees north, −90...90.
    package var latitude: Double
    /// Degrees east, −180...180.
    package var longitude: Double
    /// Metres a second.
    package var speed: Double?
    /// Degrees clockwise from north, 0..<360.
    package var heading: Double?
    /// Radius in metres within which the true position is expected.
    package var accuracy: Double?

    package init(
        latitude: Double, longitude: Double, speed: Double? = nil, heading: Double? = nil,
        accuracy: Double? = nil
    ) {
        self.latitude = latitude
        self.longitude = longitude
        self.speed = speed
        self.heading = heading
        self.accuracy = accuracy
    }
}

/// What a device said of one instant: the measurements and the position it took together.
package struct Sample: Equatable, Sendable {
    /// Nil where the payload carried no time.
    package var measuredAt: Timestamp?
    /// The device's own running number, where it sends one.
    package var sequence: Int64?
    package var position: Position?
    /// The sample's measurements, as a range of `SampleBatch.measurements`.
    package var measurements: Range<Int>

    package init(
        measuredAt: Timestamp?, sequence: Int64? = nil, position: Position? = nil,
        measurements: Range<Int>
    ) {
        self.measuredAt = measuredAt
        self.sequence = sequence
        self.position = position
        self.measurements = measurements
    }
}

/// A row of a payload that could not be decoded while others could: it costs only itself.
package struct Rejection: Equatable, Sendable {
    /// The row's index in the payload's array; 0 for a single object.
    package var row: Int
    package var reason: String

    package init(row: Int, reason: String) {
        self.row = row
        self.reason = reason
    }
}

/// What one payload was decoded to. The decoder fills it, the bridge reads it, and it is emptied
/// and used again so that a reading allocates nothing.
package struct SampleBatch: Sendable {
    package var samples: [Sample] = []
    package var measurements: [Measurement] = []
    package var rejections: [Rejection] = []

    package init() {}

    package mutating func removeAll() {
        samples.removeAll(keepingCapacity: true)
        measurements.removeAll(keepingCapacity: true)
        rejections.removeAll(keepingCapacity: true)
    }
}
