import Bridge
import Foundation
import Journal
import Testing

@Suite("Opening a store")
struct OpeningTests {
    @Test("a new store gets an epoch that stays, and each opening counts")
    func identity() throws {
        let scratch = try Scratch()
        let first = try Journal(scratch.settings).identity
        let second = try Journal(scratch.settings).identity
        #expect(first.starts == 1)
        #expect(second.starts == 2)
        #expect(first.epoch == second.epoch)
        let other = try Scratch()
        #expect(try Journal(other.settings).identity.epoch != first.epoch)
    }

    @Test("a store has one writer at a time, and it is free again when that one ends")
    func oneWriter() throws {
        let scratch = try Scratch()
        do {
            let writer = try Journal(scratch.settings)
            expect(.inUse) { try Journal(scratch.settings) }
            _ = try writer.commit { $0.sources = sources() }
        }
        #expect(try Journal(scratch.settings).restore(now: at(0)).sources == sources())
    }

    @Test("a store of a newer schema is refused and left as it is")
    func newerSchema() throws {
        let scratch = try Scratch()
        _ = try Journal(scratch.settings)
        _ = try sqlite3(scratch.path, "PRAGMA user_version = 99")
        expect(.schemaTooNew) { try Journal(scratch.settings) }
        expect(.schemaTooNew) { try JournalReader(path: scratch.path) }
        #expect(try sqlite3(scratch.path, "SELECT starts FROM store") == ["1"])
    }

    @Test("a database of another program is refused")
    func foreignDatabase() throws {
        let scratch = try Scratch()
        _ = try sqlite3(scratch.path, "CREATE TABLE recipes(name TEXT)")
        expect(.foreign) { try Journal(scratch.settings) }
        #expect(try sqlite3(scratch.path, "PRAGMA journal_mode") == ["delete"])
    }

    @Test("a file that is no database is refused")
    func notADatabase() throws {
        let scratch = try Scratch()
        try Data(repeating: 0x41, count: 8192).write(to: URL(fileURLWithPath: scratch.path))
        expect(.corrupt) { try Journal(scratch.settings) }
    }

    @Test("a directory that is not there is said to be so")
    func noDirectory() {
        expect(.cannotOpen) {
            try Journal(JournalSettings(path: "/nonexistent/log.db"))
        }
    }

    @Test(
        "a damaged page is found before anything is written, checked whole or by its ends",
        arguments: [Int64(256 << 20), 0])
    func damage(fullCheckBytes: Int64) throws {
        let scratch = try Scratch()
        do {
            let journal = try Journal(scratch.settings)
            try journal.commit { batch in
                batch.sources = sources()
                batch.readings = (1...5_000).map { reading(at: Int64($0)) }
            }
        }
        let file = try #require(FileHandle(forUpdatingAtPath: scratch.path))
        try file.seek(toOffset: UInt64(scratch.size() / 4096 - 3) * 4096)
        try file.write(contentsOf: Data(repeating: 0xA5, count: 4096))
        try file.close()
        var settings = scratch.settings
        settings.fullCheckBytes = fullCheckBytes
        expect(.corrupt) { try Journal(settings) }
    }

    @Test("an older schema is brought up to date with what the log holds")
    func migration() throws {
        let scratch = try Scratch()
        _ = try Journal(scratch.settings).commit { $0.sources = sources() }
        var newer = Schema.current
        newer.migrations.append(.init(["ALTER TABLE sources ADD COLUMN site TEXT"]))
        expect(.schemaTooOld) {
            try JournalReader(path: scratch.path, schema: newer)
        }
        let journal = try Journal(scratch.settings, schema: newer)
        #expect(try journal.restore(now: at(0)).sources == sources())
        #expect(
            try sqlite3(scratch.path, "PRAGMA user_version") == ["\(Schema.current.version + 1)"])
    }

    @Test("a migration that fails leaves the store at the version before")
    func failingMigration() throws {
        let scratch = try Scratch()
        _ = try Journal(scratch.settings).commit { $0.sources = sources() }
        var broken = Schema.current
        broken.migrations.append(
            .init(["ALTER TABLE sources ADD COLUMN site TEXT", "SELECT no_such_function()"]))
        #expect(throws: StoreError.self) { try Journal(scratch.settings, schema: broken) }
        let journal = try Journal(scratch.settings)
        #expect(try journal.restore(now: at(0)).sources == sources())
        #expect(try sqlite3(scratch.path, "SELECT site FROM sources") == [])
    }
}
