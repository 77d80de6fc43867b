internal import Bridge
internal import ColdChain

/// Appends readings to the log, each once.
struct ReadingLog {
    private let append: Insertion
    /// Each for so many rows at once, the most first: of readings without a correction, which are
    /// spared two columns, and of any.
    private let appendPlain: [Insertion]
    private let appendCorrected: [Insertion]
    private let find: Statement
    private let readBack: Statement
    private let eraseFrom: Statement
    private let chain: Chain
    private var next: Int64
    private(set) var index: InstantIndex
    private var ends = ChannelEnds()
    /// Of channels that the bridge asks for.
    var memory: ChannelMemory
    /// Of the batch: which of its revisions stand in the row of a reading, and the place after the
    /// last that was looked at for that.
    private var settled: [Bool] = []
    private var lookedAt = 0
    /// Of the rows of one statement: the number of the reading that each settles.
    private var settles: [Int64?] = []

    init(
        _ database: Database, chain: Chain, remembering mostReadings: Int
    ) throws(StoreError) {
        self.chain = chain
        memory = ChannelMemory(mostReadings: mostReadings)
        readBack = try database.prepare(RecordKind.reading.rowsSQL)
        eraseFrom = try database.prepare("DELETE FROM readings WHERE id >= ?1")
        append = try Insertion(database, rows: 1, columns: Insertion.allColumns)
        var plain: [Insertion] = []
        var corrected: [Insertion] = []
        for rows in ReadingLog.blockRows {
            plain.append(try Insertion(database, rows: rows, columns: Insertion.plainColumns))
            corrected.append(try Insertion(database, rows: rows, columns: Insertion.allColumns))
        }
        appendPlain = plain
        appendCorrected = corrected
        find = try database.prepare(
            """
            SELECT 1 FROM readings WHERE measured_at = ?1 AND source = ?2 AND quantity = ?3
                AND probe = ?4 AND value IS NULL AND marker IS ?5
            """)
        next = try database.firstFreeNumber(
            after: .readingsErasedThrough, in: "readings", column: "id")
        index = try InstantIndex(
            of: "readings", in: "reading_by_source", progress: .readingsIndexedThrough,
            database: database)
    }

    /// One statement for many rows opens the tables and ends once for all of them, which saves a
    /// third of what a row costs; beyond the first nothing more. The second is for what remains.
    private static let blockRows = [16, 4]

    /// A statement for some rows of the first so many columns.
    private struct Insertion {
        static let plainColumns: Int32 = 18
        static let allColumns: Int32 = 20

        let rows: Int
        let columns: Int32
        let statement: Statement

        init(_ database: Database, rows: Int, columns: Int32) throws(StoreError) {
            let row = "(" + repeatElement("?", count: Int(columns)).joined(separator: ", ") + ")"
            let further = columns == Insertion.allColumns ? ", corrected, calibration" : ""
            self.rows = rows
            self.columns = columns
            statement = try database.prepare(
                """
                INSERT INTO readings(id, measured_at, source, quantity, probe, value, quality,
                    test_flags, time_source, received_at, sequence, order_number, marker, notes,
                    message, reasons, quality_version, settles\(further))
                VALUES \(repeatElement(row, count: rows).joined(separator: ", "))
                ON CONFLICT(measured_at, source, quantity, probe, value) DO NOTHING
                """)
        }
    }

    /// Appends the readings that are not in the log already, in their order; answers how many.
    ///
    /// - Parameter revisions: Those of the batch. One with a `settler` becomes a part of that
    ///   reading's row, where the row of the reading it is of is known; see `isSettled`.
    mutating func record(
        _ readings: [Reading], settling revisions: [RevisedQuality]
    ) throws(StoreError) -> Int {
        settled.removeAll(keepingCapacity: true)
        settled.append(contentsOf: repeatElement(false, count: revisions.count))
        lookedAt = 0
        var recorded = 0
        var start = 0
        while start < readings.count {
            if let block = block(for: readings, from: start) {
                let end = start + block.rows
                recorded += try append(readings, start..<end, with: block, revisions)
                start = end
            } else {
                recorded += try record(readings, at: start, revisions)
                start += 1
            }
        }
        return recorded
    }

    /// Whether the revision at this place in the batch stands in the row of its settler.
    func isSettled(_ revision: Int) -> Bool { settled[revision] }

    private mutating func record(
        _ readings: [Reading], at place: Int, _ revisions: [RevisedQuality]
    ) throws(StoreError) -> Int {
        let reading = readings[place]
        if reading.measurement.value.isNaN, try isRecordedWithoutNumber(reading) { return 0 }
        return try append(readings, place..<place + 1, with: append, revisions)
    }

