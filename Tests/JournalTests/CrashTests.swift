import Bridge
import ColdChain
import Foundation
import Journal
import Testing

@Suite("Killed at any instant", .serialized)
struct CrashTests {
    /// What a probe said is durable.
    private func commitUntilKilled(_ scratch: Scratch, after seconds: Double) throws -> [UInt64] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: journalProbe)
        process.arguments = ["commit", scratch.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        // Time counts from the first commit on, so that slow starts do not make for empty rounds.
        var output = pipe.fileHandleForReading.availableData
        Thread.sleep(forTimeInterval: seconds)
        kill(process.processIdentifier, SIGKILL)
        output += pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        // The last line may be cut; a number that is cut was not told.
        let text = String(decoding: output, as: UTF8.self)
        let whole = text.prefix(
            upTo: text.lastIndex(of: "\n").map(text.index(after:)) ?? text.startIndex)
        return whole.split(separator: "\n").compactMap { UInt64($0) }
    }

    @Test("B-2: what was committed is there exactly once after 24 kills, and the store is sound")
    func killLoop() throws {
        let scratch = try Scratch()
        var told: [UInt64] = []
        var random = Lehmer(seed: 7)
        for _ in 0..<24 {
            let seconds = Double(random.next(120)) / 1_000
            told += try commitUntilKilled(scratch, after: seconds)
        }
        #expect(told.count > 24)
        #expect(Set(told).count == told.count)
        let last = try #require(told.max())
        let journal = try Journal(scratch.settings)
        let found = try journal.restore(now: at(0)).lastEvent
        // The commit that the last kill interrupted may be there as well.
        #expect(found == last || found == last + 1)
        let reader = try JournalReader(path: scratch.path)
        let events = try reader.events(after: 0, limit: .max).map(\.number)
        #expect(events == Array(1...found))
        let readings = try allReadings(scratch)
        #expect(readings.count == Int(found) * 10)
        #expect(readings.map(\.id) == Array(1...UInt64(found * 10)))
        let times = Dictionary(grouping: readings) { $0.reading.measuredAt.milliseconds }
        #expect(times.count == Int(found))
        #expect(times.values.allSatisfy { $0.count == 10 })
        try reader.verify()
        #expect(journal.identity.starts == 25)
        let (proof, findings) = try prove(scratch.path)
        #expect(findings == [])
        #expect(proof.intact == Int64(found * 11) + 3)
    }
}
