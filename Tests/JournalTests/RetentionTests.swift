import Bridge
import ColdChain
import Journal
import Testing

@Suite("What is kept, and for how long")
struct RetentionTests {
    @Test("B-5: readings cannot be kept shorter than 90 days, nor positions longer than 30")
    func settings() {
        var settings = JournalSettings(path: "")
        settings.readingDays = 10
        settings.fixDays = 31
        #expect(settings.readingDays == 90)
        #expect(settings.fixDays == 30)
        settings.readingDays = 3_650
        settings.fixDays = 7
        #expect(settings.readingDays == 3_650)
        #expect(settings.fixDays == 7)
    }

    @Test("B-5, Q-8: fixes are erased at 30 days, those of a clock that runs ahead by receipt")
    func fixes() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in
            batch.sources = sources()
            batch.fixes = (0..<2_500).map { fix(at: Int64($0), latitude: 1) }
            batch.fixes.append(fix(at: 2 * day, latitude: 2))
            batch.fixes.append(fix(at: 900 * day, latitude: 3, receivedAt: 5))
            // Uploaded late: too old on the day it comes.
            batch.fixes.append(fix(at: 1, latitude: 4, receivedAt: 31 * day))
        }
        let report = try journal.tidyUp(now: at(31 * day))
        #expect(report.fixesErased == 2_502)
        #expect(report.readingsErased == 0)
        let reader = try JournalReader(path: scratch.path)
        let kept = try reader.locations(vehicle: "van-1", from: at(0), until: at(.max), limit: 9)
        #expect(kept.map(\.fix.position.latitude) == [2])
        #expect(try reader.counts().fixes == 1)
        #expect(try journal.tidyUp(now: at(31 * day)) == TidyReport())
    }

    @Test("an erased position is in none of the store's files once the next hour has passed")
    func erasedFromTheFiles() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        let latitude = 51.123456789
        try journal.commit { batch in
            batch.sources = sources()
            batch.fixes = [fix(at: 0, latitude: latitude)]
        }
        let pattern = (0..<8).map { UInt8(latitude.bitPattern >> (56 - 8 * $0) & 0xFF) }
        #expect(try contains(pattern, scratch.path) || contains(pattern, scratch.path + "-wal"))
        #expect(try journal.tidyUp(now: at(40 * day)).fixesErased == 1)
        let report = try journal.tidy(now: at(40 * day + 3_600_001), milliseconds: 0)
        #expect(report.didCheckpoint)
        #expect(try !contains(pattern, scratch.path))
        #expect(try !contains(pattern, scratch.path + "-wal"))
    }

    @Test("B-5: readings and events stay 90 days from their receipt, and numbers are never reused")
    func readings() throws {
        let scratch = try Scratch()
        do {
            let journal = try Journal(scratch.settings)
            try journal.commit { batch in
                batch.sources = sources()
                batch.orders = [order()]
                batch.readings = (0..<1_500).map { reading(at: $0) }
                // Measured as early, but received later: kept.
                batch.readings.append(reading(2, at: 1, receivedAt: 10 * day))
                batch.events = [event(1), event(2)]
                batch.deliveries = [delivery(1), delivery(2)]
                batch.deliveryProgress = [finished(2)]
            }
            #expect(try journal.tidyUp(now: at(90 * day)) == TidyReport())
            let report = try journal.tidyUp(now: at(90 * day + 120_000))
            #expect(report.readingsErased == 1_500)
            #expect(report.eventsErased == 2)
            // The pending one is still owed.
            #expect(report.deliveriesErased == 1)
        }
        #expect(try allReadings(scratch).map(\.reading.source.rawValue) == [2])
        do {
            let journal = try Journal(scratch.settings)
            #expect(try journal.tidyUp(now: at(200 * day)).readingsErased == 1)
            let state = try journal.restore(now: at(200 * day))
            #expect(state.lastEvent == 2)
            #expect(state.lastDelivery == 2)
            #expect(state.newestMeasurement == [:])
        }
        _ = try Journal(scratch.settings).commit { $0.readings = [reading(at: 200 * day)] }
        #expect(try allReadings(scratch).map(\.id) == [1_502])
        #expect(try JournalReader(path: scratch.path).counts().readings == 1)
    }

    @Test("an id is never given twice, also when the whole log was erased")
    func idsAfterErasure() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in
            batch.sources = sources()
            batch.readings = (0..<40).map { reading(at: Int64($0)) }
        }
        #expect(try journal.tidyUp(now: at(91 * day)).readingsErased == 40)
        try journal.commit { batch in
            batch.readings = (0..<40).map { reading(at: 91 * day + Int64($0)) }
        }
        #expect(try allReadings(scratch).map(\.id).sorted() == Array(41...80))
    }

    @Test("the indexes by source lose what points at erased rows, and nothing else")
    func indexSweep() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in
            batch.sources = sources(bags: 3, vehicles: 3)
            batch.readings = (0..<20_000).map { reading(1 + UInt32($0 % 3), at: Int64($0)) }
            batch.fixes = (0..<20_000).map { fix(101 + UInt32($0 % 3), at: Int64($0)) }
        }
        // Late data of the same times, and the commits that bring all of it into the indexes.
        try journal.commit { batch in
            batch.readings = (0..<30).map { reading(1, at: Int64($0 * 3), 9, receivedAt: 50 * day) }
        }
        for start in stride(from: 0, to: 20_000, by: 5_000) {
            try journal.commit { batch in
                batch.readings = (0..<5_000).map { reading(2, at: 50 * day + Int64(start + $0)) }
                batch.fixes = (0..<5_000).map { fix(102, at: 50 * day + Int64(start + $0)) }
            }
        }
        // The first round finds the rows still there; the one an hour later takes the entries.
        _ = try journal.tidyUp(now: at(95 * day))
        _ = try journal.tidyUp(now: at(96 * day))
        let old = "measured_at < 20000"
        #expect(
            try sqlite3(scratch.path, "SELECT count(*) FROM reading_by_source WHERE \(old)")
                == ["30"])
        #expect(
            try sqlite3(scratch.path, "SELECT count(*) FROM fix_by_source WHERE \(old)") == ["0"])
        #expect(try allReadings(scratch).count == 20_030)
    }

    @Test("B-8: dead letters are bounded in rows; the oldest make room and are counted")
    func deadLetterRows() throws {
        let scratch = try Scratch()
        var settings = scratch.settings
        settings.deadLetterRows = 5
        do {
            let journal = try Journal(settings)
            let receipt = try journal.commit { $0.deadLetters = (1...8).map { deadLetter($0) } }
            #expect(receipt.deadLetters == 8)
            #expect(receipt.deadLettersRemoved == 3)
        }
        let receipt = try Journal(settings).commit { $0.deadLetters = [deadLetter(9)] }
        #expect(receipt.deadLettersRemoved == 1)
        let reader = try JournalReader(path: scratch.path)
        #expect(try reader.deadLetters(limit: 99).map(\.number) == [5, 6, 7, 8, 9])
        #expect(try reader.counts().deadLettersRemoved == 4)
    }

    @Test("B-8: dead letters are bounded in bytes")
    func deadLetterBytes() throws {
        let scratch = try Scratch()
        var settings = scratch.settings
        settings.deadLetterBytes = 1_000
        let journal = try Journal(settings)
        try journal.commit { $0.deadLetters = (1...9).map { deadLetter($0, bytes: 300) } }
        let reader = try JournalReader(path: scratch.path)
        #expect(try reader.deadLetters(limit: 99).map(\.number) == [7, 8, 9])
        // One that is too large by itself is not kept, but counted.
        let receipt = try journal.commit { $0.deadLetters = [deadLetter(10, bytes: 2_000)] }
        #expect(receipt.deadLettersRemoved == 4)
        #expect(try reader.deadLetterCount() == 0)
    }

    @Test("dead letters, which may hold positions, are not kept longer than fixes")
    func deadLetterAge() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { $0.deadLetters = [deadLetter(1), deadLetter(Int(20 * day))] }
        #expect(try journal.tidyUp(now: at(31 * day)).deadLettersErased == 1)
        let reader = try JournalReader(path: scratch.path)
        #expect(try reader.deadLetters(limit: 9).map(\.number) == [2])
        #expect(try reader.counts().deadLettersRemoved == 1)
    }

    private func finished(_ number: UInt64) -> DeliveryProgress {
        DeliveryProgress(
            number: number, state: .delivered, attempts: 1, attemptedAt: at(1),
            nextAttemptAt: at(1), status: 204, failure: nil)
    }
}
