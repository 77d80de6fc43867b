import ColdChain
import Fabric
import Testing
import Wire

@testable import Bridge

/// What the store holds after each step, and what was answered.
private struct Race {
    var store: [UInt64: Offer] = [:]
    var accepted: [String] = []
    var lastEvent: UInt64 = 0

    mutating func commit(_ effects: Effects) {
        for offer in effects.records.offers { store[offer.number] = offer }
        for entry in effects.records.history {
            lastEvent = max(lastEvent, entry.record.number ?? 0)
        }
    }

    var restored: RestoredState {
        var state = RestoredState()
        state.offers = store.values.sorted { $0.number < $1.number }
        state.lastEvent = lastEvent
        return state
    }
}

@Suite("Offers: exactly one acceptance")
struct OfferPropertyTests {
    @Test(
        "Of any answers in any order, with a kill at any instant, one acceptance is the only one",
        arguments: UInt64(0)..<200)
    func oneAcceptance(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        var race = Race()
        var room = OfferRoom()
        let drivers = (0..<5).map { "D\($0)" }
        for driver in drivers { room.place(driver, 52.52, 13.405, at: 0) }
        _ = room.publish(
            OfferRoom.deliveryOffer,
            [
                JSON.Member("orderId", "ORD-1"), JSON.Member("timer", .integer(20)),
                JSON.Member("pickup", ["lat": .number(52.52), "lng": .number(13.405)]),
            ], at: 0)
        race.commit(room.engine.effects)
        let offer = try #require(race.store.values.first)
        var told: [String] = []
        for second in Int64(1)...25 {
            let driver = drivers[Int(random.next() % 5)]
            switch random.next() % 8 {
            case 0:
                // Killed before the commit of whatever is done: nobody was answered.
                _ = room.answer(.id(offer.id), by: OfferRoom.driver(driver), at: second)
                room = OfferRoom(restored: race.restored)
            case 1:
                // Killed between the commit and the answer.
                _ = room.answer(.id(offer.id), by: OfferRoom.driver(driver), at: second)
                race.commit(room.engine.effects)
                told += room.told
                room = OfferRoom(restored: race.restored)
            case 2:
                room.wake(at: second)
                race.commit(room.engine.effects)
                told += room.told
            case 3:
                _ = room.answer(
                    .id(offer.id), accepts: false, by: OfferRoom.driver(driver), at: second)
                race.commit(room.engine.effects)
                told += room.told
            default:
                let result = room.answer(.id(offer.id), by: OfferRoom.driver(driver), at: second)
                race.commit(room.engine.effects)
                told += room.told
                if case .success = result { race.accepted.append(driver) }
            }
        }
        room.wake(at: 30)
        race.commit(room.engine.effects)
        told += room.told
        #expect(Set(race.accepted).count <= 1)
        let end = try #require(race.store[offer.number])
        #expect(end.state != .open)
        if let winner = race.accepted.first { #expect(end.taker == winner) }
        let acceptances = told.filter { $0.hasPrefix("offer_accepted") }.count
        let expiries = told.filter { $0.hasPrefix("offer_expired > alerts") }.count
        #expect(acceptances == (end.state == .accepted ? 1 : 0))
        #expect(expiries == (end.state == .expired ? 1 : 0))
    }
}
