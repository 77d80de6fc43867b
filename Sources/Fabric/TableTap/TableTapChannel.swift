import ColdChain

extension Channel {
    /// The channel's name in the TableTap dialect, such as `cafe:1:alerts`; nil where it has none.
    var tableTapName: String? {
        switch kind {
        case .customer: "orders:customer:\(subject)"
        case .employee: "orders:employee:\(subject)"
        case .counter: "counter:\(subject):orders"
        case .counterStatus: "counter:\(subject):status"
        case .cafe: "cafe:\(subject):general"
        case .cafeStaff: "cafe:\(subject):staff"
        case .cafeMetrics: "cafe:\(subject):metrics"
        case .site: "cafe:\(subject):alerts"
        case .system where subject == "maintenance": "system:maintenance"
        default: nil
        }
    }

    /// The channel of a name. Wildcards are words of the permission matrix, not names.
    init?(tableTapName name: String) {
        if name == "system:maintenance" {
            self.init(.system, "maintenance")
            return
        }
        let forms: [(prefix: String, suffix: String, kind: Kind)] = [
            ("orders:customer:", "", .customer), ("orders:employee:", "", .employee),
            ("counter:", ":orders", .counter), ("counter:", ":status", .counterStatus),
            ("cafe:", ":general", .cafe), ("cafe:", ":staff", .cafeStaff),
            ("cafe:", ":metrics", .cafeMetrics), ("cafe:", ":alerts", .site),
        ]
        for form in forms where name.hasPrefix(form.prefix) && name.hasSuffix(form.suffix) {
            let subject = name.dropFirst(form.prefix.count).dropLast(form.suffix.count)
            guard !subject.isEmpty, subject != "*",
                name.utf8.count == form.prefix.utf8.count + subject.utf8.count
                    + form.suffix.utf8.count
            else { return nil }
            self.init(form.kind, String(subject))
            return
        }
        return nil
    }

    /// The least of the dialect's user types to whom a channel of this kind may be open.
    private var tableTapRole: TableTapUserType {
        switch kind {
        case .customer, .cafe: .customer
        case .employee, .counter, .counterStatus, .cafeStaff: .employee
        case .cafeMetrics, .site: .manager
        default: .admin
        }
    }

    /// What a user would have to be to follow the channel: of a higher type, or, where theirs is
    /// high enough and the channel is somebody else's, one to whom every channel is open.
    func requiredTableTapRole(for role: Role) -> String {
        let needed = tableTapRole
        let isHigher = needed.rawValue > (role.tableTapUserType?.rawValue ?? -1)
        return isHigher ? needed.roleName : TableTapUserType.admin.roleName
    }
}

/// The user types of the dialect's permission matrix, by what is open to them.
enum TableTapUserType: Int {
    case customer
    case employee
    case manager
    case admin

    /// What an error calls the role that would be needed.
    var roleName: String {
        switch self {
        case .customer: "customer"
        case .employee: "staff"
        case .manager: "manager"
        case .admin: "admin"
        }
    }
}

extension Role {
    /// Nil for roles that the permission matrix does not know.
    var tableTapUserType: TableTapUserType? {
        switch self {
        case .customer: .customer
        case .employee: .employee
        case .manager: .manager
        case .support, .administrator, .staff, .foodSafety: .admin
        case .driver, .merchant: nil
        }
    }

    /// `userType` of `connection_established`.
    var tableTapName: String { seesEverything ? "admin" : name }
}

extension Fabric {
    /// Why a channel is not open to a user of the dialect, by its permission matrix: notices of
    /// maintenance are for those to whom everything is open.
    func tableTapRefusal(of channel: Channel, to identity: Identity) -> SubscriptionRefusal? {
        if channel.kind == .system, !identity.role.seesEverything { return .accessDenied }
        return refusal(of: channel, to: identity)
    }
}
