package import ColdChain

/// What a user is to the delivery platform, as the token says.
package enum Role: UInt8, CaseIterable, Sendable {
    case customer = 1
    case driver = 2
    /// A restaurant or a cafe.
    case merchant = 3
    case support = 4
    case administrator = 5
    case staff = 6
    case foodSafety = 7
    /// Somebody who works in a cafe, at the counters of the token.
    case employee = 8
    /// Somebody who runs a cafe.
    case manager = 9

    /// The role a token names, or nil where the fabric knows none of that name.
    package init?(name: String) {
        switch name {
        case "customer", "client": self = .customer
        case "driver": self = .driver
        case "merchant", "restaurant", "cafe": self = .merchant
        case "support": self = .support
        case "admin": self = .administrator
        case "staff": self = .staff
        case "food_safety": self = .foodSafety
        case "employee": self = .employee
        case "manager": self = .manager
        default: return nil
        }
    }

    /// The name that tokens and the audit use.
    package var name: String {
        switch self {
        case .customer: "customer"
        case .driver: "driver"
        case .merchant: "merchant"
        case .support: "support"
        case .administrator: "admin"
        case .staff: "staff"
        case .foodSafety: "food_safety"
        case .employee: "employee"
        case .manager: "manager"
        }
    }

    /// Whether the role sees every order, bag, driver and vehicle.
    package var seesEverything: Bool {
        switch self {
        case .customer, .driver, .merchant, .employee, .manager: false
        case .support, .administrator, .staff, .foodSafety: true
        }
    }
}

/// Who is at the other end of a connection, taken from a token that was verified elsewhere.
package struct Identity: Equatable, Sendable {
    package var subject: String
    package var role: Role
    /// The restaurant or cafe a merchant, an employee or a manager works for, and the one a
    /// customer is a guest of.
    package var site: String?
    /// The counters an employee is assigned to.
    package var counters: [String] = []
    /// The first instant at which the token no longer holds; nil where it does not end.
    package var expiresAt: Timestamp?
    /// Whether the token says that the user may decide on food: let it go, sign and close.
    package var isQualifiedIndividual = false
    /// The user's name as the token says it; nil where it says none.
    package var personName: String?
    /// The token's own name and the instant of its issue, by which it can be called back.
    package var tokenID: String?
    package var issuedAt: Timestamp?
    /// What the user may ask of the API in a minute, by the name that the token has for it.
    package var requestTier: String?
    /// The channels that the token names; nil where it closes none.
    package var scopes: ChannelScopes?
    /// Where the connection comes from.
    package var from = AddressClass.unknown

    package init(subject: String, role: Role, site: String? = nil, expiresAt: Timestamp? = nil) {
        self.subject = subject
        self.role = role
        self.site = site
        self.expiresAt = expiresAt
    }

    func holds(at instant: Timestamp) -> Bool {
        guard let expiresAt else { return true }
        return instant < expiresAt
    }

    /// Whether the user may know of the order: it is their own, or every order is theirs to see
    /// (W-16).
    package func maySee(_ order: Order) -> Bool { mayFollow(OrderParties(order)) }

    /// Whether the user may follow an order with these parties (W-16).
    func mayFollow(_ parties: OrderParties) -> Bool {
        switch role {
        case .customer: parties.customer == subject
        case .driver: parties.driver == subject
        case .merchant: site != nil && (parties.restaurant == site || parties.cafe == site)
        case .support, .administrator, .staff, .foodSafety: true
        // What they are told of orders comes by their cafe's channels.
        case .employee, .manager: false
        }
    }
}
