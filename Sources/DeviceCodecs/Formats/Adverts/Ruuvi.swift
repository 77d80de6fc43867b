import ColdChain

/// RuuviTag and Ruuvi Air: manufacturer data of company 0x0499, big-endian.
///
/// The first byte is the data format: 3 (RAWv1), 5 (RAWv2), C5 (RAWv2 without acceleration), 6 and
/// E1 (Ruuvi Air; E1 in extended adverts with full resolution, in which case 6 is left out). All but
/// 3 have values for "not available", and sequence numbers. Source: Ruuvi's documentation of its
/// advertisement formats. Probe 0 is the sensor in the tag.
enum Ruuvi {
    static let company: UInt16 = 0x0499

    static func decode(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ memory: inout AdvertMemory,
        _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard let format = data.littleEndian(UInt8.self, at: 0) else { return false }
        switch format {
        case 0x03:
            try require(14, data)
            decodeRAWv1(data, &batch)
        case 0x05:
            try require(24, data)
            addClimate(data, &batch)
            addPower(data, at: 13, &batch)
            sample.draft.sequence = sequence(data, at: 16)
            sample.takeAddress(BluetoothAddress(mostSignificantFirst: data, at: 18))
        case 0xC5:
            try require(18, data)
            addClimate(data, &batch)
            addPower(data, at: 7, &batch)
            sample.draft.sequence = sequence(data, at: 10)
            sample.takeAddress(BluetoothAddress(mostSignificantFirst: data, at: 12))
        case 0x06:
            try require(20, data)
            decodeAir(data, &sample, memory, &batch)
        case 0xE1:
            try require(40, data)
            decodeExtended(data, &sample, &memory, &batch)
        case 0x08:
            throw DecodingFailure(.unsupported, detail: "encrypted Ruuvi data, format 8")
        default:
            return false
        }
        return true
    }

    private static func require(_ count: Int, _ data: Span<UInt8>) throws(DecodingFailure) {
        guard data.count >= count else {
            throw DecodingFailure(
                .truncatedFrame, detail: "\(data.count) bytes of a Ruuvi frame of \(count)")
        }
    }

    /// Format 3: the temperature is a sign, whole degrees and hundredths. There is no value for
    /// "not available".
    private static func decodeRAWv1(_ data: Span<UInt8>, _ batch: inout SampleBatch) {
        let hundredths = Int(data[2] & 0x7F) * 100 + Int(data[3])
        batch.add(.temperature, Double(data[2] & 0x80 == 0 ? hundredths : -hundredths, per: 100))
        batch.add(.humidity, Double(data[1], per: 2))
        if let pascals = data.bigEndian(UInt16.self, at: 4) {
            batch.add(.pressure, Double(Int(pascals) + 50_000))
        }
        if let millivolts = data.bigEndian(UInt16.self, at: 12) {
            batch.add(.batteryVoltage, Double(millivolts, per: 1000))
        }
    }

    /// Temperature, humidity and pressure, as all newer formats have them from the second byte on.
    private static func addClimate(_ data: Span<UInt8>, _ batch: inout SampleBatch) {
        if let raw = data.bigEndian(Int16.self, at: 1) {
            if raw == .min {
                batch.add(.temperature, .notAvailable)
            } else {
                batch.add(.temperature, Double(raw, per: 200))
            }
        }
        add(.humidity, data, at: 3, &batch) { Double($0, per: 400) }
        add(.pressure, data, at: 5, &batch) { Double(Int($0) + 50_000) }
    }

    private static func addPower(_ data: Span<UInt8>, at offset: Int, _ batch: inout SampleBatch) {
        guard let power = data.bigEndian(UInt16.self, at: offset) else { return }
        let millivolts = Int(power >> 5)
        if millivolts == 2047 {
            batch.add(.batteryVoltage, .notAvailable)
        } else {
            batch.add(.batteryVoltage, Double(millivolts + 1600, per: 1000))
        }
    }

    private static func sequence(_ data: Span<UInt8>, at offset: Int) -> Int64? {
        data.bigEndian(UInt16.self, at: offset).flatMap { $0 == .max ? nil : Int64($0) }
    }

    /// Format 6, with the last three bytes of the address only.
    private static func decodeAir(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ memory: borrowing AdvertMemory,
        _ batch: inout SampleBatch
    ) {
        if memory.sendsExtended(sample.address, at: sample.message.receivedAt) { return }
        addClimate(data, &batch)
        add(.particulates, data, at: 7, &batch) { Double($0, per: 10) }
        add(.carbonDioxide, data, at: 9, &batch) { Double($0) }
        sample.draft.sequence = Int64(data[15])
        if let address = sample.address, let end = data.bigEndian24(at: 17),
            end != 0xFF_FFFF, UInt32(truncatingIfNeeded: address.value & 0xFF_FFFF) != end
        {
            sample.draft.notes.insert(.identityConflict)
        }
    }

    private static func decodeExtended(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ memory: inout AdvertMemory,
        _ batch: inout SampleBatch
    ) {
        addClimate(data, &batch)
        add(.particulates, data, at: 9, &batch) { Double($0, per: 10) }
        add(.carbonDioxide, data, at: 15, &batch) { Double($0) }
        if let sequence = data.bigEndian24(at: 25), sequence != 0xFF_FFFF {
            sample.draft.sequence = Int64(sequence)
        }
        sample.takeAddress(BluetoothAddress(mostSignificantFirst: data, at: 34))
        memory.noteExtended(sample.address, at: sample.message.receivedAt)
    }

    /// An unsigned field whose highest value means "not available".
    private static func add(
        _ quantity: Quantity, _ data: Span<UInt8>, at offset: Int, _ batch: inout SampleBatch,
        _ value: (UInt16) -> Double
    ) {
        guard let raw = data.bigEndian(UInt16.self, at: offset) else { return }
        if raw == .max {
            batch.add(quantity, .notAvailable)
        } else {
            batch.add(quantity, value(raw))
        }
    }
}
