import Bridge
import ColdChain

/// A message as a broker holds it: one delivery is owed for each.
struct Message {
    enum Content {
        case samples([SentSample], rejections: [Rejection])
        case undecodable
        case command(Command)
    }

    /// What became of it.
    enum Fate {
        /// The broker has it for us.
        case held
        /// We have said that it is safe.
        case acknowledged
        /// It may be in the log: we had it, and then the broker lost the session, or it was of
        /// QoS 0 and the process died.
        case unsure
        /// It never reached us.
        case lost
    }

    var content: Content
    /// Index of the device; nil for a command.
    var device: Int?
    var topic: [UInt8]
    /// Where in the topic the device is named.
    var name: Range<Int>
    var payload: [UInt8]
    /// Whether a gateway sends it, and each sample names its device.
    var isRelayed = false
    var isAtMostOnce = false
    var isRetained = false
    var fate = Fate.held
    var wasRead = false
}

/// One row of a device's message.
struct SentSample: Equatable {
    /// Nil where the device has no clock.
    var measuredAt: Timestamp?
    var measurements: [Measurement]
    var position: Position?
    /// Index of the device that a gateway heard, and the running number it sent.
    var device: Int?
    var sequence: Int64?
}

/// A reading of a relayed device, which several gateways may tell.
struct RelayedKey: Hashable {
    var device: Int
    var sequence: Int64
    var quantity: UInt8
    var probe: UInt8
    var value: UInt64

    init(device: Int, sequence: Int64, _ measurement: Measurement) {
        self.device = device
        self.sequence = sequence
        quantity = measurement.quantity.rawValue
        probe = measurement.probe
        value = measurement.identity
    }
}

extension Measurement {
    /// The value's bits, or the marker's number: what makes it the same one to the log.
    var identity: UInt64 { marker.map { UInt64($0.rawValue) } ?? value.bitPattern }
}

/// A reading by what makes it the same one.
struct ReadingKey: Hashable {
    var device: Int
    /// Nil where the time of receipt stands in.
    var measuredAt: Int64?
    var quantity: UInt8
    var probe: UInt8
    var value: UInt64

    init(device: Int, measuredAt: Timestamp?, _ measurement: Measurement) {
        self.device = device
        self.measuredAt = measuredAt?.milliseconds
        quantity = measurement.quantity.rawValue
        probe = measurement.probe
        value = measurement.identity
    }
}

struct FixKey: Hashable {
    var device: Int
    var measuredAt: Int64?
    var latitude: Double
    var longitude: Double

    init(device: Int, measuredAt: Timestamp?, _ position: Position) {
        self.device = device
        self.measuredAt = measuredAt?.milliseconds
        latitude = position.latitude
        longitude = position.longitude
    }
}

extension Message {
    /// The readings that must be in the log once the message is acknowledged; with `timed` those
    /// with a time of their own, otherwise the others.
    func readings(timed: Bool) -> [ReadingKey] {
        guard case .samples(let samples, _) = content, let device, !isRelayed else { return [] }
        return samples.filter { ($0.measuredAt != nil) == timed && !(isRetained && !timed) }
            .flatMap { sample in
                sample.measurements.map {
                    ReadingKey(device: device, measuredAt: sample.measuredAt, $0)
                }
            }
    }

    /// Readings of relayed devices: of each, this telling or another must be in the log. To the log a
    /// device has one reading of an instant and a value, whatever the running number.
    var relayedReadings: [(this: ReadingKey, any: RelayedKey)] {
        guard case .samples(let samples, _) = content, isRelayed else { return [] }
        return samples.flatMap { sample in
            sample.measurements.compactMap { measurement in
                guard let device = sample.device, let sequence = sample.sequence else {
                    return nil
                }
                return (
                    ReadingKey(device: device, measuredAt: sample.measuredAt, measurement),
                    RelayedKey(device: device, sequence: sequence, measurement)
                )
            }
        }
    }

    var fixes: [FixKey] {
        guard case .samples(let samples, _) = content, let device else { return [] }
        return samples.compactMap { sample in
            guard let position = sample.position, !isRetained || sample.measuredAt != nil else {
                return nil
            }
            return FixKey(device: device, measuredAt: sample.measuredAt, position)
        }
    }

    /// Whether the message is a dead letter by what it says, whatever the state of the bridge.
    var isFaulty: Bool {
        switch content {
        case .undecodable: true
        case .command: false
        case .samples(let samples, let rejections):
            !rejections.isEmpty || (isRetained && samples.contains { $0.measuredAt == nil })
        }
    }
}
