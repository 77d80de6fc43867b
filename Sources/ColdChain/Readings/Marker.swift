/// What a device sends in the place of a number it does not have.
///
/// Such a value never enters the log as a number: its reading is recorded without one, and with the
/// marker's name. The raw value is stored; it is never given to another marker.
package enum Marker: UInt8, CaseIterable, Sendable {
    /// The format's own value for "not available".
    case notAvailable = 1
    /// No probe is connected, or the channel is not fitted.
    case probeAbsent = 2
    /// The sensor or its bus reports an error.
    case sensorError = 3
    /// The value the sensor holds before its first measurement, such as the DS18B20's 85 °C.
    case powerOnValue = 4
    /// The sensor has not measured yet.
    case notReady = 5
    /// Beyond what the sensor or its number can express.
    case overRange = 6
    case underRange = 7
    /// The probe was not found, or could not be told from another one.
    case notIdentified = 8
    /// A word or a text stands where a number belongs.
    case notANumber = 9
    /// Powered from outside: there is no battery whose charge could be told.
    case externalPower = 10

    package var name: String {
        switch self {
        case .notAvailable: "not_available"
        case .probeAbsent: "probe_absent"
        case .sensorError: "sensor_error"
        case .powerOnValue: "power_on_value"
        case .notReady: "not_ready"
        case .overRange: "over_range"
        case .underRange: "under_range"
        case .notIdentified: "not_identified"
        case .notANumber: "not_a_number"
        case .externalPower: "external_power"
        }
    }

    package init?(name: String) {
        guard let match = Marker.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }
}
