/// Where a time of measurement came from.
package enum TimeSource: UInt8, CaseIterable, Sendable {
    /// The device's own clock, read from the payload.
    case device = 1
    /// There was no time to use: the time of receipt stands in for it.
    case receipt = 2
    /// The clock of the gateway that received the device.
    case gateway = 3
    /// The clock of the network's server.
    case networkServer = 4

    package var name: String {
        switch self {
        case .device: "device"
        case .receipt: "receipt"
        case .gateway: "gateway"
        case .networkServer: "network_server"
        }
    }
}

/// One number a device measured, already in the quantity's own unit, or the marker it sent instead.
package struct Measurement: Equatable, Sendable {
    package var quantity: Quantity
    /// Which of the device's probes of that quantity, counted from 0.
    package var probe: UInt8
    /// NaN where there is a marker.
    package var value: Double
    package var marker: Marker?

    package init(quantity: Quantity, probe: UInt8 = 0, value: Double) {
        self.quantity = quantity
        self.probe = probe
        self.value = value
    }

    package init(quantity: Quantity, probe: UInt8 = 0, marker: Marker) {
        self.quantity = quantity
        self.probe = probe
        value = .nan
        self.marker = marker
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
    /// Metres above sea level or the ellipsoid, as the device has it.
    package var altitude: Double?
    /// How many satellites the fix is made of.
    package var satellites: UInt8?

    package init(
        latitude: Double, longitude: Double, speed: Double? = nil, heading: Double? = nil,
        accuracy: Double? = nil, altitude: Double? = nil, satellites: UInt8? = nil
    ) {
        self.altitude = altitude
        self.satellites = satellites
        self.latitude = latitude
        self.longitude = longitude
        self.speed = speed
        self.heading = heading
        self.accuracy = accuracy
    }
}

/// What a device said of one instant: the measurements and the position it took together.
package struct Sample: Equatable, Sendable {
    /// The device's name, as a range of `SampleBatch.text`, where the payload tells it; nil for the
    /// device that the topic names.
    package var device: Range<Int>?
    /// The profile that decoded the sample, where it is not the one of the topic: what a gateway or
    /// a network's server relays is decoded by the profile of the device behind it.
    package var profile: ProfileNumber?
    /// Nil where there is no time that can be used.
    package var measuredAt: Timestamp?
    /// Whose clock `measuredAt` is of; `receipt` where it is nil.
    package var timeSource: TimeSource
    package var notes: ReadingNotes
    /// The device's own running number, where it sends one: the same number again is the same
    /// reading, heard twice.
    package var sequence: Int64?
    package var position: Position?
    /// The sample's measurements, as a range of `SampleBatch.measurements`.
    package var measurements: Range<Int>

    package init(
        device: Range<Int>? = nil, measuredAt: Timestamp?, timeSource: TimeSource = .device,
        notes: ReadingNotes = [], sequence: Int64? = nil, position: Position? = nil,
        measurements: Range<Int>
    ) {
        self.device = device
        self.measuredAt = measuredAt
        self.timeSource = measuredAt == nil ? .receipt : timeSource
        self.notes = notes
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
    /// The names of devices, in UTF-8, one behind the other.
    package var text: [UInt8] = []
    /// The message is sound and carries nothing for the log: a gateway's status, a join, a greeting.
    package var isStatus = false
    /// Frames that were relayed beside and are of no known format, such as other people's beacons.
    package var foreignFrames = 0

    package init() {}

    package mutating func removeAll() {
        samples.removeAll(keepingCapacity: true)
        measurements.removeAll(keepingCapacity: true)
        rejections.removeAll(keepingCapacity: true)
        text.removeAll(keepingCapacity: true)
        isStatus = false
        foreignFrames = 0
    }
}
