import Fabric
import Testing
import Wire

struct SocketIOPacketPropertyTests {
    private func parse(_ bytes: [UInt8]) -> Result<SocketIOPacket, SocketIOPacketError> {
        do throws(SocketIOPacketError) {
            return .success(
                try SocketIOPacket(text: bytes[...], limits: SocketIOLimits()) {
                    JSONReading.value(of: $0)
                })
        } catch {
            return .failure(error)
        }
    }

    @Test("S-1: what is written is read again as the same packet", arguments: 1...50)
    func roundTrip(seed: UInt64) {
        var random = SplitMix64(state: seed)
        for _ in 0..<50 {
            let packet = packet(&random)
            #expect(parse(packet.text) == .success(packet))
        }
    }

    @Test("S-1: random bytes are read or refused, and nothing else", arguments: 1...50)
    func total(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let alphabet = Array(#"0123456789-/,[]{}":\abn.t"#.utf8) + [0, 0x80, 0xC3, 0xFF]
        for _ in 0..<200 {
            let isAny = Bool.random(using: &random)
            let bytes = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
                isAny
                    ? UInt8.random(in: .min ... .max, using: &random)
                    : alphabet.randomElement(using: &random) ?? 0
            }
            // What was read is the same packet when it is written and read once more.
            if case .success(let packet) = parse(bytes) {
                #expect(parse(packet.text) == .success(packet))
            }
        }
    }

    @Test("S-1: a packet with any one byte changed is read or refused", arguments: 1...20)
    func mutated(seed: UInt64) {
        var random = SplitMix64(state: seed)
        for _ in 0..<50 {
            var bytes = packet(&random).text
            let place = Int.random(in: bytes.indices, using: &random)
            bytes[place] = UInt8.random(in: .min ... .max, using: &random)
            if case .success(let packet) = parse(bytes) {
                #expect(packet.attachments ?? 0 <= 10)
                #expect(packet.namespace.hasPrefix("/"))
            }
        }
    }

    private func packet(_ random: inout SplitMix64) -> SocketIOPacket {
        let namespace = ["/", "/admin", "/a/b", "/é"].randomElement(using: &random) ?? "/"
        let attachments: Int? =
            Bool.random(using: &random) ? nil : Int.random(in: 0...10, using: &random)
        let number = UInt64.random(in: 0...SocketIOPacket.largestAcknowledgement, using: &random)
        let values = values(&random, attachments: attachments)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return SocketIOPacket(.connect(nil), namespace: namespace)
        case 1: return SocketIOPacket(.connect(["a": .array(values)]), namespace: namespace)
        case 2: return SocketIOPacket(.disconnect, namespace: namespace)
        case 3: return SocketIOPacket(.connectError("no"), namespace: namespace)
        case 4:
            return SocketIOPacket(
                .event(
                    ["name"] + values, acknowledgement: Bool.random(using: &random) ? number : nil),
                namespace: namespace, attachments: attachments)
        default:
            return SocketIOPacket(
                .acknowledgement(values, of: number), namespace: namespace,
                attachments: attachments)
        }
    }

    private func values(_ random: inout SplitMix64, attachments: Int?) -> [JSON] {
        (0..<Int.random(in: 0..<4, using: &random)).map { _ in
            switch Int.random(in: 0..<6, using: &random) {
            case 0: .string("text, with \"quotes\" and \\")
            case 1: .integer(Int64.random(in: .min ... .max, using: &random))
            case 2: .null
            case 3: ["a": [true, 1.5], "b": [:]]
            case 4: .array([])
            default:
                if let attachments, attachments > 0 {
                    .attachment(Int.random(in: 0..<attachments, using: &random))
                } else {
                    "/admin,"
                }
            }
        }
    }
}
