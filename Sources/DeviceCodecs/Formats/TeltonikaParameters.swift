import ColdChain

/// What numbers Teltonika trackers give to the things they measure.
///
/// An I/O element is a number, the AVL id, and a value. The same id means another thing in another
/// model family: 25 is a Bluetooth thermometer on the FMB line and the engine's temperature on the
/// FMx640, 86 is humidity on the one and fuel on the other. Source: the vendor's AVL id lists.
///
/// Probes, the same on all models:
///
///     0...3    Dallas (1-Wire) thermometers 1 to 4
///     4...7    Bluetooth sensors 1 to 4, with their humidity and battery
///     8...11   EYE sensors 1 to 4, with their humidity and battery
///     12...17  refrigerator probes 1 to 6
///     18...23  TranScan recorder, channels 1 to 6
///     24...29  TouchPrint recorder, channels 1 to 6
package struct TeltonikaModel: Equatable, Sendable {
    package enum Family: String, CaseIterable, Sendable {
        /// FMB, FMC, FMM and TAT devices but the 6xx ones.
        case fmb
        /// FMB640, FMC640, FMM640 and the 650 ones.
        case fmx640
    }

    /// How Bluetooth thermometers tell that they did not measure.
    package enum BluetoothFaults: String, CaseIterable, Sendable {
        /// The firmware is not known: 2000, 3000 and 4000 are faults, and 32765 to 32767 are.
        ///
        /// On firmware before 03.28 a sensor that is gone reads as exactly 30.00 °C, a broken one
        /// as 20.00 or 40.00. On later firmware these are temperatures like any other, and one
        /// reading in a hundred may be lost by this rule. That is the smaller harm: the other way
        /// round a sensor that measures nothing would read as a bag at room temperature, or a hot
        /// meal at a steady 40 °C.
        case anyFirmware = "any_firmware"
        /// Firmware 03.28 or later: 20.00, 30.00 and 40.00 °C are temperatures.
        case since0328 = "since_03_28"
    }

    package var family: Family
    package var bluetoothFaults: BluetoothFaults

    package init(family: Family = .fmb, bluetoothFaults: BluetoothFaults = .anyFirmware) {
        self.family = family
        self.bluetoothFaults = bluetoothFaults
    }
}

/// What the value of an I/O element means.
struct TeltonikaParameter {
    /// How the value is written, and which values are none.
    enum Kind {
        case flag, percent, millivolts, metres
        case humidityTenths
        case dallasTenths, bluetoothHundredths, eyeHundredths, recorderTenths, recorderHundredths
    }

    var quantity: Quantity
    var probe: Int
    var kind: Kind

    init(_ quantity: Quantity, _ kind: Kind, probe: Int = 0) {
        self.quantity = quantity
        self.kind = kind
        self.probe = probe
    }

    var isTemperature: Bool { quantity == .temperature }

    /// How many bytes the value has. One of another width is of another parameter, which an older
    /// model sends under the same id, such as the 8-byte name of a Dallas thermometer under 75.
    var widths: ClosedRange<Int> {
        switch kind {
        case .flag, .percent: 1...1
        case .humidityTenths: 2...2
        case .metres: 4...8
        case .millivolts, .dallasTenths, .bluetoothHundredths, .eyeHundredths, .recorderTenths,
            .recorderHundredths:
            2...4
        }
    }
}

extension TeltonikaModel {
    /// What the I/O element with this AVL id is; nil for what is not for the log.
    func parameter(_ id: Int) -> TeltonikaParameter? {
        switch id {
        case 66: TeltonikaParameter(.supplyVoltage, .millivolts)
        case 67: TeltonikaParameter(.batteryVoltage, .millivolts)
        case 113: TeltonikaParameter(.battery, .percent)
        case 239: TeltonikaParameter(.ignition, .flag)
        case 240: TeltonikaParameter(.motion, .flag)
        case 72...75: TeltonikaParameter(.temperature, .dallasTenths, probe: id - 72)
        case 10_800...10_803: TeltonikaParameter(.temperature, .eyeHundredths, probe: id - 10_792)
        case 10_804...10_807: TeltonikaParameter(.humidity, .percent, probe: id - 10_796)
        case 10_824...10_827: TeltonikaParameter(.batteryVoltage, .millivolts, probe: id - 10_816)
        case 10_644...10_649:
            TeltonikaParameter(.temperature, .recorderHundredths, probe: id - 10_632)
        case 10_683...10_688: TeltonikaParameter(.temperature, .recorderTenths, probe: id - 10_665)
        case 10_695...10_700: TeltonikaParameter(.temperature, .recorderTenths, probe: id - 10_671)
        default: familyParameter(id)
        }
    }

