import ColdChain

/// BTHome version 1: service data of UUID 0x181C, or 0x181E encrypted. Superseded, still in use.
///
/// Objects: a byte of length (bits 0–4, of what follows) and form (bits 5–7: 0 unsigned, 1 signed,
/// 2 floating point, 3 text, 4 an address), the number that tells the meaning, as in version 2, and
/// a little-endian value. An address has no number. Encrypted: AES-CCM over the objects, then a
/// counter of 4 bytes and a tag of 4; the nonce is the address, the UUID and the counter, the
/// associated data the byte 11. Source: bthome.io, the page of version 1.
enum BTHomeV1 {
    static let service: UInt16 = 0x181C
    static let encryptedService: UInt16 = 0x181E

    static func decode(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        var offset = 0
        while offset < data.count {
            let length = Int(data[offset] & 0x1F)
            guard length > 0 else { break }
            guard length < data.count - offset else {
                guard offset > 0 else {
                    throw DecodingFailure(.truncatedFrame, detail: "BTHome within its first object")
                }
                batch.reject(row: sample.row, .truncatedFrame)
                break
            }
            let object = data.extracting(offset + 1..<offset + 1 + length)
            read(object, form: data[offset] >> 5, &sample, &batch)
            offset += 1 + length
        }
        return true
    }

    private static func read(
        _ object: Span<UInt8>, form: UInt8, _ sample: inout AdvertSample,
        _ batch: inout SampleBatch
    ) {
        if form == 4 {
            sample.takeAddress(BluetoothAddress(leastSignificantFirst: object, at: 0))
            return
        }
        guard form <= 1, object.count > 1 else { return }
        let value = object.extracting(1..<object.count)
        let unsigned = BTHomeObjects.unsigned(value)
        let number = form == 1 ? BTHomeObjects.signed(value) : unsigned
        if object[0] == 0x00 {
            sample.draft.sequence = unsigned
        } else {
            BTHomeObjects.add(object[0], number, number, sample, &batch)
        }
    }

    static func decodeEncrypted(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ memory: inout AdvertMemory,
        _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        let end = data.count - 8
        guard end > 0, let counter = data.littleEndian(UInt32.self, at: end) else {
            throw DecodingFailure(.truncatedFrame, detail: "an encrypted BTHome frame")
        }
        guard let address = sample.address else {
            throw DecodingFailure(
                .missingField, detail: "an encrypted BTHome frame without its sender's address")
        }
        let sender = address.bytes
        let nonce = InlineArray<12, UInt8> { index in
            switch index {
            case 0..<6: sender[index]
            case 6: UInt8(truncatingIfNeeded: encryptedService)
            case 7: UInt8(truncatingIfNeeded: encryptedService >> 8)
            default: data[end + index - 8]
            }
        }
        let associated: InlineArray<1, UInt8> = [0x11]
        try memory.open(
            data.extracting(0..<end), tag: data.extracting(end + 4..<data.count),
            nonce: nonce.span, associated: associated.span, counter: counter, sample, batch)
        let isRead = try decode(memory.message.span, &sample, &batch)
        sample.draft.sequence = Int64(counter)
        return isRead
    }
}
