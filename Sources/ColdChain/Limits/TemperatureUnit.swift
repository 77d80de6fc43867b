/// The unit that a regulation prints its temperatures in.
package enum TemperatureUnit: String, CaseIterable, Sendable {
    case celsius = "°C"
    case fahrenheit = "°F"

    /// A temperature of this unit in °C, rounded to the millionth as readings are.
    ///
    /// A thermometer that says 135 °F is logged as 57.222222 °C; a limit of 135 °F is the same
    /// number, so that comparing in °C is comparing in °F.
    package func celsius(_ value: Double) -> Double {
        switch self {
        case .celsius: value
        case .fahrenheit: Self.millionths((value - 32) * 5 / 9)
        }
    }

    static func millionths(_ value: Double) -> Double {
        // Beyond this a double has no millionths to round to.
        guard value.magnitude < 1e9 else { return value }
        return (value * 1_000_000).rounded() / 1_000_000
    }
}
