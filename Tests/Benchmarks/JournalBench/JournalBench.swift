import Bridge
import ColdChain
import Glibc
import Journal

/// Measures what the journal costs: `JournalBench [messages] [directory]`.
///
/// 5,000 bags measure temperature, humidity and battery once a minute; 100 messages a commit arrive
/// up to 2 s late, in no order within that. Then the log is read as its users do.
@main
enum JournalBench {
    static func main() {
        do {
            try run()
        } catch {
            print("failed: \(error)")
            exit(1)
        }
    }

    private static func run() throws(StoreError) {
        let arguments = CommandLine.arguments
        let messages = arguments.count > 1 ? Int(arguments[1]) ?? 700_000 : 700_000
        let directory = arguments.count > 2 ? arguments[2] : "/tmp"
        let path = "\(directory)/journal-bench-\(getpid()).db"
        defer { removeStore(path) }
        var fleet = Fleet()
        try measureCommits(path, &fleet, messages: messages)
        try measureReading(path, fleet)
        try measureRestart(path, fleet)
    }

    private static func measureCommits(
        _ path: String, _ fleet: inout Fleet, messages: Int
    ) throws(StoreError) {
        let journal = try Journal(JournalSettings(path: path))
        var batch = fleet.introduction()
        _ = try journal.commit(batch)
        var commits: [Double] = []
        var checkpoints: [Double] = []
        commits.reserveCapacity(messages / 100 + 1)
        var generating = 0.0
        let start = Usage.now
        while fleet.messages < messages {
            let made = Usage.now
            batch.removeAll()
            for _ in 0..<100 { fleet.measure(into: &batch) }
            let begun = Usage.now
            generating += begun.cpu - made.cpu
            _ = try journal.commit(batch)
            let committed = Usage.now
            commits.append((committed.wall - begun.wall) * 1e3)
            let tidied = try journal.tidy(now: fleet.now, milliseconds: 2)
            if tidied.didCheckpoint { checkpoints.append((Usage.now.wall - committed.wall) * 1e3) }
        }
        let end = Usage.now
        let rows = Double(3 * messages)
        commits.sort()
        print("rows \(3 * messages), 300 a commit, sources \(Fleet.sources)")
        print("cpu   \(text((end.cpu - start.cpu - generating) / rows * 1e6)) µs a row")
        print("wall  \(text((end.wall - start.wall) / rows * 1e6)) µs a row, generating included")
        print(
            "commit ms  p50 \(text(percentile(commits, 0.5)))  p99 \(text(percentile(commits, 0.99)))"
                + "  max \(text(commits.last ?? 0))")
        print("checkpoints \(checkpoints.count)  longest \(text(checkpoints.max() ?? 0)) ms")
    }

    private static func measureReading(_ path: String, _ fleet: Fleet) throws(StoreError) {
        let reader = try JournalReader(path: path)
        var page: OrderTemperatureLog?
        let log = try timed { () throws(StoreError) in
            page = try reader.temperatureLog(order: Fleet.order, limit: 1_000)
        }
        print("temperature log of an order: \(page?.readings.count ?? 0) rows in \(text(log)) ms")
        var rows = 0
        let export = try timed { () throws(StoreError) in
            var export = try reader.exportReadings(
                from: Timestamp(milliseconds: 0), until: fleet.now)
            while true {
                let page = try export.next(limit: 4_096, from: reader)
                if page.isEmpty { break }
                rows += page.count
            }
        }
        print("export: \(rows) rows in \(text(export)) ms")
        var proof = LogProof()
        let begun = Usage.now.cpu
        let proving = try timed { () throws(StoreError) in
            proof = try reader.proveLog { print("not as recorded: \($0)") }
        }
        let used = Usage.now.cpu - begun
        let proven = Double(proof.intact + proof.altered + proof.missing)
        print("proof: \(proof.intact) rows in \(text(proving)) ms")
        print("proof cpu: \(text(used / proven * 1e6)) µs a row, \(text(proven / used)) rows/s")
        try measureProofInSteps(reader)
        print("database \(try reader.counts().databaseBytes >> 20) MiB")
    }

