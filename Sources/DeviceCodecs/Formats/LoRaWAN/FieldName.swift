import ColdChain

/// The name of a field as codecs write it (`TempC_SHT`, `temp_SOIL`, `batteryVoltage`), by its words
/// in lower case.
struct FieldName {
    private let words: [String]

    init(_ name: String) {
        var words: [String] = []
        var word = ""
        var last: Character?
        for character in name {
            let isPart = character.isLetter || character.isNumber
            if !isPart || (character.isUppercase && last?.isLowercase == true), !word.isEmpty {
                words.append(word)
                word = ""
            }
            if isPart { word += character.lowercased() }
            last = character
        }
        if !word.isEmpty { words.append(word) }
        self.words = Self.withoutDigitsAlone(words)
    }

    /// `temperature_3` and `pm2_5` keep their digits with the word before.
    private static func withoutDigitsAlone(_ words: [String]) -> [String] {
        var joined: [String] = []
        for word in words {
            if word.allSatisfy(\.isNumber), let last = joined.popLast() {
                joined.append(last + word)
            } else {
                joined.append(word)
            }
        }
        return joined
    }

    /// Whether the name tells nothing beyond that of the object around it.
    var saysNothing: Bool {
        guard words.count == 1 else { return words.isEmpty }
        return words[0].allSatisfy(\.isNumber)
            || ["value", "val", "v", "raw", "current", "data", "average", "avg", "mean"]
                .contains(words[0])
    }

    var isTime: Bool {
        has(["time", "ts", "date"]) || has(prefixes: ["timestamp", "datetime", "systimestamp"])
    }

    /// How far from the air inside a value of this name is measured.
    var outwardness: Int {
        let isElsewhere =
            has(["ir"])
            || has(prefixes: [
                "soil", "water", "ground", "leaf", "object", "surface", "board", "mcu", "cpu",
                "chip",
            ])
        if isElsewhere { return 3 }
        if has(prefixes: ["ext", "probe", "ds", "tmp", "pt", "channel", "chn"]) { return 2 }
        if has(prefixes: ["sht", "air", "int", "ambient", "room", "inside"]) { return 0 }
        return 1
    }

    /// What a value of this name is, and in which unit it is sent.
    func meaning(
        of value: SeenValue, unitHint: FieldUnit?
    ) -> (target: FieldTarget, unit: FieldUnit)? {
        // Before the settings: a contact's value is its status.
        if let truth = truthTarget { return (truth, .truth) }
        guard !isAbout(Self.settings), !value.isTruth else { return nil }
        let unit = value.unit ?? unitHint
        if let temperature = temperature(value, unit) { return temperature }
        if let battery = battery(value, unit) { return battery }
        guard let number = value.number else {
            return isHumidity && value.isWord ? (.measurement(.humidity), .percent) : nil
        }
        if isHumidity { return (.measurement(.humidity), .percent) }
        return air(number, unit) ?? place(number, unit)
    }

    /// Words of limits, states and settings that stand beside a value of the same name.
    private static let settings = [
        "alarm", "threshold", "target", "setpoint", "set", "limit", "max", "min", "status", "state",
        "flag", "calibration", "offset", "mutation", "change", "delta", "enable", "unit", "type",
        "mode", "interval", "id", "count", "version", "dew", "dewpoint", "trend", "rate", "error",
    ]

    private func isAbout(_ list: [String]) -> Bool {
        words.contains { word in list.contains(String(word.prefix { !$0.isNumber })) }
    }

    private func has(prefixes: [String]) -> Bool {
        words.contains { word in prefixes.contains { word.hasPrefix($0) } }
    }

    private func has(_ names: [String]) -> Bool {
        words.contains { names.contains($0) }
    }

