import ColdChain

/// Teltonika EYE Sensor: manufacturer data of company 0x089A.
///
/// Version 01, a byte of flags, and the fields that the flags name, in the order of their bits,
/// big-endian: 0 temperature s16 /100, 1 humidity u8, 2 and 3 magnet fitted and near (no field), 4
/// movement (its state and a count, u16), 5 angles (3 bytes), 6 battery low (no field), 7 battery
/// u8, 2 V and hundredths. Whether a lid is open is not concluded from the magnet: most bags have
/// none, and its absence would be an open lid for ever. Source: Teltonika's EYE protocol page.
enum TeltonikaEYE {
    static let company: UInt16 = 0x089A

    static func decode(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard data.count >= 2 else {
            throw DecodingFailure(.truncatedFrame, detail: "an EYE frame without flags")
        }
        guard data[0] == 1 else {
            throw DecodingFailure(.unsupported, detail: "an EYE frame of version \(data[0])")
        }
        let flags = data[1]
        func has(_ bit: UInt8) -> Bool { flags >> bit & 1 == 1 }
        let fields =
            (has(0) ? 2 : 0) + (has(1) ? 1 : 0) + (has(4) ? 2 : 0) + (has(5) ? 3 : 0)
            + (has(7) ? 1 : 0)
        guard data.count >= 2 + fields else {
            throw DecodingFailure(.truncatedFrame, detail: "an EYE frame of \(data.count) bytes")
        }
        var offset = 2
        if has(0), let raw = data.bigEndian(Int16.self, at: offset) {
            GATTCharacteristic.addTemperature(raw, &batch)
            offset += 2
        }
        if has(1) {
            GATTCharacteristic.addPercent(.humidity, data[offset], &batch)
            offset += 1
        }
        if has(4) {
            batch.add(.motion, data[offset] & 0x80 == 0 ? 0 : 1)
            offset += 2
        }
        if has(5) { offset += 3 }
        if has(7) { batch.add(.batteryVoltage, Double(200 + Int(data[offset]), per: 100)) }
        return true
    }
}
