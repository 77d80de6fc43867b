import Bridge
import ColdChain
import Journal
import Testing

@Suite("The proof of a log that an older release chained")
struct EarlierLogTests {
    private let source = EarlierRecord(
        kind: 4, table: "sources", columns: "number, device, carrier_kind, carrier, profile",
        values: [1, "device-1", 1, "bag-1", "generic/bag@1"])

    /// Of the fourth schema: order 1 without a place, and three excursions; of the second the
    /// first state as well. The third is still going on.
    private func writeFourthVersion(_ scratch: Scratch, tamperedBy sql: String = "") throws {
        let order: [SQLValue] = [
            1, "order-1", 1, 1, "c-1", nil, nil, nil, nil, nil, 1.5, 2.5, nil, nil, 0, nil, nil, 7,
        ]
        let excursions: [[SQLValue]] = [
            [1, 1, 1, 1, nil, 5.0, "default", 1_000, 61_000, 9.5],
            [2, 1, 1, 2, 57.0, nil, "us-fda-2022", 70_000, 80_000, 40.25],
            [3, 1, 1, 1, nil, 5.0, "default", 90_000, nil, nil],
        ]
        let columns = """
            number, order_number, source, food_class, limit_minimum, limit_maximum, limit_profile,
            opened_at, closed_at, peak
            """
        func row(_ table: String, _ columns: String, _ values: [SQLValue]) -> String {
            let columns = columns.isEmpty ? "" : "(\(columns))"
            return "INSERT INTO \(table)\(columns) VALUES ("
                + values.map(\.sql).joined(separator: ", ") + ");"
        }
        var opened = excursions[1]
        opened[8] = nil
        try writeStore(
            of: 4, at: scratch.path,
            rows: "PRAGMA foreign_keys = OFF; " + row("orders", "", order)
                + excursions.map { row("excursions", columns, $0) }.joined() + sql,
            chained: [
                source, .change(1, subject: 1, state: order),
                .change(2, subject: 3, state: excursions[0]),
                .change(3, subject: 3, state: opened),
                .change(4, subject: 3, state: excursions[1]),
                .change(5, subject: 3, state: excursions[2]),
            ])
    }

    /// Both verifiers must find the same.
    private func findings(_ scratch: Scratch) throws -> [LogFinding] {
        let ours = try ForeignVerdict(of: scratch.path)
        #expect(try ForeignVerdict.foreign(of: [scratch.path]) == [ours])
        return try prove(scratch.path).findings
    }

    @Test("excursions of the fourth schema verify after their table was made anew")
    func excursions() throws {
        let scratch = try Scratch()
        try writeFourthVersion(scratch)
        do {
            let journal = try Journal(scratch.settings)
            try journal.commit { $0.readings = [reading(at: 95_000)] }
            let restored = try journal.restore(now: at(96_000)).excursions
            #expect(restored.map(\.number) == [1, 2, 3])
            #expect(restored.map(\.judged.state) == [.closed, .closed, .active])
        }
        #expect(try findings(scratch) == [])
        let proof = try prove(scratch.path).proof
        // What the new table made of them is said to be carried over.
        #expect(proof.carriedOver == 3)
        #expect(proof.intact == 6 + 3 + 2)
        // Once is enough, and a later state follows as any other.
        do {
            let journal = try Journal(scratch.settings)
            #expect(try prove(scratch.path).proof == proof)
            try journal.commit { batch in
                batch.excursions = [excursion(3, openedAt: 90_000, closedAt: 99_000)]
            }
        }
        #expect(try findings(scratch) == [])
    }

    @Test(
        "an excursion that was altered before the new schema came is not made good by it",
        arguments: [
            "UPDATE excursions SET peak = 5.5 WHERE number = 2;",
            "UPDATE excursions SET closed_at = 71000 WHERE number = 2;",
            "UPDATE excursions SET limit_minimum = 4 WHERE number = 2;",
        ])
    func alteredBefore(sql: String) throws {
        let scratch = try Scratch()
        try writeFourthVersion(scratch, tamperedBy: sql)
        _ = try Journal(scratch.settings)
        let found = try findings(scratch)
        #expect(found.map(\.status) == [.altered])
        #expect(found.map(\.table) == ["excursions"] && found.map(\.row) == [4])
        #expect(try prove(scratch.path).proof.carriedOver == 2)
    }

