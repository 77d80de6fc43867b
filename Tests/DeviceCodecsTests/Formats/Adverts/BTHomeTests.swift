import ColdChain
import Crypto
import DeviceCodecs
import Testing

@Suite("BTHome (B-3)")
struct BTHomeTests {
    static func bthome(_ data: String) -> [UInt8] { service(0xFCD2, data) }

    /// bthome-ble's tests, MIT, and the format's own page.
    static let cases = [
        AdvertCase(
            name: "temperature and humidity", advert: bthome("4002ca0903bf13"),
            values: [(.temperature, 25.06), (.humidity, 50.55)]),
        AdvertCase(
            name: "packet number, battery", advert: bthome("400009015d025d0903b718"),
            values: [(.battery, 93), (.temperature, 23.97), (.humidity, 63.27)], sequence: 9),
        AdvertCase(
            name: "address included", advert: bthome("42b2188d38c1a404138a01"),
            values: [(.pressure, 100_883)], device: "A4C1388D18B2"),
        AdvertCase(
            name: "tenths", advert: bthome("40451101"), values: [(.temperature, 27.3)]),
        AdvertCase(name: "whole degrees", advert: bthome("4057ea"), values: [(.temperature, -22)]),
        AdvertCase(
            name: "steps of 0.35", advert: bthome("4058ea"), values: [(.temperature, -7.7)]),
        AdvertCase(
            name: "below zero", advert: bthome("40023cf6"), values: [(.temperature, -25)]),
        AdvertCase(
            name: "Shelly BLU H&T", advert: bthome("40002e01641e012e34451601"),
            values: [(.battery, 100), (.humidity, 52), (.temperature, 27.8)], sequence: 46),
        AdvertCase(
            name: "volts, CO₂, PM2.5", advert: bthome("400c020c0d120c12e204"),
            values: [(.batteryVoltage, 3.074), (.particulates, 3090), (.carbonDioxide, 1250)]),
        AdvertCase(
            name: "lid and movement", advert: bthome("4011012201"),
            values: [(.opening, 1), (.motion, 1)]),
        AdvertCase(
            name: "lid closed, at rest", advert: bthome("401a002200"),
            values: [(.opening, 0), (.motion, 0)]),
        AdvertCase(
            name: "text and raw data are passed over", advert: bthome("4053024142540301020302ca09"),
            values: [(.temperature, 25.06)]),
        AdvertCase(
            name: "version 1", advert: service(0x181C, "2302ca090303bf130200090201 5d"),
            values: [(.temperature, 25.06), (.humidity, 50.55), (.battery, 93)], sequence: 9),
        AdvertCase(
            name: "version 1 with an address",
            advert: service(0x181C, "86b2188d38c1a42302ca09"), values: [(.temperature, 25.06)],
            device: "A4C1388D18B2"),
    ]

    @Test("Objects have their values", arguments: cases)
    func objects(advert: AdvertCase) throws {
        try advert.check()
    }

    /// The lengths of the format's page, by object.
    static let lengths: [(count: Int, objects: [UInt8])] = [
        (1, [0x00, 0x01, 0x09, 0x2E, 0x2F, 0x3A, 0x46, 0x57, 0x58, 0x59, 0x60, 0x64]),
        (1, [0x0F, 0x10, 0x11] + Array(0x15...0x2D)),
        (2, [0x02, 0x03, 0x06, 0x07, 0x08, 0x0C, 0x0D, 0x0E, 0x12, 0x13, 0x14, 0x3C, 0x3D, 0x3F]),
        (2, [0x40, 0x41, 0x43, 0x44, 0x45, 0x47, 0x48, 0x49, 0x4A, 0x51, 0x52, 0x56, 0x5A, 0x5D]),
        (2, [0x5E, 0x5F, 0x61, 0xF0]), (3, [0x04, 0x05, 0x0A, 0x0B, 0x42, 0x4B, 0xF2]),
        (4, [0x3E, 0x4C, 0x4D, 0x4E, 0x4F, 0x50, 0x55, 0x5B, 0x5C, 0x62, 0x63, 0xF1]),
    ]

    @Test("Objects that the log has no use for are passed over by their length", arguments: lengths)
    func passing(count: Int, objects: [UInt8]) throws {
        for object in objects {
            let data = [0x40, object] + Array(repeating: 0, count: count) + hex("03bf13")
            let read = try hear(service(0xFCD2, data))
            #expect(read.values(.humidity).last == 50.55, "object \(object)")
            #expect(read.batch.rejections.isEmpty)
        }
    }

