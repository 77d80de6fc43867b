extension FieldUnit {
    /// The unit that a sender means by a symbol, also by those that no profile writes: `C`, `mbar`,
    /// a Greek μ. Nil for any other.
    package init?(symbol: Span<UInt8>) {
        if symbol.spells("°C") || symbol.spells("C") || symbol.spells("℃") {
            self = .celsius
        } else if symbol.spells("°F") || symbol.spells("F") || symbol.spells("℉") {
            self = .fahrenheit
        } else if symbol.spells("K") {
            self = .kelvin
        } else if symbol.spells("%") || symbol.spells("%RH") {
            self = .percent
        } else if symbol.spells("V") {
            self = .volts
        } else if symbol.spells("mV") {
            self = .millivolts
        } else if symbol.spells("Pa") {
            self = .pascals
        } else if symbol.spells("hPa") || symbol.spells("mbar") {
            self = .hectopascals
        } else if symbol.spells("ppm") {
            self = .partsPerMillion
        } else if symbol.spells("µg/m³") || symbol.spells("μg/m³") {
            self = .microgramsPerCubicMetre
        } else if symbol.spells("m") {
            self = .metres
        } else if symbol.spells("km") {
            self = .kilometres
        } else {
            return nil
        }
    }
}
