package import ColdChain
import Wire

/// What is told of the log itself, by webhook, to whoever asks for it by name.
package enum LogEvent: Equatable, Sendable {
    /// The signed head of the chain, as the exported file has it: JSON text.
    case head(signed: String)
    case altered(LogAlteration)

    /// The event's name in the webhook catalogue.
    package var name: String {
        switch self {
        case .head: "log.head"
        case .altered: "log.altered"
        }
    }

    func data() -> [UInt8] {
        switch self {
        case .head(let signed): Array(signed.utf8)
        case .altered(let alteration): alteration.data()
        }
    }

    /// The webhook body.
    package func body(at instant: Timestamp) -> [UInt8] {
        WebhookText.body(event: name, occurredAt: instant, data: data())
    }
}

/// That the log is not what was recorded, as a verification found.
package struct LogAlteration: Equatable, Sendable {
    /// Rows that follow each other in the same plight.
    package struct Finding: Equatable, Sendable {
        package var status: String
        package var table: String
        package var row: Int64
        package var count: Int64
        package var reason: String

        package init(status: String, table: String, row: Int64, count: Int64, reason: String) {
            self.status = status
            self.table = table
            self.row = row
            self.count = count
            self.reason = reason
        }
    }

    package var altered: Int64
    package var missing: Int64
    /// The first ones.
    package var findings: [Finding]

    package init(altered: Int64, missing: Int64, findings: [Finding]) {
        self.altered = altered
        self.missing = missing
        self.findings = findings
    }

    fileprivate func data() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { data in
            data.member("altered", altered)
            data.member("missing", missing)
            data.name("findings")
            data.array { array in
                for finding in findings {
                    array.object { member in
                        member.member("status", finding.status)
                        member.member("table", finding.table)
                        member.member("row", finding.row)
                        member.member("count", finding.count)
                        member.member("reason", finding.reason)
                    }
                }
            }
        }
        return writer.bytes
    }
}
