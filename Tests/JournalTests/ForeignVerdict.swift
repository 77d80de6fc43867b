import Foundation
import InteropSupport
import Journal

/// What the independent verifier says of a log, and what this program says in its words.
struct ForeignVerdict: Decodable, Equatable {
    var counts: [String: Int64]
    var links: Int64
    var head: String
    var findings: [[Cell]]

    enum Cell: Decodable, Hashable {
        case text(String)
        case number(Int64)
        case none

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .none
            } else if let number = try? container.decode(Int64.self) {
                self = .number(number)
            } else {
                self = .text(try container.decode(String.self))
            }
        }
    }

    static func foreign(of paths: [String]) throws -> [ForeignVerdict] {
        let printed = try Python.output(of: "verify_log.py", paths)
        return try String(decoding: printed, as: UTF8.self).split(separator: "\n").map {
            try JSONDecoder().decode(ForeignVerdict.self, from: Data($0.utf8))
        }
    }

    /// The verdict of this program.
    init(of path: String) throws {
        let (proof, found) = try prove(path)
        counts = [
            "ok": proof.intact, "purged": proof.purged, "altered": proof.altered,
            "missing": proof.missing, "carried_over": proof.carriedOver,
        ]
        links = proof.lastLink
        head = proof.head.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        findings = []
        for finding in found {
            // A gap between two links is one finding of the other program, however long it is.
            let count = finding.table == "links" && finding.status == .missing ? 1 : finding.count
            for row in finding.row..<finding.row + count {
                findings.append([
                    .text(finding.status.rawValue), .text(finding.table), .number(row),
                    finding.link.map { .number($0) } ?? .none,
                ])
            }
        }
    }
}
