import ColdChain

/// Blue Maestro Tempo Disc and Pebble: manufacturer data of company 0x0133, told apart by the first
/// byte.
///
/// 0D, 16, 17 and 1B: battery %, interval, count of the log, temperature s16 BE /10; all but 0D then
/// humidity u16 BE /10; 1B then pressure in 10 Pa. 01 (Pebble): three temperatures s16 LE /10, of
/// which the second is that of the interval, humidity %, pressure in hPa u16 LE. The count of the log
/// stays the same for several adverts and is no sequence number. Source: ble_monitor's and Theengs'
/// tests.
enum BlueMaestro {
    static let company: UInt16 = 0x0133

    static func decode(
        _ data: Span<UInt8>, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard data.count > 0 else { return false }
        switch data[0] {
        case 0x01: return decodePebble(data, &batch)
        case 0x0D, 0x16, 0x17, 0x1B: break
        default: return false
        }
        guard let temperature = data.bigEndian(Int16.self, at: 6),
            data[0] == 0x0D || data.count >= 12
        else {
            throw DecodingFailure(.truncatedFrame, detail: "\(data.count) bytes of a Tempo Disc")
        }
        batch.add(.temperature, Double(temperature, per: 10))
        if data[0] != 0x0D, let humidity = data.bigEndian(UInt16.self, at: 8) {
            batch.add(.humidity, Double(humidity, per: 10))
        }
        if data[0] == 0x1B, let pressure = data.bigEndian(UInt16.self, at: 10) {
            batch.add(.pressure, Double(Int(pressure) * 10))
        }
        GATTCharacteristic.addPercent(.battery, data[1], &batch)
        return true
    }

    /// Its second frame begins with the same byte and has another length.
    private static func decodePebble(_ data: Span<UInt8>, _ batch: inout SampleBatch) -> Bool {
        guard data.count == 18, let temperature = data.littleEndian(Int16.self, at: 3),
            let pressure = data.littleEndian(UInt16.self, at: 8)
        else { return false }
        batch.add(.temperature, Double(temperature, per: 10))
        GATTCharacteristic.addPercent(.humidity, data[7], &batch)
        batch.add(.pressure, Double(Int(pressure) * 100))
        return true
    }
}