    /// As the daemon proves its log: how long a question waits for a step at most.
    private static func measureProofInSteps(_ reader: JournalReader) throws(StoreError) {
        let walk = try LogProofWalk(reader: reader, against: [])
        var steps: [Double] = []
        var isMore = true
        while isMore {
            steps.append(
                try timed { () throws(StoreError) in
                    isMore = try walk.advance(records: 4_096) { print("not as recorded: \($0)") }
                })
        }
        steps.sort()
        print(
            "proof in steps of 4096: \(steps.count), ms  p50 \(text(percentile(steps, 0.5)))"
                + "  p99 \(text(percentile(steps, 0.99)))  max \(text(steps.last ?? 0))")
    }

    private static func measureRestart(_ path: String, _ fleet: Fleet) throws(StoreError) {
        var journal: Journal?
        let opening = try timed { () throws(StoreError) in
            journal = try Journal(JournalSettings(path: path))
        }
        var newest = 0
        let restoring = try timed { () throws(StoreError) in
            newest = try journal?.restore(now: fleet.now).newestMeasurement.count ?? 0
        }
        print("open, checked whole up to 256 MiB: \(text(opening)) ms")
        print("restore of \(newest) sources: \(text(restoring)) ms")
    }

    private static func timed(
        _ body: () throws(StoreError) -> Void
    ) throws(StoreError) -> Double {
        let start = Usage.now
        try body()
        return (Usage.now.wall - start.wall) * 1e3
    }

    private static func percentile(_ sorted: [Double], _ part: Double) -> Double {
        sorted.isEmpty ? 0 : sorted[Int(Double(sorted.count - 1) * part)]
    }

    private static func text(_ number: Double) -> String {
        "\((number * 100).rounded() / 100)"
    }

    private static func removeStore(_ path: String) {
        for suffix in ["", "-wal", "-shm", "-lock"] { unsafe unlink(path + suffix) }
    }
}

/// What the process has used so far, in seconds.
private struct Usage {
    var cpu: Double
    var wall: Double

    static var now: Usage {
        var usage = rusage()
        unsafe getrusage(RUSAGE_SELF.rawValue, &usage)
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Usage(
            cpu: Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
                + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
            wall: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
    }
}

/// Bags that measure.
private struct Fleet {
    static let sources = 5_000
    static let order = "order-1"
    private static let start: Int64 = 1_770_000_000_000

    private(set) var messages = 0
    private var random = Random()

    /// Each of the 5,000 bags measures once a minute: a message every 12 ms.
    var now: Timestamp { Timestamp(milliseconds: Fleet.start + Int64(messages) * 12) }

    func introduction() -> RecordBatch {
        var batch = RecordBatch()
        for number in 1...Fleet.sources {
            batch.sources.append(
                Source(
                    number: SourceNumber(UInt32(number)), device: "device-\(number)",
                    carrier: .bag("bag-\(number)"), profile: "generic/bag@1"))
        }
        batch.orders.append(
            Order(
                number: OrderNumber(1), id: Fleet.order, foodClass: .cold, createdAt: now,
                updatedAt: now))
        batch.custody.append(Custody(bag: "bag-7", order: OrderNumber(1), from: now))
        return batch
    }

    mutating func measure(into batch: inout RecordBatch) {
        messages += 1
        let source = SourceNumber(UInt32(random.next() % UInt64(Fleet.sources)) + 1)
        let measuredAt = now.advanced(byMilliseconds: -Int64(random.next() % 2_000))
        var quality = QualityFlags()
        quality[.grossRange] = .good
        quality[.eventTime] = .good
        let values = [
            Measurement(quantity: .temperature, value: Double(random.next() % 2_000) / 100),
            Measurement(quantity: .humidity, value: Double(random.next() % 1_000) / 10),
            Measurement(quantity: .battery, value: Double(random.next() % 100)),
        ]
        for value in values {
            batch.readings.append(
                Reading(
                    source: source, measurement: value, measuredAt: measuredAt,
                    timeSource: .device, receivedAt: now, sequence: Int64(messages),
                    quality: quality, order: source.rawValue == 7 ? OrderNumber(1) : nil))
        }
    }
}

/// The same numbers in every run (xorshift).
private struct Random {
    private var state: UInt64 = 88_172_645_463_325_252

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
