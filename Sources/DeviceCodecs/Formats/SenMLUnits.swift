import ColdChain
import Wire

/// The units of SenML (RFC 8428, and RFC 8798 for the secondary ones) that are for the log.
///
/// `C` is the coulomb and `F` the farad: neither is taken for a temperature.
enum SenMLUnit {
    case celsius, kelvin
    case relativeHumidity, batteryLevel, percent
    case volts, millivolts
    case latitude, longitude, metres, kilometres
    case metresPerSecond, kilometresPerHour, degrees
    case pascals, hectopascals, partsPerMillion, microgramsPerCubicMetre
    case other

    init(_ symbol: Span<UInt8>) {
        if symbol.isEqual(to: "Cel") || symbol.isEqual(to: "°C") {
            self = .celsius
        } else if symbol.isEqual(to: "%RH") {
            self = .relativeHumidity
        } else if symbol.isEqual(to: "lat") {
            self = .latitude
        } else if symbol.isEqual(to: "lon") {
            self = .longitude
        } else if symbol.isEqual(to: "%EL") {
            self = .batteryLevel
        } else if symbol.isEqual(to: "V") {
            self = .volts
        } else {
            self = Self.seldom(symbol)
        }
    }

    private static func seldom(_ symbol: Span<UInt8>) -> SenMLUnit {
        if symbol.isEqual(to: "K") { return .kelvin }
        if symbol.isEqual(to: "%") { return .percent }
        if symbol.isEqual(to: "mV") { return .millivolts }
        if symbol.isEqual(to: "m") { return .metres }
        if symbol.isEqual(to: "km") { return .kilometres }
        if symbol.isEqual(to: "m/s") { return .metresPerSecond }
        if symbol.isEqual(to: "km/h") { return .kilometresPerHour }
        if symbol.isEqual(to: "deg") { return .degrees }
        if symbol.isEqual(to: "Pa") { return .pascals }
        if symbol.isEqual(to: "hPa") { return .hectopascals }
        if symbol.isEqual(to: "ppm") { return .partsPerMillion }
        if symbol.isEqual(to: "ug/m3") { return .microgramsPerCubicMetre }
        return .other
    }
}

/// What a record tells, by its unit and the end of its name.
enum SenMLTarget: Equatable {
    case measurement(Quantity, probe: Int, FieldUnit)
    case latitude, longitude, altitude, heading
    case speed(FieldUnit)
    /// A measurement for the log by its name, in a unit that is not told or not known.
    case unknownUnit(Quantity)
    case nothing

    init(unit: SenMLUnit?, name: Span<UInt8>) {
        switch unit {
        case .celsius: self = .measurement(.temperature, probe: name.probe, .celsius)
        case .kelvin: self = .measurement(.temperature, probe: name.probe, .kelvin)
        case .relativeHumidity: self = .measurement(.humidity, probe: name.probe, .percent)
        case .batteryLevel: self = .measurement(.battery, probe: 0, .percent)
        case .volts: self = .measurement(name.voltage, probe: 0, .volts)
        case .millivolts: self = .measurement(name.voltage, probe: 0, .millivolts)
        case .latitude: self = .latitude
        case .longitude: self = .longitude
        case .metres where name.begins("alt") || name.begins("elev"): self = .altitude
        case .metres where name.isMileage: self = .measurement(.odometer, probe: 0, .metres)
        case .kilometres where name.isMileage:
            self = .measurement(.odometer, probe: 0, .kilometres)
        case .metresPerSecond where !name.begins("wind"): self = .speed(.metresPerSecond)
        case .kilometresPerHour where !name.begins("wind"): self = .speed(.kilometresPerHour)
        case .degrees where name.isCourse: self = .heading
        case .pascals: self = .measurement(.pressure, probe: name.probe, .pascals)
        case .hectopascals: self = .measurement(.pressure, probe: name.probe, .hectopascals)
        case .partsPerMillion where name.begins("co2"):
            self = .measurement(.carbonDioxide, probe: 0, .partsPerMillion)
        case .microgramsPerCubicMetre where name.begins("pm2"):
            self = .measurement(.particulates, probe: 0, .microgramsPerCubicMetre)
        case .percent where name.begins("hum"):
            self = .measurement(.humidity, probe: name.probe, .percent)
        case .percent where name.begins("bat"): self = .measurement(.battery, probe: 0, .percent)
        case .percent, .metres, .kilometres, .metresPerSecond, .kilometresPerHour, .degrees,
            .partsPerMillion, .microgramsPerCubicMetre:
            self = .nothing
        case .other, nil: self.init(withoutUnit: name)
        }
    }

    private init(withoutUnit name: Span<UInt8>) {
        if name.begins("temp") {
            self = .unknownUnit(.temperature)
        } else if name.begins("hum") {
            self = .unknownUnit(.humidity)
        } else if name.begins("ignition") {
            self = .measurement(.ignition, probe: 0, .truth)
        } else if name.begins("motion") || name.begins("moving") {
            self = .measurement(.motion, probe: 0, .truth)
        } else if name.begins("open") || name.begins("door") || name.begins("lid") {
            self = .measurement(.opening, probe: 0, .truth)
        } else {
            self = .nothing
        }
    }
}

extension Span where Element == UInt8 {
    /// Whether the name begins so, in either case. `prefix` is in lower case.
    fileprivate func begins(_ prefix: StaticString) -> Bool {
        let length = prefix.utf8CodeUnitCount
        return count >= length && extracting(0..<length).isWord(prefix)
    }

    fileprivate var isMileage: Bool { begins("odo") || begins("mileage") }

    fileprivate var isCourse: Bool {
        isEmpty || begins("heading") || begins("course") || begins("cog") || begins("bearing")
    }

    fileprivate var voltage: Quantity {
        begins("supply") || begins("ext") || begins("vehicle") ? .supplyVoltage : .batteryVoltage
    }

    /// The number at the end of a name, 0 without one; of a LwM2M path the number of the instance.
    fileprivate var probe: Int {
        if !isEmpty, self[0] == UInt8(ascii: "/") { return instance ?? 0 }
        var start = count
        while start > 0, start > count - 3, isDigit(start - 1) { start -= 1 }
        let number = DecimalText.integer(extracting(start..<count)) ?? 0
        return UInt8(exactly: number).map(Int.init) ?? 0
    }

    private func isDigit(_ index: Int) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self[index])
    }

    /// Of `/object/instance/resource`.
    private var instance: Int? {
        let start = endOfLevel(from: 1) + 1
        let end = endOfLevel(from: start)
        guard start < end else { return nil }
        return DecimalText.integer(extracting(start..<end)).flatMap { UInt8(exactly: $0) }
            .map(Int.init)
    }
}
