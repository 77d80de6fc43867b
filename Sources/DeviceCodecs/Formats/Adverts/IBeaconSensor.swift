import ColdChain

/// Sensors that hide their values in an iBeacon (company 0x004C, 02 15, UUID, major, minor, power).
///
/// Jaalee JHT, by its UUID: temperature and humidity in 65535ths of their spans in major and minor,
/// battery % behind the power. April Brother ABTemp: battery % and whole degrees in the minor. All
/// other iBeacons are foreign. Source: ble_monitor's and Theengs' tests.
enum IBeaconSensor {
    static let company: UInt16 = 0x004C

    private static let jaalee: InlineArray<16, UInt8> = [
        0xEB, 0xEF, 0xD0, 0x83, 0x70, 0xA2, 0x47, 0xC8, 0x98, 0x37, 0xE7, 0xB5, 0x63, 0x4D, 0xF5,
        0x25,
    ]
    private static let abTemp: InlineArray<16, UInt8> = [
        0xB5, 0xB1, 0x82, 0xC7, 0xEA, 0xB1, 0x49, 0x88, 0xAA, 0x99, 0xB5, 0xC1, 0x51, 0x70, 0x08,
        0xD9,
    ]

    static func decode(_ data: Span<UInt8>, _ batch: inout SampleBatch) -> Bool {
        guard data.count >= 23, data[0] == 0x02, data[1] == 0x15,
            let major = data.bigEndian(UInt16.self, at: 18),
            let minor = data.bigEndian(UInt16.self, at: 20)
        else { return false }
        if isUUID(jaalee, data), data.count >= 24 {
            batch.add(.temperature, SensirionScale.celsius(major))
            batch.add(.humidity, SensirionScale.percent(minor))
            GATTCharacteristic.addPercent(.battery, data[23], &batch)
        } else if isUUID(abTemp, data) {
            batch.add(.temperature, Double(Int8(bitPattern: data[21])))
            GATTCharacteristic.addPercent(.battery, data[20], &batch)
        } else {
            return false
        }
        return true
    }

    private static func isUUID(_ wanted: InlineArray<16, UInt8>, _ data: Span<UInt8>) -> Bool {
        for index in wanted.indices where data[index + 2] != wanted[index] { return false }
        return true
    }
}

/// Numbers as Sensirion's sensors have them: 65535ths of the sensor's span.
enum SensirionScale {
    static func celsius(_ raw: UInt16) -> Double { Double(Int(raw) * 175, per: 65_535) - 45 }

    static func percent(_ raw: UInt16) -> Double { Double(Int(raw) * 100, per: 65_535) }
}
