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

    /// The name in the log, in the API and in a device profile.
    package var name: String {
        switch self {
        case .temperature: "temperature"
        case .humidity: "humidity"
        case .battery: "battery"
        }
    }

    /// The unit's symbol.
    package var unit: String {
        switch self {
        case .temperature: "°C"
        case .humidity, .battery: "%"
        }
    }

    package init?(name: String) {
        guard let match = Quantity.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }
}