    @Test("Values that occur again are further probes")
    func probes() throws {
        let read = try hear(Self.bthome("4002ca0902cf0902cf0803b71803b717015d"))
        #expect(read.values(.temperature) == [25.06, 25.11, 22.55])
        #expect(read.batch.value(.temperature, probe: 2) == 22.55)
        #expect(read.values(.humidity) == [63.27, 60.71])
        #expect(try hear(Self.bthome("40450101450301")).values(.temperature) == [25.7, 25.9])
    }

    @Test("An unknown object ends the frame: what came before is kept, nothing is guessed")
    func unknown() throws {
        let read = try hear(Self.bthome("4002ca09feca09"))
        #expect(read.values(.temperature) == [25.06])
        #expect(read.batch.rejections.isEmpty)
        var receiver = Receiver()
        #expect(receiver.failure(Self.bthome("40feca09")) == .unsupported)
        #expect(receiver.failure(Self.bthome("2002ca09")) == .unsupported)
    }

    @Test("A frame cut within an object keeps the objects before it")
    func truncation() throws {
        let read = try hear(Self.bthome("4002ca0903bf"))
        #expect(read.values(.temperature) == [25.06])
        #expect(read.batch.rejections == [Rejection(row: 0, reason: "truncated_frame")])
        let older = try hear(service(0x181C, "2302ca090303bf"))
        #expect(older.values(.temperature) == [25.06])
        #expect(older.batch.rejections == [Rejection(row: 0, reason: "truncated_frame")])
        var receiver = Receiver()
        for frame in ["", "4002", "4002ca", "42b2188d38c1", "41a472", "4302"] {
            #expect(receiver.failure(Self.bthome(frame)) == .truncatedFrame, "\(frame)")
        }
        #expect(receiver.failure(service(0x181C, "2302ca")) == .truncatedFrame)
        #expect(receiver.failure(service(0x181E, "fba4")) == .truncatedFrame)
    }

    @Test("A device's own time is taken; a device that sends on events is noted")
    func timeAndEvents() throws {
        let timed = try hear(Self.bthome("445080d3516902ca09"))
        #expect(timed.batch.samples.first?.measuredAt == Timestamp(milliseconds: 1_766_970_240_000))
        #expect(timed.batch.samples.first?.timeSource == .device)
        #expect(timed.notes == .eventDriven)
        let unset = try hear(Self.bthome("40501000000002ca09"))
        #expect(unset.batch.samples.first?.measuredAt == nil)
        #expect(unset.notes == .clockUnset)
    }

    @Test("A frame without a quantity of the log is known, and no reading")
    func noReading() throws {
        let read = try hear(Self.bthome("40444e34"))
        #expect(read.isKnown)
        #expect(read.samples == 0)
    }
}

@Suite("Encrypted adverts (B-3)")
struct EncryptedAdvertTests {
    static let key = "231d39c1d7cc1ab1aee224cd096db932"
    static let address = "A4C138AABBCC"

    /// Objects 02ca09 03bf13 sealed for the address above.
    static let byCounter: [UInt32: String] = [
        0: "4161afcb26dbe7000000009286e88f", 1: "4138c4795b8b5901000000d89cc95c",
        99: "41ad1c6568cf2f6300000008d54458", 100: "41242fa5c915ba64000000b9a4b211",
        744: "410730532b2bc8e8020000bcbdba4c", 745: "41ddee065dfa9de902000068734dca",
        1000: "413a987db92e78e803000039776a52", 1001: "413bed331270e7e9030000ca3fa1b7",
        .max: "41bd350a5c9cebffffffff18e943ac",
    ]

    static func receiver() throws -> Receiver {
        var receiver = Receiver()
        try receiver.setKey(key, of: address)
        return receiver
    }

    @Test(
        "BTHome is opened with the key of its sender",
        arguments: [
            // bthome-ble's tests, MIT.
            (0xFCD2, "41a47266c95f730011223378237214"),
            (0xFCD2, "43a5808fe64854f196c06ffb4900112233f08ecbde"),
            // ble_monitor's test, MIT: version 1.
            (0x181E, "fba435e4d3c312fb0011223357d90a99"),
        ] as [(UInt16, String)])
    func opened(number: UInt16, frame: String) throws {
        var receiver = Receiver()
        try receiver.setKey(Self.key, of: "5448E68F80A5")
        let read = try receiver.hear(service(number, frame), from: "54:48:E6:8F:80:A5")
        #expect(read.values(.temperature) == [25.06])
        #expect(read.values(.humidity) == [50.55])
        #expect(read.sequence == 0x3322_1100)
    }

