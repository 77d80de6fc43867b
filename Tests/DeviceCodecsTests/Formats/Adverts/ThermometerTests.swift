import ColdChain
import DeviceCodecs
import Testing

@Suite("Thermometers of many makers behind gateways (B-3)")
struct ThermometerTests {
    static func named(_ name: String, _ advert: [UInt8]) -> [UInt8] {
        [UInt8(name.utf8.count + 1), 0x09] + Array(name.utf8) + advert
    }

    /// ble_monitor's tests, MIT; frames without a source are made from the format.
    static let cases = [
        AdvertCase(
            name: "Govee H5075",
            advert: hex("0d09475648353037355f36433131030388ec02010509ff88ec00012d6e6400"),
            values: [(.temperature, 7.7), (.humidity, 16.6), (.battery, 100)]),
        AdvertCase(
            name: "Govee H5075 below zero", advert: manufacturer(0xEC88, "00811e456400"),
            values: [(.temperature, -7.3), (.humidity, 28.5), (.battery, 100)]),
        AdvertCase(
            name: "Govee H5075, sensor failed", advert: manufacturer(0xEC88, "00012d6ee400"),
            values: [(.battery, 100)],
            markers: [(.temperature, .sensorError), (.humidity, .sensorError)]),
        AdvertCase(
            name: "Govee H5074", advert: manufacturer(0xEC88, "0018fc34126402"),
            values: [(.temperature, -10), (.humidity, 46.6), (.battery, 100)]),
        AdvertCase(
            name: "Govee H5102",
            advert: hex("0d09475648353130325f43423942030388ec02010509ff0100010103cb0164"),
            values: [(.temperature, 24.8), (.humidity, 57.7), (.battery, 100)]),
        AdvertCase(
            name: "Govee H5106",
            advert: hex("0201060d09475648353130365f34423939030388ec09ff010001010deeaa6f"),
            values: [(.temperature, 23.3), (.humidity, 74.5), (.particulates, 7)]),
        AdvertCase(
            name: "Govee H5179", advert: hex("0cff0188ec000101a00aa2175b"),
            values: [(.temperature, 27.2), (.humidity, 60.5), (.battery, 91)]),
        AdvertCase(
            name: "Xiaomi LYWSDCGQ",
            advert: hex("020106151695fe5020aa01da219335342d580d1004fe004802"),
            values: [(.temperature, 25.4), (.humidity, 58.4)], sequence: 0xDA,
            device: "582D34359321"),
        AdvertCase(
            name: "Xiaomi below zero with capabilities",
            advert: service(0xFE95, "70209b04116655443322110904100238ff"),
            values: [(.temperature, -20)], sequence: 0x11, device: "112233445566"),
        AdvertCase(
            name: "Xiaomi, further objects",
            advert: service(
                0xFE95,
                "50509b0401665544332211 061002bc02 0a100155 014c0400003442 024c0146 0448 0101"),
            values: [(.humidity, 70), (.battery, 85), (.temperature, 45), (.opening, 1)],
            sequence: 1, device: "112233445566"),
        AdvertCase(
            name: "Qingping CGG1", advert: hex("0201061416cdfd0807b24410342d580104ca004502020138"),
            values: [(.temperature, 20.2), (.humidity, 58.1), (.battery, 56)],
            device: "582D341044B2"),
        AdvertCase(
            name: "Qingping CGP23W",
            advert: hex("0201061816cdfd8818072240342d5801041701ca0002016107027227"),
            values: [
                (.temperature, 27.9), (.humidity, 20.2), (.battery, 97), (.pressure, 100_980),
            ],
            device: "582D34402207"),
        AdvertCase(
            name: "Qingping CGDN1, whose address is another one",
            advert: hex("0201061b16cdfd0824b6ebc994c27c0104d100ba0112040a000a0013026f02"),
            values: [
                (.temperature, 20.9), (.humidity, 44.2), (.particulates, 10), (.carbonDioxide, 623),
            ]),
        AdvertCase(
            name: "Inkbird IBS-TH", advert: hex("04097370730aff3b0af815018cbc6408"),
            values: [(.temperature, 26.19), (.humidity, 56.24), (.battery, 100)]),
        AdvertCase(
            name: "Inkbird without humidity", advert: hex("04097470730aff3b0af815018cbc6408"),
            values: [(.temperature, 26.19), (.battery, 100)]),
        AdvertCase(
            name: "Inkbird iBBQ-1", advert: hex("0201060302f0ff0dff0000000028ec9a2e65d7f000"),
            values: [(.temperature, 24)], device: "28EC9A2E65D7"),
        AdvertCase(
            name: "SwitchBot Meter Plus", advert: hex("09163dfd6900640098a6"),
            values: [(.temperature, 24), (.humidity, 38), (.battery, 100)]),
        AdvertCase(
            name: "SwitchBot Meter, below zero", advert: service(0x0D00, "54006405120e"),
            values: [(.temperature, -18.5), (.humidity, 14), (.battery, 100)]),
        AdvertCase(
            name: "SwitchBot Outdoor Meter",
            advert: manufacturer(0x0969, "112233445566010207852800") + service(0xFD3D, "770055"),
            values: [(.temperature, 5.7), (.humidity, 40), (.battery, 85)],
            device: "112233445566"),
        AdvertCase(
            name: "SwitchBot by its name",
            advert: named("WoSensorTHP", manufacturer(0x0969, "1122334455660101071232")),
            values: [(.temperature, -18.7), (.humidity, 50)], device: "112233445566"),
        AdvertCase(
            name: "ThermoBeacon",
            advert: hex("0201060302f0ff15ff10000000dc0e0000f1706a0b8101d70283270500"),
            values: [(.temperature, 24.0625), (.humidity, 45.4375), (.batteryVoltage, 2.922)],
            device: "70F100000EDC"),
        AdvertCase(
            name: "T201, below zero",
            advert: manufacturer(0xAA55, "01011122334455660100f8301388500001"),
            values: [
                (.temperature, -20), (.humidity, 50), (.batteryVoltage, 2.56), (.battery, 80),
            ],
            device: "112233445566"),
        AdvertCase(
            name: "ThermoPro TP357",
            advert: hex("0d0954503335372028324130312902010507ffc2170127022c"),
            values: [(.temperature, 27.9), (.humidity, 39)]),
        AdvertCase(
            name: "ThermoPro below zero", advert: named("TP359", hex("07ffc238ff27022c")),
            values: [(.temperature, -20), (.humidity, 39)]),
        AdvertCase(
            name: "MOCREO ST5",
            advert: hex("02010607094d4f4352454f13ff0181290154b09209000000000061620000 00"),
            values: [(.temperature, 24.5), (.battery, 84)]),
        AdvertCase(
            name: "MOCREO ST9",
            advert: hex("02010607094d4f4352454f13ff01867301c8b08c0aa713000000a20c000000"),
            values: [(.temperature, 27), (.humidity, 50.31), (.battery, 72)]),
        AdvertCase(
            name: "Blue Maestro Pebble",
            advert: hex("15ff330101cf00cf00cf002ec903b2d7009167fa070009"),
            values: [(.temperature, 20.7), (.humidity, 46), (.pressure, 96_900)]),
        AdvertCase(
            name: "Tempo Disc THP", advert: manufacturer(0x0133, "1b50003c0010ff3801f427960000"),
            values: [(.temperature, -20), (.humidity, 50), (.pressure, 101_340), (.battery, 80)]),
        AdvertCase(
            name: "Tempo Disc T", advert: manufacturer(0x0133, "0d50003c001000320000"),
            values: [(.temperature, 5), (.battery, 80)]),
        AdvertCase(
            name: "Jaalee",
            advert: hex("0201041bff4c000215ebefd08370a247c89837e7b5634df525 0000 ffff cc64"),
            values: [(.temperature, -45), (.humidity, 100), (.battery, 100)]),
        AdvertCase(
            name: "ABTemp",
            advert: manufacturer(0x004C, "0215b5b182c7eab14988aa99b5c1517008d9000150ecc5"),
            values: [(.temperature, -20), (.battery, 80)]),
        AdvertCase(
            name: "Sensirion SHT4x", advert: manufacturer(0x06D5, "0006abcd33330000"),
            values: [(.temperature, -10), (.humidity, -6)]),
        AdvertCase(
            name: "Sensirion MyCO2", advert: manufacturer(0x06D5, "0008abcd 3333 ffff 0b04"),
            values: [(.temperature, -10), (.humidity, 100), (.carbonDioxide, 1035)]),
        AdvertCase(
            name: "MOKO BeaconX", advert: service(0xFEAB, "70000aff3801f40bb800112233445566"),
            values: [(.temperature, -20), (.humidity, 50), (.batteryVoltage, 3)],
            device: "112233445566"),
        AdvertCase(
            name: "April Brother N03", advert: service(0xFE59, "ab0311223344556650ecff64000000"),
            values: [(.temperature, -2.5), (.humidity, 50), (.battery, 80)],
            device: "112233445566"),
        AdvertCase(
            name: "EClerk Eco",
            advert: hex("040945436f191621aa220a75094303008045636c65726b45636f0000000000"),
            values: [(.temperature, 25.94), (.humidity, 24.21), (.carbonDioxide, 835)]),
        AdvertCase(
            name: "EClerk Eco, plugged in and not ready",
            advert: service(0xAA20, "00000000 0080 0080 0080 000000 80 0000000000000000"),
            markers: [
                (.temperature, .notReady), (.humidity, .notReady), (.carbonDioxide, .notReady),
                (.battery, .externalPower),
            ]),
    ]

