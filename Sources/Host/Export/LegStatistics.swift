import ColdChain
import Journal

/// What one probe of one device said of one quantity while a bag carried an order.
struct ChannelStatistics {
    let quantity: Quantity
    let probe: UInt8
    /// Readings that count: numbers that failed no critical test.
    private(set) var counted: Int64 = 0
    /// Numbers that failed a critical test: kept in the log, never used for a verdict.
    private(set) var bad: Int64 = 0
    /// Readings that said that there is no number.
    private(set) var missing: Int64 = 0
    private(set) var first: Timestamp
    private(set) var last: Timestamp
    private(set) var minimum = Double.infinity
    private(set) var maximum = -Double.infinity
    private(set) var mean = 0.0
    /// The sum of the squared distances from the mean, kept as Welford (1962) does.
    private var squares = 0.0

    init(_ quantity: Quantity, probe: UInt8, at instant: Timestamp) {
        self.quantity = quantity
        self.probe = probe
        first = instant
        last = instant
    }

    mutating func add(_ reading: Reading) {
        first = min(first, reading.measuredAt)
        last = max(last, reading.measuredAt)
        let value = reading.judgedValue
        guard reading.measurement.marker == nil, value.isFinite else {
            missing += 1
            return
        }
        guard reading.quality.rollup != .bad else {
            bad += 1
            return
        }
        counted += 1
        minimum = min(minimum, value)
        maximum = max(maximum, value)
        let distance = value - mean
        mean += distance / Double(counted)
        squares += distance * (value - mean)
    }

    /// Of the sample (n - 1); nil below two readings.
    var standardDeviation: Double? {
        counted > 1 ? (squares / Double(counted - 1)).squareRoot() : nil
    }
}

/// What the devices in one bag said while it carried one order.
struct LegStatistics {
    struct Device {
        var name: String
        var profile: String
        var channels: [ChannelStatistics] = []
    }

    let custody: Custody
    private(set) var devices: [Device] = []
    private(set) var last: Timestamp?

    /// Devices of one bag that are told apart; a bag has a few.
    private static let devicesMaximum = 1_000

    init(_ custody: Custody) {
        self.custody = custody
    }

    /// Only what EPCIS has a name for is reported: the temperature and the relative humidity.
    mutating func add(_ logged: LoggedReading) {
        let measurement = logged.reading.measurement
        guard [.temperature, .humidity].contains(measurement.quantity) else { return }
        let instant = logged.reading.measuredAt
        last = max(last ?? instant, instant)
        guard let device = device(of: logged.source) else { return }
        let channel = devices[device].channels.firstIndex {
            $0.quantity == measurement.quantity && $0.probe == measurement.probe
        }
        if channel == nil {
            devices[device].channels.append(
                ChannelStatistics(measurement.quantity, probe: measurement.probe, at: instant))
        }
        devices[device].channels[channel ?? devices[device].channels.count - 1].add(logged.reading)
    }

    private mutating func device(of source: Source) -> Int? {
        if let index = devices.firstIndex(where: {
            $0.name == source.device && $0.profile == source.profile
        }) {
            return index
        }
        guard devices.count < Self.devicesMaximum else { return nil }
        devices.append(Device(name: source.device, profile: source.profile))
        return devices.count - 1
    }

    /// Sorted, so that the same readings give the same report in whatever order they came.
    mutating func sort() {
        devices.sort { ($0.name, $0.profile) < ($1.name, $1.profile) }
        for index in devices.indices {
            devices[index].channels.sort {
                ($0.quantity.rawValue, $0.probe) < ($1.quantity.rawValue, $1.probe)
            }
        }
    }
}
