import ColdChain

/// ThermoPro TP35x and TP39x, known by their name: manufacturer data C2, temperature s16 LE /10,
/// humidity %. The first two bytes stand where the company belongs. Source: ble_monitor's tests.
enum ThermoPro {
    static func isName(_ name: Span<UInt8>) -> Bool { name.starts(with: "TP3") }

    static func decode(
        company: UInt16, _ data: Span<UInt8>, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard company & 0xFF == 0xC2 else { return false }
        guard data.count >= 2 else {
            throw DecodingFailure(.truncatedFrame, detail: "\(data.count) bytes of a ThermoPro")
        }
        let raw = UInt16(data[0]) << 8 | company >> 8
        batch.add(.temperature, Double(Int16(bitPattern: raw), per: 10))
        GATTCharacteristic.addPercent(.humidity, data[1], &batch)
        return true
    }
}

/// MOCREO sensors, known by their name: manufacturer data whose second byte, where the company
/// belongs, is the model; at 2 battery %, at 4 temperature s16 LE /100, at 6 humidity u16 LE /100
/// (ST6, ST9) or a second temperature (SD1). Source: ble_monitor's tests.
enum Mocreo {
    static func isName(_ name: Span<UInt8>) -> Bool { name.starts(with: "MOCREO") }

    static func decode(
        company: UInt16, _ data: Span<UInt8>, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        let model = company >> 8
        switch model {
        case 0x81, 0x83, 0x84, 0x86, 0x87, 0x8B, 0x94, 0x95, 0x96: break
        default: return false
        }
        guard let temperature = data.littleEndian(Int16.self, at: 4),
            let second = data.littleEndian(Int16.self, at: 6)
        else {
            throw DecodingFailure(.truncatedFrame, detail: "\(data.count) bytes of a MOCREO sensor")
        }
        GATTCharacteristic.addTemperature(temperature, &batch)
        switch model {
        case 0x83, 0x86: batch.add(.humidity, Double(UInt16(bitPattern: second), per: 100))
        case 0x95: GATTCharacteristic.addTemperature(second, probe: 1, &batch)
        default: break
        }
        GATTCharacteristic.addPercent(.battery, data[2] & 0x7F, &batch)
        return true
    }
}