    @Test("ATC is opened, in both of its lengths")
    func atc() throws {
        var receiver = try Self.receiver()
        let long = try receiver.hear(service(0x181A, "2aaa878f0ade6c12fcec1d"), from: Self.address)
        #expect(long.values(.temperature) == [24.6])
        #expect(long.values(.humidity) == [43.54])
        #expect(long.values(.battery) == [100])
        #expect(long.sequence == 0x2A)
        let short = try receiver.hear(service(0x181A, "2aed598318b26409"), from: Self.address)
        #expect(short.values(.temperature) == [5.5])
        #expect(short.values(.humidity) == [65.5])
        #expect(short.values(.battery) == [77])
    }

    @Test("Without a key, with another one and without an address there is no reading")
    func shut() throws {
        let frame = service(0xFCD2, Self.byCounter[1] ?? "")
        var receiver = Receiver()
        #expect(receiver.failure(frame, from: Self.address) == .missingKey)
        #expect(receiver.failure(frame) == .missingField)
        try receiver.setKey("00000000000000000000000000000000", of: Self.address)
        #expect(receiver.failure(frame, from: Self.address) == .wrongKey)
        try receiver.setKey(Self.key, of: Self.address)
        #expect(receiver.failure(frame, from: Self.address) == nil)
        try receiver.setKey(nil, of: Self.address)
        #expect(receiver.failure(frame, from: Self.address) == .missingKey)
        try receiver.setKey(nil, of: "NOBODY")
        for number: UInt16 in [0x181A, 0x181E] {
            let data = Array(repeating: UInt8(7), count: 11)
            #expect(receiver.failure(service(number, data), from: Self.address) == .missingKey)
            #expect(receiver.failure(service(number, data)) == .missingField)
        }
    }

    @Test("A key is found by the name of a device that is no address")
    func namedDevice() throws {
        var receiver = Receiver()
        try receiver.setKey(Self.key, of: "fridge/1")
        var batch = SampleBatch()
        var draft = SampleDraft()
        draft.device = batch.keepName(Array("fridge/1".utf8).span)
        let frame = service(0xFCD2, Self.byCounter[1] ?? "")
        #expect(
            try receiver.router.decodeAdvert(
                frame.span, from: BluetoothAddress(Array(Self.address.utf8).span), draft,
                receiver.message, into: &batch))
        #expect(batch.device() == "fridge/1")
        #expect(batch.value(.temperature) == 25.06)
    }

    @Test("Keys have 16 bytes", arguments: [0, 15, 17, 32])
    func keyLength(count: Int) {
        var router = FrameRouter(formats: [])
        let key = Array(repeating: UInt8(1), count: count)
        #expect(throws: AdvertKeyError.wrongLength(count)) {
            try router.setKey(Secret(key), ofDevice: Array("A".utf8).span)
        }
    }

    @Test("Keys are in no description and no dump of the router")
    func secrecy() throws {
        let receiver = try Self.receiver()
        var text = String(describing: receiver) + String(reflecting: receiver)
        dump(receiver, to: &text)
        let spellings = [Self.key, hex(Self.key).map { String($0) }.joined(separator: ", ")]
        for spelling in spellings { #expect(!text.contains(spelling)) }
    }

    @Test(
        "The counter must rise: late and restarted ones are let through, replayed ones are not",
        arguments: [
            ([1000, 1001], nil), ([1000, 1000], nil), ([1001, 1000], nil), ([1001, 745], nil),
            ([1001, 744], .replayedFrame), ([1001, 100], .replayedFrame), ([1001, 99], nil),
            ([1001, 0], nil), ([.max, 1001], .replayedFrame), ([.max, 0], nil),
            // Late frames do not open the way for still later ones.
            ([1001, 745, 744], .replayedFrame),
            // What restarted is followed from there.
            ([1001, 0, 1, 100], nil),
        ] as [([UInt32], DecodingReason?)])
    func counters(heard: [UInt32], expected: DecodingReason?) throws {
        var receiver = try Self.receiver()
        var last: DecodingReason?
        for counter in heard {
            let frame = service(0xFCD2, Self.byCounter[counter] ?? "")
            last = receiver.failure(frame, from: Self.address)
        }
        #expect(last == expected)
    }

    @Test("What was sealed may itself be cut short")
    func sealedTruncation() throws {
        var receiver = try Self.receiver()
        let frame = service(0xFCD2, "413350d6a93207000000fc974707")
        let read = try receiver.hear(frame, from: Self.address)
        #expect(read.values(.temperature) == [25.06])
        #expect(read.batch.rejections == [Rejection(row: 0, reason: "truncated_frame")])
    }
}
