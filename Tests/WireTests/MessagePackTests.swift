import Testing
import Wire

/// MessagePack as its specification says, and what does not keep to it (W-17).
struct MessagePackTests {
    /// Values, and the shortest bytes they have.
    static let values: [(value: JSON, bytes: [UInt8])] = [
        (nil, [0xC0]), (false, [0xC2]), (true, [0xC3]),
        (0, [0x00]), (127, [0x7F]), (128, [0xCC, 0x80]), (255, [0xCC, 0xFF]),
        (256, [0xCD, 0x01, 0x00]), (65_535, [0xCD, 0xFF, 0xFF]),
        (65_536, [0xCE, 0, 1, 0, 0]), (4_294_967_295, [0xCE, 0xFF, 0xFF, 0xFF, 0xFF]),
        (4_294_967_296, [0xCF, 0, 0, 0, 1, 0, 0, 0, 0]),
        (.integer(.max), [0xCF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
        (-1, [0xFF]), (-32, [0xE0]), (-33, [0xD0, 0xDF]), (-128, [0xD0, 0x80]),
        (-129, [0xD1, 0xFF, 0x7F]), (-32_768, [0xD1, 0x80, 0x00]),
        (-32_769, [0xD2, 0xFF, 0xFF, 0x7F, 0xFF]),
        (-2_147_483_648, [0xD2, 0x80, 0, 0, 0]),
        (-2_147_483_649, [0xD3, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF]),
        (.integer(.min), [0xD3, 0x80, 0, 0, 0, 0, 0, 0, 0]),
        (.number(1.5), [0xCA, 0x3F, 0xC0, 0, 0]),
        (.number(61.3), [0xCB, 0x40, 0x4E, 0xA6, 0x66, 0x66, 0x66, 0x66, 0x66]),
        ("", [0xA0]), ("é", [0xA2, 0xC3, 0xA9]),
        ([], [0x90]), ([1, [2]], [0x92, 0x01, 0x91, 0x02]),
        ([:], [0x80]), (["a": 1, "b": nil], [0x82, 0xA1, 0x61, 0x01, 0xA1, 0x62, 0xC0]),
    ]

    @Test("W-17: each value has its shortest form, and is read back from it", arguments: values)
    func forms(value: JSON, bytes: [UInt8]) throws {
        var written: [UInt8] = []
        MessagePack.append(value, to: &written)
        #expect(written == bytes)
        #expect(try MessagePack.decode(bytes) == value)
    }

    @Test(
        "W-17: longer texts, lists and maps have longer heads",
        arguments: [31, 32, 255, 256, 65_535, 65_536])
    func lengths(count: Int) throws {
        let limits = MessagePack.Limits(parts: 200_000)
        for value in [
            JSON.string(String(repeating: "x", count: count)),
            .array(Array(repeating: .bool(true), count: count)),
            .object((0..<count).map { JSON.Member("\($0)", .null) }),
        ] {
            var bytes: [UInt8] = []
            MessagePack.append(value, to: &bytes)
            #expect(try MessagePack.decode(bytes, limits: limits) == value)
        }
    }

    @Test("W-17: forms that are longer than needed are read too")
    func longForms() throws {
        #expect(try MessagePack.decode([0xD3, 0, 0, 0, 0, 0, 0, 0, 5]) == 5)
        #expect(try MessagePack.decode([0xDB, 0, 0, 0, 1, 0x61]) == "a")
        #expect(
            try MessagePack.decode([0xDF, 0, 0, 0, 1, 0xD9, 1, 0x61, 0xDD, 0, 0, 0, 0]) == ["a": []]
        )
        #expect(try MessagePack.decode([0xCB, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0]) == .number(1.5))
    }

    static let hostile: [(bytes: [UInt8], error: MessagePackError)] = [
        ([], .cutOff), ([0xCC], .cutOff), ([0xCF, 1, 2, 3], .cutOff), ([0xA5, 0x61], .cutOff),
        ([0x91], .cutOff), ([0x81, 0xA1, 0x61], .cutOff), ([0xD9], .cutOff),
        // What is promised is not there: nothing is taken for it.
        ([0xDD, 0xFF, 0xFF, 0xFF, 0xFF], .cutOff), ([0xDF, 0xFF, 0xFF, 0xFF, 0xFF], .cutOff),
        ([0xDB, 0xFF, 0xFF, 0xFF, 0xFF, 0x61], .cutOff), ([0xDF, 0, 0, 0, 2, 0xA0, 0xC0], .cutOff),
        ([0x01, 0x02], .trailingBytes), ([0x90, 0x00], .trailingBytes),
        ([0xC1], .unknownKind(0xC1)),
        ([0xC4, 0x00], .unknownKind(0xC4)), ([0xC6, 0, 0, 0, 0], .unknownKind(0xC6)),
        ([0xC7, 0, 1], .unknownKind(0xC7)), ([0xD4, 1, 1], .unknownKind(0xD4)),
        // A timestamp.
        ([0xD6, 0xFF, 0, 0, 0, 0], .unknownKind(0xD6)),
        ([0xA1, 0xFF], .notUTF8), ([0xA2, 0xC3, 0x28], .notUTF8),
        // A surrogate, and a letter that is longer than needed.
        ([0xA3, 0xED, 0xA0, 0x80], .notUTF8), ([0xA2, 0xC0, 0x80], .notUTF8),
        ([0x81, 0xA1, 0xFF, 0x01], .notUTF8),
        ([0x81, 0x01, 0x01], .nameIsNoText), ([0x81, 0xC0, 0x01], .nameIsNoText),
        ([0x81, 0xC4, 0x00, 0x01], .nameIsNoText),
        ([0x82, 0xA1, 0x61, 0x01, 0xA1, 0x61, 0x02], .repeatedName),
        ([0x82, 0xA1, 0x61, 0x01, 0xD9, 1, 0x61, 0x02], .repeatedName),
        ([0xCF, 0x80, 0, 0, 0, 0, 0, 0, 0], .unrepresentable),
        ([0xCA, 0x7F, 0xC0, 0, 0], .unrepresentable),
        ([0xCB, 0x7F, 0xF0, 0, 0, 0, 0, 0, 0], .unrepresentable),
    ]

    @Test("W-17: what is not of the format, or not JSON's, is refused", arguments: hostile)
    func refusals(bytes: [UInt8], error: MessagePackError) {
        #expect(throws: error) { try MessagePack.decode(bytes) }
    }

    @Test("W-17: depth and parts are bounded")
    func bounds() throws {
        let deep = [UInt8](repeating: 0x91, count: 100_000) + [0x90]
        #expect(throws: MessagePackError.tooDeep) { try MessagePack.decode(deep) }
        let limits = MessagePack.Limits(depth: 2, parts: 5)
        #expect(try MessagePack.decode([0x91, 0x90], limits: limits) == [[]])
        #expect(throws: MessagePackError.tooDeep) {
            try MessagePack.decode([0x91, 0x91, 0x90], limits: limits)
        }
        #expect(try MessagePack.decode([0x94, 1, 2, 3, 4], limits: limits) == [1, 2, 3, 4])
        #expect(throws: MessagePackError.tooManyParts) {
            try MessagePack.decode([0x95, 1, 2, 3, 4, 5], limits: limits)
        }
        #expect(throws: MessagePackError.tooManyParts) {
            try MessagePack.decode([0x93, 0x91, 1, 0x91, 1, 1], limits: limits)
        }
    }

    @Test("W-17: arbitrary bytes are a value or an error, and a value is written as it was read")
    func arbitraryBytes() throws {
        var random = SplitMix64(state: 17)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...24, using: &random)
            var bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            // Many begin as a map or a list does.
            if count > 0, Bool.random(using: &random) {
                bytes[0] = UInt8.random(in: 0x80...0x9F, using: &random)
            }
            guard let value = try? MessagePack.decode(bytes) else { continue }
            var written: [UInt8] = []
            MessagePack.append(value, to: &written)
            #expect(written.count <= bytes.count)
            #expect(try MessagePack.decode(written) == value)
            _ = MessagePack.place(of: "a", in: bytes)
        }
    }

    @Test("W-17: the bytes of a member are found where they stand")
    func places() {
        let map: [UInt8] = [
            0x83, 0xA1, 0x61, 0x91, 0x05, 0xA1, 0x62, 0x81, 0xA1, 0x63, 0x01, 0xA1, 0x64, 0xC0,
        ]
        #expect(MessagePack.place(of: "a", in: map) == .at(3..<5))
        #expect(MessagePack.place(of: "b", in: map) == .at(7..<11))
        #expect(MessagePack.place(of: "d", in: map) == .at(13..<14))
        #expect(MessagePack.place(of: "c", in: map) == .absent)
        #expect(MessagePack.place(of: "a", in: [0x90]) == .unclear)
        #expect(MessagePack.place(of: "a", in: [0x81]) == .unclear)
    }
}
