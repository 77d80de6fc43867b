import ColdChain

/// An uplink of Dragino's LHT65N on port 2, 11 bytes big-endian, with a DS18B20 in its socket.
package struct DraginoLHT65N: Equatable, Sendable {
    /// 0 to 3: nearly empty, low, fair, good.
    package var batteryStatus: UInt16
    package var millivolts: UInt16
    /// Of the air, in hundredths of a degree.
    package var air: Int16
    /// Tenths of a percent.
    package var humidity: UInt16
    /// Of the probe, in hundredths of a degree; nil where there is none.
    package var probe: Int16?

    static let port: Int64 = 2
    /// The kind of what is in the socket.
    private static let dallas: UInt8 = 1
    /// What the DS18B20 holds before its first conversion: 85 °C.
    private static let powerOn: Int16 = 8_500

    package init(
        batteryStatus: UInt16, millivolts: UInt16, air: Int16, humidity: UInt16, probe: Int16?
    ) {
        self.batteryStatus = batteryStatus
        self.millivolts = millivolts
        self.air = air
        self.humidity = humidity
        self.probe = probe
    }

    init(_ snapshot: Snapshot) {
        self.init(
            batteryStatus: snapshot.isBatteryLow ? 0 : 3,
            millivolts: snapshot.isBatteryLow ? 2_431 : 3_020 + UInt16(snapshot.charge / 2),
            air: Steps.nearest(snapshot.celsius, perUnit: 100, within: -4_000...12_500),
            humidity: Steps.nearest(snapshot.humidity, perUnit: 10, within: 0...1_000),
            // The firmware cuts: 26.9375 °C goes out as 26.93.
            probe: snapshot.isProbeDead
                ? nil
                : Steps.cut(
                    Steps.sixteenths(snapshot.probeCelsius), perUnit: 100, within: -5_500...12_500))
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: batteryStatus << 14 | millivolts & 0x3FFF)
        bytes.append(bigEndian: air)
        bytes.append(bigEndian: humidity & 0xFFF)
        bytes.append(Self.dallas)
        bytes.append(bigEndian: probe ?? .max)
        bytes.append(bigEndian: Int16.max)
        return bytes
    }

    var measurements: [Measurement] {
        let outer: Measurement
        switch probe {
        case nil: outer = Measurement(quantity: .temperature, probe: 1, marker: .probeAbsent)
        case Self.powerOn?:
            outer = Measurement(quantity: .temperature, probe: 1, marker: .powerOnValue)
        case let steps?:
            outer = Measurement(quantity: .temperature, probe: 1, value: Double(steps) / 100)
        }
        return [
            Measurement(quantity: .temperature, value: Double(air) / 100),
            Measurement(quantity: .humidity, value: Double(humidity) / 10),
            Measurement(quantity: .batteryVoltage, value: Double(millivolts) / 1000), outer,
        ]
    }
}
