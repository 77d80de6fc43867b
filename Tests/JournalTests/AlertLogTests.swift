import Bridge
import ColdChain
import Foundation
import InteropSupport
import Journal
import Testing

let officer = AlertActor(subject: "maria", role: "food_safety")

func alert(_ number: UInt64 = 1, order: UInt32 = 1, at instant: Int64 = 0) -> Alert {
    Alert(
        number: number, kind: .excursion(number),
        subject: AlertSubject(
            order: AlertOrder(
                number: OrderNumber(order), id: "order-\(order)", restaurant: "r-1", cafe: nil),
            bag: "bag-1", device: "device-1"),
        raisedAt: at(instant),
        evidence: AlertEvidence(
            foodClass: .cold, limit: CriticalLimit(maximum: 5), limitProfile: "default",
            began: at(instant), ended: nil, celsius: 9.5, measuredAt: at(instant), peak: 9.5),
        isStanding: true, reviewDue: at(instant + 9 * day))
}

extension Alert {
    /// The record of what the officer does next.
    mutating func record(_ deed: StaffDeed, at now: Int64) -> AlertRecord {
        let seen = revision
        _ = try? perform(
            deed, by: officer, isQualified: true, seen: seen, at: JournalTests.at(now),
            calendar: WorkingCalendar())
        return AlertRecord(
            alert: self,
            action: StaffActionRecord(
                by: officer, at: JournalTests.at(now), seen: seen, deed: deed))
    }
}

/// The first, second, third… record of the life of alert 1, in stores that a test fills. Nothing else
/// is known of its order, so that it keeps no row that a test expects to go.
func alertStep(_ step: Int, at now: Int64) -> AlertRecord {
    var alert = alert(order: 2)
    var record = AlertRecord(alert: alert)
    for number in 0..<step {
        record =
            number == 0
            ? alert.record(.acknowledge(text: nil), at: now)
            : alert.record(.comment("step \(number)"), at: now)
    }
    return record
}

private let discarded = CorrectiveAction(
    disposition: .discard, cause: .bagOpened, text: "Lid stood open; meal thrown away.",
    isolatedAt: at(1_500), recurrencePrevention: "Driver trained \"again\"", foodCelsius: 11.5)

@Suite("Alerts in the log (§1.4)")
struct AlertLogTests {
    /// A store with an alert that was acknowledged, acted on, closed and reviewed, and one that is
    /// open.
    private func fill(_ scratch: Scratch) throws -> [Alert] {
        let journal = try Journal(scratch.settings)
        var first = alert()
        var records = [AlertRecord(alert: first)]
        records.append(first.record(.acknowledge(text: "seen"), at: 1_000))
        records.append(first.record(.assign(to: "kitchen"), at: 1_100))
        records.append(first.record(.act(discarded), at: 2_000))
        _ = first.take(isStanding: false, evidence: nil, at: at(2_500))
        records.append(AlertRecord(alert: first))
        records.append(
            first.record(.close(.resolved, text: "done", printedName: "Maria Ruiz"), at: 3_000))
        records.append(
            first.record(.sign(.reviewed, text: nil, printedName: "Maria Ruiz"), at: 4_000))
        try journal.commit { batch in
            batch.sources = sources()
            batch.orders = [order(1)]
            batch.excursions = [excursion(1, openedAt: 0)]
        }
        // All in one transaction: each action is bound to the state before it all the same.
        try journal.commit { $0.alerts = records + [AlertRecord(alert: alert(2, at: 5_000))] }
        return [first, alert(2, at: 5_000)]
    }

    @Test("after a restart alerts are what they were, with everything that was done about them")
    func restored() throws {
        let scratch = try Scratch()
        let alerts = try fill(scratch)
        #expect(alerts[0].isSettled)
        let state = try Journal(scratch.settings).restore(now: at(6_000))
        #expect(state.alerts == alerts)
        #expect(state.lastAlert == 2)
    }

    @Test("alerts of orders that are forgotten come back while they are open or not reviewed")
    func restoredWithoutOrder() throws {
        let scratch = try Scratch()
        let alerts = try fill(scratch)
        // As long as its excursion is open, its end is still to be told.
        try Journal(scratch.settings).commit { $0.orders = [order(1, status: .delivered)] }
        #expect(try Journal(scratch.settings).restore(now: at(40 * day)).orders.count == 1)
        var ended = excursion(1, openedAt: 0)
        ended.judged = ended.judged.closed(at: TraceTime(at(2_000)), .orderEnded)
        try Journal(scratch.settings).commit { $0.excursions = [ended] }
        let state = try Journal(scratch.settings).restore(now: at(40 * day))
        #expect(state.orders.isEmpty)
        #expect(state.alerts == [alerts[1]])
        #expect(state.lastAlert == 2)
    }

