import Bridge
import ColdChain
import Foundation
import Journal
import Testing

/// What the chain says of a store, and each finding.
func prove(
    _ path: String, against heads: [LogHead] = []
) throws -> (proof: LogProof, findings: [LogFinding]) {
    var findings: [LogFinding] = []
    let proof = try JournalReader(path: path).proveLog(against: heads) { findings.append($0) }
    return (proof, findings)
}

/// A store with rows of every kind, some of them erased, and of every origin of a link.
func fillProvenStore(_ scratch: Scratch, seed: UInt64 = 1) throws {
    var random = Lehmer(seed: seed)
    for start in 0..<3 {
        let journal = try Journal(scratch.settings)
        // The second and the third time it is the same plan.
        try journal.putInForce(
            HACCPPlanText(
                id: "p", version: 1 + min(start, 1), json: #"{"id":"p"}"# + "\(min(start, 1))"),
            at: at(5 + Int64(start)))
        if start == 0 {
            try journal.commit { batch in
                batch.sources = sources(bags: 3)
                batch.orders = [order(1), order(2), order(3, status: .delivered)]
                batch.custody = [Custody(bag: "bag-1", order: OrderNumber(1), from: at(5))]
                batch.alerts = settledAlert(2, order: 3, at: 0)
                batch.readings = (0..<40).map { reading(at: Int64($0)) }
                batch.fixes = (0..<40).map { fix(at: Int64($0)) }
                batch.events = [event(1), event(2)]
            }
        }
        for turn in 0..<4 {
            let now = 80 * day + Int64(start * 10 + turn) * 1_000
            try journal.commit { batch in
                batch.readings = (0..<30).map { _ in
                    reading(
                        1 + random.next(3), at: now + Int64(random.next(20)),
                        Double(random.next(100)) / 7, order: random.next(2) == 0 ? 1 : nil)
                }
                batch.readings.append(silent(at: now + Int64(random.next(4))))
                batch.readings.append(
                    corrected(2, at: now + 500, 4.25, by: UInt32(start * 4 + turn + 1), to: 4))
                batch.calibrations = [
                    calibrationEntry(UInt32(start * 4 + turn + 1), enteredAt: now)
                ]
                batch.fixes = (0..<5).map { fix(at: now + Int64($0), latitude: 50 + 1 / 3.0) }
                batch.accesses = [accessRecord(at: now)]
                batch.alerts = [alertStep(start * 4 + turn, at: now)]
                var placed = order(1, status: .preparing, updatedAt: now)
                placed.delivery = Place(latitude: 48.1, longitude: Double(turn))
                batch.orders = [placed]
                batch.excursions = [excursion(1, openedAt: now, closedAt: now + 1)]
                batch.events = [event(UInt64(start * 4 + turn + 3), at: now)]
                batch.checkpoints = [checkpoint(UInt64(start * 4 + turn + 1), at: now)]
                batch.readings.append(reading(at: now))
                batch.qualityRevisions = [revision(of: now, at: now)]
                batch.readings += [waiting(at: now + 600), waiting(at: now + 601)]
                batch.qualityRevisions.append(
                    settlement(of: now + 600, by: batch.readings.count - 1, at: now + 601))
                batch.dataGaps = [
                    DataGap(
                        order: OrderNumber(1), source: SourceNumber(1),
                        loss: DataLoss(from: TraceTime(at(now)), until: nil))
                ]
                batch.silences = [silence(since: at(7), notices: Int64(turn + 1))]
                if turn == 3 {
                    batch.silences.append(
                        silence(
                            since: at(Int64(start)), cause: start == 1 ? nil : .brokerUnreachable,
                            end: .init(at: at(now), reason: .returned)))
                }
            }
        }
        var scope = HoldScope()
        scope.device = "device-9"
        let hold = try journal.placeHold(
            scope, reason: "a complaint", by: "staff-1", until: nil, at: at(80 * day))
        if start == 0 {
            _ = try journal.releaseHold(hold.number, by: "staff-2", at: at(80 * day))
        }
        _ = try journal.tidyUp(now: at(91 * day + Int64(start)))
    }
}

func silence(
    since: Timestamp, notices: Int64 = 1, source: UInt32? = 1, probe: UInt8? = 0,
    lastHeard: Timestamp? = at(6), cause: Silence.Cause? = nil, end: Silence.End? = nil
) -> Silence {
    Silence(
        order: OrderNumber(1), bag: "bag-1", carriedSince: at(5),
        source: source.map(SourceNumber.init), probe: probe, since: since, lastHeard: lastHeard,
        notices: notices, toldAt: since, cause: cause, end: end)
}

func excursion(_ number: UInt64, openedAt: Int64, closedAt: Int64? = nil) -> Excursion {
    Excursion(
        number: number, order: OrderNumber(1), source: SourceNumber(1), foodClass: .cold,
        limit: CriticalLimit(maximum: 5), limitProfile: "default",
        judged: JudgedExcursion(
            state: closedAt == nil ? .active : .closed, startedAt: TraceTime(at(openedAt)),
            closedAt: closedAt.map { TraceTime(at($0)) }, peak: 7.5))
}

@Suite("A log that proves itself")
struct ProofTests {
    @Test("a log that nobody touched is whole; what retention erased is said to be purged")
    func whole() throws {
        let scratch = try Scratch()
        try fillProvenStore(scratch)
        let (proof, findings) = try prove(scratch.path)
        #expect(findings == [])
        #expect(proof.isWhole)
        // 40 readings, 40 fixes of day 0, the two events, an alert's 6 states and 4 staff actions.
        #expect(proof.purged == 92)
        #expect(proof.intact > 300)
        #expect(proof.carriedOver == 0)
        #expect(proof.signingKeys.count == 1)
        #expect(proof.lastLink == proof.links)
    }

    @Test("an empty store is whole; opening it again adds no link")
    func empty() throws {
        let scratch = try Scratch()
        for _ in 0..<2 { _ = try Journal(scratch.settings) }
        let (proof, findings) = try prove(scratch.path)
        #expect(findings == [] && proof.intact == 1 && proof.links == 1)
    }

    @Test("a reader may prove the log while it is written, in every state between two commits")
    func whileWritten() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { $0.sources = sources() }
        for turn in 0..<20 {
            // Readings of the turn before come again.
            try journal.commit { batch in
                batch.readings = (0..<30).map { reading(at: Int64(turn * 15 + $0)) }
            }
            #expect(try prove(scratch.path).findings == [])
        }
        #expect(try prove(scratch.path).proof.intact == Int64(4 + 19 * 15 + 30))
    }

    @Test(
        "the log may be proven in steps of any size, and written, held and erased between them",
        arguments: [1, 7, 100])
    func inSteps(records: Int) throws {
        let scratch = try Scratch()
        try fillProvenStore(scratch)
        let reader = try JournalReader(path: scratch.path)
        let journal = try Journal(scratch.settings)
        let walk = try LogProofWalk(reader: reader, against: [])
        var findings: [LogFinding] = []
        var step: Int64 = 0
        while try walk.advance(records: records, { findings.append($0) }) {
            step += 1
            guard step % 3 == 0, step < 90 else { continue }
            let now = 92 * day + step
            try journal.commit { batch in
                batch.readings = [reading(at: now), reading(2, at: now)]
                batch.orders = [order(UInt32(step), status: .delivered, updatedAt: now)]
                batch.custody = [
                    Custody(bag: "bag-1", order: OrderNumber(UInt32(step)), from: at(now))
                ]
            }
            // Erases a day's rows each time, first those that the walk has not come to.
            _ = try journal.tidyUp(now: at((164 + step) * day))
            if step == 30 { _ = try journal.erase(.driver("d-1"), by: "a", at: at(now)) }
        }
        #expect(findings == [])
        #expect(step > 5)
        #expect(try prove(scratch.path).findings == [])
    }

    @Test("a key that is replaced is told by the log, and both keys' erasures hold")
    func newKey() throws {
        let scratch = try Scratch()
        try fillProvenStore(scratch)
        try FileManager.default.removeItem(atPath: scratch.settings.signingKeyPath)
        let journal = try Journal(scratch.settings)
        _ = try journal.tidyUp(now: at(300 * day))
        let (proof, findings) = try prove(scratch.path)
        #expect(findings == [])
        #expect(proof.signingKeys.count == 2)
        #expect(proof.purged > 300)
    }

    @Test("the private key is in a file that only its owner reads, and not in the database")
    func privateKey() throws {
        let scratch = try Scratch()
        _ = try Journal(scratch.settings)
        let path = scratch.settings.signingKeyPath
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.utf8.count == 65)
        #expect(try !contains(Array(text.utf8.prefix(64)), scratch.path))
    }

    @Test("a file that holds no key is refused, and nothing is written over it")
    func noKey() throws {
        let scratch = try Scratch()
        try Data("not a key\n".utf8).write(
            to: URL(fileURLWithPath: scratch.settings.signingKeyPath))
        expect(.cannotOpen) { try Journal(scratch.settings) }
    }

    @Test(
        "what was done to the rows is found, and named",
        arguments: [
            ("DELETE FROM readings WHERE id = 60", "missing", "readings", 60),
            ("DELETE FROM fixes WHERE id = 50", "missing", "fixes", 50),
            ("DELETE FROM events WHERE number = 5", "missing", "events", 5),
            ("DELETE FROM checkpoints WHERE number = 5", "missing", "checkpoints", 5),
            (
                """
                DROP TRIGGER checkpoint_is_final; UPDATE checkpoints SET celsius = 4 WHERE number = 6
                """, "altered", "checkpoints", 6
            ),
            ("DELETE FROM orders WHERE number = 2", "missing", "orders", 2),
            ("UPDATE readings SET value = 3.9 WHERE id = 70", "altered", "readings", 70),
            ("UPDATE orders SET status = 8 WHERE number = 2", "altered", "orders", 2),
            ("UPDATE sources SET carrier = 'bag-9' WHERE number = 2", "altered", "sources", 2),
            (
                "INSERT INTO sources VALUES (7, 'd', 1, 'b', 'p')", "altered", "sources", 7
            ),
            // Of a state, the change is given.
            ("DELETE FROM holds WHERE number = 1", "missing", "holds", 33),
            ("UPDATE holds SET expires_at = 1 WHERE number = 2", "altered", "holds", 55),
            (
                "INSERT INTO holds(number, reason, placed_by, placed_at) VALUES (9, '', '', 0)",
                "altered", "holds", 9
            ),
            ("DELETE FROM links WHERE number = 5", "missing", "links", 5),
            ("DELETE FROM salts WHERE kind = 3 AND first = 4", "altered", "events", 4),
            // An erasure that nobody signed for is none.
            ("DELETE FROM purges WHERE number = 1", "missing", "purges", 1),
            // Two rows that change places.
            (
                """
                UPDATE readings SET id = -1 WHERE id = 80; UPDATE readings SET id = 80 WHERE id = 81;
                UPDATE readings SET id = 81 WHERE id = -1
                """, "altered", "readings", 80
            ),
        ] as [(String, String, String, Int64)])
    func found(sql: String, status: String, table: String, row: Int64) throws {
        let scratch = try Scratch()
        try fillProvenStore(scratch)
        _ = try sqlite3(
            scratch.path, "DROP TRIGGER reading_is_final; PRAGMA foreign_keys = OFF; \(sql)")
        let (proof, findings) = try prove(scratch.path)
        #expect(!proof.isWhole)
        #expect(
            findings.contains {
                $0.status.rawValue == status && $0.table == table
                    && ($0.row..<$0.row + $0.count).contains(row)
            }, "\(findings)")
    }

    @Test("a row that was erased comes back: it is altered, whatever its salt")
    func cameBack() throws {
        let scratch = try Scratch()
        try fillProvenStore(scratch)
        _ = try sqlite3(scratch.path, "INSERT INTO events VALUES (1, 'x', 1, 0, '{}')")
        let (_, findings) = try prove(scratch.path)
        #expect(findings.map(\.table) == ["events"])
        #expect(findings.map(\.status) == [.altered])
    }

    @Test("a log whose end was cut off is found against a head that was kept elsewhere")
    func cutOff() throws {
        let scratch = try Scratch()
        try fillProvenStore(scratch)
        let whole = try prove(scratch.path).proof
        let head = LogHead(link: whole.lastLink, hash: whole.head)
        #expect(try prove(scratch.path, against: [head]).findings == [])
        // Everything that the last commit wrote, as thoroughly as one can.
        _ = try sqlite3(
            scratch.path,
            """
            PRAGMA foreign_keys = OFF;
            DELETE FROM links WHERE number > 3; DELETE FROM purges; DELETE FROM salts;
            DELETE FROM readings; DELETE FROM fixes; DELETE FROM events; DELETE FROM changes;
            DELETE FROM orders; DELETE FROM custody; DELETE FROM excursions; DELETE FROM sources;
            """)
        let (proof, findings) = try prove(scratch.path, against: [head])
        #expect(!proof.isWhole)
        #expect(findings.contains { $0.table == "links" && $0.status == .missing })
        // A log made anew has other hashes.
        let other = try Scratch()
        try fillProvenStore(other)
        let anew = try prove(other.path, against: [head])
        #expect(anew.findings.map(\.table) == ["links"])
        #expect(anew.findings.map(\.status) == [.altered])
    }

    @Test("a store of the schema before is carried over into links that say so")
    func carriedOver() throws {
        let scratch = try Scratch()
        try writeStore(
            of: 2, at: scratch.path,
            rows: """
                INSERT INTO sources VALUES (1, 'device-1', 1, 'bag-1', 'p'), (9, 'van', 2, 'v', 'p');
                INSERT INTO orders(number, id, food_class, status, created_at, updated_at)
                    VALUES (1, 'o-1', 1, 1, 0, 0), (2, 'o-2', 1, 1, 0, 0);
                INSERT INTO custody VALUES (1, 'bag-1', 0, NULL);
                INSERT INTO events VALUES (3, 'a', 1, 0, '{}'), (4, 'b', 1, 0, '{}');
                WITH RECURSIVE n(i) AS (SELECT 11 UNION ALL SELECT i + 1 FROM n WHERE i < 70010)
                INSERT INTO readings(id, measured_at, source, quantity, probe, value, quality,
                    test_flags, time_source, received_at) SELECT i, i, 1, 1, 0, i / 3.0, 1, 1, 1, i FROM n;
                INSERT INTO fixes(id, measured_at, source, latitude, longitude, quality, test_flags,
                    time_source, received_at) VALUES (5, 1, 9, 1, 2, 1, 1, 1, 1), (8, 2, 9, 1, 2, 1, 1, 1, 1);
                """)
        do {
            let journal = try Journal(scratch.settings)
            try journal.commit { $0.readings = [reading(1, at: 80_000)] }
        }
        let (proof, findings) = try prove(scratch.path)
        #expect(findings == [])
        #expect(proof.carriedOver == 70_000 + 2 + 2 + 2 + 3)
        #expect(proof.intact == proof.carriedOver + 2)
        #expect(
            try sqlite3(
                scratch.path, "SELECT origin, count(*) FROM links GROUP BY origin ORDER BY origin")
                == ["1|2", "2|6"])
        // Once is enough.
        _ = try Journal(scratch.settings)
        #expect(try prove(scratch.path).proof == proof)
    }
}

