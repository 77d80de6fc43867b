/// A stream of events that can be subscribed to, under one name in every dialect.
package struct Channel: Hashable, Sendable {
    package enum Kind: UInt8, CaseIterable, Sendable {
        case order = 1
        case bag = 2
        case driver = 3
        case vehicle = 4
        /// Alerts, for staff: those of one site, or all of them.
        case alerts = 5

        /// The first part of the channel's name.
        package var family: String {
            switch self {
            case .order: "orders"
            case .bag: "bags"
            case .driver: "drivers"
            case .vehicle: "vehicles"
            case .alerts: "alerts"
            }
        }

        package init?(family: String) {
            guard let match = Kind.allCases.first(where: { $0.family == family }) else {
                return nil
            }
            self = match
        }
    }

    package var kind: Kind
    /// The platform's own identifier of the order, bag, driver or vehicle.
    package var subject: String

    package init(_ kind: Kind, _ subject: String) {
        self.kind = kind
        self.subject = subject
    }

    /// The canonical name, such as `orders.ORD-2025-001234`.
    package var name: String { "\(kind.family).\(subject)" }

    /// The channel of a canonical name; what follows the first dot is the subject.
    package init?(name: String) {
        guard let dot = name.utf8.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        guard let kind = Kind(family: String(name[..<dot])) else { return nil }
        let subject = String(name[name.index(after: dot)...])
        guard !subject.isEmpty else { return nil }
        self.init(kind, subject)
    }
}
