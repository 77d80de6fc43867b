import Server
import Testing
import Wire

@Suite("Reading WebSocket frames")
struct FrameReaderTests {
    /// What became of an input, without where it lies.
    private enum Event: Equatable {
        case message(MessageKind, [UInt8])
        case compressed(MessageKind, [UInt8])
        case ping([UInt8])
        case pong
        case close(UInt16?)
        case violation(UInt16)
    }

    private var limits: ConnectionLimits {
        var limits = ConnectionLimits()
        limits.messageBytes = 1000
        limits.fragments = 4
        return limits
    }

    /// Feeds the input in pieces of the given lengths, the rest at once, as a connection does.
    private func events(
        _ input: [UInt8], pieces: [Int] = [], takesCompressed: Bool = false
    ) -> [Event] {
        var reader = FrameReader(takesCompressed: takesCompressed)
        var events: [Event] = []
        var held: [UInt8] = []
        var fed = 0
        for length in pieces + [input.count] {
            held += input[fed..<min(fed + length, input.count)]
            fed = min(fed + length, input.count)
            let taken = read(held, with: &reader, into: &events)
            held.removeFirst(taken)
            if case .violation = events.last { break }
            if fed == input.count { break }
        }
        return events
    }

    private func read(
        _ input: [UInt8], with reader: inout FrameReader, into events: inout [Event]
    ) -> Int {
        var position = 0
        var payloads: [UInt8] = []
        while true {
            let outcome = reader.read(
                input.span, at: &position, limits: limits, payloads: &payloads)
            switch outcome {
            case .needsMore: return position
            case .message(let kind, let range):
                events.append(.message(kind, Array(payloads[range])))
            case .compressedMessage(let kind, let range):
                events.append(.compressed(kind, Array(payloads[range])))
            case .ping(let range): events.append(.ping(Array(payloads[range])))
            case .pong: events.append(.pong)
            case .close(let code): events.append(.close(code))
            case .violation(let code, _):
                events.append(.violation(code))
                return input.count
            }
        }
    }

    @Test("Messages, fragments and control frames between them arrive, however they are cut")
    func anyCut() {
        let input =
            RawClient.frame(1, Array("hellö".utf8))
            + RawClient.frame(2, [0, 255, 7], isFinal: false)
            + RawClient.frame(9, [1, 2, 3]) + RawClient.frame(0, [], isFinal: false)
            + RawClient.frame(10, []) + RawClient.frame(0, [9], mask: [0, 0, 0, 0])
            + RawClient.frame(1, []) + RawClient.frame(2, [UInt8](repeating: 5, count: 700))
            + RawClient.frame(8, [3, 232])
        let expected: [Event] = [
            .message(.text, Array("hellö".utf8)), .ping([1, 2, 3]), .pong,
            .message(.binary, [0, 255, 7, 9]), .message(.text, []),
            .message(.binary, [UInt8](repeating: 5, count: 700)), .close(1000),
        ]
        #expect(events(input) == expected)
        #expect(events(input, pieces: [Int](repeating: 1, count: input.count)) == expected)
        var generator = SplitMix64(state: 2)
        for _ in 0..<500 {
            let pieces = (0..<100).map { _ in Int.random(in: 0..<40, using: &generator) }
            #expect(events(input, pieces: pieces) == expected)
        }
    }

    private static let manyFragments = (0..<5).flatMap {
        RawClient.frame($0 == 0 ? 1 : 0, [97], isFinal: false)
    }

