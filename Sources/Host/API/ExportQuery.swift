import ColdChain
import Server
import Wire

/// What is wrong with the query of a request.
struct QueryError: Error {
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
    ) throws(QueryError) {
        self.init()
        self.subject = subject
        let known = Self.parameters + (takesOrder ? ["order"] : [])
        for name in target.queryParameterNames where !known.contains(name) {
            throw QueryError(
                field: name,
                reason: "there is no parameter \(name); there are \(known.joined(separator: ", "))")
        }
        if let name = target.queryParameter("format") {
            guard let known = ExportFormat(name: name), subject.formats.contains(known) else {
                let names = subject.formats.map(\.rawValue).joined(separator: " or ")
                throw QueryError(
                    field: "format", reason: "format must be \(names)")
            }
            format = known
        }
        from = try target.instant("from") ?? from
        until = try target.instant("until") ?? until
        order = target.queryParameter("order")
        bag = target.queryParameter("bag")
        device = target.queryParameter("device")
    }
}

extension RequestTarget {
    /// An instant of the query; nil where there is no such parameter.
    func instant(_ name: String) throws(QueryError) -> Timestamp? {
        guard queryParameterNames.contains(name) else { return nil }
        guard let text = queryParameter(name), let milliseconds = RFC3339.parse(text) else {
            throw QueryError(
                field: name,
                reason: """
                    \(name) must be RFC 3339 such as 2026-11-20T12:00:00Z; in a query a + of the \
                    zone is written %2B
                    """)
        }
        return Timestamp(milliseconds: milliseconds)
    }
}
