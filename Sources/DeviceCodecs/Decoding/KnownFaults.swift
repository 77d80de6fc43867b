import ColdChain

extension Marker {
    /// What a temperature in °C is that no thermometer of a bag or a vehicle measures; nil for one
    /// that may be a temperature.
    init?(impossibleCelsius celsius: Double) {
        switch celsius {
        case ..<(-200): self = .underRange
        case let hot where hot > 200: self = .overRange
        default: return nil
        }
    }

    /// What a number stands for that drivers and codecs give instead of a temperature: −127 is a
    /// Dallas thermometer that went missing, 327.67 and its kin are the ends of a 16-bit number.
    ///
    /// For formats that do not say which sensor is behind them. 85.0 may be a temperature.
    init?(faultCode number: Double) {
        switch number {
        case -127: self = .probeAbsent
        case 327.67, 3276.7, -327.68, -3276.8, 655.35, 6553.5: self = .notAvailable
        default: return nil
        }
    }

    /// What a share in % stands for that is none.
    init?(impossiblePercent percent: Double) {
        switch percent {
        case -1, 255: self = .notAvailable
        case ..<0: self = .underRange
        case let high where high > 100: self = .overRange
        default: return nil
        }
    }
}

extension SampleBatch {
    /// Adds a temperature of a sensor that is not known, or the marker it is, before it is brought
    /// from its unit into °C.
    mutating func addTemperature(_ sent: Double, probe: Int = 0, unit: FieldUnit = .celsius) {
        let celsius = unit.canonical(sent)
        if let marker = Marker(faultCode: sent) ?? Marker(impossibleCelsius: celsius) {
            add(.temperature, probe: probe, marker)
        } else {
            add(.temperature, probe: probe, celsius)
        }
    }

    /// Adds a humidity or a charge in %, or the marker it is.
    mutating func addPercent(_ quantity: Quantity, probe: Int = 0, _ percent: Double) {
        if let marker = Marker(impossiblePercent: percent) {
            add(quantity, probe: probe, marker)
        } else {
            add(quantity, probe: probe, percent)
        }
    }
}
