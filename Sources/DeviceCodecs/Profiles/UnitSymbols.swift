import Wire

extension FieldUnit {
    /// The unit that a sender means by a symbol, also by those that no profile writes: `C`, `mbar`,
    /// a Greek μ. Nil for any other.
    package init?(symbol: Span<UInt8>) {
        if symbol.isEqual(to: "°C") || symbol.isEqual(to: "C") || symbol.isEqual(to: "℃") {
            self = .celsius
        } else if symbol.isEqual(to: "°F") || symbol.isEqual(to: "F") || symbol.isEqual(to: "℉") {
            self = .fahrenheit
        } else if symbol.isEqual(to: "K") {
            self = .kelvin
        } else if symbol.isEqual(to: "%") || symbol.isEqual(to: "%RH") {
            self = .percent
        } else if symbol.isEqual(to: "V") {
            self = .volts
        } else if symbol.isEqual(to: "mV") {
            self = .millivolts
        } else if symbol.isEqual(to: "Pa") {
            self = .pascals
        } else if symbol.isEqual(to: "hPa") || symbol.isEqual(to: "mbar") {
            self = .hectopascals
        } else if symbol.isEqual(to: "ppm") {
            self = .partsPerMillion
        } else if symbol.isEqual(to: "µg/m³") || symbol.isEqual(to: "μg/m³") {
            self = .microgramsPerCubicMetre
        } else if symbol.isEqual(to: "m") {
            self = .metres
        } else if symbol.isEqual(to: "km") {
            self = .kilometres
        } else {
            return nil
        }
    }
}
