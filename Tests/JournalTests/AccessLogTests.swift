import Bridge
import ColdChain
import Fabric
import InteropSupport
import Journal
import Testing

func accessRecord(
    _ deed: ResourceAccess.Deed = .follow, _ resource: String = "orders.ORD-1",
    by subject: String = "sue", at instant: Int64
) -> AccessRecord {
    var identity = Identity(subject: subject, role: .support)
    identity.from = .private
    return AccessRecord(ResourceAccess(deed, of: resource, by: identity), at: at(instant))
}

@Suite("K-9, T-15: who looked at what, in the log")
struct AccessLogTests {
    @Test("K-9: an access is recorded with who, as what, what, when and from where, in the chain")
    func recorded() throws {
        let scratch = try Scratch()
        for start in 0..<2 {
            let journal = try Journal(scratch.settings)
            try journal.commit { batch in
                batch.accesses = [
                    accessRecord(at: Int64(start)),
                    accessRecord(.read, "/v1/orders/ORD-1", by: "adam", at: Int64(start) + 10),
                ]
            }
        }
        let reader = try JournalReader(path: scratch.path)
        let logged = try reader.accesses(before: nil, limit: 10)
        #expect(logged.map(\.number) == [4, 3, 2, 1])
        #expect(logged.map(\.at) == [at(11), at(1), at(10), at(0)])
        #expect(logged.map(\.subject) == ["adam", "sue", "adam", "sue"])
        #expect(logged.map(\.deed) == ["read", "follow", "read", "follow"])
        #expect(logged.first?.resource == "/v1/orders/ORD-1")
        #expect(Set(logged.map(\.role)) == ["support"])
        #expect(Set(logged.map(\.addressClass)) == ["private"])
        #expect(try reader.accesses(before: 3, limit: 1).map(\.number) == [2])
        #expect(
            try reader.accesses(before: nil, subject: "sue", limit: 10).map(\.number) == [3, 1])
        #expect(try prove(scratch.path).findings == [])
        let printed = try Python.output(of: "verify_log.py", [scratch.path])
        #expect(String(decoding: printed, as: UTF8.self).contains("\"findings\": []"))
    }

    @Test(
        "K-9: one that is taken out, changed or put in is found",
        arguments: [
            "DELETE FROM accesses WHERE number = 2",
            """
            DROP TRIGGER access_is_final;
            UPDATE accesses SET subject = 'eve' WHERE number = 2
            """,
            "INSERT INTO accesses VALUES (4, 1, 'eve', 'admin', 'read', '/v1/orders/O', 'public')",
        ])
    func tampered(deed: String) throws {
        let scratch = try Scratch()
        do {
            let journal = try Journal(scratch.settings)
            try journal.commit { batch in
                batch.accesses = (0..<3).map { accessRecord(at: $0) }
            }
        }
        #expect(try prove(scratch.path).findings == [])
        _ = try sqlite3(scratch.path, deed)
        #expect(try !prove(scratch.path).findings.isEmpty)
    }

    @Test("K-9: an access is never changed by the way of SQL that knows no better")
    func final() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in batch.accesses = [accessRecord(at: 1)] }
        _ = try? sqlite3(scratch.path, "UPDATE accesses SET subject = 'eve'")
        let reader = try JournalReader(path: scratch.path)
        #expect(try reader.accesses(before: nil, limit: 1).map(\.subject) == ["sue"])
    }

    @Test(
        "K-9, B-5: accesses go at the age of readings, with a signed purge, and no number comes again"
    )
    func aged() throws {
        let scratch = try Scratch()
        var settings = scratch.settings
        settings.readingDays = 90
        do {
            let journal = try Journal(settings)
            try journal.commit { batch in
                batch.accesses = [accessRecord(at: 0), accessRecord(at: 50 * day)]
            }
            #expect(try journal.tidyUp(now: at(91 * day)).accessesErased == 1)
        }
        do {
            let journal = try Journal(settings)
            #expect(try journal.tidyUp(now: at(200 * day)).accessesErased == 1)
            try journal.commit { batch in batch.accesses = [accessRecord(at: 200 * day)] }
        }
        let reader = try JournalReader(path: scratch.path)
        #expect(try reader.accesses(before: nil, limit: 9).map(\.number) == [3])
        #expect(try prove(scratch.path).findings == [])
    }
}
