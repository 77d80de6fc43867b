import ColdChain

/// Xiaomi's sensors with their own firmware, and others of Xiaomi's platform: service data of UUID
/// 0xFE95.
///
/// Flags u16 LE (bit 3 encrypted, 4 with the address, 5 with capabilities, 6 with objects, 12–15 the
/// version), model u16, counter, the address reversed, capabilities (another two bytes where bit 5
/// of them says so), objects: kind u16, length, value, all little-endian. Encrypted, from version 4
/// on: AES-CCM over the objects, then three more bytes of counter and a tag of 4; the nonce is the
/// address reversed, model, counter and its other bytes; the associated data the byte 11. The older
/// encryption is not read. Source: ble_monitor's and Theengs' tests.
enum MiBeacon {
    static let service: UInt16 = 0xFE95

    static func decode(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ memory: inout AdvertMemory,
        _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard let flags = data.littleEndian(UInt16.self, at: 0), data.count >= 5 else {
            throw truncated
        }
        var offset = 5
        if flags & 0x10 != 0 {
            guard data.count >= 11 else { throw truncated }
            sample.takeAddress(BluetoothAddress(leastSignificantFirst: data, at: 5))
            offset = 11
        }
        if flags & 0x20 != 0 {
            guard offset < data.count else { throw truncated }
            offset += data[offset] & 0x20 == 0 ? 1 : 3
        }
        guard flags & 0x40 != 0 else { return true }
        guard offset <= data.count else { throw truncated }
        let objects = data.extracting(offset..<data.count)
        if flags & 0x08 == 0 {
            try decodeObjects(objects, sample, &batch)
        } else {
            guard flags >> 12 >= 4 else {
                throw DecodingFailure(.unsupported, detail: "encrypted MiBeacon of an old version")
            }
            try open(objects, of: data, sample, &memory, batch)
            try decodeObjects(memory.message.span, sample, &batch)
        }
        sample.draft.sequence = Int64(data[4])
        return true
    }

    /// Service data whose UUID nobody told, as older gateways relay it. It is taken where it has an
    /// address, the sender's if that is known, and its objects fill it to the last byte.
    static func decodeUntold(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ memory: inout AdvertMemory,
        _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard let flags = data.littleEndian(UInt16.self, at: 0), flags & 0x58 == 0x50,
            (1...5).contains(flags >> 12),
            let address = BluetoothAddress(leastSignificantFirst: data, at: 5),
            sample.address == nil || sample.address == address
        else { return false }
        var offset = 11
        if flags & 0x20 != 0 {
            guard offset < data.count else { return false }
            offset += data[offset] & 0x20 == 0 ? 1 : 3
        }
        while let length = data.littleEndian(UInt8.self, at: offset + 2) {
            offset += 3 + Int(length)
        }
        guard offset == data.count else { return false }
        return try decode(data, &sample, &memory, &batch)
    }

    private static let truncated = DecodingFailure(
        .truncatedFrame, detail: "a MiBeacon frame within its fields")

    private static func open(
        _ objects: Span<UInt8>, of data: Span<UInt8>, _ sample: borrowing AdvertSample,
        _ memory: inout AdvertMemory, _ batch: borrowing SampleBatch
    ) throws(DecodingFailure) {
        let end = objects.count - 7
        guard end > 0 else { throw truncated }
        guard let address = sample.address else {
            throw DecodingFailure(
                .missingField, detail: "an encrypted MiBeacon without its sender's address")
        }
        let sender = address.airBytes
        let nonce = InlineArray<12, UInt8> { index in
            switch index {
            case 0..<6: sender[index]
            case 6..<9: data[index - 4]
            default: objects[end + index - 9]
            }
        }
        let associated: InlineArray<1, UInt8> = [0x11]
        try memory.open(
            objects.extracting(0..<end), tag: objects.extracting(end + 3..<objects.count),
            nonce: nonce.span, associated: associated.span, sample, batch)
    }

    private static func decodeObjects(
        _ objects: Span<UInt8>, _ sample: borrowing AdvertSample, _ batch: inout SampleBatch
    ) throws(DecodingFailure) {
        var offset = 0
        // What is shorter than an object's head fills the frame up.
        while let kind = objects.littleEndian(UInt16.self, at: offset),
            let length = objects.littleEndian(UInt8.self, at: offset + 2)
        {
            offset += 3
            guard Int(length) <= objects.count - offset else {
                guard offset > 3 else { throw truncated }
                batch.reject(row: sample.row, .truncatedFrame)
                return
            }
            add(kind, objects.extracting(offset..<offset + Int(length)), &batch)
            offset += Int(length)
        }
    }

    private static func add(
        _ kind: UInt16, _ value: Span<UInt8>, _ batch: inout SampleBatch
    ) {
        let whole = BTHomeObjects.unsigned(value)
        switch (kind, value.count) {
        case (0x000A, 2): batch.add(.temperature, Double(BTHomeObjects.signed(value), per: 100))
        case (0x1004, 2): batch.add(.temperature, Double(BTHomeObjects.signed(value), per: 10))
        case (0x1006, 2): batch.add(.humidity, Double(whole, per: 10))
        case (0x100A, 1), (0x4803, 1), (0x4C03, 1):
            GATTCharacteristic.addPercent(.battery, value[0], &batch)
        case (0x100D, 4):
            batch.add(
                .temperature, Double(BTHomeObjects.signed(value.extracting(0..<2)), per: 10))
            batch.add(
                .humidity, Double(BTHomeObjects.unsigned(value.extracting(2..<4)), per: 10))
        case (0x4801, 4), (0x4C01, 4): batch.add(.temperature, float(whole))
        case (0x4808, 4), (0x4C08, 4): batch.add(.humidity, float(whole))
        case (0x4802, 1), (0x4C02, 1): GATTCharacteristic.addPercent(.humidity, value[0], &batch)
        case (0x4804, 1), (0x4A12, 1):
            if value[0] == 1 || value[0] == 2 { batch.add(.opening, value[0] == 1 ? 1 : 0) }
        default: break
        }
    }

    private static func float(_ bits: Int64) -> Double {
        // Single precision, to the hundredth: its further digits are noise.
        let value = Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
        return (value * 100).rounded() / 100
    }
}
