import ColdChain

/// Minew sensors: service data of UUID 0xFFE1, or manufacturer data of company 0x0639. Temperatures
/// and humidities are s16 BE in 256ths; addresses are reversed.
///
/// Service data: A1, kind, battery %; of kind 01 temperature, humidity, address; 13 temperature,
/// address; 03 acceleration; 08 address, name; 02 (light) holds nothing for this log.
/// Company: A3 03 (S3) battery %, temperature, humidity, address. A4 01 (S4) battery %, door open.
/// CA 00 address, battery %. CA 03 blocks: 21 battery %. CA 05 (V3) version, flags (bit 1: no
/// humidity), temperature, humidity. CA 1B (MTB02) flags (bit 7: encrypted), product, address,
/// battery mV, temperature. Source: Minew's beacon formats, as advlib's tests have them.
enum Minew {
    static let service: UInt16 = 0xFFE1
    static let company: UInt16 = 0x0639

    static func decodeServiceData(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard data.count >= 2, data[0] == 0xA1 else { return false }
        switch data[1] {
        case 0x01:
            try require(7, data)
            addTemperature(data, at: 3, &batch)
            addHumidity(data, at: 5, &batch)
            addBattery(data[2], &batch)
            sample.takeAddress(BluetoothAddress(leastSignificantFirst: data, at: 7))
        case 0x13:
            try require(5, data)
            addTemperature(data, at: 3, &batch)
            addBattery(data[2], &batch)
            sample.takeAddress(BluetoothAddress(leastSignificantFirst: data, at: 5))
        case 0x03:
            try require(3, data)
            addBattery(data[2], &batch)
            sample.takeAddress(BluetoothAddress(leastSignificantFirst: data, at: 9))
        case 0x08:
            try require(3, data)
            addBattery(data[2], &batch)
            sample.takeAddress(BluetoothAddress(leastSignificantFirst: data, at: 3))
        default:
            break
        }
        return true
    }

    static func decodeManufacturerData(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard data.count >= 2 else { return false }
        switch (data[0], data[1]) {
        case (0xA3, 0x03):
            try require(7, data)
            addTemperature(data, at: 3, &batch)
            addHumidity(data, at: 5, &batch)
            addBattery(data[2], &batch)
            sample.takeAddress(BluetoothAddress(leastSignificantFirst: data, at: 7))
        case (0xA4, 0x01):
            try require(4, data)
            batch.add(.opening, data[3] == 0 ? 0 : 1)
            addBattery(data[2], &batch)
            sample.takeAddress(BluetoothAddress(leastSignificantFirst: data, at: 7))
        case (0xCA, 0x00):
            try require(9, data)
            addBattery(data[8], &batch)
            sample.takeAddress(BluetoothAddress(leastSignificantFirst: data, at: 2))
        case (0xCA, 0x03):
            readBlocks(data, &batch)
        case (0xCA, 0x05):
            try require(9, data)
            addTemperature(data, at: 5, &batch)
            if data[3] & 0x02 == 0 { addHumidity(data, at: 7, &batch) }
        case (0xCA, 0x1B):
            try decodeTag(data, &sample, &batch)
        case (0xA3, _), (0xA4, _), (0xCA, _):
            break
        default:
            return false
        }
        return true
    }

    /// Blocks of the combined frame, which four other bytes follow. An unknown block ends them.
    private static func readBlocks(_ data: Span<UInt8>, _ batch: inout SampleBatch) {
        var offset = 2
        while offset < data.count - 4 {
            switch data[offset] {
            case 0x03: offset += 7
            case 0x21:
                addBattery(data[offset + 1], &batch)
                offset += 2
            case 0x22: offset += 2
            default: return
            }
        }
    }

    private static func decodeTag(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ batch: inout SampleBatch
    ) throws(DecodingFailure) {
        try require(16, data)
        guard data[2] & 0x80 == 0 else {
            throw DecodingFailure(.unsupported, detail: "an encrypted frame of a Minew MTB02")
        }
        addTemperature(data, at: 14, &batch)
        if let millivolts = data.bigEndian(UInt16.self, at: 12) {
            batch.add(.batteryVoltage, Double(millivolts, per: 1000))
        }
        sample.takeAddress(BluetoothAddress(leastSignificantFirst: data, at: 6))
    }

    private static func require(_ count: Int, _ data: Span<UInt8>) throws(DecodingFailure) {
        guard data.count >= count else {
            throw DecodingFailure(
                .truncatedFrame, detail: "\(data.count) bytes of a Minew frame of \(count)")
        }
    }

    private static func addTemperature(
        _ data: Span<UInt8>, at offset: Int, _ batch: inout SampleBatch
    ) {
        FixedPoint.add(.temperature, data, at: offset, &batch)
    }

    private static func addHumidity(
        _ data: Span<UInt8>, at offset: Int, _ batch: inout SampleBatch
    ) {
        FixedPoint.add(.humidity, data, at: offset, &batch)
    }

    private static func addBattery(_ percent: UInt8, _ batch: inout SampleBatch) {
        GATTCharacteristic.addPercent(.battery, percent, &batch)
    }
}

/// Numbers with eight bits before the point and eight behind it, big-endian, as several makers of
/// beacons have them.
enum FixedPoint {
    /// The lowest number means that there is no value.
    static func add(
        _ quantity: Quantity, _ data: Span<UInt8>, at offset: Int, _ batch: inout SampleBatch
    ) {
        guard let raw = data.bigEndian(Int16.self, at: offset) else { return }
        if raw == .min {
            batch.add(quantity, .notAvailable)
        } else {
            batch.add(quantity, Double(raw, per: 256))
        }
    }
}