    @Test(
        "Frames against the protocol name the code the peer is told",
        arguments: [
            ("not masked", [0x81, 1, 97], 1002),
            ("reserved bit", [0xC1, 0x80, 0, 0, 0, 0], 1002),
            ("reserved opcode", RawClient.frame(3, []), 1002),
            ("reserved control opcode", RawClient.frame(11, []), 1002),
            ("control frame in pieces", RawClient.frame(9, [], isFinal: false), 1002),
            ("long control frame", RawClient.frame(9, [UInt8](repeating: 0, count: 126)), 1002),
            ("nothing to continue", RawClient.frame(0, []), 1002),
            (
                "message inside a message",
                RawClient.frame(1, [], isFinal: false) + RawClient.frame(1, []),
                1002
            ),
            ("16-bit length of 5", [0x82, 0xFE, 0, 5, 0, 0, 0, 0], 1002),
            ("64-bit length of 200", [0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0, 200, 0, 0, 0, 0], 1002),
            (
                "64-bit length below zero", [0x82, 0xFF, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
                1002
            ),
            ("too big", [0x82, 0xFE, 0x03, 0xE9, 0, 0, 0, 0], 1009),
            (
                "too big in all",
                RawClient.frame(2, [UInt8](repeating: 0, count: 999), isFinal: false)
                    + RawClient.frame(0, [0, 0]), 1009
            ),
            ("many fragments", manyFragments, 1008),
            ("text that is not UTF-8", RawClient.frame(1, [0xFF]), 1007),
            ("text cut in a character", RawClient.frame(1, [0xC3]), 1007),
            ("a surrogate", RawClient.frame(1, [0xED, 0xA0, 0x80]), 1007),
            ("an overlong form", RawClient.frame(1, [0xE0, 0x80, 0xAF]), 1007),
            ("beyond Unicode", RawClient.frame(1, [0xF4, 0x90, 0x80, 0x80]), 1007),
            ("close code in one byte", RawClient.frame(8, [3]), 1002),
            ("close code 1005", RawClient.frame(8, [3, 237]), 1002),
            ("close code 999", RawClient.frame(8, [3, 231]), 1002),
            ("close code 2999", RawClient.frame(8, [11, 183]), 1002),
            ("close code 5000", RawClient.frame(8, [19, 136]), 1002),
            ("close reason that is not UTF-8", RawClient.frame(8, [3, 232, 0xC3]), 1007),
        ] as [(String, [UInt8], UInt16)])
    func violations(name: String, input: [UInt8], code: UInt16) {
        #expect(events(input) == [.violation(code)], "\(name)")
        let pieces = [Int](repeating: 1, count: input.count)
        #expect(events(input, pieces: pieces) == [.violation(code)], "\(name)")
    }

    @Test("Compressed messages come as they are, with others and control frames between them")
    func compressed() {
        let input =
            RawClient.frame(1, [0xFF, 1], isCompressed: true)
            + RawClient.frame(1, [0xFF, 2], isFinal: false, isCompressed: true)
            + RawClient.frame(9, [7]) + RawClient.frame(0, [0xFF, 3])
            + RawClient.frame(1, Array("plain".utf8))
            + RawClient.frame(2, [], isCompressed: true)
        let expected: [Event] = [
            .compressed(.text, [0xFF, 1]), .ping([7]), .compressed(.text, [0xFF, 2, 0xFF, 3]),
            .message(.text, Array("plain".utf8)), .compressed(.binary, []),
        ]
        #expect(events(input, takesCompressed: true) == expected)
        let pieces = [Int](repeating: 1, count: input.count)
        #expect(events(input, pieces: pieces, takesCompressed: true) == expected)
        #expect(events(input) == [.violation(1002)])
    }

    @Test(
        "Only the first frame of a message may say that it is compressed",
        arguments: [
            ("a ping", RawClient.frame(9, [], isCompressed: true), 1002),
            ("a close", RawClient.frame(8, [], isCompressed: true), 1002),
            (
                "a later frame",
                RawClient.frame(1, [0], isFinal: false, isCompressed: true)
                    + RawClient.frame(0, [0], isCompressed: true), 1002
            ),
            (
                "a later frame of a plain message",
                RawClient.frame(1, [97], isFinal: false)
                    + RawClient.frame(0, [97], isCompressed: true), 1002
            ),
            ("a reserved opcode", RawClient.frame(3, [], isCompressed: true), 1002),
            ("another reserved bit", [0xE1, 0x80, 0, 0, 0, 0], 1002),
            (
                "much too long",
                RawClient.frame(2, .init(repeating: 0, count: 1190), isCompressed: true), 1009
            ),
        ] as [(String, [UInt8], UInt16)])
    func misplacedCompression(name: String, input: [UInt8], code: UInt16) {
        #expect(events(input, takesCompressed: true) == [.violation(code)], "\(name)")
    }

    @Test("Text that cannot become UTF-8 is refused before its frame is complete")
    func failsFast() {
        let input = RawClient.frame(1, [0x61, 0xFF] + [UInt8](repeating: 0x61, count: 500))
        #expect(events(Array(input.prefix(20))) == [.violation(1007)])
    }

    @Test(
        "A close frame has a valid code or none",
        arguments: [[], [3, 232], [3, 240], [3, 246], [11, 184], [19, 135]] as [[UInt8]])
    func closeCodes(payload: [UInt8]) {
        let code = payload.isEmpty ? nil : UInt16(payload[0]) << 8 | UInt16(payload[1])
        #expect(events(RawClient.frame(8, payload)) == [.close(code)])
    }

    @Test("Random bytes are messages or violations, and never more than the limits")
    func randomBytes() {
        var generator = SplitMix64(state: 3)
        for _ in 0..<20_000 {
            var input = (0..<Int.random(in: 0..<64, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            // Mostly masked frames of a plausible kind, so that more than headers are read.
            if input.count > 2 {
                input[0] = [0x81, 0x82, 0x01, 0x80, 0x89, 0x88, input[0]][Int(input[0]) % 7]
                input[1] |= 0x80
            }
            for case .message(_, let payload) in events(input, pieces: [3, 5, 7]) {
                #expect(payload.count <= limits.messageBytes)
            }
        }
    }

    @Test("The validator agrees with the standard library")
    func validator() {
        var generator = SplitMix64(state: 4)
        let bytes: [UInt8] = [
            0x00, 0x61, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xDF, 0xE0, 0xE1,
            0xED,
            0xEF, 0xF0, 0xF3, 0xF4, 0xF5, 0xFF,
        ]
        for _ in 0..<50_000 {
            let text = (0..<Int.random(in: 1..<6, using: &generator)).map { _ in
                bytes.randomElement(using: &generator) ?? 0
            }
            var validator = UTF8Validator()
            let isValid = validator.accept(text[...]) && validator.isComplete
            #expect(isValid == (String(validating: text, as: UTF8.self) != nil), "\(text)")
        }
    }
}