    @Test("Each has its values, its markers and its number", arguments: cases)
    func frames(advert: AdvertCase) throws {
        try advert.check()
    }

    @Test("Probes of meat thermometers, and the sockets that have none")
    func probes() throws {
        let read = try hear(manufacturer(0, "0000112233445566 3200 f6ff e803 0a00"))
        #expect(read.batch.value(.temperature) == 5)
        #expect(read.batch.marker(.temperature, probe: 1) == .probeAbsent)
        #expect(read.batch.value(.temperature, probe: 2) == 100)
        #expect(read.batch.value(.temperature, probe: 3) == 1)
        let second = try hear(manufacturer(1, "010001012d6e640000"))
        #expect(second.batch.value(.temperature, probe: 1) == 7.7)
        let door = try hear(Self.named("MOCREO", hex("13ff0195000064b09209380000000000000000 00")))
        #expect(door.values(.temperature) == [24.5, 0.56])
    }

    @Test(
        "Xiaomi's encrypted frames are opened",
        arguments: [
            // ble_monitor's tests, MIT.
            (
                "48590312a41b776e7c96add7000000f2bf545b", "2C1165257004",
                "b2cf9a553d53571b5657defd582d676e", 45
            ),
            (
                "5858480b685f12342d585a0b1841e2aa000e00a4964fb5", "5A582D34125F",
                "814aac74c4f17b6c1581e1ab87816b99", 59.6
            ),
        ])
    func encrypted(frame: String, address: String, key: String, humidity: Double) throws {
        var receiver = Receiver()
        let advert = service(0xFE95, frame)
        #expect(receiver.failure(advert, from: address) == .missingKey)
        try receiver.setKey(key, of: address)
        #expect(try receiver.hear(advert, from: address).values(.humidity) == [humidity])
        try receiver.setKey("00000000000000000000000000000000", of: address)
        #expect(receiver.failure(advert, from: address) == .wrongKey)
        let old = service(0xFE95, "5828" + frame.dropFirst(4))
        #expect(receiver.failure(old, from: address) != nil)
    }

