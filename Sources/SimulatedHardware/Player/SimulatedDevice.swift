import ColdChain
import Wire

/// One device of a run: its physics, its faults, and what it could not send yet.
struct SimulatedDevice: Sendable {
    let identity: DeviceIdentity
    private var bag: BagModel?
    private var vehicle: VehicleModel?
    private var random: SplitMix64
    private var encoder: DeviceEncoder
    private var faults: [Fault: Windows] = [:]
    private let opened: Windows
    private let plan: FleetPlan
    /// Of the run, in milliseconds since 1970.
    private let start: Int64
    /// All further times are milliseconds after the start.
    private var nextSample: Int64
    private var lastSample: Int64 = 0
    private var kept: [Snapshot] = []
    private var sequence: Int64
    private let pascals: Double
    private let bootedBefore: Int64
    private var mileage: Double

    /// Records a device keeps while it is offline: a night of one every four seconds.
    private static let memory = 10_000

    /// - Parameters:
    ///   - number: Of the device in its fleet, counted from 1.
    ///   - seed: Of the device alone.
    init(
        _ plan: FleetPlan, number: Int, seed: UInt64, start: Int64, lasting duration: Int64
    ) {
        self.plan = plan
        self.start = start
        identity = plan.identity(number)
        var random = SplitMix64(state: seed)
        let cruisingSpeed = plan.route.cruisingSpeed
        if plan.format.hasReceiver {
            let route =
                plan.route.places.isEmpty
                ? VehicleModel.townRoute(using: &random) : plan.route.places
            var vehicle = VehicleModel(
                name: identity.device, route: route, cruisingSpeed: cruisingSpeed)
            // Somewhere on its way already.
            vehicle.advance(bySeconds: Double.random(in: 0...600, using: &random), push: 0)
            self.vehicle = vehicle
        }
        if plan.format.hasThermometer {
            let celsius = Double.random(in: plan.climate.celsius, using: &random)
            bag = BagModel(
                name: identity.device, foodClass: celsius > 40 ? .hot : .cold, celsius: celsius,
                ambient: plan.climate.ambient,
                closedTimeConstant: plan.climate.insulationSeconds)
        }
        pascals = Double.random(in: 99_000...102_500, using: &random)
        bootedBefore = Int64.random(in: 60_000...86_400_000, using: &random)
        mileage = Double(Int.random(in: 1_000_000...90_000_000, using: &random))
        sequence = Int64.random(in: 1_000...50_000, using: &random)
        nextSample = Int64.random(in: 0..<plan.intervalMilliseconds, using: &random)
        encoder = DeviceEncoder(plan, random: &random)
        // Each fault has numbers of its own: one that is added leaves the others as they were.
        opened = Self.windows(plan.climate.opened, 0, seed, lasting: duration)
        for (place, fault) in Fault.allCases.enumerated() {
            faults[fault] = Self.windows(
                plan.faults[fault] ?? [], UInt64(place) + 1, seed, lasting: duration)
        }
        self.random = random
    }

    private static func windows(
        _ occurrences: [Occurrence], _ stream: UInt64, _ seed: UInt64, lasting duration: Int64
    ) -> Windows {
        var random = SplitMix64(state: seed ^ (stream &+ 1) &* 0xd6e8_feb8_6659_fd93)
        return Windows(occurrences, lasting: duration, random: &random)
    }

    /// When it next measures or sends what it kept.
    var nextEvent: Int64 { min(nextSample, upload ?? .max) }

    /// When it is in reach again, with something kept.
    private var upload: Int64? {
        guard !kept.isEmpty else { return nil }
        return faults[.offline]?.range(at: lastSample)?.upperBound ?? lastSample
    }

    /// Does what is due at `time`, which is that of `nextEvent`, and answers what it publishes.
    mutating func act(at time: Int64) -> [Draft] {
        if let upload, upload <= time, upload <= nextSample {
            defer { kept.removeAll() }
            return encoder.backlog(kept, of: identity, sentAt: start + upload, random: &random)
        }
        let snapshot = measure(at: time)
        nextSample = time + plan.intervalMilliseconds
        if has(.offline, at: time) {
            if plan.format.keepsWhatItCannotSend { keep(snapshot) }
            return []
        }
        return encoder.live(snapshot, of: identity, random: &random)
    }

    /// A full memory loses its oldest records first.
    private mutating func keep(_ snapshot: Snapshot) {
        if kept.count == Self.memory { kept.removeFirst() }
        kept.append(snapshot)
    }

    private func has(_ fault: Fault, at time: Int64) -> Bool {
        faults[fault]?.contains(time) ?? false
    }

    private mutating func measure(at time: Int64) -> Snapshot {
        advance(to: time)
        let boots = faults[.reboot]
        if boots?.begins(after: lastSample, until: time) ?? false {
            sequence = 0
        } else {
            sequence += 1
        }
        lastSample = time
        let uptime = boots?.lastBeginning(until: time).map { time - $0 } ?? time + bootedBefore
        let isBatteryLow = has(.lowBattery, at: time)
        return Snapshot(
            time: start + time, uptime: uptime,
            celsius: (bag?.celsius ?? 0) + Double.random(in: -0.06...0.06, using: &random),
            probeCelsius: (bag?.celsius ?? 0) + Double.random(in: -0.03...0.03, using: &random),
            humidity: min(
                max((bag?.humidity ?? 0) + Double.random(in: -0.2...0.2, using: &random), 0), 100),
            pascals: pascals + Double.random(in: -6...6, using: &random),
            charge: isBatteryLow ? 3 : bag?.battery ?? 88, position: vehicle?.position,
            mileage: mileage, sequence: sequence, isProbeDead: has(.deadProbe, at: time),
            isClockUnset: has(.clockUnset, at: time), isBatteryLow: isBatteryLow,
            isHeardTwice: has(.duplicateGateways, at: time))
    }

    /// Lets time pass, lid by lid.
    private mutating func advance(to time: Int64) {
        var now = lastSample
        while now < time {
            let end = min(opened.change(after: now) ?? time, time)
            bag?.isOpen = opened.contains(now)
            bag?.advance(bySeconds: Double(end - now) / 1000)
            now = end
        }
        let seconds = Double(time - lastSample) / 1000
        if vehicle != nil {
            vehicle?.advance(
                bySeconds: seconds, push: Double.random(in: -1...1, using: &random))
            mileage += (vehicle?.position.speed ?? 0) * seconds
        }
    }
}
