import ColdChain
import Fabric
import Testing
import Wire

@Suite("Confirmations in any order of events")
struct ConfirmationPropertyTests {
    @Test(
        "However confirmations, time, cuts and returns fall: told at least once, never too often",
        arguments: UInt64(0)..<300)
    func interleavings(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let place = try ConfirmingRoom { $0.repeats = Int(seed % 4) }
        let room = place.room
        let repeats = Int(seed % 4)
        var serial: UInt64 = 1
        var client: ConnectionNumber? = place.customer(1)
        /// By identifier: how often the client got it, and how often because it came back.
        var told: [String: Int] = [:]
        var returns = 0
        var confirmed: Set<String> = []
        var published: [String] = []
        var last: UInt64 = 0
        func take() {
            guard let client else { return }
            for id in place.payments(to: client) {
                #expect(!confirmed.contains(id), "told again after its confirmation: \(id)")
                told[id, default: 0] += 1
                last = max(last, UInt64(id.dropFirst(3)) ?? 0)
            }
        }
        room.relay("notice", "{}", to: ConfirmingRoom.payment)
        for _ in 0..<60 {
            switch random.next() % 6 {
            case 0:
                published.append(
                    "e1-\(room.relay("payment_processed", "{}", to: ConfirmingRoom.payment))")
            case 1:
                guard let client, let id = told.keys.sorted().randomElement(using: &random) else {
                    break
                }
                take()
                room.takeEffects()
                guard !room.unconfirmed.contains(where: { $0.messageID == id }) else { break }
                place.confirm(id, on: client)
                confirmed.insert(id)
            case 2:
                guard let gone = client else { break }
                room.fabric.disconnect(gone)
                client = nil
            case 3:
                guard client == nil else { break }
                serial += 1
                returns += 1
                client = place.customer(serial, after: "e1-\(max(last, 1))")
            default:
                room.wait(1_000)
            }
            if random.next() % 2 == 0 { take() }
        }
        if client == nil { client = place.customer(serial + 1, after: "e1-\(max(last, 1))") }
        take()
        for _ in 0..<200 {
            room.wait(1_000)
            take()
        }
        let reported = room.unconfirmed.map(\.messageID)
        #expect(Set(told.keys) == Set(published), "each is told at least once")
        for (id, count) in told {
            #expect(count <= repeats + 1 + returns, "\(id) came \(count) times")
        }
        #expect(Set(reported).count == reported.count, "none is reported twice")
        for id in published {
            #expect(confirmed.contains(id) != reported.contains(id), "\(id): one of the two")
        }
        #expect(room.fabric.statistics.awaitedConfirmations == 0)
    }
}
