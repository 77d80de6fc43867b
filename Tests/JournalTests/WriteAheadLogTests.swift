import Bridge
import ColdChain
import Journal
import Testing

@Suite("The write-ahead log")
struct WriteAheadLogTests {
    @Test("it is moved when it has grown to its limit, and stays near it")
    func bounded() throws {
        let scratch = try Scratch()
        var settings = scratch.settings
        settings.walBytes = 256 << 10
        let journal = try Journal(settings)
        try journal.commit { $0.sources = sources() }
        var checkpoints = 0
        var largest = 0
        for start in stride(from: 0, to: 60_000, by: 500) {
            try journal.commit { batch in
                batch.readings = (0..<500).map { reading(at: Int64(start + $0)) }
            }
            largest = max(largest, scratch.size(of: "-wal"))
            if try journal.tidy(now: at(0), milliseconds: 1).didCheckpoint { checkpoints += 1 }
        }
        #expect(checkpoints > 5)
        #expect(largest < 1 << 20)
        #expect(try allReadings(scratch).count == 60_000)
    }

    @Test("a reader in the middle of the log does not hold up the writer; the block is reported")
    func blockedByReader() async throws {
        let scratch = try Scratch()
        var settings = scratch.settings
        settings.walBytes = 64 << 10
        let journal = try Journal(settings)
        try journal.commit { $0.sources = sources() }
        let auditor = try Auditor(scratch.path)
        try journal.commit { batch in
            batch.readings = (0..<5_000).map { reading(at: Int64($0)) }
        }
        let start = ContinuousClock.now
        let report = try journal.tidy(now: at(0), milliseconds: 1)
        #expect(report.isCheckpointBlocked)
        #expect(!report.didCheckpoint)
        #expect(ContinuousClock.now - start < .milliseconds(1_500))
        try journal.commit { $0.readings = [reading(2, at: 1)] }
        auditor.leave()
        try journal.commit { batch in
            batch.readings = (5_000..<10_000).map { reading(at: Int64($0)) }
        }
        #expect(try journal.tidy(now: at(0), milliseconds: 1).didCheckpoint)
    }

    @Test("after a clean end nothing is left in it")
    func cleanEnd() throws {
        let scratch = try Scratch()
        do {
            let journal = try Journal(scratch.settings)
            try journal.commit { $0.sources = sources() }
        }
        #expect(scratch.size(of: "-wal") == 0)
        #expect(try sqlite3(scratch.path, "PRAGMA integrity_check") == ["ok"])
    }
}
