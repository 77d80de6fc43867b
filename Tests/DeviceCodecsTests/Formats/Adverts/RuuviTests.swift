import ColdChain
import DeviceCodecs
import Testing

@Suite("Ruuvi's adverts (B-3)")
struct RuuviTests {
    static func ruuvi(_ data: String) -> [UInt8] { manufacturer(0x0499, data) }

    /// Ruuvi's documentation of its formats; those of format 5, C5 and 3 are its own test vectors.
    static let cases = [
        AdvertCase(
            name: "DF5 valid",
            advert: ruuvi("0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F"),
            values: [
                (.temperature, 24.3), (.humidity, 53.49), (.pressure, 100_044),
                (.batteryVoltage, 2.977),
            ], sequence: 205, device: "CBB8334C884F"),
        AdvertCase(
            name: "DF5 maximum",
            advert: ruuvi("057FFFFFFEFFFE7FFF7FFF7FFFFFDEFEFFFECBB8334C884F"),
            values: [
                (.temperature, 163.835), (.humidity, 163.835), (.pressure, 115_534),
                (.batteryVoltage, 3.646),
            ], sequence: 65_534, device: "CBB8334C884F"),
        AdvertCase(
            name: "DF5 minimum",
            advert: ruuvi("058001000000008001800180010000000000CBB8334C884F"),
            values: [
                (.temperature, -163.835), (.humidity, 0), (.pressure, 50_000),
                (.batteryVoltage, 1.6),
            ], sequence: 0, device: "CBB8334C884F"),
        AdvertCase(
            name: "DF5 invalid",
            advert: ruuvi("058000FFFFFFFF800080008000FFFFFFFFFFFFFFFFFFFFFF"),
            markers: [
                (.temperature, .notAvailable), (.humidity, .notAvailable),
                (.pressure, .notAvailable), (.batteryVoltage, .notAvailable),
            ]),
        AdvertCase(
            name: "C5 valid", advert: ruuvi("C512FC5394C37CAC364200CDCBB8334C884F"),
            values: [
                (.temperature, 24.3), (.humidity, 53.49), (.pressure, 100_044),
                (.batteryVoltage, 2.977),
            ], sequence: 205, device: "CBB8334C884F"),
        AdvertCase(
            name: "C5 invalid", advert: ruuvi("C58000FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"),
            markers: [
                (.temperature, .notAvailable), (.humidity, .notAvailable),
                (.pressure, .notAvailable), (.batteryVoltage, .notAvailable),
            ]),
        AdvertCase(
            name: "DF3 valid", advert: ruuvi("03291A1ECE1EFC18F94202CA0B53"),
            values: [
                (.temperature, 26.3), (.humidity, 20.5), (.pressure, 102_766),
                (.batteryVoltage, 2.899),
            ]),
        AdvertCase(
            name: "DF3 below zero", advert: ruuvi("0300FF6300008001800180010000"),
            values: [
                (.temperature, -127.99), (.humidity, 0), (.pressure, 50_000), (.batteryVoltage, 0),
            ]),
        AdvertCase(
            name: "DF6", advert: ruuvi("06170C5668C79E007000C90501D900CD004C884F"),
            values: [
                (.temperature, 29.5), (.humidity, 55.3), (.pressure, 101_102),
                (.particulates, 11.2), (.carbonDioxide, 201),
            ], sequence: 205),
        AdvertCase(
            name: "DF6 invalid", advert: ruuvi("068000FFFFFFFFFFFFFFFFFFFFFFFF00FFFFFFFF"),
            markers: [
                (.temperature, .notAvailable), (.humidity, .notAvailable),
                (.pressure, .notAvailable), (.particulates, .notAvailable),
                (.carbonDioxide, .notAvailable),
            ], sequence: 0),
        AdvertCase(
            name: "E1",
            advert: ruuvi(
                "E1170C5668C79E0065007004BD11CA00C90A0213E0ACFFFFFFDECDEE01FFFFFFFFFFCBB8334C884F"),
            values: [
                (.temperature, 29.5), (.humidity, 55.3), (.pressure, 101_102),
                (.particulates, 11.2), (.carbonDioxide, 201),
            ], sequence: 14_601_710, device: "CBB8334C884F"),
        AdvertCase(
            name: "E1 invalid",
            advert: ruuvi(
                "E18000FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"),
            markers: [
                (.temperature, .notAvailable), (.humidity, .notAvailable),
                (.pressure, .notAvailable), (.particulates, .notAvailable),
                (.carbonDioxide, .notAvailable),
            ]),
        // ble_monitor's test, MIT.
        AdvertCase(
            name: "DF4 in a URL",
            advert: hex("0201060303aafe1716aafe10f6037275752e76692f2342475159414d713877"),
            values: [(.temperature, 24), (.humidity, 50), (.pressure, 101_900)]),
    ]

