import ColdChain

/// Govee thermometers: manufacturer data of three numbers that are no companies of Govee's.
///
/// - 0xEC88: 6 bytes (H5072, H5075) packed at 1, battery at 4; 7 (H5074) and 9 (H5051, H5052)
///   temperature s16 LE /100 at 1, humidity u16 LE /100, battery.
/// - 0x8801: 9 bytes (H5179), the same at 4.
/// - 0x0001, which is Nokia's: 01 01, then packed and battery (H5100 to H5177); H5106 by its name
///   with particles in a fourth byte; 9 bytes (H5178) the number of the sensor, packed, battery.
///
/// Packed are 24 bits: the top one is the sign, the rest temperature ×10 thousands and humidity ×10.
/// The top bit of a battery says that the sensor fails. H5178's second sensor is probe 1. Source:
/// ble_monitor's and Theengs' tests.
enum Govee {
    static let company: UInt16 = 0xEC88
    static let secondCompany: UInt16 = 0x8801
    static let borrowedCompany: UInt16 = 0x0001

    static func decode(_ data: Span<UInt8>, _ batch: inout SampleBatch) -> Bool {
        switch data.count {
        case 6: addPacked(data, at: 1, battery: data[4], &batch)
        case 7, 9: addPlain(data, at: 1, &batch)
        default: return false
        }
        return true
    }

    static func decodeSecond(_ data: Span<UInt8>, _ batch: inout SampleBatch) -> Bool {
        guard data.count == 9, data[0] == 0xEC else { return false }
        addPlain(data, at: 4, &batch)
        return true
    }

    /// Nokia's number is taken only with Govee's two first bytes, and not with another's name.
    static func decodeBorrowed(
        _ data: Span<UInt8>, name: Span<UInt8>, _ batch: inout SampleBatch
    ) -> Bool {
        guard data.count >= 6, data[0] == 1, name.isEmpty || name.starts(with: "GVH") else {
            return false
        }
        if data.count == 9 {
            guard data[2] <= 1 else { return false }
            addPacked(data, at: 3, battery: data[6], probe: Int(data[2]), &batch)
        } else if data.count == 6, data[1] == 1, name.starts(with: "GVH5106") {
            guard let packed = data.bigEndian(UInt32.self, at: 2) else { return false }
            let steps = Int(packed & 0x7FFF_FFFF)
            let tenths = steps / 1_000_000
            batch.add(.temperature, Double(packed >> 31 == 0 ? tenths : -tenths, per: 10))
            batch.add(.humidity, Double(steps / 1000 % 1000, per: 10))
            batch.add(.particulates, Double(steps % 1000))
        } else if data.count == 6, data[1] == 1 {
            addPacked(data, at: 2, battery: data[5], &batch)
        } else {
            return false
        }
        return true
    }

    private static func addPacked(
        _ data: Span<UInt8>, at offset: Int, battery: UInt8, probe: Int = 0,
        _ batch: inout SampleBatch
    ) {
        guard let packed = data.bigEndian24(at: offset) else { return }
        if battery & 0x80 != 0 {
            batch.add(.temperature, probe: probe, .sensorError)
            batch.add(.humidity, probe: probe, .sensorError)
        } else {
            let steps = Int(packed & 0x7F_FFFF)
            let tenths = steps / 1000
            batch.add(
                .temperature, probe: probe,
                Double(packed & 0x80_0000 == 0 ? tenths : -tenths, per: 10))
            batch.add(.humidity, probe: probe, Double(steps % 1000, per: 10))
        }
        GATTCharacteristic.addPercent(.battery, battery & 0x7F, &batch)
    }

    private static func addPlain(
        _ data: Span<UInt8>, at offset: Int, _ batch: inout SampleBatch
    ) {
        guard let temperature = data.littleEndian(Int16.self, at: offset),
            let humidity = data.littleEndian(UInt16.self, at: offset + 2),
            let battery = data.littleEndian(UInt8.self, at: offset + 4)
        else { return }
        GATTCharacteristic.addTemperature(temperature, &batch)
        batch.add(.humidity, Double(humidity, per: 100))
        GATTCharacteristic.addPercent(.battery, battery, &batch)
    }
}

extension Span where Element == UInt8 {
    /// Whether the text begins with these ASCII letters.
    func starts(with letters: StaticString) -> Bool {
        guard letters.utf8CodeUnitCount <= count else { return false }
        // A literal lives as long as the process.
        let wanted = unsafe UnsafeBufferPointer(
            start: letters.utf8Start, count: letters.utf8CodeUnitCount)
        for index in 0..<letters.utf8CodeUnitCount where unsafe wanted[index] != self[index] {
            return false
        }
        return true
    }
}
