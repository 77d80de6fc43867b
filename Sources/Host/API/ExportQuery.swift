import ColdChain
import Server
import Wire

/// What is wrong with the query of an export.
struct ExportQueryError: Error {
    var field: String
    var reason: String
}

extension ExportRequest {
    private static let parameters = ["format", "from", "until", "bag", "device"]

    /// A parameter that is not known is refused: a misspelt condition must not export everything.
    ///
    /// - Parameter takesOrder: Whether the order is a parameter, and not told by the path.
    init(
        _ subject: ExportSubject, _ target: RequestTarget, takesOrder: Bool
    ) throws(ExportQueryError) {
        self.init()
        self.subject = subject
        let known = Self.parameters + (takesOrder ? ["order"] : [])
        for name in target.queryParameterNames where !known.contains(name) {
            throw ExportQueryError(
                field: name,
                reason: "there is no parameter \(name); there are \(known.joined(separator: ", "))")
        }
        if let name = target.queryParameter("format") {
            guard let known = ExportFormat(name: name), subject.formats.contains(known) else {
                let names = subject.formats.map(\.rawValue).joined(separator: " or ")
                throw ExportQueryError(
                    field: "format", reason: "format must be \(names)")
            }
            format = known
        }
        from = try Self.instant("from", in: target) ?? from
        until = try Self.instant("until", in: target) ?? until
        order = target.queryParameter("order")
        bag = target.queryParameter("bag")
        device = target.queryParameter("device")
    }

    private static func instant(
        _ name: String, in target: RequestTarget
    ) throws(ExportQueryError) -> Timestamp? {
        guard target.queryParameterNames.contains(name) else { return nil }
        guard let text = target.queryParameter(name), let milliseconds = RFC3339.parse(text) else {
            throw ExportQueryError(
                field: name,
                reason: """
                    \(name) must be RFC 3339 such as 2026-11-20T12:00:00Z; in a query a + of the \
                    zone is written %2B
                    """)
        }
        return Timestamp(milliseconds: milliseconds)
    }
}
