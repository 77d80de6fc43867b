import Bridge
import ColdChain
import InteropSupport
import Journal
import Testing

@Suite("How long alerts stay, and what they keep (B-5, §1.4)")
struct AlertRetentionTests {
    /// An order that is over, with readings, an excursion that is over, and its alert.
    private func fill(_ journal: Journal, _ alerts: [AlertRecord]) throws {
        try journal.commit { batch in
            batch.sources = sources()
            batch.orders = [order(1, status: .delivered), order(2, status: .delivered)]
            batch.custody = [
                Custody(bag: "bag-1", order: OrderNumber(1), from: at(100), until: at(200))
            ]
            batch.readings = [
                reading(1, at: 50), reading(1, at: 150), reading(2, at: 160, order: 1),
            ]
            batch.events = [event(1, at: 150)]
            batch.excursions = [excursion(1, openedAt: 150, closedAt: 160)]
            batch.alerts = alerts
        }
    }

    private func closed(_ alert: inout Alert, at now: Int64) -> [AlertRecord] {
        [
            alert.record(.acknowledge(text: nil), at: now),
            alert.record(
                .act(CorrectiveAction(disposition: .discard, cause: .other, text: "gone")), at: now),
            alert.ended(at: now),
            alert.record(.close(.resolved, text: "done", printedName: "Maria"), at: now),
        ]
    }

    private func reviewed(_ alert: inout Alert, at now: Int64) -> AlertRecord {
        alert.record(.sign(.reviewed, text: nil, printedName: "Maria"), at: now)
    }

    private func rows(_ scratch: Scratch, _ table: String) throws -> Int {
        Int(try sqlite3(scratch.path, "SELECT count(*) FROM \(table)").first ?? "") ?? -1
    }

    /// Both verifiers agree that nothing is wrong; answers how many records were purged.
    private func requireProof(_ scratch: Scratch) throws -> Int {
        let (proof, findings) = try prove(scratch.path)
        #expect(findings == [])
        let printed = try Python.output(of: "verify_log.py", [scratch.path])
        let foreign = String(decoding: printed, as: UTF8.self)
        #expect(foreign.contains("\"findings\": []"), "\(foreign)")
        #expect(foreign.contains("\"purged\": \(proof.purged)"), "\(foreign)")
        return Int(proof.purged)
    }