    @Test("an excursion that was altered after the new table was made is not made good either")
    func alteredAfter() throws {
        let scratch = try Scratch()
        try writeFourthVersion(scratch)
        // As a release between the two left it: the table is new, the states are not.
        let migrations = Schema.current.migrations
        let fifth = migrations[4].statements.joined(separator: "\n;\n")
        _ = try sqlite3(scratch.path, "\(fifth); PRAGMA user_version = 5;")
        _ = try sqlite3(scratch.path, "UPDATE excursions SET standing = 2 WHERE number = 1")
        _ = try Journal(scratch.settings)
        let found = try findings(scratch)
        #expect(found.map(\.status) == [.altered])
        #expect(found.map(\.table) == ["excursions"] && found.map(\.row) == [2])
    }

    /// A reading of the fourth schema, with 15 columns, or of the tenth, with 17.
    private func logged(_ id: Int64, judgedBy version: SQLValue? = nil) -> EarlierRecord {
        var record = EarlierRecord(
            kind: 1, table: "readings",
            columns: """
                id, measured_at, source, quantity, probe, value, quality, test_flags, time_source,
                received_at, sequence, order_number, marker, notes, message
                """,
            values: [
                .integer(id), .integer(id * 10), 1, 1, 0, 4.25, 1, 17, 1, .integer(id * 10), nil,
                nil, nil, 0, .integer(id << 16),
            ])
        guard let version else { return record }
        record.columns += ", reasons, quality_version"
        record.values += [id % 2 == 0 ? 0 : 5, version]
        record.version = 2
        return record
    }

    private let fix = EarlierRecord(
        kind: 2, table: "fixes",
        columns: """
            id, measured_at, source, latitude, longitude, speed, heading, accuracy, quality,
            test_flags, time_source, received_at, sequence, altitude, satellites, notes, message
            """,
        values: [1, 5, 9, 52.5, 13.25, 5.0, nil, nil, 1, 17, 1, 5, nil, nil, 7, 0, nil])

    @Test(
        "readings of the schema before the quality's and before the calibrations' verify after",
        arguments: [4, 6, 7, 10])
    func readings(schema: Int) throws {
        let scratch = try Scratch()
        let records =
            schema < 7
            ? (1...40).map { logged($0) }
            : (1...40).map { logged($0, judgedBy: $0 == 3 ? nil : 2) }
        try writeStore(
            of: schema, at: scratch.path, rows: "",
            chained: [
                source,
                EarlierRecord(
                    kind: 4, table: "sources",
                    columns: "number, device, carrier_kind, carrier, profile",
                    values: [9, "van", 2, "v", "p"]),
                fix,
            ] + records)
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in
            batch.readings = [
                corrected(1, at: 500, 4.25, by: 1, to: 4), waiting(at: 501), waiting(at: 502),
            ]
            batch.calibrations = [calibrationEntry(1, enteredAt: 500)]
            batch.qualityRevisions = [settlement(of: 501, by: 2, at: 502)]
        }
        #expect(try findings(scratch) == [])
        #expect(try prove(scratch.path).proof.intact == 3 + 40 + 1 + 3 + 1)
    }

    @Test("silences of the schema before they had a cause verify after, and may get one")
    func silences() throws {
        let scratch = try Scratch()
        let silence: [SQLValue] = [1, "bag-1", 5, 1, 0, 7, 6, 2, 9, nil, nil]
        let order: [SQLValue] = [
            1, "order-1", 1, 1, "c-1", nil, nil, nil, nil, nil, 1.5, 2.5, nil, nil, 0, nil, nil, 7,
        ]
        let key = silence[..<6].flatMap(\.canonical)
        try writeStore(
            of: 15, at: scratch.path,
            rows: """
                INSERT INTO orders VALUES (\(order.map(\.sql).joined(separator: ", ")));
                INSERT INTO silences VALUES (\(silence.map(\.sql).joined(separator: ", ")));
                """,
            chained: [
                source, .change(1, subject: 1, state: order),
                .change(2, subject: 7, key: key, state: silence),
            ])
        let journal = try Journal(scratch.settings)
        #expect(try findings(scratch) == [])
        let told = try journal.restore(now: at(10)).silences
        #expect(told.map(\.cause) == [nil])
        try journal.commit { batch in
            var next = told[0]
            next.cause = .brokerUnreachable
            batch.silences = [next]
        }
        #expect(try findings(scratch) == [])
        _ = try sqlite3(scratch.path, "UPDATE silences SET cause = NULL")
        #expect(try findings(scratch).map(\.table) == ["silences"])
    }
}
