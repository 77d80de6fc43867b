import ColdChain

/// ThermoBeacon, Oria and further names of the same thermometers: manufacturer data of the numbers
/// 0x0010 to 0x001B, or of 0xAA55 (T201, T301).
///
/// The first: a byte, a button, the address reversed, battery mV u16, temperature s16 and humidity
/// u16 in 16ths, uptime, little-endian; taken only where the address is the sender's. The second: two
/// bytes, the address, battery in 10 mV, temperature s16 /100, humidity u16 /100, battery %,
/// big-endian. Source: ble_monitor's and Theengs' tests.
enum ThermoBeacon {
    static let secondCompany: UInt16 = 0xAA55

    static func isCompany(_ company: UInt16) -> Bool {
        switch company {
        case 0x10, 0x11, 0x14, 0x15, 0x18, 0x1B: true
        default: false
        }
    }

    static func decode(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ batch: inout SampleBatch
    ) -> Bool {
        guard data.count == 18,
            let address = BluetoothAddress(leastSignificantFirst: data, at: 2),
            sample.address == nil || sample.address == address,
            let millivolts = data.littleEndian(UInt16.self, at: 8),
            let temperature = data.littleEndian(Int16.self, at: 10),
            let humidity = data.littleEndian(UInt16.self, at: 12)
        else { return false }
        sample.takeAddress(address)
        batch.add(.temperature, Double(temperature, per: 16))
        batch.add(.humidity, Double(humidity, per: 16))
        batch.add(.batteryVoltage, Double(millivolts, per: 1000))
        return true
    }

    static func decodeSecond(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard data.count >= 15, let voltage = data.bigEndian(UInt16.self, at: 8),
            let temperature = data.bigEndian(Int16.self, at: 10),
            let humidity = data.bigEndian(UInt16.self, at: 12)
        else {
            throw DecodingFailure(.truncatedFrame, detail: "\(data.count) bytes of a T201's 15")
        }
        sample.takeAddress(BluetoothAddress(mostSignificantFirst: data, at: 2))
        GATTCharacteristic.addTemperature(temperature, &batch)
        batch.add(.humidity, Double(humidity, per: 100))
        batch.add(.batteryVoltage, Double(voltage, per: 100))
        GATTCharacteristic.addPercent(.battery, data[14], &batch)
        return true
    }
}