    /// The largest block that the next readings fill: all of them numbers.
    private func block(for readings: [Reading], from start: Int) -> Insertion? {
        for (index, plain) in appendPlain.enumerated() where start + plain.rows <= readings.count {
            var isPlain = true
            var areNumbers = true
            for place in start..<start + plain.rows {
                if readings[place].measurement.value.isNaN { areNumbers = false }
                if readings[place].correction != nil { isPlain = false }
            }
            if areNumbers { return isPlain ? plain : appendCorrected[index] }
        }
        return nil
    }

    private mutating func append(
        _ readings: [Reading], _ range: Range<Int>, with insertion: Insertion,
        _ revisions: [RevisedQuality]
    ) throws(StoreError) -> Int {
        let statement = insertion.statement
        var parameter: Int32 = 1
        let alreadySettled = lookedAt
        settles.removeAll(keepingCapacity: true)
        for place in range {
            // After the first row SQLite numbers on from the newest one. Where that is not the one
            // before `next`, the log is empty, and then the first row is none that it has already.
            if place == range.lowerBound {
                statement.bind(parameter, next)
            } else {
                statement.bindNull(parameter)
            }
            ReadingLog.bind(readings[place], to: statement, after: parameter)
            let settling = settledReading(by: place, revisions)
            statement.bind(parameter + 17, settling)
            settles.append(settling)
            if insertion.columns == Insertion.allColumns {
                ReadingLog.bind(readings[place].correction, to: statement, after: parameter)
            }
            ends.note(readings[place], id: next + Int64(place - range.lowerBound))
            parameter += insertion.columns
        }
        let recorded = try statement.runCounting()
        guard recorded == range.count else {
            unsettle(readings, range, revisionsFrom: alreadySettled)
            return try appendUnsettled(readings, range, recorded: recorded)
        }
        for place in range {
            try chain(readings[place], settles: settles[place - range.lowerBound])
            memory.add(readings[place])
        }
        gatherInstants(of: readings, range)
        return recorded
    }

    /// The row of the reading that the reading at this place settles; nil where it settles none, or
    /// that has to be looked up.
    private mutating func settledReading(
        by place: Int, _ revisions: [RevisedQuality]
    ) -> Int64? {
        while lookedAt < revisions.count {
            let revision = revisions[lookedAt]
            if let settler = revision.settler, settler > place { return nil }
            lookedAt += 1
            guard revision.settler == place else { continue }
            guard let id = ends.take(revision) else { return nil }
            settled[lookedAt - 1] = true
            return id
        }
        return nil
    }

    /// Some readings of a statement were in the log already: their numbers are not those that were
    /// given beforehand, and what they would settle is recorded as a revision.
    private mutating func unsettle(
        _ readings: [Reading], _ range: Range<Int>, revisionsFrom first: Int
    ) {
        for place in range { ends.forget(channelOf: readings[place]) }
        for revision in first..<lookedAt { settled[revision] = false }
    }

    /// Appends readings of which a statement recorded so many, so that none settles another.
    private mutating func appendUnsettled(
        _ readings: [Reading], _ range: Range<Int>, recorded: Int
    ) throws(StoreError) -> Int {
        if recorded > 0, settles.contains(where: { $0 != nil }) {
            eraseFrom.bind(1, next)
            try eraseFrom.run()
            var recorded = 0
            for place in range {
                recorded += try append(readings, place..<place + 1, with: append, [])
            }
            return recorded
        }
        guard recorded > 0 else { return 0 }
        // Which of them were in the log already, only the log can tell.
        for place in range { memory.forget(channelOf: readings[place]) }
        readBack.bind(1, next)
        readBack.bind(2, next + Int64(recorded))
        while try readBack.step() {
            try chain.append(.reading, rowOf: readBack, columns: Insertion.allColumns)
        }
        next += Int64(recorded)
        gatherInstants(of: readings, range)
        return recorded
    }

    /// Commits to a row that was appended with the number `next`.
    private mutating func chain(_ reading: Reading, settles: Int64?) throws(StoreError) {
        try chain.begin(.reading, version: reading.payloadVersion(settles: settles))
        ReadingLog.encode(reading, id: next, settles: settles, into: chain.payload)
        try chain.end(.reading, row: next)
        next += 1
    }

    /// What was in the log already is in its index too, where a second time changes nothing.
    private mutating func gatherInstants(of readings: [Reading], _ range: Range<Int>) {
        for place in range {
            index.gather(
                source: readings[place].source.rawValue,
                measuredAt: readings[place].measuredAt.milliseconds, id: next - 1)
        }
    }

