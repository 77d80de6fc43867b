package import Configuration
import Crypto
import JSONText
package import Journal
import System
package import Wire

/// Proves a log from the command line, beside a daemon that may be writing it.
package struct LogProofReport {
    /// Findings that are kept for the report; the others are counted.
    private static let findingsMaximum = 100_000

    package let path: String
    package private(set) var proof = LogProof()
    package private(set) var findings: [LogFinding] = []
    /// Findings beyond those that are kept.
    package private(set) var omitted = 0

    /// - Parameters:
    ///   - path: The store; that of the configuration where nil.
    ///   - heads: Files with signed heads that were kept elsewhere.
    ///   - key: The public key that heads must be signed with, in hexadecimal; where nil, any key that
    ///     the log itself names will do.
    package init(
        _ path: String?, _ configuration: Configuration, heads: [String], key: String?
    ) throws(StartError) {
        self.path = path ?? JournalSettings(configuration).path
        guard File.exists(self.path) else {
            throw StartError("there is no log at \(self.path)")
        }
        var signed: [SignedHead] = []
        for file in heads { signed.append(try LogProofReport.head(in: file, key: key)) }
        do throws(StoreError) {
            let reader = try JournalReader(path: self.path)
            var findings: [LogFinding] = []
            var omitted = 0
            proof = try reader.proveLog(against: signed.map(\.head)) { finding in
                if findings.count < LogProofReport.findingsMaximum {
                    findings.append(finding)
                } else {
                    omitted += 1
                }
            }
            self.findings = findings
            self.omitted = omitted
        } catch {
            throw StartError("the log \(self.path): \(error.description)")
        }
        for head in signed where key == nil && !proof.signingKeys.contains(head.key) {
            throw StartError(
                "the head of link \(head.head.link) is signed with a key that the log does not name"
            )
        }
    }

    /// The head in a file, where it is signed as it must be.
    private static func head(in file: String, key: String?) throws(StartError) -> SignedHead {
        let json: JSON
        do {
            json = try JSONText.parse(try File.read(file, limit: 65_536))
        } catch {
            throw StartError("\(file): \(error)")
        }
        guard json["format"]?.string == "freshwire-head/1", let log = json["log"]?.string,
            let link = json["link"]?.integer, let at = json["at"]?.integer,
            let hash = json["hash"]?.string.flatMap(bytes),
            let publicKey = json["key"]?.string.flatMap(bytes).flatMap(Ed25519PublicKey.init(raw:)),
            let signature = json["signature"]?.string.flatMap(bytes)
        else { throw StartError("\(file) holds no head of a log") }
        let head = SignedHead(
            log: log, head: LogHead(link: link, hash: hash), at: at, key: publicKey,
            signature: signature)
        if let key, bytes(key) != publicKey.bytes {
            throw StartError("\(file) is signed with another key than the one given")
        }
        let isSigned: Bool
        do throws(StoreError) {
            isSigned = try head.isSigned()
        } catch {
            throw StartError(error.description)
        }
        guard isSigned else { throw StartError("the signature in \(file) does not fit") }
        return head
    }

    private static func bytes(_ digits: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in digits {
            guard let value = digit.hexDigitValue.map(UInt8.init(truncatingIfNeeded:)) else {
                return nil
            }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return high == nil ? bytes : nil
    }

    package var json: JSON {
        [
            "ok": .bool(proof.isWhole), "links": .integer(proof.lastLink),
            "head": .string(hexadecimal(proof.head)),
            "rows": [
                "ok": .integer(proof.intact), "purged": .integer(proof.purged),
                "altered": .integer(proof.altered), "missing": .integer(proof.missing),
                "carried_over": .integer(proof.carriedOver),
            ],
            "keys": .array(proof.signingKeys.map { .string(hexadecimal($0.bytes)) }),
            "findings": .array(
                findings.map { finding in
                    [
                        "status": .string(finding.status.rawValue), "table": .string(finding.table),
                        "row": .integer(finding.row), "count": .integer(finding.count),
                        "link": finding.link.map { .integer($0) } ?? .null,
                        "reason": .string(finding.reason),
                    ]
                }),
            "findings_omitted": .integer(Int64(omitted)),
        ]
    }

    package var text: String {
        var text = ""
        for finding in findings {
            let last = finding.row + finding.count - 1
            let rows = finding.count == 1 ? "\(finding.row)" : "\(finding.row)-\(last)"
            text += "\(finding.status.rawValue): \(finding.table) \(rows): \(finding.reason)\n"
        }
        if omitted > 0 { text += "and \(omitted) more\n" }
        text += """
            \(proof.intact) ok, \(proof.purged) purged, \(proof.altered) altered, \
            \(proof.missing) missing; \(proof.lastLink) links, head \(hexadecimal(proof.head))

            """
        if proof.carriedOver > 0 {
            text += """
                \(proof.carriedOver) rows were carried over from an older log: what happened to them \
                before is not proven

                """
        }
        return text
    }
}
