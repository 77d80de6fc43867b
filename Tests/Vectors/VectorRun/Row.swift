import ColdChain
import DeviceCodecs
import Wire

/// One decoded sample, asked for by the names that vectors use.
struct Row {
    enum Target {
        case quantity(Quantity)
        case latitude
        case longitude
    }

    private let sample: Sample
    private let measurements: ArraySlice<Measurement>
    private let device: String?

    init(_ sample: Sample, of batch: SampleBatch) {
        self.sample = sample
        measurements = batch.measurements[sample.measurements]
        device = sample.device.map { String(decoding: batch.text[$0], as: UTF8.self) }
    }

    static func quantity(_ name: String) -> Quantity? {
        switch name {
        case "temperature_c": .temperature
        case "humidity_pct": .humidity
        case "battery_pct": .battery
        case "battery_v": .batteryVoltage
        case "power_v": .supplyVoltage
        case "pressure_pa", "pressure_hpa": .pressure
        case "co2_ppm": .carbonDioxide
        case "pm25": .particulates
        case "ignition": .ignition
        case "motion": .motion
        case "odometer_m": .odometer
        default: nil
        }
    }

    /// Whether a value is the expected one, which its source rounded or cut to as many decimals as
    /// it prints, one at least.
    static func isClose(_ value: Double, _ expected: Double) -> Bool {
        let text = "\(expected)"
        let decimals = text.contains("e") ? 6 : (text.split(separator: ".").last?.count ?? 1)
        var unit = 1.0
        for _ in 0..<min(max(decimals, 1), 6) { unit /= 10 }
        return (value - expected).magnitude < unit + 1e-9
    }

    /// Whether the sample says anything of the kind.
    func has(_ name: String) -> Bool {
        if let quantity = Self.quantity(name) {
            return measurements.contains { $0.quantity == quantity }
        }
        return name == "time" ? sample.measuredAt != nil : sample.position != nil
    }

    func contains(_ target: Target, _ value: Double) -> Bool {
        switch target {
        case .quantity(let quantity):
            measurements.contains { $0.quantity == quantity && Self.isClose($0.value, value) }
        case .latitude: sample.position.map { Self.isClose($0.latitude, value) } ?? false
        case .longitude: sample.position.map { Self.isClose($0.longitude, value) } ?? false
        }
    }

    /// How an expected member differs; nil where it does not, or is none of ours.
    func difference(_ member: JSON.Member) -> String? {
        if member.name == "time" { return timeDifference(member.value) }
        if let wanted = member.value.string {
            guard ["mac", "dev_eui"].contains(member.name), let device else { return nil }
            let address = wanted.filter { $0 != ":" }.uppercased()
            return device == address ? nil : "\(member.name) is \(device)"
        }
        guard let (found, isKnown) = value(member.name) else { return nil }
        guard let wanted = member.value.double ?? member.value.bool.map({ $0 ? 1 : 0 }) else {
            return found == nil || !isKnown ? nil : "\(member.name) is \(found ?? 0), not absent"
        }
        guard let found else { return "\(member.name) is absent" }
        // Of several probes some sources tell the last.
        if let quantity = Self.quantity(member.name), member.name != "pressure_hpa",
            contains(.quantity(quantity), wanted)
        {
            return nil
        }
        return Self.isClose(found, wanted) ? nil : "\(member.name) is \(found)"
    }

    private func value(_ name: String) -> (found: Double?, isKnown: Bool)? {
        if let quantity = Self.quantity(name) {
            let first = measurements.first { $0.quantity == quantity }
            let value = first.flatMap { $0.marker == nil ? $0.value : nil }
            return (name == "pressure_hpa" ? value.map { $0 / 100 } : value, true)
        }
        let position = sample.position
        switch name {
        case "lat": return (position?.latitude, true)
        case "lon": return (position?.longitude, true)
        // Without a place the log keeps no height and no motion.
        case "alt_m": return position.map { ($0.altitude, true) }
        case "speed_kmh": return position.map { ($0.speed.map { $0 * 3.6 }, true) }
        case "heading_deg": return position.map { ($0.heading, true) }
        case "accuracy_m": return position.map { ($0.accuracy, true) }
        case "satellites", "sats": return position.map { ($0.satellites.map(Double.init), true) }
        case "seq", "packet_id", "f_cnt": return (sample.sequence.map(Double.init), true)
        default: return nil
        }
    }

    private func timeDifference(_ wanted: JSON) -> String? {
        let found = sample.measuredAt?.milliseconds
        if let seconds = wanted.double {
            guard let found, Self.isClose(Double(found) / 1000, seconds) else {
                return "the time is \(found.map { RFC3339.text($0) } ?? "absent")"
            }
            return nil
        }
        guard let text = wanted.string else { return nil }
        let instant = RFC3339.parse(text) ?? RFC3339.parse(text + "Z")
        return instant == found
            ? nil : "the time is \(found.map { RFC3339.text($0) } ?? "absent")"
    }
}
