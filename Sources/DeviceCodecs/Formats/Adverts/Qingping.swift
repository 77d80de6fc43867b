import ColdChain

/// Qingping (ClearGrass) sensors with their own firmware: service data of UUID 0xFDCD.
///
/// Flags, model, address reversed, then kind, length, value, little-endian: 01 temperature s16 /10
/// and humidity u16 /10, 02 battery %, 07 pressure u16 in 10 Pa, 0F counter u8, 12 particles 2.5 and
/// 10, 13 CO₂. The address of the models 0E and 24 is another one than theirs. Source: ble_monitor's
/// tests.
enum Qingping {
    static let service: UInt16 = 0xFDCD

    static func decode(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard data.count >= 8 else {
            throw DecodingFailure(.truncatedFrame, detail: "a Qingping frame within its address")
        }
        if data[1] != 0x0E, data[1] != 0x24 {
            sample.takeAddress(BluetoothAddress(leastSignificantFirst: data, at: 2))
        }
        var offset = 8
        while offset + 2 <= data.count {
            let length = Int(data[offset + 1])
            guard length <= data.count - offset - 2 else {
                guard offset > 8 else {
                    throw DecodingFailure(.truncatedFrame, detail: "a Qingping frame in a value")
                }
                batch.reject(row: sample.row, .truncatedFrame)
                break
            }
            add(data[offset], length, data, at: offset + 2, &sample, &batch)
            offset += 2 + length
        }
        return true
    }

    private static func add(
        _ kind: UInt8, _ length: Int, _ data: Span<UInt8>, at offset: Int,
        _ sample: inout AdvertSample, _ batch: inout SampleBatch
    ) {
        let first = data.littleEndian(UInt16.self, at: offset) ?? 0
        switch (kind, length) {
        case (0x01, 4):
            batch.add(.temperature, Double(Int16(bitPattern: first), per: 10))
            if let humidity = data.littleEndian(UInt16.self, at: offset + 2) {
                batch.add(.humidity, Double(humidity, per: 10))
            }
        case (0x02, 1): GATTCharacteristic.addPercent(.battery, data[offset], &batch)
        case (0x07, 2): batch.add(.pressure, Double(Int(first) * 10))
        case (0x0F, 1): sample.draft.sequence = Int64(data[offset])
        case (0x12, 4): batch.add(.particulates, Double(first))
        case (0x13, 2): batch.add(.carbonDioxide, Double(first))
        default: break
        }
    }
}
