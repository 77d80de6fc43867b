import ColdChain
import DeviceCodecs
import Testing

@Suite("Beacons: ATC, ELA, EYE, Minew, KKM, Efento, GATT (B-3)")
struct BeaconTests {
    /// ble_monitor's and advlib's tests, MIT; frames without a source are made from the format.
    static let cases = [
        AdvertCase(
            name: "ATC of atc1441", advert: hex("10161a18a4c138bc7c4e0102284f0b6720"),
            values: [
                (.temperature, 25.8), (.humidity, 40), (.battery, 79), (.batteryVoltage, 2.919),
            ], sequence: 0x20, device: "A4C138BC7C4E"),
        AdvertCase(
            name: "ATC of pvvx", advert: hex("12161a18f4830238c1a4a9066911b60b58f70d"),
            values: [
                (.temperature, 17.05), (.humidity, 44.57), (.batteryVoltage, 2.998), (.battery, 88),
            ], sequence: 0xF7, device: "A4C1380283F4"),
        AdvertCase(
            name: "ATC below zero",
            advert: service(0x181A, "a4c138112233ffc93e500b7c63"),
            values: [
                (.temperature, -5.5), (.humidity, 62), (.battery, 80), (.batteryVoltage, 2.94),
            ], sequence: 0x63, device: "A4C138112233"),
        AdvertCase(
            name: "ATC that the gateway opened", advert: service(0x181A, "ee0288133205"),
            values: [(.temperature, 7.5), (.humidity, 50), (.battery, 50)]),
        AdvertCase(
            name: "b-parasite",
            advert: hex("02010413161a18100b0aa1542cbca1fffff0caf0ca020105096e524635"),
            values: [
                (.temperature, 21.548), (.humidity, 4_828_900.0 / 65_535), (.batteryVoltage, 2.721),
            ], device: "F0CAF0CA0201"),
        AdvertCase(
            name: "ELA T and its battery",
            advert: hex("02010606ff570712980a0e0950205420454e2038303930364605ff5707f10d"),
            values: [(.temperature, 27.12), (.battery, 13)]),
        AdvertCase(
            name: "ELA RHT",
            advert: hex("02010608ff5707213012b80a0d09502052485420393030343539"),
            values: [(.humidity, 48), (.temperature, 27.44)]),
        AdvertCase(
            name: "ELA battery in mV", advert: manufacturer(0x0757, "f2ac0b"),
            values: [(.batteryVoltage, 2.988)]),
        AdvertCase(
            name: "ELA below zero, lid closed, moving",
            advert: manufacturer(0x0757, "1230f8 320300 420100"),
            values: [(.temperature, -20), (.opening, 0), (.motion, 1)]),
        AdvertCase(
            name: "ELA lid open, at rest", advert: manufacturer(0x0757, "320200 420200"),
            values: [(.opening, 1), (.motion, 0)]),
        AdvertCase(
            name: "ELA kinds that the log has no use for",
            advert: manufacturer(0x0757, "06 010203040506 56 010002000300 12850a"),
            values: [(.temperature, 26.93)]),
        AdvertCase(
            name: "ELA without a value", advert: manufacturer(0x0757, "12ff7f 21ff"),
            markers: [(.temperature, .notAvailable), (.humidity, .notAvailable)]),
        AdvertCase(
            name: "EYE",
            advert: hex(
                "0201061aff4c000215ffffffff0b8c404510c655aab636ebefbb700055020c094d50315f31323334"
                    + "3536370eff9a0801b708b4120ccb0bffc767"),
            values: [
                (.temperature, 22.28), (.humidity, 18), (.motion, 0), (.batteryVoltage, 3.03),
            ]),
        AdvertCase(
            name: "EYE below zero, moving", advert: manufacturer(0x089A, "0111 f830 8001"),
            values: [(.temperature, -20), (.motion, 1)]),
        AdvertCase(
            name: "EYE battery alone", advert: manufacturer(0x089A, "018000"),
            values: [(.batteryVoltage, 2)]),
        AdvertCase(
            name: "Minew temperature and humidity",
            advert: service(0xFFE1, "a1016315803200aabbccddeeff"),
            values: [(.temperature, 21.5), (.humidity, 50), (.battery, 99)],
            device: "FFEEDDCCBBAA"),
        AdvertCase(
            name: "Minew temperature", advert: service(0xFFE1, "a113631973aabbccddeeff"),
            values: [(.temperature, 25.44921875), (.battery, 99)], device: "FFEEDDCCBBAA"),
        AdvertCase(
            name: "Minew below zero, no humidity", advert: service(0xFFE1, "a10164ec008000"),
            values: [(.temperature, -20), (.battery, 100)],
            markers: [(.humidity, .notAvailable)]),
        AdvertCase(
            name: "Minew's name frame", advert: service(0xFFE1, "a108641823fa3f23ac5331"),
            values: [(.battery, 100)], device: "AC233FFA2318"),
        AdvertCase(
            name: "Minew S3", advert: manufacturer(0x0639, "a30364197348466745233123ac007ad3"),
            values: [
                (.temperature, 25.44921875), (.humidity, 72.2734375), (.battery, 100),
            ], device: "AC2331234567"),
        AdvertCase(
            name: "Minew S4, door open", advert: manufacturer(0x0639, "a40164010000ff"),
            values: [(.opening, 1), (.battery, 100)]),
        AdvertCase(
            name: "Minew V3",
            advert: manufacturer(0x0639, "ca05000000197348466d696e65770000000000001234abcd"),
            values: [(.temperature, 25.44921875), (.humidity, 72.2734375)]),
        AdvertCase(
            name: "Minew V3 without humidity",
            advert: manufacturer(0x0639, "ca05000200197348466d696e65770000000000001234abcd"),
            values: [(.temperature, 25.44921875)]),
        AdvertCase(
            name: "Minew MTB02",
            advert: manufacturer(0x0639, "ca1b0000070067452331 23ac 0bb8 ec00 0004 000000000000"),
            values: [(.temperature, -20), (.batteryVoltage, 3)], device: "AC2331234567"),
        AdvertCase(
            name: "Minew device information",
            advert: manufacturer(0x0639, "ca006745233123ac5a0000000000"), values: [(.battery, 90)],
            device: "AC2331234567"),
        AdvertCase(
            name: "Minew blocks",
            advert: manufacturer(0x0639, "ca0303 010002000300 2155 2201 aabbccdd"),
            values: [(.battery, 85)]),
        AdvertCase(
            name: "KKM",
            advert: hex("0201060303aafe1216aafe2101070e5b16531f95fffcffec03eb"),
            values: [
                (.batteryVoltage, 3.675), (.temperature, 22.32421875), (.humidity, 31.58203125),
            ]),
        AdvertCase(
            name: "KKM below zero", advert: service(0xFEAA, "21010b0bb8ec00000100020003"),
            values: [(.batteryVoltage, 3), (.temperature, -20)]),
        AdvertCase(
            name: "KKM without a value", advert: service(0xFEAA, "2101028000"),
            markers: [(.temperature, .notAvailable)]),
        AdvertCase(
            name: "Efento in one frame",
            advert: manufacturer(0x026C, "0205090100002c07803c0001020645c1003d0e8000005d5d"),
            values: [(.temperature, 28.57), (.humidity, 61)], sequence: 11_271),
        AdvertCase(
            name: "Efento in advert and scan response",
            advert: manufacturer(
                0x026C, "03 282c02400001 0205 090000000000")
                + manufacturer(0x026C, "04 01 3e80 02 0032 03 279b abcd"),
            values: [(.temperature, 10), (.humidity, 50), (.pressure, 101_390)],
            device: "282C02400001"),
        AdvertCase(
            name: "Efento errors", advert: manufacturer(0x026C, "04 01 7531 02 0065 03 ff00 abcd"),
            markers: [
                (.temperature, .sensorError), (.humidity, .sensorError), (.pressure, .sensorError),
            ]),
        AdvertCase(
            name: "GATT",
            advert: service(0x2A6E, "3cf6") + service(0x2A6F, "8c0a")
                + service(0x2A19, "55") + service(0x2A6D, "f2760f00"),
            values: [
                (.temperature, -25), (.humidity, 27), (.battery, 85), (.pressure, 101_349),
            ]),
        AdvertCase(
            name: "GATT without values",
            advert: service(0x2A6E, "0080") + service(0x2A6F, "ffff") + service(0x2A19, "ff"),
            markers: [
                (.temperature, .notAvailable), (.humidity, .notAvailable),
                (.battery, .notAvailable),
            ]),
        AdvertCase(
            name: "Blue Puck T",
            advert: service(0x2A6E, "a406") + hex("0e0950205420454e20313233343536"),
            values: [(.temperature, 17)]),
    ]

