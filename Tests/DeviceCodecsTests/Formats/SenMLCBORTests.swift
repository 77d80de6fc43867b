import ColdChain
import DeviceCodecs
import Testing

private func decoded(_ frame: [UInt8], draft: SampleDraft = SampleDraft()) throws -> SampleBatch {
    var batch = SampleBatch()
    try SenMLCBOR.decode(
        frame.span, port: 0, draft, MessageContext(receivedAt: noon), into: &batch)
    return batch
}

private func failure(_ frame: [UInt8]) -> DecodingReason? {
    do {
        _ = try decoded(frame)
        return nil
    } catch {
        return (error as? DecodingFailure)?.reason
    }
}

/// A pack of one temperature whose value is written so.
private func temperature(_ value: String) -> [UInt8] { hex("81 a2 01 63 43656c 02" + value) }

/// RFC 8428, section 6.
private let example = """
    8da521781b75726e3a6465763a6f773a31306532303733613031303830303633221a4eaea188236325524802f94d\
    000600a302fb40384e63c74fb54a01636c6f6e0600a302fb404e0a31f8a0902e01636c61740600a202fb40344ccccc\
    cccccd06183ca302fb40384e646f15619101636c6f6e06183ca302fb404e0a31f8a0902e01636c617406183ca202fb\
    4034b33333333333061878a302fb40384e6516db0dd801636c6f6e061878a302fb404e0a324c83665101636c617406\
    1878a302f95620016325454c061896a202fb40353333333333330618b4a302fb40384e685db76b3c01636c6f6e0618\
    b4a302fb404e0a32a0663c7501636c61740618b4
    """