@Suite("The head of the log")
struct HeadTests {
    private struct Head: Decodable {
        var format: String
        var link: Int64
        var hash: String
    }

    private func head(_ scratch: Scratch) throws -> Head {
        try JSONDecoder().decode(
            Head.self, from: Data(contentsOf: URL(fileURLWithPath: scratch.settings.headPath)))
    }

    @Test("is written to a file once a minute while the log grows")
    func exported() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { $0.sources = sources() }
        #expect(try journal.tidy(now: at(0), milliseconds: 0).headFailure == nil)
        let first = try head(scratch)
        #expect(first.format == "freshwire-head/1" && first.link == 2)
        try journal.commit { $0.readings = [reading(at: 1)] }
        _ = try journal.tidy(now: at(59_999), milliseconds: 0)
        #expect(try head(scratch).link == 2)
        _ = try journal.tidy(now: at(60_000), milliseconds: 0)
        let second = try head(scratch)
        #expect(second.link == 3)
        let proof = try prove(scratch.path).proof
        #expect(
            second.hash == proof.head.map { String(Int($0) + 256, radix: 16).suffix(2) }.joined())
    }

    @Test("that cannot be written is told, and the log goes on")
    func notWritable() throws {
        let scratch = try Scratch()
        var settings = scratch.settings
        settings.headPath = scratch.directory + "/nowhere/head"
        let journal = try Journal(settings)
        #expect(try journal.tidy(now: at(0), milliseconds: 0).headFailure?.kind == .cannotOpen)
        try journal.commit { $0.sources = sources() }
    }
}