    @Test("Each has its values, its markers and its number", arguments: cases)
    func frames(advert: AdvertCase) throws {
        try advert.check()
    }

    @Test("Efento's temperatures are probes in their order")
    func probes() throws {
        let read = try hear(manufacturer(0x026C, "04 01 3e80 01 3ee4 01 7fff abcd"))
        #expect(read.values(.temperature) == [10, 11])
        #expect(read.batch.value(.temperature, probe: 1) == 11)
        #expect(read.batch.marker(.temperature, probe: 2) == .sensorError)
    }

    @Test("A frame that lost bytes is a failure")
    func truncation() {
        let frames: [(String, Int, ([UInt8]) -> [UInt8])] = [
            ("01b708b4120ccb0bffc767", 11, { manufacturer(0x089A, $0) }),
            ("2101070e5b16531f95", 9, { service(0xFEAA, $0) }),
            ("0205090100002c07803c0001020645c1003d0e800000", 22, { manufacturer(0x026C, $0) }),
            ("03282c02400001", 7, { manufacturer(0x026C, $0) }),
            ("04013e80abcd", 6, { manufacturer(0x026C, $0) }),
            ("12850a", 3, { manufacturer(0x0757, $0) }), ("3408", 2, { service(0x2A6E, $0) }),
            ("f2760f00", 4, { service(0x2A6D, $0) }),
            ("1f00d20487d6123c1a201b9cec25d4393000f41a", 20, { service(0x2A67, $0) }),
        ]
        for (frame, length, wrap) in frames {
            expectTruncationFails(hex(frame), needing: length, of: wrap)
        }
        // Two bytes tell Minew's kinds apart.
        for (frame, length) in [("a1016315803200", 7), ("a113631973", 5), ("a10864", 3)] {
            for count in 2..<length {
                var receiver = Receiver()
                let cut = Array(hex(frame).prefix(count))
                #expect(receiver.failure(service(0xFFE1, cut)) == .truncatedFrame)
            }
        }
        for (frame, length) in [
            ("a303641973484667", 7), ("a4016401", 4), ("ca05000000197348 46", 9),
            ("ca1b0000070067452331 23ac 0bb8 ec00", 16), ("ca006745233123ac5a", 9),
        ] {
            for count in 2..<length {
                var receiver = Receiver()
                let cut = Array(hex(frame).prefix(count))
                #expect(receiver.failure(manufacturer(0x0639, cut)) == .truncatedFrame)
            }
        }
    }