@Suite("SenML as CBOR")
struct SenMLCBORTests {
    @Test("The standard's example is the track it is in JSON")
    func standardExample() throws {
        let batch = try decoded(hex(example))
        #expect(
            batch.samples.map(\.measuredAt?.milliseconds) == [
                1_320_067_464_000, 1_320_067_524_000, 1_320_067_584_000, 1_320_067_614_000,
                1_320_067_644_000,
            ])
        #expect(batch.samples[4].position == Position(latitude: 60.07967, longitude: 24.30628))
        #expect(batch.told() == ["humidity/0 20.0"])
        #expect(batch.told(bySample: 3) == ["battery/0 98.0"])
        #expect(batch.told(bySample: 4) == ["humidity/0 21.2"])
        #expect(batch.device(ofSample: 4) == "urn:dev:ow:10e2073a01080063")
    }

    @Test(
        "A number may be written in each of the ways that CBOR has",
        arguments: [
            ("04", 4), ("1819", 25), ("190100", nil), ("31", -18), ("3811", -18),
            ("3a00000011", -18), ("1b0000000000000004", 4),
            ("f94480", 4.5), ("f90000", 0), ("f98001", -5.960464477539063e-08),
            ("fa40900000", 4.5), ("fa41b8cccd", 23.1), ("fac1940000", -18.5),
            ("fb4012000000000000", 4.5), ("c48220182d", 4.5), ("c4822038b8", -18.5),
            ("c4820104", 40), ("c48200181f", 31), ("c104", 4), ("d9d9f704", 4),
        ] as [(String, Double?)])
    func numbers(value: String, celsius: Double?) throws {
        let batch = try decoded(temperature(value))
        #expect(batch.value(.temperature) == celsius)
        if celsius == nil { #expect(batch.marker(.temperature) == .overRange) }
    }

    @Test(
        "What is no number is a marker",
        arguments: [
            "f97e00", "f97c00", "fa7fc00000", "fbfff0000000000000", "634f4646", "80", "f5",
            "c48100", "c4821b00000000000186a001",
        ])
    func notNumbers(value: String) throws {
        #expect(try decoded(temperature(value)).marker(.temperature) == .notANumber)
    }

    @Test(
        "Lengths may be definite or not, labels numbers or text, the pack an array or one record",
        arguments: [
            "81 a4 21 63 6261 3a 00 62 7431 01 63 43656c 02 04",
            "9f bf 21 63 6261 3a 00 62 7431 01 63 43656c 02 04 ff ff",
            "a4 21 63 6261 3a 00 62 7431 01 63 43656c 02 04",
            "81 a4 62626e 63 62613a 616e 62 7431 6175 63 43656c 6176 04",
            "81 bf 21 7f 62 6261 61 3a ff 00 7f 61 74 61 31 ff 01 7f 63 43656c ff 02 04 ff",
            "82 a1 21 63 6261 3a a3 00 62 7431 01 63 43656c 02 04",
            "81 a6 21 63 6261 3a 00 62 7431 01 63 43656c 02 04 6178 a1 00 82 01 c1 02 18 63 9f ff",
        ])
    func forms(frame: String) throws {
        let batch = try decoded(hex(frame))
        #expect(batch.told() == ["temperature/1 4.0"])
        #expect(batch.device() == "ba")
    }

    @Test("Text, bytes, truth, null and sums are what they are in JSON")
    func values() throws {
        let batch = try decoded(
            hex(
                """
                86 a2 00 64 6f70656e 04 f4  a2 00 61 61 03 61 62  a2 00 61 61 08 41 62
                a3 00 62 7430 01 63 43656c 02 f6 .  a2 00 61 61 05 01  a2 00 66 6d6f74696f6e 04 f5
                """.replacing(".", with: "")))
        #expect(batch.told() == ["opening/0 0.0", "motion/0 1.0"])
        #expect(batch.rejections.isEmpty)
    }

    @Test("A bad record costs only itself, and what has to be understood is")
    func badRecords() throws {
        let batch = try decoded(
            hex(
                """
                85 07  a3 00 07 01 63 43656c 02 04  a3 62 785f 00 01 63 43656c 02 04
                a3 01 63 43656c 02 04 02 05  a2 01 63 43656c 02 06
                """))
        #expect(batch.told() == ["temperature/0 6.0"])
        #expect(
            batch.rejected == [
                "0 not_an_object", "1 wrong_type", "2 unsupported", "3 duplicate_field",
            ])
    }

    @Test("A pack without a name is the envelope's device")
    func envelope() throws {
        var batch = SampleBatch()
        var draft = SampleDraft()
        draft.device = batch.keepName(Array("bag".utf8).span)
        try SenMLCBOR.decode(
            temperature("04").span, port: 0, draft, MessageContext(receivedAt: noon), into: &batch)
        #expect(batch.device() == "bag")
    }

    @Test(
        "What is not CBOR to its last byte is refused",
        arguments: [
            ("", DecodingReason.emptyPayload), ("00", .notCBOR), ("ff", .notCBOR),
            ("80 00", .notCBOR), ("81 ff", .notCBOR), ("81 a1 00 7f 41 61 ff", .notCBOR),
            ("1c", .notCBOR), ("81 a1 00 1f", .notCBOR), ("9f a0", .notCBOR),
            ("9b ffffffffffffffff", .notCBOR), ("bb ffffffffffffffff", .notCBOR),
            ("81 a1 00 7b ffffffffffffffff", .notCBOR),
            ("81 a1 6178 bb ffffffffffffffff", .notCBOR),
            ("81 a1 00" + String(repeating: "81", count: 40) + "00", .tooDeep),
            ("81 a1 00" + String(repeating: "c1", count: 40) + "00", .tooDeep),
        ])
    func refused(frame: String, reason: DecodingReason) {
        #expect(failure(hex(frame)) == reason)
    }

    @Test("A pack that is cut anywhere is refused as a whole")
    func truncation() {
        let frame = hex(example)
        for length in 0..<frame.count {
            #expect(failure(Array(frame[..<length])) != nil, "\(length)")
        }
    }

    @Test("Random bytes are refused or read, and never stop the program")
    func hostile() {
        for (index, tail) in hostileFrames(count: 10_000, upTo: 100).enumerated() {
            let head: [UInt8] = [[], [0x9F, 0xBF], [0x8F, 0xA9, 0x02], [0x81, 0xA3, 0x00]][
                index % 4]
            _ = failure(head + tail)
        }
        let frame = hex(example)
        for (index, bytes) in hostileFrames(count: 10_000, upTo: 3, seed: 2).enumerated() {
            var damaged = frame
            for (offset, byte) in bytes.enumerated() {
                damaged[(index + offset * 7) % frame.count] = byte
            }
            _ = failure(damaged)
        }
    }
}
