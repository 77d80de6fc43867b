import ColdChain
import Fabric
import Testing
import Wire

/// Any JSON value is a message that is answered or refused, and never more than that.
struct DecodingPropertyTests {
    private static let names = [
        "type", "id", "timestamp", "payload", "channel", "filter", "orderId", "bagId", "x",
    ]
    private static let texts = [
        "", "ping", "subscribe", "unsubscribe", "orders", "bags", "orders.O1", ".", "orders.",
        "r1", "2025-12-27T12:00:00Z", "\u{0}", "\u{1F6F5}", String(repeating: "y", count: 500),
    ]

    @Test(
        "W-2: every message gets exactly one answer and closes nobody",
        arguments:
            UInt64(1)...50)
    func total(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let room = Room()
        room.fabric.restore([Sample.order("O1")])
        let client = room.connect(1)
        for _ in 0..<200 {
            room.wait(100)
            room.say(value(&random, depth: 4), on: client)
            #expect(room.texts(to: client).count == 1)
        }
        #expect(room.codes(of: client) == [])
    }

    private func value(_ random: inout SplitMix64, depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 14 : 6), using: &random) {
        case 0: .null
        case 1: .bool(Bool.random(using: &random))
        case 2: .integer(Int64.random(in: .min ... .max, using: &random))
        case 3: .number([0, .nan, .infinity, -1e300].randomElement(using: &random) ?? 0)
        case 4, 5: .string(Self.texts.randomElement(using: &random) ?? "")
        case 6: .array((0..<3).map { _ in value(&random, depth: depth - 1) })
        default: .object(members(&random, depth: depth))
        }
    }

    private func members(_ random: inout SplitMix64, depth: Int) -> [JSON.Member] {
        (0..<6).map { _ in
            JSON.Member(
                Self.names.randomElement(using: &random) ?? "",
                value(&random, depth: depth - 1))
        }
    }
}
