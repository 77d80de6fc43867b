/// What a device measures, each with the one unit in which the log keeps it.
///
/// The raw value is stored; it is never given to another quantity.
package enum Quantity: UInt8, CaseIterable, Sendable {
    /// Air temperature inside the bag, in °C.
    case temperature = 1
    /// Relative humidity, in %.
    case humidity = 2
    /// Charge left in the device's battery, in %.
    case battery = 3
    /// Of the device's own battery, in V.
    case batteryVoltage = 4
    /// Of what feeds the device from outside, such as a vehicle's battery, in V.
    case supplyVoltage = 5
    /// Air pressure, in Pa.
    case pressure = 6
    /// Carbon dioxide, in ppm.
    case carbonDioxide = 7
    /// Particles up to 2.5 µm, in µg/m³.
    case particulates = 8
    /// Whether the ignition is on: 1 or 0.
    case ignition = 9
    /// Whether the device moves: 1 or 0.
    case motion = 10
    /// Whether the lid or door is open: 1 or 0.
    case opening = 11
    /// The vehicle's mileage, in m.
    case odometer = 12

    /// The name in the log, in the API and in a device profile.
    package var name: String {
        switch self {
        case .temperature: "temperature"
        case .humidity: "humidity"
        case .battery: "battery"
        case .batteryVoltage: "battery_voltage"
        case .supplyVoltage: "supply_voltage"
        case .pressure: "pressure"
        case .carbonDioxide: "co2"
        case .particulates: "pm2_5"
        case .ignition: "ignition"
        case .motion: "motion"
        case .opening: "opening"
        case .odometer: "odometer"
        }
    }

    /// The unit's symbol; empty for what is either so or not.
    package var unit: String {
        switch self {
        case .temperature: "°C"
        case .humidity, .battery: "%"
        case .batteryVoltage, .supplyVoltage: "V"
        case .pressure: "Pa"
        case .carbonDioxide: "ppm"
        case .particulates: "µg/m³"
        case .ignition, .motion, .opening: ""
        case .odometer: "m"
        }
    }

    package init?(name: String) {
        guard let match = Quantity.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }
}
