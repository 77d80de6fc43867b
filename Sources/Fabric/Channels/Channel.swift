/// A stream of events that can be subscribed to. Each dialect has its own names for some of them;
/// this is the one name inside.
package struct Channel: Hashable, Sendable {
    package enum Kind: UInt8, CaseIterable, Sendable {
        case order = 1
        case bag = 2
        case driver = 3
        case vehicle = 4
        /// Alerts that staff look after: those of one site, or all of them.
        case alerts = 5
        /// The orders of one customer.
        case customer = 6
        /// The orders of one restaurant or cafe.
        case merchant = 7
        /// Alarms and silences of the orders of one site, or of all of them.
        case site = 8
        /// The orders of one counter of a cafe.
        case counter = 9
        case counterStatus = 10
        /// The orders assigned to one employee.
        case employee = 11
        /// What concerns everybody in a cafe.
        case cafe = 12
        case cafeStaff = 13
        case cafeMetrics = 14
        /// Where a booking's driver is: an order's positions and nothing else of it.
        case tracking = 15
        /// The conversation about a booking.
        case chat = 16
        /// What concerns one user: the changes of their orders, offers, notices.
        case user = 17
        /// What concerns everybody.
        case system = 18

        /// The first part of the channel's name.
        package var family: String {
            switch self {
            case .order: "orders"
            case .bag: "bags"
            case .driver: "drivers"
            case .vehicle: "vehicles"
            case .alerts: "alerts"
            case .customer: "customers"
            case .merchant: "merchants"
            case .site: "sites"
            case .counter: "counters"
            case .counterStatus: "counter_status"
            case .employee: "employees"
            case .cafe: "cafes"
            case .cafeStaff: "cafe_staff"
            case .cafeMetrics: "cafe_metrics"
            case .tracking: "tracking"
            case .chat: "chat"
            case .user: "users"
            case .system: "system"
            }
        }

        package init?(family: String) {
            guard let match = Kind.allCases.first(where: { $0.family == family }) else {
                guard family == Self.notifications else { return nil }
                self = .user
                return
            }
            self = match
        }

        /// Another name of what concerns one user (W-3).
        fileprivate static let notifications = "notifications"
    }

    package var kind: Kind
    /// The platform's own identifier of the order, bag, driver, customer and so on.
    package var subject: String

    package init(_ kind: Kind, _ subject: String) {
        self.kind = kind
        self.subject = subject
    }

    /// The canonical name, such as `orders.ORD-2025-001234`.
    package var name: String { "\(kind.family).\(subject)" }

    /// The other canonical name of what concerns one user.
    var otherName: String? { kind == .user ? "\(Kind.notifications).\(subject)" : nil }

    /// The channel of a canonical name; what follows the first dot is the subject.
    package init?(name: String) {
        guard let dot = name.utf8.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        guard let kind = Kind(family: String(name[..<dot])) else { return nil }
        let subject = String(name[name.index(after: dot)...])
        guard !subject.isEmpty else { return nil }
        self.init(kind, subject)
    }
}