    @Test("Numbers that other makers own are not taken for a thermometer's")
    func strangers() throws {
        for advert in [
            manufacturer(1, "02000103cb0164"), manufacturer(1, "010503cb0164"),
            Self.named("Nokia 8", manufacturer(1, "010103cb0164")),
            manufacturer(0xEC88, "0001"), manufacturer(0x8801, "000001010000000000"),
            manufacturer(0, "00011122334455663200"), manufacturer(0, "0000112233445566320004"),
            manufacturer(0, "0000000000000000f000"),
            manufacturer(0x10, "0000dc0e0000f1706a0b8101d702832705"),
            manufacturer(0x0969, "112233445566010207852800"), service(0xFD3D, "480064"),
            manufacturer(0x0133, "ff50003c001000320000"), manufacturer(0x06D5, "000a0000"),
            manufacturer(0x004C, "0215d77657c452a7426fb9d0d71e10798c8a0000000000ba"),
            Self.named("TP357", manufacturer(0x01C3, "0127022c")),
            Self.named("MOCREO", manufacturer(0x8201, "00000000000000000000")),
            service(0xFEAB, "6000"), service(0xFE59, "0100"), service(0xAA21, "220a7509"),
            service(0, "50209b04116655443322110d1004c80058"), service(0, "3408"),
        ] {
            let read = try hear(advert)
            #expect(!read.isKnown)
            #expect(read.samples == 0)
        }
        // Addresses that are not the sender's.
        for advert in [
            manufacturer(0, "00001122334455663200"),
            manufacturer(0x10, "0000dc0e0000f1706a0b8101d70283270500"),
        ] {
            #expect(try !hear(advert, from: "AABBCCDDEE00").isKnown)
        }
    }

