import ColdChain
import Journal
import Wire

extension APIResponse {
    /// A page of the audit.
    static func accesses(_ accesses: [LoggedAccess], limit: Int) -> APIResponse {
        .json { writer in
            writer.name("accesses")
            writer.array { array in
                for access in accesses { array.object { $0.accessMembers(access) } }
            }
            if accesses.count == limit, let last = accesses.last {
                writer.member("next", String(last.number))
            }
        }
    }
}

extension JSONWriter {
    mutating func accessMembers(_ access: LoggedAccess) {
        member("number", Int64(clamping: access.number))
        member("at", instant: access.at.milliseconds)
        member("subject", access.subject)
        member("role", access.role)
        member("deed", access.deed)
        member("resource", access.resource)
        member("addressClass", access.addressClass)
    }
}
