import Bridge
import ColdChain
import Foundation
import Journal
import Testing

private let compiler = ["cc", "clang"].first { name in
    (try? run("/usr/bin/env", [name, "--version"]))?.status == 0
}

/// Builds the library that makes one system call of a process fail.
private func buildFaults(in scratch: Scratch) throws -> String {
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Probes/JournalFaults.c").path
    let library = scratch.directory + "/faults.so"
    let built = try run(
        "/usr/bin/env",
        [compiler ?? "cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"])
    try #require(built.status == 0)
    return library
}

@Suite("A disk that fails", .enabled(if: compiler != nil, "needs a C compiler"))
struct FaultTests {
    private static let batches: UInt64 = 7
    private static let cases: [(call: String, error: Int32)] = [
        ("sync", EIO), ("write", EIO), ("write", ENOSPC), ("half", ENOSPC),
    ]

    /// For each k: the k-th call fails, so that every flush and every write is the failing one once.
    @Test(
        "B-2: the k-th call fails: the writer ends, the store opens again with all it said it has",
        arguments: cases.indices)
    func everyCallFails(index: Int) throws {
        let (call, error) = Self.cases[index]
        let workshop = try Scratch()
        let library = try buildFaults(in: workshop)
        var k = 1
        var kinds: [String: Int] = [:]
        while true {
            let scratch = try Scratch()
            let probe = try run(
                journalProbe, ["faults", scratch.path, "\(Self.batches)"],
                environment: ["LD_PRELOAD": library, "JOURNAL_FAULT": "\(call) \(k) \(error)"])
            let lines = probe.lines
            #expect(probe.status == 0, "\(call) \(k): \(lines)")
            guard lines.contains("injected") else { break }
            for line in lines where line.hasPrefix("failed") { kinds[line, default: 0] += 1 }
            check(lines, "\(call) \(k)")
            try checkStore(scratch, "\(call) \(k)")
            // Flushes one by one; of the many writes the first, then every fifth to save time.
            k += call == "sync" || k < 10 ? 1 : 5
            try #require(k < 1_000, "the fault never missed")
        }
        #expect(kinds[error == ENOSPC ? "failed full" : "failed ioError", default: 0] > 12)
        // What SQLite cannot get for its shared memory it calls an I/O error, also on a full disk.
        #expect(Set(kinds.keys).isSubset(of: ["failed full", "failed ioError"]))
    }

    /// A failed commit is followed by a refusal, and reopening finds at least what was told.
    private func check(_ lines: [String], _ fault: String) {
        #expect(lines.last == "done", "\(fault)")
        #expect(lines.count { $0.hasPrefix("failed") } <= 1, "\(fault): \(lines)")
        #expect(!lines.contains("taken after a failure"), "\(fault)")
        #expect(!lines.contains("failed twice"), "\(fault)")
        var told: UInt64 = 0
        for line in lines {
            if let number = UInt64(line) {
                #expect(number == told + 1, "\(fault): \(lines)")
                told = number
            } else if line.hasPrefix("found ") {
                let found = UInt64(line.dropFirst("found ".count)) ?? 0
                #expect(found == told || found == told + 1, "\(fault): \(lines)")
                told = found
            }
        }
    }

    private func checkStore(_ scratch: Scratch, _ fault: String) throws {
        let reader = try JournalReader(path: scratch.path)
        try reader.verify()
        #expect(try prove(scratch.path).findings == [], "\(fault)")
        #expect(try reader.events(after: 0, limit: 99).count == Int(Self.batches), "\(fault)")
        #expect(try allReadings(scratch).count == Int(Self.batches) * 10, "\(fault)")
    }
}

/// A file system of 4 MB, mounted for one test; nil where that is not allowed.
private final class SmallDisk {
    let directory: String

    init?() {
        directory = NSTemporaryDirectory() + "journal-disk-" + UUID().uuidString
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true)
            let mounted = try run(
                "/usr/bin/env", ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", directory])
            guard mounted.status == 0 else { return nil }
        } catch {
            return nil
        }
    }

    deinit {
        _ = try? run("/usr/bin/env", ["umount", directory])
        try? FileManager.default.removeItem(atPath: directory)
    }
}

private let mayMount = SmallDisk() != nil

@Suite("A full disk", .enabled(if: mayMount, "needs the right to mount a tmpfs"))
struct FullDiskTests {
    @Test("B-2: it is said to be full; nothing that was told is lost; freed, the log goes on")
    func fullDisk() throws {
        let disk = try #require(SmallDisk())
        let path = disk.directory + "/log.db"
        let ballast = disk.directory + "/ballast"
        // More than the write-ahead log comes to: once it is gone, that fits into the database file.
        let ballastBytes = Data(repeating: 1, count: 2_560 << 10)
        try ballastBytes.write(to: URL(fileURLWithPath: ballast))
        let told = try fill(path)
        #expect(told > 0)
        // Still full: it may fail again, but takes nothing it does not keep.
        _ = try? Journal(JournalSettings(path: path)).commit { $0.readings = [reading(2, at: 1)] }
        try FileManager.default.removeItem(atPath: ballast)
        let journal = try Journal(JournalSettings(path: path))
        #expect(try journal.commit { $0.readings = [reading(2, at: 2)] }.readings == 1)
        let reader = try JournalReader(path: path)
        try reader.verify()
        var export = try reader.exportReadings(from: at(0), until: at(.max))
        let found = try export.next(limit: .max, from: reader)
            .filter { $0.reading.source.rawValue == 1 }.count
        #expect(found == Int(told) * 50 || found == Int(told + 1) * 50)
    }

    /// Commits until the disk is full; answers how many batches were told to be durable.
    private func fill(_ path: String) throws -> Int64 {
        let journal = try Journal(JournalSettings(path: path))
        try journal.commit { $0.sources = sources() }
        var told: Int64 = 0
        do {
            while told < 10_000 {
                try journal.commit { batch in
                    batch.readings = (0..<50).map { reading(at: told * 50 + $0) }
                }
                told += 1
            }
        } catch {
            #expect(error.kind == .full, "\(error)")
        }
        expect(.poisoned) { try journal.commit { $0.readings = [reading(at: 0)] } }
        return told
    }
}
