import ColdChain
import DeviceCodecs
import Testing

@Suite("Adverts and their parts (B-3)")
struct AdvertTests {
    static let celsius = service(0x2A6E, "3408")
    static let humid = service(0x2A6F, "2d")

    @Test("The parts of an advert make one sample")
    func parts() throws {
        let read = try hear([0x02, 0x01, 0x06] + Self.celsius + Self.humid)
        #expect(read.samples == 1)
        #expect(read.values(.temperature) == [21])
        #expect(read.values(.humidity) == [45])
    }

    @Test("A part of length 0 ends the advert")
    func end() throws {
        let read = try hear(Self.celsius + [0x00] + Self.humid)
        #expect(read.values(.temperature) == [21])
        #expect(read.values(.humidity) == [])
        #expect(try !hear([0x00] + Self.celsius).isKnown)
        #expect(try !hear([]).isKnown)
    }

    @Test("What comes before a part that is cut short is kept, and the loss is told")
    func overrun() throws {
        let read = try hear(Self.celsius + [0x09, 0xFF, 0x57, 0x07, 0x12])
        #expect(read.values(.temperature) == [21])
        #expect(read.batch.rejections == [Rejection(row: 0, reason: "truncated_frame")])
        // Other people's beacons may be cut as they like.
        #expect(try hear(Self.celsius + [0x09, 0xFF, 0x4C, 0x00, 0x12]).batch.rejections.isEmpty)
    }

    @Test("A part of a known family that was cut is no reading")
    func cutPart() {
        var receiver = Receiver()
        // The value is whole, the part is not.
        #expect(receiver.failure([0x09, 0x16, 0x6E, 0x2A, 0x34, 0x08]) == .truncatedFrame)
    }

    @Test(
        "Service data is found under UUIDs of 16, 32 and 128 bits",
        arguments: [
            "0516 6e2a 3408", "0720 6e2a0000 3408",
            "1321 fb349b5f80000080001000006e2a0000 3408",
        ])
    func forms(advert: String) throws {
        #expect(try hear(hex(advert)).values(.temperature) == [21])
    }

    @Test(
        "UUIDs that are not the Bluetooth SIG's own are foreign",
        arguments: [
            "0720 6e2a0100 3408", "1321 fb349b5f80000080001000016e2a0000 3408",
            "1321 fb349b5f80000080001000006e2a0001 3408", "0316 6e", "0521 6e2a 3408", "01ff",
        ])
    func foreignForms(advert: String) throws {
        let read = try hear(hex(advert))
        #expect(!read.isKnown)
        #expect(read.samples == 0)
    }

    @Test("A further value of a quantity is of a further probe; the same again is said once")
    func repetitions() throws {
        let other = service(0x2A6E, "9808")
        let joined = try hear(Self.celsius + Self.humid + Self.celsius + other)
        #expect(joined.values(.temperature) == [21, 22])
        #expect(joined.batch.value(.temperature, probe: 1) == 22)
        #expect(joined.values(.humidity) == [45])
        let unknown = service(0x2A6E, "0080")
        #expect(try hear(unknown + unknown).batch.measurements.count == 1)
    }

    @Test("An advert longer than any can be is refused")
    func length() {
        var receiver = Receiver()
        let long = Array(repeating: Self.celsius, count: 400).flatMap { $0 }
        #expect(receiver.failure(long) == .tooLarge)
    }

    @Test("More probes than can be numbered are left out")
    func manyProbes() throws {
        let parts = (0..<270).flatMap { service(0x2A6E, [UInt8($0 & 0xFF), UInt8($0 >> 8)]) }
        let read = try hear(parts)
        #expect(read.batch.measurements.count == 256)
    }

    @Test(
        "The sender is named in the registry's spelling",
        arguments: [
            "c8:25:2d:8e:9c:2c", "C8-25-2D-8E-9C-2C", "c8252d8e9c2c", "c825.2d8e.9c2c",
        ])
    func names(address: String) throws {
        #expect(try hear(Self.celsius, from: address).device == "C8252D8E9C2C")
    }

    @Test(
        "What is no address names nobody",
        arguments: [
            "", "c8252d8e9c2", "c8252d8e9c2c0", "c8252d8e9c2g", "000000000000", "ff:ff:ff:ff:ff:ff",
        ])
    func noNames(address: String) {
        #expect(BluetoothAddress(Array(address.utf8).span) == nil)
    }

    @Test("A single part is decoded as the gateway relays it")
    func singleParts() throws {
        var router = FrameRouter(formats: [])
        var batch = SampleBatch()
        let message = MessageContext(receivedAt: noon)
        let temperature = hex("12850a")
        #expect(
            try router.decodeManufacturerData(
                company: 0x0757, temperature.span, name: Span(), from: nil, SampleDraft(), message,
                into: &batch))
        #expect(batch.value(.temperature) == 26.93)
        let data = hex("3408")
        #expect(
            try router.decodeServiceData(
                0x2A6E, data.span, manufacturerData: hex("5707212d").span, name: Span(), from: nil,
                SampleDraft(), message, into: &batch))
        #expect(batch.value(.temperature, ofSample: 1) == 21)
        #expect(batch.value(.humidity, ofSample: 1) == 45)
    }

    @Test("Hostile adverts never crash and never make a sample without a measurement")
    func hostile() {
        var receiver = Receiver()
        for advert in hostileFrames(count: 10_000, upTo: 64) {
            guard let read = try? receiver.hear(advert, from: "AABBCCDDEEFF") else { continue }
            for sample in read.batch.samples {
                #expect(!sample.measurements.isEmpty || sample.position != nil)
            }
        }
    }

    @Test(
        "Hostile data of each known family never crashes",
        arguments: [
            0x0499, 0x0757, 0x089A, 0x0639, 0x026C, 0xFCD2, 0x181C, 0x181E, 0x181A, 0x2A6E, 0x2A6F,
            0x2A19, 0x2A6D, 0x2A67, 0xFFE1, 0xFEAA,
        ] as [UInt16])
    func hostileFamilies(number: UInt16) throws {
        var receiver = Receiver()
        try receiver.setKey("231d39c1d7cc1ab1aee224cd096db932", of: "AABBCCDDEEFF")
        for (index, data) in hostileFrames(count: 5000, upTo: 44, seed: UInt64(number)).enumerated()
        {
            var data = data
            // The first bytes tell kinds apart: half of the frames begin with small ones.
            if index.isMultiple(of: 2), !data.isEmpty { data[0] &= 0x47 }
            _ = try? receiver.hear(service(number, data), from: "AABBCCDDEEFF")
            _ = try? receiver.hear(manufacturer(number, data), from: "AABBCCDDEEFF")
        }
    }
}
