import ColdChain

/// Relsib EClerk Eco: service data of the UUIDs 0xAA20 to 0xAA22, 22 bytes, little-endian.
///
/// Temperature s16 /100, humidity u16 /100 and CO₂ u16, from the first byte on, of AA20 from the
/// fifth; 8000 is a sensor that is not ready. AA20 has the battery at 13: the top bit is a power
/// adapter, the rest %. Source: ble_monitor's tests.
enum Relsib {
    static let services: ClosedRange<UInt16> = 0xAA20...0xAA22
    private static let notReady: UInt16 = 0x8000

    static func decode(
        _ service: UInt16, _ data: Span<UInt8>, _ batch: inout SampleBatch
    ) -> Bool {
        guard data.count == 22 else { return false }
        let hasBattery = service == services.lowerBound
        let start = hasBattery ? 4 : 0
        add(.temperature, data, at: start, &batch) { Double(Int16(bitPattern: $0), per: 100) }
        add(.humidity, data, at: start + 2, &batch) { Double($0, per: 100) }
        add(.carbonDioxide, data, at: start + 4, &batch) { Double($0) }
        if hasBattery {
            if data[13] & 0x80 != 0 {
                batch.add(.battery, .externalPower)
            } else {
                GATTCharacteristic.addPercent(.battery, data[13], &batch)
            }
        }
        return true
    }

    private static func add(
        _ quantity: Quantity, _ data: Span<UInt8>, at offset: Int, _ batch: inout SampleBatch,
        _ value: (UInt16) -> Double
    ) {
        guard let raw = data.littleEndian(UInt16.self, at: offset) else { return }
        if raw == notReady {
            batch.add(quantity, .notReady)
        } else {
            batch.add(quantity, value(raw))
        }
    }
}
