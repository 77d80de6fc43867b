import ColdChain

/// The oldest RuuviTags: formats 2 and 4, Base64 at the end of an Eddystone URL `ruu.vi/#…`.
///
/// Frame: 10, transmission power, 03 (`https://`), the text. Its bytes: format, humidity in halves,
/// sign and whole degrees, hundredths (0 in format 2 and 4), pressure less 50 kPa; format 4 has a
/// further character that tells tags apart. Source: Ruuvi's documentation of formats 2 and 4.
enum RuuviURL {
    private static let prefix: InlineArray<8, UInt8> = [
        UInt8(ascii: "r"), UInt8(ascii: "u"), UInt8(ascii: "u"), UInt8(ascii: "."),
        UInt8(ascii: "v"), UInt8(ascii: "i"), UInt8(ascii: "/"), UInt8(ascii: "#"),
    ]
    /// So many characters are six bytes.
    private static let characters = 8

    /// Takes the service data of Eddystone.
    static func decode(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard data.count > 3 + prefix.count, data[0] == 0x10, data[2] == 0x03 else { return false }
        for index in prefix.indices where data[3 + index] != prefix[index] { return false }
        let start = 3 + prefix.count
        guard data.count >= start + characters else {
            throw DecodingFailure(.truncatedFrame, detail: "a Ruuvi URL that was cut short")
        }
        // Six bytes: they are read back from the bits, with no array between.
        var bits: UInt64 = 0
        for index in start..<start + characters {
            guard let sextet = TextCoding.sextet(data[index]) else {
                throw DecodingFailure(.badEncoding, detail: "a Ruuvi URL that is no Base64")
            }
            bits = bits << 6 | UInt64(sextet)
        }
        func byte(_ index: Int) -> UInt8 {
            UInt8(truncatingIfNeeded: bits >> UInt64(40 - 8 * index))
        }
        guard byte(0) == 2 || byte(0) == 4 else { return false }
        let hundredths = Int(byte(2) & 0x7F) * 100 + Int(byte(3))
        batch.add(.temperature, Double(byte(2) & 0x80 == 0 ? hundredths : -hundredths, per: 100))
        batch.add(.humidity, Double(byte(1), per: 2))
        batch.add(.pressure, Double((Int(byte(4)) << 8 | Int(byte(5))) + 50_000))
        return true
    }
}