    /// The columns of `RecordKind.reading`, as they will be read back.
    private static func encode(
        _ reading: Reading, id: Int64, settles: Int64?, into bytes: CanonicalBytes
    ) {
        bytes.append(id)
        bytes.append(reading.measuredAt.milliseconds)
        bytes.append(Int64(reading.source.rawValue))
        bytes.append(Int64(reading.measurement.quantity.rawValue))
        bytes.append(Int64(reading.measurement.probe))
        bytes.append(reading.measurement.value)
        bytes.append(Int64(reading.quality.rollup.rawValue))
        bytes.append(Int64(bitPattern: reading.quality.packed))
        bytes.append(Int64(reading.timeSource.rawValue))
        bytes.append(reading.receivedAt.milliseconds)
        bytes.append(reading.sequence)
        bytes.append(reading.order.map { Int64($0.rawValue) })
        bytes.append(reading.measurement.marker.map { Int64($0.rawValue) })
        bytes.append(Int64(reading.notes.rawValue))
        bytes.append(reading.message.map { Int64(bitPattern: $0.rawValue) })
        let version = reading.payloadVersion(settles: settles)
        guard version > 1 else { return }
        bytes.append(Int64(bitPattern: reading.reasons))
        bytes.append(reading.qualityVersion.map(Int64.init))
        guard version > 2 else { return }
        bytes.append(reading.correction?.value)
        bytes.append(reading.correction.map { Int64($0.calibration.rawValue) })
        guard version > 3 else { return }
        bytes.append(settles)
    }

    private static func bind(
        _ reading: Reading, to statement: Statement, after parameter: Int32
    ) {
        statement.bind(parameter + 1, reading.measuredAt.milliseconds)
        statement.bind(parameter + 2, Int64(reading.source.rawValue))
        statement.bind(parameter + 3, Int64(reading.measurement.quantity.rawValue))
        statement.bind(parameter + 4, Int64(reading.measurement.probe))
        statement.bind(parameter + 5, reading.measurement.value)
        statement.bind(parameter + 6, Int64(reading.quality.rollup.rawValue))
        statement.bind(parameter + 7, Int64(bitPattern: reading.quality.packed))
        statement.bind(parameter + 8, Int64(reading.timeSource.rawValue))
        statement.bind(parameter + 9, reading.receivedAt.milliseconds)
        statement.bind(parameter + 10, reading.sequence)
        statement.bind(parameter + 11, reading.order.map { Int64($0.rawValue) })
        statement.bind(parameter + 12, reading.measurement.marker.map { Int64($0.rawValue) })
        statement.bind(parameter + 13, Int64(reading.notes.rawValue))
        statement.bind(parameter + 14, reading.message.map { Int64(bitPattern: $0.rawValue) })
        statement.bind(parameter + 15, Int64(bitPattern: reading.reasons))
        statement.bind(parameter + 16, reading.qualityVersion.map(Int64.init))
    }

    private static func bind(
        _ correction: Correction?, to statement: Statement, after parameter: Int32
    ) {
        statement.bind(parameter + 18, correction?.value)
        statement.bind(parameter + 19, correction.map { Int64($0.calibration.rawValue) })
    }

    /// NULL equals nothing, so a value that is not a number does not conflict with itself. A marker
    /// is a value of its own: beside a number, or another marker, of the same time it is recorded.
    private func isRecordedWithoutNumber(_ reading: Reading) throws(StoreError) -> Bool {
        find.bind(1, reading.measuredAt.milliseconds)
        find.bind(2, Int64(reading.source.rawValue))
        find.bind(3, Int64(reading.measurement.quantity.rawValue))
        find.bind(4, Int64(reading.measurement.probe))
        find.bind(5, reading.measurement.marker.map { Int64($0.rawValue) })
        defer { find.reset() }
        return try find.step()
    }

    mutating func advanceIndex() throws(StoreError) {
        try index.advance()
    }

    /// When a source measured, as far as the index by source does not have it.
    func unindexed(of source: SourceNumber) -> [Int64] { index.unindexed(of: source.rawValue) }
}

extension Reading {
    /// Where it says nothing in the columns that came later, its record is as those from before were.
    fileprivate func payloadVersion(settles: Int64?) -> UInt8 {
        if settles != nil { return 4 }
        if correction != nil { return 3 }
        return reasons == 0 && qualityVersion == nil ? 1 : 2
    }
}

extension Database {
    /// The number after the last one given, also where the rows that had it are erased.
    func firstFreeNumber(
        after erased: LogState, in table: String, column: String
    ) throws(StoreError) -> Int64 {
        let newest = try integer("SELECT max(\(column)) FROM \(table)") ?? 0
        return max(newest, try value(of: erased)) + 1
    }
}