    @Test("the audit has who did what when, bound to the hash of the state they saw")
    func audit() throws {
        let scratch = try Scratch()
        _ = try fill(scratch)
        let reader = try JournalReader(path: scratch.path)
        let found = try #require(try reader.alert(number: 1))
        let history = found.history
        #expect(
            history.map(\.action) == [
                "acknowledged", "assigned", "action_recorded", "closed", "signed",
            ])
        #expect(history.map(\.revision) == [1, 2, 3, 5, 6])
        #expect(Set(history.map(\.subject)) == ["maria"])
        #expect(history.map(\.printedName) == [nil, nil, nil, "Maria Ruiz", "Maria Ruiz"])
        #expect(history.map(\.meaning) == [nil, nil, nil, "closed", "reviewed"])
        // What the last signature is bound to, by the command an auditor has.
        let state = try sqlite3(
            scratch.path,
            """
            SELECT substr(body, instr(body, CAST('{"number":1,"revision":6' AS BLOB)))
            FROM changes WHERE instr(body, CAST('{"number":1,"revision":6' AS BLOB)) > 0
            """)
        try #require(state.count == 1)
        let file = scratch.directory + "/state"
        try Data(state[0].utf8).write(to: URL(fileURLWithPath: file))
        let sum = try run("/usr/bin/env", ["sha256sum", file]).output.prefix(64)
        let expected = history[4].stateHash.map { String(Int($0) + 256, radix: 16).dropFirst() }
        #expect(sum == expected.joined())
    }

    @Test("the whole log with alerts is proven, by this program and by the foreign one")
    func proven() throws {
        let scratch = try Scratch()
        _ = try fill(scratch)
        #expect(try prove(scratch.path).findings == [])
        let printed = try Python.output(of: "verify_log.py", [scratch.path])
        #expect(String(decoding: printed, as: UTF8.self).contains("\"findings\": []"))
    }

    @Test("an action on another revision than the log has is refused, and nothing is recorded")
    func contradiction() throws {
        let scratch = try Scratch()
        _ = try fill(scratch)
        let journal = try Journal(scratch.settings)
        var other = alert(2, at: 5_000)
        _ = other.record(.comment("one"), at: 6_000)
        let second = other.record(.comment("two"), at: 6_100)
        expect(.contradiction) { try journal.commit { $0.alerts = [second] } }
        let found = try JournalReader(path: scratch.path).alert(number: 2)
        #expect(found?.history.isEmpty == true)
    }

    @Test("what somebody did can be neither changed nor erased")
    func final() throws {
        let scratch = try Scratch()
        _ = try fill(scratch)
        for change in ["UPDATE staff_actions SET subject = 'x'", "DELETE FROM staff_actions"] {
            let done = try run("/usr/bin/env", ["sqlite3", "-bail", scratch.path, change])
            #expect(done.status != 0)
        }
    }

    @Test("alerts are found by what is asked for, the newest first")
    func filters() throws {
        let scratch = try Scratch()
        _ = try fill(scratch)
        let reader = try JournalReader(path: scratch.path)
        func numbers(_ change: (inout AlertFilter) -> Void) throws -> [UInt64] {
            var filter = AlertFilter()
            change(&filter)
            return try reader.alerts(filter, limit: 10).map(\.number)
        }
        #expect(try numbers { _ in } == [2, 1])
        #expect(try numbers { $0.isClosed = false } == [2])
        #expect(try numbers { $0.isAcknowledged = true } == [1])
        #expect(try numbers { $0.isStanding = true } == [2])
        #expect(try numbers { $0.order = "order-1" } == [2, 1])
        #expect(try numbers { $0.order = "order-2" } == [])
        #expect(try numbers { $0.bag = "bag-1" } == [2, 1])
        #expect(try numbers { $0.device = "device-2" } == [])
        #expect(try numbers { $0.kind = AlertKindName("silence") } == [])
        #expect(try numbers { $0.kind = AlertKindName("excursion") } == [2, 1])
        #expect(try numbers { $0.from = at(5_000) } == [2])
        #expect(try numbers { $0.until = at(5_000) } == [1])
        #expect(try numbers { $0.reviewDueBefore = at(100 * day) } == [2])
        #expect(try numbers { $0.site = "r-1" } == [2, 1])
        #expect(try numbers { $0.site = "r-2" } == [])
        #expect(try reader.alerts(before: 2, limit: 1).map(\.number) == [1])
        #expect(try reader.alert(number: 1, site: "r-2") == nil)
    }
}
