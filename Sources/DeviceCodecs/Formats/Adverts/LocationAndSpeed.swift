import ColdChain
import Wire

/// The characteristic 2A67, Location and Speed: flags u16, and the fields that they name.
///
/// In the order of bits 0–6: speed u16 /100 m/s, distance u24 in 0.1 m, latitude and longitude s32
/// /10⁷, elevation s24 /100 m, heading u16 /100, rolling time u8, UTC time (year u16, month, day,
/// hour, minute, second). Bits 7–8 tell the fix: 0 none, 1 good, 2 estimated, 3 the last known.
enum LocationAndSpeed {
    static func decode(
        _ data: Span<UInt8>, _ sample: inout AdvertSample
    ) throws(DecodingFailure) {
        var fields = Fields(data: data, offset: 2)
        guard let flags = data.littleEndian(UInt16.self, at: 0) else {
            throw Fields.truncated
        }
        func has(_ bit: UInt16) -> Bool { flags >> bit & 1 == 1 }
        let speed = has(0) ? Double(try fields.unsigned(2), per: 100) : nil
        if has(1) { _ = try fields.unsigned(3) }
        var place: (latitude: Double, longitude: Double)?
        if has(2) {
            place = (
                Double(try fields.signed(4), per: 10_000_000),
                Double(try fields.signed(4), per: 10_000_000)
            )
        }
        let altitude = has(3) ? Double(try fields.signed(3), per: 100) : nil
        let heading = has(4) ? Double(try fields.unsigned(2), per: 100) : nil
        if has(5) { _ = try fields.unsigned(1) }
        if has(6) { try readTime(&fields, &sample) }
        guard let place else { return }
        sample.draft.position = Position(
            checking: place.latitude, place.longitude, speed: speed, heading: heading,
            altitude: altitude)
        switch flags >> 7 & 3 {
        case 0, 3: sample.draft.notes.insert(.noFix)
        case 2: sample.draft.notes.insert(.coarsePosition)
        default: if sample.draft.position == nil { sample.draft.notes.insert(.noFix) }
        }
    }

    /// A year, month or day of 0 is unknown: then there is no time.
    private static func readTime(
        _ fields: inout Fields, _ sample: inout AdvertSample
    ) throws(DecodingFailure) {
        var text: InlineArray<20, UInt8> = [
            0, 0, 0, 0, UInt8(ascii: "-"), 0, 0, UInt8(ascii: "-"), 0, 0, UInt8(ascii: "T"),
            0, 0, UInt8(ascii: ":"), 0, 0, UInt8(ascii: ":"), 0, 0, UInt8(ascii: "Z"),
        ]
        func write(_ number: Int64, _ digits: Int, at offset: Int) {
            var rest = number
            for index in (offset..<offset + digits).reversed() {
                text[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
        }
        let year = try fields.unsigned(2)
        write(min(year, 9999), 4, at: 0)
        for offset in stride(from: 5, through: 17, by: 3) {
            write(min(try fields.unsigned(1), 99), 2, at: offset)
        }
        guard year > 0, let instant = RFC3339.parse(text.span) else { return }
        sample.draft.setTime(Timestamp(milliseconds: instant), by: .device, sample.message)
    }

    /// Little-endian numbers, one behind the other.
    private struct Fields: ~Escapable {
        let data: Span<UInt8>
        var offset: Int

        static let truncated = DecodingFailure(
            .truncatedFrame, detail: "a position within its fields")

        @_lifetime(copy data)
        init(data: Span<UInt8>, offset: Int) {
            self.data = data
            self.offset = offset
        }

        mutating func unsigned(_ count: Int) throws(DecodingFailure) -> Int64 {
            guard count <= data.count - offset else { throw Self.truncated }
            defer { offset += count }
            return BTHomeObjects.unsigned(data.extracting(offset..<offset + count))
        }

        mutating func signed(_ count: Int) throws(DecodingFailure) -> Int64 {
            let shift = Int64(64 - 8 * count)
            return (try unsigned(count) << shift) >> shift
        }
    }
}
