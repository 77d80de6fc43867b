import ColdChain
import Wire

/// Characteristics of the Bluetooth SIG sent as service data under their own number, little-endian:
/// older ELA Blue PUCK and Teltonika Blue Puck/Coin sensors, and many others.
///
/// 2A6E temperature s16 /100, 8000 unknown (ELA: 7FFF); 2A6F humidity u16 /100, FFFF unknown, or a
/// single byte of % from ELA; 2A19 battery %; 2A6D pressure u32 in 0.1 Pa; 2A67 location and speed.
/// Source: the GATT Specification Supplement. Each further temperature of an advert is a probe.
enum GATTCharacteristic {
    static func decode(
        _ number: UInt16, _ data: Span<UInt8>, _ sample: inout AdvertSample,
        _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        switch number {
        case 0x2A6E:
            guard let raw = data.littleEndian(Int16.self, at: 0) else { throw truncated(number) }
            addTemperature(raw, probe: sample.count(of: .temperature, in: batch), &batch)
        case 0x2A6F:
            try addHumidity(data, &batch)
        case 0x2A19:
            guard !data.isEmpty else { throw truncated(number) }
            addPercent(.battery, data[0], &batch)
        case 0x2A6D:
            guard let raw = data.littleEndian(UInt32.self, at: 0) else { throw truncated(number) }
            batch.add(.pressure, Double(raw, per: 10))
        case 0x2A67:
            try LocationAndSpeed.decode(data, &sample)
        default:
            return false
        }
        return true
    }

    private static func truncated(_ number: UInt16) -> DecodingFailure {
        DecodingFailure(.truncatedFrame, detail: "characteristic \(number) within its value")
    }

    private static func addHumidity(
        _ data: Span<UInt8>, _ batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard !data.isEmpty else { throw truncated(0x2A6F) }
        guard let raw = data.littleEndian(UInt16.self, at: 0) else {
            addPercent(.humidity, data[0], &batch)
            return
        }
        if raw == .max {
            batch.add(.humidity, .notAvailable)
        } else {
            batch.add(.humidity, Double(raw, per: 100))
        }
    }

    /// Hundredths of a degree; both ends of the numbers mean that there is no value.
    static func addTemperature(_ raw: Int16, probe: Int = 0, _ batch: inout SampleBatch) {
        if raw == .min || raw == .max {
            batch.add(.temperature, probe: probe, .notAvailable)
        } else {
            batch.add(.temperature, probe: probe, Double(raw, per: 100))
        }
    }

    /// Whole per cent; more than a hundred is no share.
    static func addPercent(_ quantity: Quantity, _ raw: UInt8, _ batch: inout SampleBatch) {
        if raw > 100 {
            batch.add(quantity, .notAvailable)
        } else {
            batch.add(quantity, Double(raw))
        }
    }
}
