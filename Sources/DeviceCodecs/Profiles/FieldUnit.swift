package import ColdChain
import YAML

/// A unit in which a device may send a value, by the symbol a profile writes.
package enum FieldUnit: String, CaseIterable, Sendable {
    case celsius = "°C"
    case fahrenheit = "°F"
    case kelvin = "K"
    case percent = "%"
    case metresPerSecond = "m/s"
    case kilometresPerHour = "km/h"
    case milesPerHour = "mph"
    case knots = "kn"
    case degrees = "°"
    case metres = "m"
    case kilometres = "km"
    case volts = "V"
    case millivolts = "mV"
    case pascals = "Pa"
    case hectopascals = "hPa"
    case partsPerMillion = "ppm"
    case microgramsPerCubicMetre = "µg/m³"
    /// Whether something is so: true or false, 1 or 0.
    case truth = "bool"

    /// The value in the unit of the log: °C, %, m/s, degrees, metres, V, Pa.
    ///
    /// What had to be converted is rounded to a millionth, far below what any of the sensors
    /// resolves, so that 134.6 °F is 57 °C and not a hair less.
    func canonical(_ value: Double) -> Double {
        switch self {
        case .celsius, .percent, .metresPerSecond, .degrees, .metres, .volts, .pascals,
            .partsPerMillion, .microgramsPerCubicMetre:
            value
        case .truth: value == 0 ? 0 : 1
        case .millivolts: rounded(value / 1000)
        case .hectopascals: rounded(value * 100)
        case .kilometres: rounded(value * 1000)
        case .fahrenheit: rounded((value - 32) * 5 / 9)
        case .kelvin: rounded(value - 273.15)
        case .kilometresPerHour: rounded(value / 3.6)
        case .milesPerHour: rounded(value * 0.44704)
        case .knots: rounded(value * 1852 / 3600)
        }
    }

    private func rounded(_ value: Double) -> Double {
        // Beyond this a double has no millionths to round to.
        guard value.magnitude < 1e9 else { return value }
        return (value * 1_000_000).rounded() / 1_000_000
    }
}

/// What a field of a profile is about, by the name a profile gives it.
package enum FieldTarget: Hashable, Sendable {
    /// Of the probe with that number, counted from 0.
    case measurement(Quantity, probe: Int = 0)
    case latitude
    case longitude
    case speed
    case heading
    case accuracy
    case altitude

    /// How many probes of a quantity a profile can name.
    package static let probes = 64

    private static let ofPosition: [FieldTarget] = [
        .latitude, .longitude, .speed, .heading, .accuracy, .altitude,
    ]

    /// The names without those of further probes, for who mistyped one.
    static let usualNames =
        (Quantity.allCases.map { .measurement($0, probe: 0) } + ofPosition).map(\.name)

    package var name: String {
        switch self {
        // The first probe needs no number: `temperature`, `temperature.1`, `temperature.2` …
        case .measurement(let quantity, let probe):
            probe == 0 ? quantity.name : "\(quantity.name).\(probe)"
        case .latitude: "lat"
        case .longitude: "lon"
        case .speed: "speed"
        case .heading: "heading"
        case .accuracy: "accuracy"
        case .altitude: "altitude"
        }
    }

    package init?(name: String) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        if let quantity = Quantity(name: String(parts[0])) {
            guard parts.count < 3 else { return nil }
            let probe = parts.count == 1 ? 0 : Notation.integer(String(parts[1])) ?? 0
            guard parts.count == 1 || (1..<Int64(Self.probes)).contains(probe) else { return nil }
            self = .measurement(quantity, probe: Int(probe))
        } else if let match = Self.ofPosition.first(where: { $0.name == name }) {
            self = match
        } else {
            return nil
        }
    }

    /// The units it may be sent in.
    package var units: [FieldUnit] {
        switch self {
        case .measurement(let quantity, _): quantity.units
        case .latitude, .longitude, .heading: [.degrees]
        case .speed: [.metresPerSecond, .kilometresPerHour, .milesPerHour, .knots]
        case .accuracy, .altitude: [.metres]
        }
    }

    /// Whether it tells where a vehicle is, and not what a sensor measured.
    package var isPosition: Bool {
        if case .measurement = self { return false }
        return true
    }
}

extension Quantity {
    /// The units it may be sent in, the log's own first.
    package var units: [FieldUnit] {
        switch self {
        case .temperature: [.celsius, .fahrenheit, .kelvin]
        case .humidity, .battery: [.percent]
        case .batteryVoltage, .supplyVoltage: [.volts, .millivolts]
        case .pressure: [.pascals, .hectopascals]
        case .carbonDioxide: [.partsPerMillion]
        case .particulates: [.microgramsPerCubicMetre]
        case .ignition, .motion, .opening: [.truth]
        case .odometer: [.metres, .kilometres]
        }
    }
}
