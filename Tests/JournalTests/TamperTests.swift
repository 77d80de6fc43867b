import Bridge
import ColdChain
import Foundation
import Journal
import Testing

/// One bit of one column of one row, and how it was before.
private struct Tampering: CustomStringConvertible {
    var table: String
    var column: String
    var row: String
    var before: String
    var after: String

    var description: String { "\(table).\(column) of \(row): \(before) -> \(after)" }
}

@Suite("Any byte of the log", .serialized)
struct TamperTests {
    private static let tables = [
        "readings", "fixes", "events", "sources", "changes", "signing_keys", "purges",
        "checkpoints", "calibrations", "haccp_plans", "quality_revisions", "places", "links",
        "salts", "orders", "custody", "excursions", "data_gaps", "silences", "holds", "alerts",
        "staff_actions", "accesses",
    ]

    /// Changes a bit of each column of each table in turn, in a row drawn by lot, each in a copy of
    /// the store; answers the copies.
    private func tamper(_ scratch: Scratch, seed: UInt64) throws -> [(String, Tampering)] {
        var random = Lehmer(seed: seed)
        var copies: [(String, Tampering)] = []
        for table in Self.tables {
            let key = try keyColumns(of: table, scratch.path)
            let columns = try sqlite3(
                scratch.path, "SELECT name FROM pragma_table_info('\(table)')")
            for column in columns {
                for _ in 0..<20 {
                    let copy = "\(scratch.directory)/copy-\(copies.count).db"
                    try? FileManager.default.removeItem(atPath: copy)
                    try FileManager.default.copyItem(atPath: scratch.path, toPath: copy)
                    if let done = try flip(table, column, key, copy, &random) {
                        copies.append((copy, done))
                        break
                    }
                }
            }
        }
        return copies
    }

    private func keyColumns(of table: String, _ path: String) throws -> [String] {
        try sqlite3(
            path, "SELECT name FROM pragma_table_info('\(table)') WHERE pk > 0 ORDER BY pk")
    }

    /// Nil where the change was refused, or left the value as it was.
    private func flip(
        _ table: String, _ column: String, _ key: [String], _ path: String, _ random: inout Lehmer
    ) throws -> Tampering? {
        let picked = key.map { "quote(\($0))" }.joined(separator: " || ' AND ' || ")
        let rows = try sqlite3(path, "SELECT \(picked) FROM \(table)")
        let row = rows[Int(random.next(UInt32(rows.count)))]
        let match = zip(key, row.components(separatedBy: " AND ")).map { "\($0) = \($1)" }
            .joined(separator: " AND ")
        let seen =
            "SELECT typeof(\(column)), hex(CASE typeof(\(column)) WHEN 'real' THEN "
            + "ieee754_to_blob(\(column)) ELSE \(column) END), quote(\(column)) FROM \(table) WHERE \(match)"
        let parts = try sqlite3(path, seen).first?.components(separatedBy: "|") ?? []
        guard parts.count == 3 else { return nil }
        let changed = flipped(type: parts[0], hex: parts[1], quoted: parts[2], &random)
        guard let changed else { return nil }
        let triggers = [
            "reading_is_final", "change_is_final", "purge_is_final", "staff_action_is_final",
            "calibration_is_final",
        ]
        .map { "DROP TRIGGER \($0);" }.joined()
        let done = try run(
            "/usr/bin/env",
            [
                "sqlite3", "-bail", path,
                "\(triggers) PRAGMA foreign_keys = OFF; UPDATE \(table) SET \(column) = \(changed)"
                    + " WHERE \(match); SELECT changes(); SELECT count(*) FROM \(table)"
                    + " WHERE \(column) IS \(parts[2]) AND \(match);",
            ])
        guard done.status == 0, done.lines == ["1", "0"] else { return nil }
        return Tampering(
            table: table, column: column, row: row, before: parts[2], after: changed)
    }

    private func flipped(
        type: String, hex: String, quoted: String, _ random: inout Lehmer
    ) -> String? {
        let digits = Array(hex)
        switch type {
        case "integer":
            guard let number = Int64(quoted) else { return nil }
            return "\(number ^ (1 << Int64(random.next(40))))"
        case "null": return random.next(2) == 0 ? "0" : "1"
        default:
            guard !digits.isEmpty else { return nil }
            let place = Int(random.next(UInt32(digits.count)))
            let digit = (digits[place].hexDigitValue ?? 0) ^ (1 << Int(random.next(4)))
            var other = digits
            other[place] = Character(String(digit, radix: 16))
            let blob = "x'\(String(other))'"
            return switch type {
            case "real": "ieee754_from_blob(\(blob))"
            case "text": "CAST(\(blob) AS TEXT)"
            default: blob
            }
        }
    }

    @Test(
        "a bit changed in any column is found, and an independent verifier finds the same",
        arguments: 1...3)
    func everyColumn(seed: UInt64) throws {
        let scratch = try Scratch()
        try fillProvenStore(scratch, seed: seed)
        let copies = try tamper(scratch, seed: seed)
        // 103 columns; one that nothing can be changed in by a bit is not among them.
        #expect(copies.count > 94)
        let foreign = try ForeignVerdict.foreign(
            of: [scratch.path] + copies.map { copy, _ in copy })
        try #require(foreign.count == copies.count + 1)
        #expect(try ForeignVerdict(of: scratch.path) == foreign[0])
        #expect(foreign[0].findings.isEmpty)
        for ((copy, tampering), theirs) in zip(copies, foreign.dropFirst()) {
            let ours = try ForeignVerdict(of: copy)
            #expect(!ours.findings.isEmpty, "\(tampering)")
            #expect(ours.counts == theirs.counts, "\(tampering)")
            #expect(Set(ours.findings) == Set(theirs.findings), "\(tampering)")
        }
    }
}