    @Test(
        "an alert that is open, and one that is closed and not reviewed, keep their order's records"
    )
    func holding() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        var raised = alert(at: 150)
        try fill(journal, [AlertRecord(alert: raised)])
        _ = try journal.tidyUp(now: at(91 * day))
        #expect(try sqlite3(scratch.path, "SELECT id FROM readings ORDER BY id") == ["2", "3"])
        #expect(try rows(scratch, "events") == 1 && (try rows(scratch, "alerts")) == 1)
        #expect(journal.retentionStatus.hasOpenAlerts)
        #expect(!journal.retentionStatus.hasOpenExcursions)
        let records = closed(&raised, at: 91 * day)
        try journal.commit { $0.alerts = records }
        _ = try journal.tidyUp(now: at(92 * day))
        #expect(try rows(scratch, "readings") == 2)
        let review = reviewed(&raised, at: 92 * day)
        try journal.commit { $0.alerts = [review] }
        _ = try journal.tidyUp(now: at(93 * day))
        #expect(try rows(scratch, "readings") == 0 && (try rows(scratch, "events")) == 0)
        #expect(!journal.retentionStatus.hasOpenAlerts)
        // What was decided a day ago stays as long as a reading of that day does.
        #expect(try rows(scratch, "alerts") == 1 && (try rows(scratch, "staff_actions")) == 4)
        _ = try requireProof(scratch)
    }

    @Test("a settled alert goes at the age of readings, signed for, and no number is given again")
    func erased() throws {
        let scratch = try Scratch()
        do {
            let journal = try Journal(scratch.settings)
            var settled = alert(at: 150)
            let waiting = alert(2, order: 2, at: 150)
            var records = [AlertRecord(alert: settled), AlertRecord(alert: waiting)]
            records += closed(&settled, at: 1_000)
            records.append(reviewed(&settled, at: 2_000))
            try fill(journal, records)
            #expect(try journal.tidyUp(now: at(90 * day)).alertsErased == 0)
            #expect(try journal.tidyUp(now: at(91 * day)).alertsErased == 1)
        }
        #expect(try sqlite3(scratch.path, "SELECT number FROM alerts") == ["2"])
        #expect(try rows(scratch, "staff_actions") == 0)
        #expect(try rows(scratch, "changes WHERE subject = 5") == 1)
        // 3 readings, 1 event, 4 staff actions and the 6 states of the alert.
        #expect(try requireProof(scratch) == 3 + 1 + 4 + 6)
        let journal = try Journal(scratch.settings)
        #expect(try journal.restore(now: at(91 * day)).lastAlert == 2)
        var third = alert(3, at: 91 * day)
        let first = AlertRecord(alert: third)
        let second = third.record(.comment("x"), at: 91 * day)
        try journal.commit { $0.alerts = [first, second] }
        #expect(try sqlite3(scratch.path, "SELECT number FROM staff_actions") == ["5"])
        _ = try requireProof(scratch)
    }

    @Test("when the newest of all goes, its numbers are not given again either")
    func newest() throws {
        let scratch = try Scratch()
        do {
            let journal = try Journal(scratch.settings)
            var settled = alert(at: 150)
            var records = [AlertRecord(alert: settled)]
            records += closed(&settled, at: 1_000)
            records.append(reviewed(&settled, at: 2_000))
            try fill(journal, records)
            #expect(try journal.tidyUp(now: at(91 * day)).alertsErased == 1)
        }
        let journal = try Journal(scratch.settings)
        #expect(try journal.restore(now: at(91 * day)).lastAlert == 1)
        try journal.commit { $0.alerts = [AlertRecord(alert: alert(2, at: 91 * day))] }
        _ = try requireProof(scratch)
    }

    @Test(
        "it stays under a legal hold, while its order is not over, and while its order is spoken of",
        arguments: ["hold", "under way", "open excursion", "other alert"])
    func kept(why: String) throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        var settled = alert(at: 150)
        var records = [AlertRecord(alert: settled)]
        records += closed(&settled, at: 1_000)
        records.append(reviewed(&settled, at: 2_000))
        if why == "other alert" { records.append(AlertRecord(alert: alert(2, at: 160))) }
        try fill(journal, records)
        try journal.commit { batch in
            if why == "under way" { batch.orders = [order(1, status: .inTransit)] }
            if why == "open excursion" { batch.excursions = [excursion(2, openedAt: 170)] }
        }
        if why == "hold" {
            var scope = HoldScope()
            scope.order = "order-1"
            _ = try journal.placeHold(
                scope, reason: "complaint", by: "s", until: at(100 * day), at: at(0))
        }
        #expect(try journal.tidyUp(now: at(91 * day)).alertsErased == 0)
        #expect(try rows(scratch, "staff_actions") == 4)
        guard why == "hold" else { return }
        #expect(try journal.tidyUp(now: at(101 * day)).alertsErased == 1)
        #expect(try requireProof(scratch) > 0)
    }

    @Test("thousands of settled alerts go, slice by slice")
    func many() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        var records: [AlertRecord] = []
        for number in UInt64(1)...600 {
            var settled = alert(number, at: 150)
            records.append(AlertRecord(alert: settled))
            records += closed(&settled, at: 1_000)
            records.append(reviewed(&settled, at: 2_000))
        }
        try fill(journal, records)
        #expect(try journal.tidyUp(now: at(91 * day)).alertsErased == 600)
        #expect(try rows(scratch, "staff_actions") == 0 && (try rows(scratch, "alerts")) == 0)
        #expect(try requireProof(scratch) == 3 + 1 + 600 * 10)
    }

    @Test("an alert that is not settled can be erased by nobody")
    func unsettled() throws {
        let scratch = try Scratch()
        try fill(Journal(scratch.settings), [AlertRecord(alert: alert(at: 150))])
        let done = try run(
            "/usr/bin/env", ["sqlite3", "-bail", scratch.path, "DELETE FROM alerts"])
        #expect(done.status != 0)
    }
}

extension Alert {
    fileprivate mutating func ended(at now: Int64) -> AlertRecord {
        _ = take(isStanding: false, evidence: nil, at: JournalTests.at(now))
        return AlertRecord(alert: self)
    }
}

/// Every record of the life of an alert that is closed and reviewed: 6 states, 4 staff actions.
func settledAlert(_ number: UInt64, order: UInt32 = 1, at now: Int64) -> [AlertRecord] {
    var settled = alert(number, order: order, at: now)
    return [
        AlertRecord(alert: settled), settled.record(.acknowledge(text: nil), at: now),
        settled.record(
            .act(CorrectiveAction(disposition: .discard, cause: .other, text: "gone")), at: now),
        settled.ended(at: now),
        settled.record(.close(.resolved, text: "done", printedName: "Maria"), at: now),
        settled.record(.sign(.reviewed, text: nil, printedName: "Maria"), at: now),
    ]
}