    private func familyParameter(_ id: Int) -> TeltonikaParameter? {
        switch (family, id) {
        case (.fmb, 16), (.fmx640, 216): TeltonikaParameter(.odometer, .metres)
        case (.fmb, 25...28): TeltonikaParameter(.temperature, .bluetoothHundredths, probe: id - 21)
        case (.fmb, 86): TeltonikaParameter(.humidity, .humidityTenths, probe: 4)
        case (.fmb, 104): TeltonikaParameter(.humidity, .humidityTenths, probe: 5)
        case (.fmb, 106): TeltonikaParameter(.humidity, .humidityTenths, probe: 6)
        case (.fmb, 108): TeltonikaParameter(.humidity, .humidityTenths, probe: 7)
        case (.fmb, 29): TeltonikaParameter(.battery, .percent, probe: 4)
        case (.fmb, 20): TeltonikaParameter(.battery, .percent, probe: 5)
        case (.fmb, 22): TeltonikaParameter(.battery, .percent, probe: 6)
        case (.fmb, 23): TeltonikaParameter(.battery, .percent, probe: 7)
        case (.fmx640, 701...704):
            TeltonikaParameter(.temperature, .bluetoothHundredths, probe: id - 697)
        case (.fmx640, 705...708): TeltonikaParameter(.battery, .percent, probe: id - 701)
        default: nil
        }
    }

    /// Adds the value of an I/O element, or the marker that it is.
    func add(_ parameter: TeltonikaParameter, _ raw: Int64, to batch: inout SampleBatch) {
        let divisor: Double
        let marker: Marker?
        switch parameter.kind {
        case .flag: (divisor, marker) = (1, raw > 1 ? .notAvailable : nil)
        case .percent: (divisor, marker) = (1, Self.fault(percent: raw))
        case .millivolts: (divisor, marker) = (1000, raw >= 0xFFFF ? .notAvailable : nil)
        case .metres: (divisor, marker) = (1, raw == 0xFFFF_FFFF ? .notAvailable : nil)
        case .humidityTenths: (divisor, marker) = (10, Self.fault(humidity: raw))
        case .dallasTenths: (divisor, marker) = (10, Self.fault(dallas: raw))
        case .bluetoothHundredths: (divisor, marker) = (100, fault(bluetooth: raw))
        case .eyeHundredths: (divisor, marker) = (100, Self.fault(sensor: raw))
        case .recorderTenths: (divisor, marker) = (10, Self.fault(recorder: raw, perDegree: 10))
        case .recorderHundredths:
            (divisor, marker) = (100, Self.fault(recorder: raw, perDegree: 100))
        }
        if let marker {
            batch.add(parameter.quantity, probe: parameter.probe, marker)
        } else if raw < 0, !parameter.isTemperature {
            batch.add(parameter.quantity, probe: parameter.probe, .underRange)
        } else {
            batch.add(parameter.quantity, probe: parameter.probe, Double(raw, per: divisor))
        }
    }

    private static func fault(percent raw: Int64) -> Marker? {
        if raw == 255 { return .notAvailable }
        return raw > 100 ? .overRange : nil
    }

    static func fault(dallas raw: Int64) -> Marker? {
        switch raw {
        case 850: .powerOnValue
        case 2000: .sensorError
        case 3000: .probeAbsent
        case 4000: .notIdentified
        case 5000: .notReady
        case ..<(-550): .underRange
        case 1251...: .overRange
        default: nil
        }
    }

    func fault(bluetooth raw: Int64) -> Marker? {
        guard bluetoothFaults == .since0328 else {
            switch raw {
            case 2000, 4000: return .sensorError
            case 3000: return .probeAbsent
            default: return Self.fault(sensor: raw)
            }
        }
        return Self.fault(sensor: raw)
    }

    /// Of firmware 03.28 and later.
    private static func fault(sensor raw: Int64) -> Marker? {
        switch raw {
        case 32_767: .probeAbsent
        case 32_765, 32_766: .sensorError
        case ..<(-4000): .underRange
        case 12_501...: .overRange
        default: nil
        }
    }

    /// The lists of different models tell different codes; none of them is a humidity.
    private static func fault(humidity raw: Int64) -> Marker? {
        switch raw {
        case ...1000: nil
        case 3000, 32_735, 32_767, 65_535: .probeAbsent
        case 2000, 4000, 32_733, 32_734, 32_765, 32_766, 65_533, 65_534: .sensorError
        default: .overRange
        }
    }

    /// A refrigerator or a recorder of its temperatures measures from −100 to 200 °C.
    private static func fault(recorder raw: Int64, perDegree scale: Int64) -> Marker? {
        if raw == 32_767 || raw == -32_768 { return .notAvailable }
        if raw < -100 * scale { return .underRange }
        return raw > 200 * scale ? .overRange : nil
    }
}
