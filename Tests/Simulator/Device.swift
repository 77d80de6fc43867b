import ColdChain
import Wire

/// A bag or a vehicle with its sensor, as nature and its maker made it.
struct Device {
    let name: String
    /// Index in the plan's profiles.
    let profile: Int
    /// Whether its messages carry the time of measurement.
    let hasClock: Bool
    /// Whether it says nothing but one temperature, so that its messages are all the same.
    let isConstant: Bool
    /// Publishes at QoS 0.
    let isAtMostOnce: Bool
    /// Milliseconds its clock is ahead.
    var clockError: Int64 = 0
    var probes = 1
    var celsius = 20.0
    /// What it measured while it was offline.
    var buffer: [SentSample] = []
    var isOffline = false
    /// What it published last, for repeats.
    var lastSamples: [SentSample] = []
    /// The running number it sent last, where a gateway hears it.
    var sequence: Int64 = 0
    /// When it measured last, as gateways tell it.
    var measuredAt: Timestamp?

    var isVehicle: Bool { profile == Plan.trackerProfile }

    /// Temperatures around the limits of every class, the limits included, and out of any sense.
    static let temperatures = [62, 57, 56.5, 40, 20, 5.5, 5, 3, -1, -35, 500]
}

extension Device {
    static func all(plan: Plan, random: inout SplitMix64) -> [Device] {
        var devices: [Device] = []
        for index in 0..<plan.bags {
            devices.append(bag(index, profile: Plan.bagProfile, &random))
            if random.chance(0.2) {
                devices.append(bag(index, profile: Plan.secondBagProfile, &random))
            }
        }
        for index in 0..<plan.vehicles {
            devices.append(
                Device(
                    name: "van-\(index)", profile: Plan.trackerProfile,
                    hasClock: random.chance(0.8), isConstant: false, isAtMostOnce: false))
        }
        for index in 0..<plan.tags {
            devices.append(
                Device(
                    name: "tag-\(index)", profile: Plan.tagProfile, hasClock: false,
                    isConstant: false, isAtMostOnce: false))
        }
        return devices
    }

    var isTag: Bool { profile == Plan.tagProfile }

    private static func bag(
        _ index: Int, profile: Int, _ random: inout SplitMix64
    ) -> Device {
        let hasClock = random.chance(0.7)
        var bag = Device(
            name: "bag-\(index)", profile: profile, hasClock: hasClock,
            isConstant: !hasClock && random.chance(0.6), isAtMostOnce: random.chance(0.1))
        if random.chance(0.15) {
            bag.clockError = random.pick([-100, -2, 1, 400]) * 86_400_000
        } else if random.chance(0.3) {
            bag.clockError = random.milliseconds(ofSeconds: -90...50)
        }
        if random.chance(0.2) { bag.probes = 2 }
        return bag
    }

    /// Measures. Times are whole seconds, so that two samples meet now and then.
    mutating func measure(at now: Timestamp, random: inout SplitMix64) -> SentSample {
        let instant = Timestamp(milliseconds: now.milliseconds / 1000 * 1000 + clockError)
        if isVehicle {
            let isNowhere = random.chance(0.05)
            return SentSample(
                measuredAt: hasClock ? instant : nil, measurements: [],
                position: Position(
                    latitude: isNowhere ? 0 : 48 + Double(random.int(0...99)) / 100,
                    longitude: isNowhere ? 0 : 11 + Double(random.int(0...99)) / 100))
        }
        if !isConstant && random.chance(0.4) { celsius = random.pick(Device.temperatures) }
        var measurements: [Measurement] = []
        for probe in 0..<probes {
            let value = probe == 0 ? celsius : random.pick(Device.temperatures)
            measurements.append(
                Measurement(
                    quantity: .temperature, probe: UInt8(probe),
                    value: isConstant ? celsius : value))
        }
        if !isConstant && random.chance(0.2) {
            measurements.append(
                Measurement(quantity: .humidity, value: Double(random.int(20...90))))
        }
        if !isConstant && random.chance(0.05) { measurements.removeFirst() }
        return SentSample(measuredAt: hasClock ? instant : nil, measurements: measurements)
    }
}
