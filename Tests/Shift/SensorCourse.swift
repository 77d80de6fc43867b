import ColdChain
import SimulatedHardware
import Simulator
import Wire

/// One sensor's day, with all that goes wrong with it.
struct SensorCourse {
    /// What its clock says.
    private enum Clock {
        case right
        /// Ahead by less than what is tolerated of a time to come.
        case littleAhead(Int64)
        case slow(Int64)
        /// Ahead by more: whether its time can be depends on when it was received.
        case farAhead(Int64)
        case unset
    }

    /// When it measures next.
    private(set) var due: Timestamp
    private let number: Int
    private let interval: Int64
    private let clock: Clock
    private let diesAt: Timestamp?
    private let offline: [Range<Timestamp>]
    private let silentProbe: [Range<Timestamp>]
    private let stuck: [Range<Timestamp>]
    /// The second probe has come off: it measures the air outside the bag.
    private let loose: [Range<Timestamp>]
    private let offsets: [Double]
    private let isHeardTwice: Bool
    private var last: [Double]
    private var sequence: Int64 = 0

    init(
        number: Int, from start: Timestamp, until end: Timestamp, interval: ClosedRange<Double>,
        random: inout SplitMix64
    ) {
        self.number = number
        self.interval = random.milliseconds(ofSeconds: interval)
        due = start.advanced(byMilliseconds: random.milliseconds(ofSeconds: 0...60))
        clock = Self.clock(&random)
        let length = end.milliseconds(since: start)
        diesAt =
            random.chance(0.05)
            ? start.advanced(byMilliseconds: random.milliseconds(ofSeconds: 600...28_000))
            : nil
        func windows(
            _ share: Double, _ seconds: ClosedRange<Double>
        ) -> [Range<Timestamp>] {
            var windows: [Range<Timestamp>] = []
            var at = start
            while random.chance(share) {
                at = at.advanced(
                    byMilliseconds: random.milliseconds(ofSeconds: 60...Double(length) / 2_500))
                let until = at.advanced(byMilliseconds: random.milliseconds(ofSeconds: seconds))
                windows.append(at..<until)
                at = until
            }
            return windows
        }
        offline = windows(0.5, 300...5_400)
        silentProbe = windows(0.1, 60...1_200)
        stuck = windows(0.12, 1_200...5_400)
        loose = windows(0.3, 200...2_400)
        let probes = random.chance(0.25) ? 2 : 1
        offsets = (0..<probes).map { _ in Double(random.int(-30...30)) / 100 }
        last = Array(repeating: 0, count: probes)
        isHeardTwice = random.chance(0.2)
    }

    private static func clock(_ random: inout SplitMix64) -> Clock {
        switch random.int(0...99) {
        case 0..<72: .right
        case 72..<80: .littleAhead(random.milliseconds(ofSeconds: 1...50))
        case 80..<88: .slow(random.milliseconds(ofSeconds: 60...1_500))
        case 88..<93: .farAhead(random.milliseconds(ofSeconds: 90...900))
        default: .unset
        }
    }

    private var isPinned: Bool {
        switch clock {
        case .right, .littleAhead, .slow: false
        case .farAhead, .unset: true
        }
    }

    private var clockTime: Timestamp? {
        switch clock {
        case .right: due
        case .littleAhead(let error), .farAhead(let error): due.advanced(byMilliseconds: error)
        case .slow(let error): due.advanced(byMilliseconds: -error)
        case .unset: nil
        }
    }

    mutating func measure(
        _ bag: BagModel, into tellings: inout [Shift.Telling], random: inout SplitMix64
    ) {
        if let diesAt, due >= diesAt {
            due = Timestamp(milliseconds: .max)
            return
        }
        tell(measurements(bag, &random), into: &tellings, &random)
        let jitter = random.milliseconds(ofSeconds: -0.4...0.4)
        due = due.advanced(byMilliseconds: interval + jitter)
    }

    private mutating func measurements(
        _ bag: BagModel, _ random: inout SplitMix64
    ) -> [Measurement] {
        let isStuck = stuck.contains { $0.contains(due) }
        return offsets.indices.map { probe in
            let noise = Double(random.int(-8...8)) / 100
            var celsius = bag.measured(noise: offsets[probe] + noise)
            if probe == 1, loose.contains(where: { $0.contains(due) }) {
                celsius = ((bag.ambient + noise) * 100).rounded() / 100
            }
            if isStuck { celsius = last[probe] }
            last[probe] = celsius
            if random.chance(0.004) { celsius += random.pick([-9, -3.5, 3.5, 9]) }
            if random.chance(0.002) { celsius = random.pick([-127, 85, 200]) }
            if probe == 0, silentProbe.contains(where: { $0.contains(due) }) {
                return Measurement(
                    quantity: .temperature, probe: 0,
                    marker: random.pick([.probeAbsent, .notReady])
                )
            }
            return Measurement(quantity: .temperature, probe: UInt8(probe), value: celsius)
        }
    }

    private mutating func tell(
        _ measurements: [Measurement], into tellings: inout [Shift.Telling],
        _ random: inout SplitMix64
    ) {
        sequence += 1
        let sent = offline.first { $0.contains(due) }?.upperBound ?? due
        var telling = Shift.Telling(
            sensor: number, takenAt: due, measuredAt: clockTime, measurements: measurements,
            sequence: isHeardTwice ? sequence : nil, gateway: 0,
            arrivedAt: sent.advanced(byMilliseconds: random.milliseconds(ofSeconds: 0.1...1.5)),
            isPinned: isPinned)
        tellings.append(telling)
        let first = tellings.count - 1
        // What has no time of its own would be two readings.
        if isHeardTwice, telling.measuredAt != nil, random.chance(0.5) {
            telling.gateway = 1
            telling.arrivedAt = sent.advanced(
                byMilliseconds: random.milliseconds(ofSeconds: 0.1...20))
            tellings.append(telling)
        }
        guard random.chance(0.003), telling.measuredAt != nil else { return }
        telling.gateway = 0
        telling.sequence = nil
        telling.arrivedAt = tellings[first].arrivedAt
        telling.follows = first
        telling.measurements = measurements.map { measurement in
            guard measurement.marker == nil else { return measurement }
            return Measurement(
                quantity: .temperature, probe: measurement.probe, value: measurement.value + 0.75)
        }
        tellings.append(telling)
    }
}