    private func temperature(
        _ value: SeenValue, _ unit: FieldUnit?
    ) -> (FieldTarget, FieldUnit)? {
        let isNamed =
            has(prefixes: ["temp", "tmp"]) || has(["tem", "t", "pt100", "pt1000"])
            || words.contains { $0.hasSuffix("temperature") || $0.hasSuffix("temp") }
        guard isNamed, value.number != nil || value.isWord else { return nil }
        if let unit, unit.isConvertible(to: .celsius) { return (.measurement(.temperature), unit) }
        guard unit == nil else { return nil }
        if has(prefixes: ["tempf", "fahrenheit"]) || has(["f"]) {
            return (.measurement(.temperature), .fahrenheit)
        }
        if has(prefixes: ["kelvin"]) || has(["k"]) {
            return (.measurement(.temperature), .kelvin)
        }
        return (.measurement(.temperature), .celsius)
    }

    private var isHumidity: Bool {
        has(prefixes: ["hum", "relativehum"]) || has(["rh"])
            || words.contains { $0.hasSuffix("humidity") }
    }

    /// Volts, millivolts or per cent: by the unit, by the name, and then by the size of the number.
    private func battery(_ value: SeenValue, _ unit: FieldUnit?) -> (FieldTarget, FieldUnit)? {
        // A voltage that is not said to be of something else is that of the battery.
        let isNamed = has(prefixes: ["bat", "vbat", "vdd"]) || words == ["volt"]
        guard isNamed, let number = value.number else { return nil }
        let voltage = FieldTarget.measurement(.batteryVoltage)
        let charge = (FieldTarget.measurement(.battery), FieldUnit.percent)
        if let unit {
            if unit == .percent { return charge }
            return unit.isConvertible(to: .volts) ? (voltage, unit) : nil
        }
        if has(prefixes: ["percent", "pct", "level", "soc", "capacity"]), number <= 100,
            !has(prefixes: ["volt"])
        {
            return charge
        }
        let isVoltage =
            has(prefixes: ["volt", "vbat", "vdd", "batv", "batteryv"]) || has(["v", "mv"])
        // No device's battery has 50 V, and none works on 50 mV.
        if isVoltage { return (voltage, number > 50 ? .millivolts : .volts) }
        switch number {
        case 1000...: return (voltage, .millivolts)
        case 100.1..<1000: return nil
        // A charge of 3.6 % with decimals is rarer by far than 3.6 V.
        case 0.5...6 where number != number.rounded(): return (voltage, .volts)
        default: return charge
        }
    }

    private func air(_ number: Double, _ unit: FieldUnit?) -> (FieldTarget, FieldUnit)? {
        if has(prefixes: ["press", "baro"]) {
            let isPascals = unit == .pascals || (unit == nil && number > 2000)
            return (.measurement(.pressure), isPascals ? .pascals : .hectopascals)
        }
        if has(prefixes: ["co2"]) { return (.measurement(.carbonDioxide), .partsPerMillion) }
        if has(prefixes: ["pm25"]) {
            return (.measurement(.particulates), .microgramsPerCubicMetre)
        }
        return nil
    }

    private func place(_ number: Double, _ unit: FieldUnit?) -> (FieldTarget, FieldUnit)? {
        if has(["lat"]) || has(prefixes: ["latitud"]) {
            return (-90...90).contains(number) ? (.latitude, .degrees) : nil
        }
        if has(["lon", "lng", "long"]) || has(prefixes: ["longitud"]) {
            return (-180...180).contains(number) ? (.longitude, .degrees) : nil
        }
        if has(["alt"]) || has(prefixes: ["altitude"]) { return (.altitude, .metres) }
        if has(prefixes: ["speed"]) {
            let known = unit.flatMap { $0.isConvertible(to: .metresPerSecond) ? $0 : nil }
            return (.speed, known ?? .kilometresPerHour)
        }
        if has(["heading", "course", "bearing", "cog"]) { return (.heading, .degrees) }
        if has(["accuracy", "hacc"]) { return (.accuracy, .metres) }
        return nil
    }

    private var truthTarget: FieldTarget? {
        if has(["motion", "moving", "movement"]) { return .measurement(.motion) }
        if has(["door", "lid", "magnet", "reed", "contact"]) { return .measurement(.opening) }
        if has(["ignition"]) { return .measurement(.ignition) }
        return nil
    }
}
