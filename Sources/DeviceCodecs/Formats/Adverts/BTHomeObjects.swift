import ColdChain

/// The objects of BTHome: what each number means and how long its value is.
enum BTHomeObjects {
    /// Objects of version 2, one behind the other. Throws only where not one of them can be read.
    static func decode(
        _ objects: Span<UInt8>, _ sample: inout AdvertSample, _ batch: inout SampleBatch
    ) throws(DecodingFailure) {
        var offset = 0
        while offset < objects.count {
            let number = objects[offset]
            guard let length = length(of: number, objects, at: offset + 1) else {
                guard offset > 0 else {
                    throw DecodingFailure(
                        .unsupported, detail: "BTHome begins with the unknown object \(number)")
                }
                return
            }
            guard length <= objects.count - offset - 1 else {
                guard offset > 0 else {
                    throw DecodingFailure(.truncatedFrame, detail: "BTHome within its first object")
                }
                batch.reject(row: sample.row, .truncatedFrame)
                return
            }
            let value = objects.extracting(offset + 1..<offset + 1 + length)
            read(number, value, &sample, &batch)
            offset += 1 + length
        }
    }

    /// How many bytes the value of an object has; nil for one that is not known. Texts and raw data
    /// tell theirs in a first byte of their own, which is counted.
    static func length(of number: UInt8, _ objects: Span<UInt8>, at offset: Int) -> Int? {
        switch number {
        case 0x00, 0x01, 0x09, 0x0F...0x11, 0x15...0x2F, 0x3A, 0x46, 0x57...0x59, 0x60, 0x64: 1
        case 0x02, 0x03, 0x06...0x08, 0x0C...0x0E, 0x12...0x14, 0x3C, 0x3D, 0x3F...0x41,
            0x43...0x45, 0x47...0x4A, 0x51, 0x52, 0x56, 0x5A, 0x5D...0x5F, 0x61, 0xF0:
            2
        case 0x04, 0x05, 0x0A, 0x0B, 0x42, 0x4B, 0xF2: 3
        case 0x3E, 0x4C...0x50, 0x55, 0x5B, 0x5C, 0x62, 0x63, 0xF1: 4
        case 0x53, 0x54: objects.littleEndian(UInt8.self, at: offset).map { 1 + Int($0) } ?? 1
        default: nil
        }
    }

    /// Takes the value of an object whose quantity the log has; others are passed over.
    private static func read(
        _ number: UInt8, _ value: Span<UInt8>, _ sample: inout AdvertSample,
        _ batch: inout SampleBatch
    ) {
        switch number {
        case 0x00: sample.draft.sequence = unsigned(value)
        case 0x50:
            let milliseconds = unsigned(value) * 1000
            sample.draft.setTime(
                Timestamp(milliseconds: milliseconds), by: .device, sample.message)
        default: add(number, signed(value), unsigned(value), sample, &batch)
        }
    }

    /// Adds a measurement, as the next probe of its quantity. Both readings of the value's bytes are
    /// given; the object says which is meant.
    static func add(
        _ number: UInt8, _ signed: Int64, _ unsigned: Int64, _ sample: borrowing AdvertSample,
        _ batch: inout SampleBatch
    ) {
        let measurement: (Quantity, Double)? =
            switch number {
            case 0x01: (.battery, Double(unsigned))
            case 0x02: (.temperature, Double(signed, per: 100))
            case 0x03: (.humidity, Double(unsigned, per: 100))
            case 0x04: (.pressure, Double(unsigned))
            case 0x0C: (.batteryVoltage, Double(unsigned, per: 1000))
            case 0x0D: (.particulates, Double(unsigned))
            case 0x11, 0x1A, 0x1B, 0x2D: (.opening, unsigned == 0 ? 0 : 1)
            case 0x12: (.carbonDioxide, Double(unsigned))
            case 0x22: (.motion, unsigned == 0 ? 0 : 1)
            case 0x2E: (.humidity, Double(unsigned))
            case 0x45: (.temperature, Double(signed, per: 10))
            case 0x57: (.temperature, Double(signed))
            case 0x58: (.temperature, Double(signed &* 35, per: 100))
            default: nil
            }
        guard let (quantity, value) = measurement else { return }
        batch.add(quantity, probe: sample.count(of: quantity, in: batch), value)
    }

    /// Up to 8 bytes as a number; more are no number, and their beginning is taken.
    static func unsigned(_ value: Span<UInt8>) -> Int64 {
        var number: UInt64 = 0
        for index in (0..<min(value.count, 7)).reversed() {
            number = number << 8 | UInt64(value[index])
        }
        return Int64(truncatingIfNeeded: number)
    }

    static func signed(_ value: Span<UInt8>) -> Int64 {
        let count = min(value.count, 7)
        guard count > 0 else { return 0 }
        let shift = Int64(64 - 8 * count)
        return (unsigned(value) << shift) >> shift
    }
}
