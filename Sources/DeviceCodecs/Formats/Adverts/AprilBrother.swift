import ColdChain

/// April Brother N03: service data of UUID 0xFE59, which many devices share for updates: AB 03, the
/// address, battery %, temperature s16 LE in 8ths, humidity u16 LE in halves, light. Source: the
/// maker's page of the packet format.
enum AprilBrother {
    static let service: UInt16 = 0xFE59

    static func decode(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ batch: inout SampleBatch
    ) -> Bool {
        guard data.count >= 13, data[0] == 0xAB, data[1] == 0x03,
            let temperature = data.littleEndian(Int16.self, at: 9),
            let humidity = data.littleEndian(UInt16.self, at: 11)
        else { return false }
        sample.takeAddress(BluetoothAddress(mostSignificantFirst: data, at: 2))
        batch.add(.temperature, Double(temperature, per: 8))
        batch.add(.humidity, Double(humidity, per: 2))
        GATTCharacteristic.addPercent(.battery, data[8], &batch)
        return true
    }
}
