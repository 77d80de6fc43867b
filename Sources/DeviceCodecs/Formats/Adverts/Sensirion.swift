import ColdChain

/// Sensirion's gadgets: manufacturer data of company 0x06D5, little-endian.
///
/// 00, the kind of sample, two bytes of the address, and of kind 6 (SHT4x) temperature and humidity,
/// of kind 8 (MyCO2) temperature, humidity and CO₂. The humidity of kind 6 spans −6…119 %. Source:
/// Sensirion's BLE gadget library, as ble_monitor and Theengs read it.
enum Sensirion {
    static let company: UInt16 = 0x06D5

    static func decode(
        _ data: Span<UInt8>, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard data.count >= 2, data[0] == 0, data[1] == 6 || data[1] == 8 else { return false }
        guard let temperature = data.littleEndian(UInt16.self, at: 4),
            let humidity = data.littleEndian(UInt16.self, at: 6),
            data[1] == 6 || data.count >= 10
        else {
            throw DecodingFailure(
                .truncatedFrame, detail: "\(data.count) bytes of a gadget's advert")
        }
        batch.add(.temperature, SensirionScale.celsius(temperature))
        if data[1] == 6 {
            batch.add(.humidity, Double(Int(humidity) * 125, per: 65_535) - 6)
        } else {
            batch.add(.humidity, SensirionScale.percent(humidity))
            if let carbonDioxide = data.littleEndian(UInt16.self, at: 8) {
                batch.add(.carbonDioxide, Double(carbonDioxide))
            }
        }
        return true
    }
}
