import ColdChain

/// Xiaomi, Qingping and other thermometers with the firmware of atc1441 or pvvx: service data of
/// UUID 0x181A (Environmental Sensing), told apart by length.
///
/// - 13 bytes (atc1441): address, temperature s16 BE /10, humidity u8, battery %, mV u16 BE, counter.
/// - 15 bytes (pvvx): address reversed, temperature s16 LE /100, humidity u16 LE /100, mV u16 LE,
///   battery %, counter, flags.
/// - 11 and 8 bytes: the same encrypted with AES-CCM, as counter, the values without the voltage, a
///   tag of 4. The nonce is the address reversed, the first four bytes of the AD structure and the
///   counter; the associated data the byte 11. Of 8, temperature and humidity are in halves.
/// - 6 bytes: the values of the 11, as gateways that hold the key relay them.
///
/// 16 and 18 bytes are a soil sensor's, b-parasite: `BParasite`. There are no values for "not
/// available". Source: the documents of pvvx/ATC_MiThermometer.
enum ATC {
    static let service: UInt16 = 0x181A

    static func decode(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ memory: inout AdvertMemory,
        _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        switch data.count {
        case 13: decodeOriginal(data, &sample, &batch)
        case 15: decodeCustom(data, &sample, &batch)
        case 8, 11:
            try open(data, sample, &memory, batch)
            sample.draft.sequence = Int64(data[0])
            let isRead =
                data.count == 11
                ? addValues(memory.message.span, &batch) : addHalves(memory.message.span, &batch)
            guard isRead else {
                throw DecodingFailure(.outOfRange, detail: "an encrypted ATC frame")
            }
        case 6: return addValues(data, &batch)
        default: return try BParasite.decode(data, &sample, &batch)
        }
        return true
    }

    private static func decodeOriginal(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ batch: inout SampleBatch
    ) {
        sample.takeAddress(BluetoothAddress(mostSignificantFirst: data, at: 0))
        if let raw = data.bigEndian(Int16.self, at: 6) {
            batch.add(.temperature, Double(raw, per: 10))
        }
        batch.add(.humidity, Double(data[8]))
        batch.add(.battery, Double(data[9]))
        if let millivolts = data.bigEndian(UInt16.self, at: 10) {
            batch.add(.batteryVoltage, Double(millivolts, per: 1000))
        }
        sample.draft.sequence = Int64(data[12])
    }

    private static func decodeCustom(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ batch: inout SampleBatch
    ) {
        sample.takeAddress(BluetoothAddress(leastSignificantFirst: data, at: 0))
        if let raw = data.littleEndian(Int16.self, at: 6) {
            batch.add(.temperature, Double(raw, per: 100))
        }
        if let raw = data.littleEndian(UInt16.self, at: 8) {
            batch.add(.humidity, Double(raw, per: 100))
        }
        if let millivolts = data.littleEndian(UInt16.self, at: 10) {
            batch.add(.batteryVoltage, Double(millivolts, per: 1000))
        }
        batch.add(.battery, Double(data[12]))
        sample.draft.sequence = Int64(data[13])
    }

    /// Temperature s16 LE /100, humidity u16 LE /100, battery %, flags. False, with nothing added,
    /// for what cannot be these: so short a frame tells too little of itself to be believed.
    private static func addValues(_ values: Span<UInt8>, _ batch: inout SampleBatch) -> Bool {
        guard values.count == 6, let temperature = values.littleEndian(Int16.self, at: 0),
            let humidity = values.littleEndian(UInt16.self, at: 2), humidity <= 10_000,
            values[4] <= 100
        else { return false }
        batch.add(.temperature, Double(temperature, per: 100))
        batch.add(.humidity, Double(humidity, per: 100))
        batch.add(.battery, Double(values[4]))
        return true
    }

    /// Temperature from −40 °C on and humidity, both in halves; battery % and a flag.
    private static func addHalves(_ values: Span<UInt8>, _ batch: inout SampleBatch) -> Bool {
        guard values.count == 3, values[1] <= 200, values[2] & 0x7F <= 100 else { return false }
        batch.add(.temperature, Double(Int(values[0]) - 80, per: 2))
        batch.add(.humidity, Double(values[1], per: 2))
        batch.add(.battery, Double(values[2] & 0x7F))
        return true
    }

    private static func open(
        _ data: Span<UInt8>, _ sample: borrowing AdvertSample, _ memory: inout AdvertMemory,
        _ batch: borrowing SampleBatch
    ) throws(DecodingFailure) {
        guard let address = sample.address else {
            throw DecodingFailure(
                .missingField, detail: "an encrypted ATC frame without its sender's address")
        }
        let sender = address.airBytes
        let nonce = InlineArray<11, UInt8> { index in
            switch index {
            case 0..<6: sender[index]
            case 6: UInt8(truncatingIfNeeded: data.count + 3)
            case 7: 0x16
            case 8: UInt8(truncatingIfNeeded: service)
            case 9: UInt8(truncatingIfNeeded: service >> 8)
            default: data[0]
            }
        }
        let associated: InlineArray<1, UInt8> = [0x11]
        try memory.open(
            data.extracting(1..<data.count - 4),
            tag: data.extracting(data.count - 4..<data.count), nonce: nonce.span,
            associated: associated.span, sample, batch)
    }
}