    @Test("Each format has its values, its markers and its number", arguments: cases)
    func formats(advert: AdvertCase) throws {
        try advert.check()
    }

    @Test(
        "A frame that lost bytes is a failure",
        arguments: [
            ("0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F", 24),
            ("C512FC5394C37CAC364200CDCBB8334C884F", 18), ("03291A1ECE1EFC18F94202CA0B53", 14),
            ("06170C5668C79E007000C90501D900CD004C884F", 20),
            (
                "E1170C5668C79E0065007004BD11CA00C90A0213E0ACFFFFFFDECDEE01FFFFFFFFFFCBB8334C884F",
                40
            ),
        ])
    func truncation(frame: String, length: Int) {
        expectTruncationFails(hex(frame), needing: length) { manufacturer(0x0499, $0) }
    }

    @Test("A sender that the frame contradicts keeps the gateway's name, with a note")
    func conflict() throws {
        let frame = Self.ruuvi("0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F")
        let other = try hear(frame, from: "AABBCCDDEEFF")
        #expect(other.device == "AABBCCDDEEFF")
        #expect(other.notes == .identityConflict)
        #expect(try hear(frame, from: "CBB8334C884F").notes == [])
        let short = Self.ruuvi("06170C5668C79E007000C90501D900CD004C884F")
        #expect(try hear(short, from: "CBB8334C884F").notes == [])
        #expect(try hear(short, from: "CBB8334C884E").notes == .identityConflict)
    }

    @Test("Where format E1 is heard, format 6 of the same sensor is left out for a while")
    func bothFormats() throws {
        var receiver = Receiver()
        let short = Self.ruuvi("06170C5668C79E007000C90501D900CD004C884F")
        let extended = Self.ruuvi(
            "E1170C5668C79E0065007004BD11CA00C90A0213E0ACFFFFFFDECDEE01FFFFFFFFFFCBB8334C884F")
        #expect(try receiver.hear(short, from: "CBB8334C884F").samples == 1)
        #expect(try receiver.hear(extended, from: "CBB8334C884F").samples == 1)
        let left = try receiver.hear(short, from: "CBB8334C884F")
        #expect(left.isKnown)
        #expect(left.samples == 0)
        #expect(try receiver.hear(short, from: "CBB8334C884E").samples == 1)
        receiver.message.receivedAt = noon.advanced(byMilliseconds: 300_001)
        #expect(try receiver.hear(short, from: "CBB8334C884F").samples == 1)
    }

    @Test("Sensors with two formats are remembered by the hundred, the oldest forgotten")
    func manySensors() throws {
        var receiver = Receiver()
        for number in 0..<300 {
            let address = "CB0000000" + String(number + 256, radix: 16).uppercased()
            let extended = Self.ruuvi(
                "E1170C5668C79E0065007004BD11CA00C90A0213E0ACFFFFFFDECDEE01FFFFFFFFFF" + address)
            _ = try receiver.hear(extended)
        }
        let short = "06170C5668C79E007000C90501D900CD00"
        #expect(
            try receiver.hear(Self.ruuvi(short + "00022B"), from: "CB000000022B").samples == 0)
        #expect(
            try receiver.hear(Self.ruuvi(short + "000100"), from: "CB0000000100").samples == 1)
    }

    @Test("Encrypted frames are a failure, formats of another kind are foreign")
    func otherFormats() throws {
        var receiver = Receiver()
        #expect(receiver.failure(Self.ruuvi("08AABBCCDD")) == .unsupported)
        #expect(try !hear(Self.ruuvi("77AABBCCDD")).isKnown)
        #expect(
            receiver.failure(service(0xFEAA, "10f6037275752e76692f23424751")) == .truncatedFrame)
        #expect(
            receiver.failure(service(0xFEAA, "10f6037275752e76692f2342475159414d7121"))
                == .badEncoding)
        #expect(try !hear(service(0xFEAA, "10f6036578616d706c652e6f7267")).isKnown)
    }
}