    @Test("Service data without its UUID is taken where its form leaves no doubt")
    func untold() throws {
        let xiaomi = try hear(service(0, "50209b04116655443322110d1004c8005802"))
        #expect(xiaomi.values(.temperature) == [20])
        #expect(
            try !hear(service(0, "50209b04116655443322110d1004c8005802"), from: "AABBCCDDEE00")
                .isKnown)
        let april = try hear(service(0, "ab0311223344556650ecff64000000"))
        #expect(april.values(.temperature) == [-2.5])
    }

    @Test("Damaged frames of known makers are failures")
    func damaged() {
        for (advert, reason) in [
            (hex("04097370730aff3b0af815018cbd6408"), .badChecksum),
            (hex("040973707307ff3b0af815018c"), .truncatedFrame),
            (Self.named("TP357", manufacturer(0x01C2, "27")), .truncatedFrame),
            (Self.named("MOCREO", manufacturer(0x8601, "00000000")), .truncatedFrame),
            (service(0xFE95, "5020aa01"), .truncatedFrame),
            (service(0xFE95, "5020aa01da2193"), .truncatedFrame),
            (service(0xFE95, "5020aa01da219335342d580d1004fe00"), .truncatedFrame),
            (service(0xFE95, "7020aa01da219335342d58"), .truncatedFrame),
            (service(0xFDCD, "0807b244"), .truncatedFrame),
            (service(0xFDCD, "0807b24410342d580104ca"), .truncatedFrame),
            (service(0xFD3D, "690064"), .truncatedFrame),
            (Self.named("WoSensorTH", manufacturer(0x0969, "aabbcc")), .truncatedFrame),
            (manufacturer(0xAA55, "0101a4c1"), .truncatedFrame),
            (manufacturer(0x0133, "1b50003c0010ff38"), .truncatedFrame),
            (manufacturer(0x06D5, "0008673553"), .truncatedFrame),
            (service(0xFEAB, "70000aff38"), .truncatedFrame),
        ] as [([UInt8], DecodingReason)] {
            var receiver = Receiver()
            #expect(receiver.failure(advert) == reason, "\(hexText(advert))")
        }
    }

    private func hexText(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test(
        "Hostile data of each maker never crashes",
        arguments: [
            0xEC88, 0x8801, 0x0001, 0xFE95, 0xFDCD, 0x0000, 0xFD3D, 0x0969, 0x0010, 0xAA55, 0x0133,
            0x004C, 0x06D5, 0xFEAB, 0xFE59, 0xAA20,
        ] as [UInt16], ["", "sps", "TP357", "MOCREO", "WoSensorTH", "GVH5106"])
    func hostile(number: UInt16, name: String) throws {
        var receiver = Receiver()
        try receiver.setKey("231d39c1d7cc1ab1aee224cd096db932", of: "AABBCCDDEEFF")
        for data in hostileFrames(count: 600, upTo: 30, seed: UInt64(number)) {
            let parts = service(number, data) + manufacturer(number, data)
            let advert = name.isEmpty ? parts : Self.named(name, parts)
            _ = try? receiver.hear(advert, from: "AABBCCDDEEFF")
        }
    }
}
