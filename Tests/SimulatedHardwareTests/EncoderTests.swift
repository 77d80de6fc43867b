import SimulatedHardware
import Testing

@Suite("Frames of real hardware (B-3)")
struct EncoderTests {
    private static let address: [UInt8] = [0xCB, 0xB8, 0x33, 0x4C, 0x88, 0x4F]

    /// The test vectors of Ruuvi's documentation of data format 5.
    static let ruuvi: [(frame: RuuviDF5, bytes: String)] = [
        (
            RuuviDF5(
                temperature: 4_860, humidity: 21_396, pressure: 50_044,
                acceleration: (x: 4, y: -4, z: 1_036), millivolts: 2_977, power: 4, movements: 66,
                sequence: 205, address: address),
            "0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F"
        ),
        (
            RuuviDF5(
                temperature: 32_767, humidity: 65_534, pressure: 65_534,
                acceleration: (x: 32_767, y: 32_767, z: 32_767), millivolts: 3_646, power: 20,
                movements: 254, sequence: 65_534, address: address),
            "057FFFFFFEFFFE7FFF7FFF7FFFFFDEFEFFFECBB8334C884F"
        ),
        (
            RuuviDF5(
                temperature: -32_767, humidity: 0, pressure: 0,
                acceleration: (x: -32_767, y: -32_767, z: -32_767), millivolts: 1_600, power: -40,
                movements: 0, sequence: 0, address: address),
            "058001000000008001800180010000000000CBB8334C884F"
        ),
        (
            RuuviDF5(
                temperature: nil, humidity: nil, pressure: nil, acceleration: nil,
                millivolts: nil, power: nil, movements: nil, sequence: nil,
                address: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
            "058000FFFFFFFF800080008000FFFFFFFFFFFFFFFFFFFFFF"
        ),
    ]

    @Test("a RuuviTag's frame is that of the specification", arguments: ruuvi)
    func ruuviDF5(_ vector: (frame: RuuviDF5, bytes: String)) throws {
        #expect(vector.frame.bytes == (try bytes(vector.bytes)))
    }

    /// Frames that devices sent, as the codecs' own examples and a report of a wrong one have them.
    static let dragino: [(frame: DraginoLHT65N, bytes: String)] = [
        (
            DraginoLHT65N(
                batteryStatus: 3, millivolts: 3_014, air: 130, humidity: 242, probe: nil),
            "CBC6008200F2017FFF7FFF"
        ),
        (
            DraginoLHT65N(
                batteryStatus: 3, millivolts: 3_062, air: 2_829, humidity: 886, probe: 2_781),
            "CBF60B0D0376010ADD7FFF"
        ),
        (
            DraginoLHT65N(
                batteryStatus: 3, millivolts: 2_997, air: 620, humidity: 927, probe: 2_693),
            "CBB5026C039F010A857FFF"
        ),
        (
            DraginoLHT65N(
                batteryStatus: 0, millivolts: 2_431, air: -1_985, humidity: 455, probe: -2_006),
            "097FF83F01C701F82A7FFF"
        ),
    ]

    @Test("an LHT65N's frame is that of its examples", arguments: dragino)
    func draginoLHT65N(_ vector: (frame: DraginoLHT65N, bytes: String)) throws {
        #expect(vector.frame.bytes == (try bytes(vector.bytes)))
    }

    /// The example of the vendor's own description of codec 8 Extended.
    private static let teltonika =
        "000000000000004A8E010000016B412CEE00010000000000000000000000000000000001000500010001010001"
        + "0011001D00010010015E2C880002000B000000003544C87A000E000000001DD7E06A00000100002994"

    private let frame = TeltonikaFrame(records: [
        TeltonikaRecord(
            time: 1_560_166_592_000, priority: 1, longitude: 0, latitude: 0, altitude: 0,
            course: 0, satellites: 0, speed: 0, event: 1,
            elements: (
                one: [.init(1, 1)], two: [.init(0x11, 0x1D)], four: [.init(0x10, 0x015E_2C88)],
                eight: [.init(0x0B, 0x3544_C87A), .init(0x0E, 0x1DD7_E06A)]
            ))
    ])

    @Test("a Teltonika frame is that of the vendor's example, with and without its envelope")
    func codec8E() throws {
        let example = try bytes(Self.teltonika)
        #expect(frame.framed == example)
        #expect(frame.data == Array(example[8..<example.count - 4]))
    }

    @Test("the checksum of a frame is CRC-16/ARC by division of polynomials, bit by bit")
    func checksum() {
        let framed = frame.framed
        let data = framed[8..<framed.count - 4]
        // Long division in the other direction: the register is not reflected, its bits are.
        var register: UInt16 = 0
        for byte in data {
            for place in 0..<8 {
                let bit = UInt16(byte >> UInt8(place) & 1)
                let top = register >> 15
                register <<= 1
                if top ^ bit == 1 { register ^= 0x8005 }
            }
        }
        var reflected: UInt16 = 0
        for place in 0..<16 where register >> UInt16(place) & 1 == 1 {
            reflected |= 1 << UInt16(15 - place)
        }
        #expect(Array(framed.suffix(4)) == [0, 0, UInt8(reflected >> 8), UInt8(reflected & 0xFF)])
    }
}
