import Bridge
import ColdChain
import Journal
import Testing

@Suite("Offers are kept, so that one acceptance stays the only one (S-5)")
struct OfferLogTests {
    private func offer(_ number: UInt64, _ drivers: [String], kind: Offer.Kind = .delivery) -> Offer
    {
        Offer(
            number: number, id: "offer-\(number)", kind: kind, order: "ORD-\(number)",
            publisher: "platform", addressees: drivers, assignsDriver: number % 2 == 0,
            openedAt: at(Int64(number)), deadline: at(60_000))
    }

    private func ended(_ offer: Offer, _ state: Offer.State, at instant: Int64) -> Offer {
        var ended = offer
        ended.state = state
        ended.endedAt = at(instant)
        if state == .accepted {
            ended.taker = offer.addressees.first
            ended.takenAs = offer.number + 1
        }
        return ended
    }

    @Test("what was committed last of each is restored as it was, in a new process's view")
    func restored() throws {
        let scratch = try Scratch()
        var declined = offer(3, ["d-1", "d-2"])
        declined.declined = ["d-2"]
        let open = offer(1, ["Grüße-7"], kind: .order)
        let taken = offer(2, ["d-1", "d-2", "d-3"])
        let after = ended(taken, .accepted, at: 500)
        do {
            let journal = try Journal(scratch.settings)
            try journal.commit { $0.offers = [open, taken, declined] }
            try journal.commit { $0.offers = [after] }
            #expect(try journal.restore(now: at(1_000)).offers == [open, after, declined])
        }
        let state = try Journal(scratch.settings).restore(now: at(1_000))
        #expect(state.offers == [open, after, declined])
    }

    @Test("what was over longer ago than records can be told again is erased, what is open stays")
    func erased() throws {
        let scratch = try Scratch()
        var settings = scratch.settings
        settings.historyMilliseconds = 10_000
        let journal = try Journal(settings)
        let open = offer(1, ["d-1"])
        let young = ended(offer(2, ["d-1"]), .expired, at: 9_000)
        let old = ended(offer(3, ["d-1"]), .accepted, at: 4_999)
        try journal.commit { $0.offers = [open, young, old] }
        _ = try journal.tidy(now: at(15_000), milliseconds: 1_000)
        #expect(try journal.restore(now: at(15_000)).offers == [open, young])
    }

    @Test("Q-8: with a driver go the offers to the driver that are over, and no others")
    func subject() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        let open = offer(1, ["d-1"])
        let asked = ended(offer(2, ["d-2", "d-1"]), .expired, at: 100)
        let likeNamed = ended(offer(3, ["d-11", "d"]), .expired, at: 100)
        let restaurant = ended(offer(4, ["d-1"], kind: .order), .accepted, at: 100)
        try journal.commit { $0.offers = [open, asked, likeNamed, restaurant] }
        _ = try journal.erase(.driver("d-1"), by: "officer", at: at(10 * day))
        #expect(try journal.restore(now: at(0)).offers == [open, likeNamed, restaurant])
    }
}
