import ColdChain

/// BTHome version 2: service data of UUID 0xFCD2 (bthome.io; Shelly BLU, pvvx and many others).
///
/// A byte of flags (bit 0 encrypted, bit 1 an address follows, bit 2 sends on events, bits 5–7 the
/// version 2), then objects: a number that tells meaning and length, and a little-endian value. A
/// number that is not known ends the frame: what came before is kept. There are no values for "not
/// available". Encrypted: AES-CCM over the objects, then a counter of 4 bytes and a tag of 4; the
/// nonce is the address, the UUID, the flags and the counter.
///
/// Temperatures, humidities and so on that occur again are further probes, in their order. The
/// sequence number is the counter where there is one, else the packet number. BTHome says that the
/// counter must rise. Late frames of a slower gateway are let through all the same (their readings
/// are new, or duplicates by their number), and so are counters that began anew; a counter that went
/// back otherwise is a replayed frame.
enum BTHome {
    static let service: UInt16 = 0xFCD2

    static func decode(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ memory: inout AdvertMemory,
        _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard let flags = data.littleEndian(UInt8.self, at: 0) else {
            throw DecodingFailure(.truncatedFrame, detail: "an empty BTHome frame")
        }
        guard flags >> 5 == 2 else {
            throw DecodingFailure(.unsupported, detail: "BTHome of version \(flags >> 5)")
        }
        var offset = 1
        if flags & 0x02 != 0 {
            guard data.count >= 7 else {
                throw DecodingFailure(.truncatedFrame, detail: "a BTHome frame within its address")
            }
            sample.takeAddress(BluetoothAddress(leastSignificantFirst: data, at: 1))
            offset = 7
        }
        if flags & 0x04 != 0 { sample.draft.notes.insert(.eventDriven) }
        let objects = data.extracting(offset..<data.count)
        if flags & 0x01 == 0 {
            try BTHomeObjects.decode(objects, &sample, &batch)
        } else {
            let counter = try open(objects, flags, &sample, &memory, batch)
            try BTHomeObjects.decode(memory.message.span, &sample, &batch)
            sample.draft.sequence = Int64(counter)
        }
        return true
    }

    /// Opens the objects into the memory's message; answers the counter.
    private static func open(
        _ objects: Span<UInt8>, _ flags: UInt8, _ sample: inout AdvertSample,
        _ memory: inout AdvertMemory, _ batch: borrowing SampleBatch
    ) throws(DecodingFailure) -> UInt32 {
        let end = objects.count - 8
        guard end > 0, let counter = objects.littleEndian(UInt32.self, at: end) else {
            throw DecodingFailure(.truncatedFrame, detail: "an encrypted BTHome frame")
        }
        guard let address = sample.address else {
            throw DecodingFailure(
                .missingField, detail: "an encrypted BTHome frame without its sender's address")
        }
        let sender = address.bytes
        let nonce = InlineArray<13, UInt8> { index in
            switch index {
            case 0..<6: sender[index]
            case 6: UInt8(truncatingIfNeeded: service)
            case 7: UInt8(truncatingIfNeeded: service >> 8)
            case 8: flags
            default: objects[end + index - 9]
            }
        }
        try memory.open(
            objects.extracting(0..<end), tag: objects.extracting(end + 4..<objects.count),
            nonce: nonce.span, associated: Span(), counter: counter, sample, batch)
        return counter
    }
}
