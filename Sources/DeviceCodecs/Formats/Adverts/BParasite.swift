import ColdChain

/// b-parasite, an open soil sensor: service data of UUID 0x181A, 16 bytes or 18 with light.
///
/// Version and light (one nibble each), a counter of four bits, mV u16 BE, temperature s16 BE /1000
/// (version 1) or /100 (version 2), humidity and soil moisture u16 BE of 65535, the address. The
/// counter begins again every 16 frames and is no sequence number. Source: rbaron/b-parasite.
enum BParasite {
    static func decode(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard data.count == 16 || data.count == 18 else { return false }
        let version = data[0] >> 4
        guard version == 1 || version == 2, data[0] & 0x0F <= 1,
            let millivolts = data.bigEndian(UInt16.self, at: 2),
            let temperature = data.bigEndian(Int16.self, at: 4),
            let humidity = data.bigEndian(UInt16.self, at: 6)
        else { return false }
        sample.takeAddress(BluetoothAddress(mostSignificantFirst: data, at: 10))
        batch.add(.temperature, Double(temperature, per: version == 1 ? 1000 : 100))
        batch.add(.humidity, Double(Int(humidity) * 100, per: 65_535))
        batch.add(.batteryVoltage, Double(millivolts, per: 1000))
        return true
    }
}
