import ColdChain

/// Ruuvi's data format 5 (RAWv2): 24 bytes of manufacturer data, big-endian.
///
/// What is nil is sent as the field's own value for "not available". Source: Ruuvi's documentation
/// of its Bluetooth advertisements.
package struct RuuviDF5: Equatable, Sendable {
    /// Steps of 0.005 °C.
    package var temperature: Int16?
    /// Steps of 0.0025 %.
    package var humidity: UInt16?
    /// Pa above 50,000.
    package var pressure: UInt16?
    /// Thousandths of the earth's acceleration.
    package var acceleration: (x: Int16, y: Int16, z: Int16)?
    /// 1,600 to 3,646.
    package var millivolts: Int?
    /// dBm, −40 to 20, even.
    package var power: Int?
    package var movements: UInt8?
    /// 0 to 65,534.
    package var sequence: UInt16?
    /// Six bytes, as they are written.
    package var address: [UInt8]

    package init(
        temperature: Int16?, humidity: UInt16?, pressure: UInt16?,
        acceleration: (x: Int16, y: Int16, z: Int16)?, millivolts: Int?, power: Int?,
        movements: UInt8?, sequence: UInt16?, address: [UInt8]
    ) {
        self.temperature = temperature
        self.humidity = humidity
        self.pressure = pressure
        self.acceleration = acceleration
        self.millivolts = millivolts
        self.power = power
        self.movements = movements
        self.sequence = sequence
        self.address = address
    }

    init(_ snapshot: Snapshot, movements: UInt8, address: [UInt8]) {
        // A BME280 that answers nothing takes all three with it.
        let isDead = snapshot.isProbeDead
        self.init(
            temperature: isDead
                ? nil
                : Steps.nearest(snapshot.celsius, perUnit: 200, within: -32_767...32_767),
            humidity: isDead
                ? nil : Steps.nearest(snapshot.humidity, perUnit: 400, within: 0...65_534),
            pressure: isDead
                ? nil
                : Steps.nearest(snapshot.pascals - 50_000, perUnit: 1, within: 0...65_534),
            acceleration: (x: -12, y: 24, z: 1_004),
            millivolts: snapshot.isBatteryLow ? 1_980 : 2_960 + Int(snapshot.charge / 4), power: 4,
            movements: movements,
            sequence: UInt16(truncatingIfNeeded: snapshot.sequence % 65_535), address: address)
    }

    package static func == (one: RuuviDF5, other: RuuviDF5) -> Bool { one.bytes == other.bytes }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = [0x05]
        bytes.append(bigEndian: temperature ?? .min)
        bytes.append(bigEndian: humidity ?? .max)
        bytes.append(bigEndian: pressure ?? .max)
        bytes.append(bigEndian: acceleration?.x ?? .min)
        bytes.append(bigEndian: acceleration?.y ?? .min)
        bytes.append(bigEndian: acceleration?.z ?? .min)
        let voltage = millivolts.map { min(max($0 - 1_600, 0), 2_046) } ?? 2_047
        let level = power.map { min(max(($0 + 40) / 2, 0), 30) } ?? 31
        bytes.append(bigEndian: UInt16(voltage << 5 | level))
        bytes.append(movements ?? .max)
        bytes.append(bigEndian: sequence ?? .max)
        return bytes + address
    }

    /// The whole advert: flags, and the manufacturer data of company 0x0499.
    var advert: [UInt8] {
        let data = bytes
        return [0x02, 0x01, 0x06, UInt8(data.count + 3), 0xFF, 0x99, 0x04] + data
    }

    var measurements: [Measurement] {
        [
            temperature.map { Measurement(quantity: .temperature, value: Double($0) / 200) }
                ?? Measurement(quantity: .temperature, marker: .notAvailable),
            humidity.map { Measurement(quantity: .humidity, value: Double($0) / 400) }
                ?? Measurement(quantity: .humidity, marker: .notAvailable),
            pressure.map { Measurement(quantity: .pressure, value: Double($0) + 50_000) }
                ?? Measurement(quantity: .pressure, marker: .notAvailable),
            millivolts.map { Measurement(quantity: .batteryVoltage, value: Double($0) / 1000) }
                ?? Measurement(quantity: .batteryVoltage, marker: .notAvailable),
        ]
    }
}
