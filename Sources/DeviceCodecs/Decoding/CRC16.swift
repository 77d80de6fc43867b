/// The checksum CRC-16/ARC (also called CRC-16/IBM): polynomial 0x8005, both reflected, from 0.
enum CRC16 {
    /// The remainders of the sixteen half bytes.
    private static let remainders: InlineArray<16, UInt16> = [
        0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401,
        0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400,
    ]

    static func checksum(_ bytes: Span<UInt8>) -> UInt16 {
        var checksum: UInt16 = 0
        for index in bytes.indices {
            checksum ^= UInt16(bytes[index])
            checksum = checksum >> 4 ^ remainders[Int(checksum & 0xF)]
            checksum = checksum >> 4 ^ remainders[Int(checksum & 0xF)]
        }
        return checksum
    }
}
