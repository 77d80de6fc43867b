import Bridge
import ColdChain
import Journal
import Testing

@Suite("K-5: what was told of drivers' presence outlives the process")
struct PresenceLogTests {
    private func presence(
        _ driver: String, _ said: DriverStatus?, isMissing: Bool = false, since: Int64 = 0,
        toldAs: UInt64? = nil
    ) -> DriverPresence {
        DriverPresence(
            driver: driver, said: said, isHeard: true, isMissing: isMissing, since: at(since),
            toldAs: toldAs)
    }

    @Test("what was committed last of each driver is restored as it was")
    func restored() throws {
        let scratch = try Scratch()
        let first = presence("Grüße-7", .available, toldAs: 7)
        let second = presence("d-2", nil)
        var third = presence("d-3", .onBreak)
        third.isHeard = false
        var missing = first
        missing.isMissing = true
        missing.since = at(90_000)
        missing.toldAs = 12
        do {
            let journal = try Journal(scratch.settings)
            try journal.commit { $0.presence = [.put(first), .put(second), .put(third)] }
            try journal.commit { $0.presence = [.put(missing)] }
            #expect(try journal.restore(now: at(1_000)).presence == [missing, second, third])
        }
        let state = try Journal(scratch.settings).restore(now: at(1_000))
        #expect(state.presence == [missing, second, third])
    }

    @Test("who is forgotten is not restored, also where that is of one turn")
    func forgotten() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        let kept = presence("d-1", .busy)
        try journal.commit {
            $0.presence = [
                .put(presence("d-2", .busy)), .put(kept), .forgotten(driver: "d-2"),
                .forgotten(driver: "nobody"),
            ]
        }
        #expect(try journal.restore(now: at(0)).presence == [kept])
    }

    @Test("Q-8: with a driver goes what was told of the driver, and of nobody else")
    func subject() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        let other = presence("d-11", .available)
        try journal.commit { $0.presence = [.put(presence("d-1", .available)), .put(other)] }
        _ = try journal.erase(.customer("d-1"), by: "officer", at: at(10 * day))
        #expect(try journal.restore(now: at(0)).presence.count == 2)
        _ = try journal.erase(.driver("d-1"), by: "officer", at: at(10 * day))
        #expect(try journal.restore(now: at(0)).presence == [other])
    }
}
