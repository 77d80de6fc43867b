import ColdChain

/// ELA Innovation Blue PUCK and COIN, and Teltonika's sensors of that make: manufacturer data of
/// company 0x0757.
///
/// Values one behind the other, little-endian: a byte that tells the kind, whose low nibble is the
/// length, and the value. Kinds of these: 12 temperature s16 /100, 21 humidity u8, 32 magnet and 42
/// movement (a count whose last bit is the state), F1 battery %, F2 battery in mV. Older ones send
/// `GATTCharacteristic`. Source: ELA's advertising specification, advlib's tests.
enum ELA {
    static let company: UInt16 = 0x0757

    static func decode(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        var offset = 0
        while offset < data.count {
            let kind = data[offset]
            let length = Int(kind & 0x0F)
            // 09 is a name, which takes the rest.
            guard length > 0, kind != 0x09 else { break }
            guard length < data.count - offset else {
                guard offset > 0 else {
                    throw DecodingFailure(.truncatedFrame, detail: "an ELA frame in its value")
                }
                batch.reject(row: sample.row, .truncatedFrame)
                break
            }
            read(kind, data, at: offset + 1, sample, &batch)
            offset += 1 + length
        }
        return true
    }

    private static func read(
        _ kind: UInt8, _ data: Span<UInt8>, at offset: Int, _ sample: borrowing AdvertSample,
        _ batch: inout SampleBatch
    ) {
        switch kind {
        case 0x12:
            guard let raw = data.littleEndian(Int16.self, at: offset) else { return }
            let probe = sample.count(of: .temperature, in: batch)
            GATTCharacteristic.addTemperature(raw, probe: probe, &batch)
        case 0x21:
            GATTCharacteristic.addPercent(.humidity, data[offset], &batch)
        case 0x32:
            // A magnet at the contact is a closed lid.
            batch.add(.opening, data[offset] & 1 == 0 ? 1 : 0)
        case 0x42:
            batch.add(.motion, data[offset] & 1 == 0 ? 0 : 1)
        case 0xF1:
            GATTCharacteristic.addPercent(.battery, data[offset], &batch)
        case 0xF2:
            guard let millivolts = data.littleEndian(UInt16.self, at: offset) else { return }
            batch.add(.batteryVoltage, Double(millivolts, per: 1000))
        default: break
        }
    }
}
