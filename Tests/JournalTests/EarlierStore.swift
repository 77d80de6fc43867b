import Crypto
import Foundation
import Journal

/// Makes a store as a release with an older schema left it: with the migrations of its time only.
func writeStore(
    of version: Int, at path: String, rows: String, chained: [EarlierRecord] = []
) throws {
    let statements = Schema.current.migrations.prefix(version).flatMap(\.statements)
    let chain = try chained.isEmpty ? "" : EarlierChain(log: earlierLog).sql(of: chained)
    let made = try run(
        "/usr/bin/env",
        [
            "sqlite3", "-bail", path,
            """
            PRAGMA application_id = 1181905768;
            PRAGMA user_version = \(version);
            PRAGMA journal_mode = WAL;
            \(statements.joined(separator: "\n;\n"));
            INSERT INTO store VALUES (1, '\(earlierLog)', 4);
            INSERT INTO carrier_kinds VALUES (1, 'bag'), (2, 'vehicle');
            INSERT INTO food_classes VALUES (1, 'cold'), (2, 'hot');
            INSERT INTO order_statuses VALUES (1, 'created');
            \(rows)
            \(chain)
            """,
        ])
    guard made.status == 0 else { throw EarlierStoreFailure() }
}

struct EarlierStoreFailure: Error {}

/// The epoch of a store that `writeStore` makes.
private let earlierLog = "abc"

/// A value of SQLite, as SQL and as the bytes that the chain commits to.
enum SQLValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
    ExpressibleByNilLiteral
{
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    init(nilLiteral: ()) { self = .null }
    init(integerLiteral value: Int64) { self = .integer(value) }
    init(floatLiteral value: Double) { self = .real(value) }
    init(stringLiteral value: String) { self = .text(value) }

    var sql: String {
        switch self {
        case .null: "NULL"
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .text(let text): "'\(text)'"
        case .blob(let bytes): "x'\(hexadecimal(bytes))'"
        }
    }

    var canonical: [UInt8] {
        switch self {
        case .null: return [0x00]
        case .integer(let number):
            var bytes = littleEndian(number)
            // As few as hold it in two's complement.
            let sign: UInt8 = number < 0 ? 0xFF : 0
            while bytes.count > 1, bytes.last == sign, bytes[bytes.count - 2] >> 7 == sign >> 7 {
                bytes.removeLast()
            }
            if number == 0 { bytes = [] }
            return [0x10 + UInt8(bytes.count)] + bytes
        case .real(let number): return [0x20] + littleEndian(number.bitPattern)
        case .text(let text): return [0x30] + lengthed(Array(text.utf8))
        case .blob(let bytes): return [0x40] + lengthed(bytes)
        }
    }

    private func lengthed(_ bytes: [UInt8]) -> [UInt8] {
        littleEndian(UInt32(bytes.count)) + bytes
    }
}

/// A row that was recorded with the columns its table had then.
struct EarlierRecord {
    var kind: UInt8
    var version: UInt8 = 1
    var table: String
    var columns: String
    var values: [SQLValue]

    /// A state that a row of a changing table came to; its key is its first column where none is
    /// given.
    static func change(
        _ number: Int64, subject: Int64, key: [UInt8]? = nil, state: [SQLValue]
    ) -> EarlierRecord {
        EarlierRecord(
            kind: 5, table: "changes", columns: "number, subject, key, body",
            values: [
                .integer(number), .integer(subject), .blob(key ?? state[0].canonical),
                .blob(state.flatMap(\.canonical)),
            ])
    }

    fileprivate var row: Int64 {
        if case .integer(let number)? = values.first { number } else { 0 }
    }
}

/// One link over some records, as `Documentation/log-format.md` has it.
private struct EarlierChain {
    var log: String

    func sql(of records: [EarlierRecord]) throws -> String {
        var sql = ""
        var runs: [UInt8] = []
        var commitments: [UInt8] = []
        for (place, record) in records.enumerated() {
            let salt = (0..<16).map { UInt8(truncatingIfNeeded: place + $0 + 1) }
            commitments += try hash(
                salt + [record.version, record.kind] + record.values.flatMap(\.canonical))
            runs += [record.kind] + littleEndian(UInt64(record.row)) + littleEndian(UInt32(1))
            let values = record.values.map(\.sql).joined(separator: ", ")
            sql += """
                INSERT INTO \(record.table)(\(record.columns)) VALUES (\(values));
                INSERT INTO salts VALUES (\(record.kind), \(record.row), x'\(hexadecimal(salt))');

                """
        }
        let genesis = try hash(Array("freshwire/log/01".utf8) + Array(log.utf8))
        let link = try hash(
            Array("freshwire/link/1".utf8) + genesis + littleEndian(UInt64(1))
                + littleEndian(UInt64(1)) + littleEndian(UInt32(records.count)) + runs
                + hash(commitments))
        return sql + """
            INSERT INTO links VALUES
                (1, 1, x'\(hexadecimal(runs))', x'\(hexadecimal(link))', x'\(hexadecimal(commitments))');
            INSERT INTO log_state VALUES ('carried_over', 1);
            """
    }

    private func hash(_ bytes: [UInt8]) throws -> [UInt8] { try sha256(bytes.span).bytes }
}

private func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
    (0..<number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}