    @Test("An ELA frame cut in a later value keeps the earlier ones")
    func partOfELA() throws {
        let read = try hear(manufacturer(0x0757, "213012b8"))
        #expect(read.values(.humidity) == [48])
        #expect(read.values(.temperature) == [])
        #expect(read.batch.rejections == [Rejection(row: 0, reason: "truncated_frame")])
    }

    @Test("Versions that nobody described are failures, other kinds of frame are not")
    func versions() throws {
        var receiver = Receiver()
        #expect(receiver.failure(manufacturer(0x089A, "02b708b4")) == .unsupported)
        #expect(receiver.failure(service(0xFEAA, "2102070e5b16531f95")) == .unsupported)
        #expect(
            receiver.failure(
                manufacturer(0x0639, "ca1b8000070067452331 23ac 0bb8 ec00 0004 000000000000"))
                == .unsupported)
        // A light sensor, a UID frame of Eddystone, an Efento frame of another kind.
        for (advert, isKnown) in [
            (service(0xFFE1, "a1026401fa31a03f23ac"), true), (service(0xFFE1, "b10264"), false),
            (service(0xFEAA, "00f6"), false), (manufacturer(0x026C, "0905"), false),
            (manufacturer(0x0639, "a30101"), true), (manufacturer(0x0639, "1701"), false),
            (service(0x181A, "0102030405"), false), (service(0x181A, "ffffffffffff"), false),
        ] {
            let read = try hear(advert)
            #expect(read.isKnown == isKnown)
            #expect(read.samples == 0)
        }
    }

    @Test("Location and Speed is a position; its fix is noted")
    func position() throws {
        let read = try hear(service(0x2A67, "1f00d20487d6123c1a201b9cec25d4393000f41a00"))
        let position = try read.batch.samples.first?.position.unwrapped("a position")
        #expect(
            position
                == Position(
                    latitude: 45.50887, longitude: -73.5712100, speed: 12.34, heading: 69,
                    altitude: 123.45))
        #expect(read.notes == .noFix)
        // Position good, estimated, last known; 0, 0.
        #expect(try hear(service(0x2A67, "8400 3c1a201b9cec25d4")).notes == [])
        #expect(try hear(service(0x2A67, "0401 3c1a201b9cec25d4")).notes == .coarsePosition)
        #expect(try hear(service(0x2A67, "8401 3c1a201b9cec25d4")).notes == .noFix)
        #expect(try hear(service(0x2A67, "8400 0000000000000000")).samples == 0)
    }

    @Test("Location and Speed tells its time, where the date is known")
    func positionTime() throws {
        let timed = try hear(service(0x2A67, "c400 3c1a201b9cec25d4 ea07 0b14 0b3b3b"))
        #expect(
            timed.batch.samples.first?.measuredAt == noon.advanced(byMilliseconds: -1000))
        #expect(timed.batch.samples.first?.timeSource == .device)
        for time in [
            "0000 0b14 0b3b3b", "ea07 0014 0b3b3b", "ea07 0b20 0b3b3b", "ea07 0b14 183b3b",
        ] {
            let unknown = try hear(service(0x2A67, "c400 3c1a201b9cec25d4" + time))
            #expect(unknown.batch.samples.first?.measuredAt == nil, "\(time)")
        }
    }
}
