/// How far an order has come.
package enum OrderStatus: UInt8, CaseIterable, Sendable {
    case created = 1
    case confirmed = 2
    case preparing = 3
    case ready = 4
    case pickedUp = 5
    case inTransit = 6
    case delivered = 7
    case cancelled = 8

    package var name: String {
        switch self {
        case .created: "created"
        case .confirmed: "confirmed"
        case .preparing: "preparing"
        case .ready: "ready"
        case .pickedUp: "picked_up"
        case .inTransit: "in_transit"
        case .delivered: "delivered"
        case .cancelled: "cancelled"
        }
    }

    package init?(name: String) {
        guard let match = OrderStatus.allCases.first(where: { $0.name == name }) else {
            return nil
        }
        self = match
    }

    /// Whether nothing more is expected of the order: its bags are free again.
    package var isFinal: Bool { self == .delivered || self == .cancelled }
}

/// Where food is fetched or brought, in WGS 84 degrees.
package struct Place: Equatable, Sendable {
    package var latitude: Double
    package var longitude: Double

    package init(latitude: Double, longitude: Double) {
        self.latitude = latitude
        self.longitude = longitude
    }
}

/// An order as the delivery platform tells it. Absent means not told.
package struct Order: Equatable, Sendable {
    package var number: OrderNumber
    /// The platform's own identifier.
    package var id: String
    package var foodClass: FoodClass
    package var status: OrderStatus
    package var customer: String?
    package var driver: String?
    /// The vehicle whose fixes show where the order is; the driver's identifier where not told.
    package var vehicle: String?
    package var restaurant: String?
    package var cafe: String?
    package var promisedAt: Timestamp?
    package var pickup: Place?
    package var delivery: Place?
    package var createdAt: Timestamp
    package var pickedUpAt: Timestamp?
    package var deliveredAt: Timestamp?
    package var updatedAt: Timestamp

    package init(
        number: OrderNumber, id: String, foodClass: FoodClass, status: OrderStatus = .created,
        customer: String? = nil, driver: String? = nil, vehicle: String? = nil,
        restaurant: String? = nil, cafe: String? = nil, promisedAt: Timestamp? = nil,
        pickup: Place? = nil, delivery: Place? = nil, createdAt: Timestamp,
        pickedUpAt: Timestamp? = nil, deliveredAt: Timestamp? = nil, updatedAt: Timestamp
    ) {
        self.number = number
        self.id = id
        self.foodClass = foodClass
        self.status = status
        self.customer = customer
        self.driver = driver
        self.vehicle = vehicle
        self.restaurant = restaurant
        self.cafe = cafe
        self.promisedAt = promisedAt
        self.pickup = pickup
        self.delivery = delivery
        self.createdAt = createdAt
        self.pickedUpAt = pickedUpAt
        self.deliveredAt = deliveredAt
        self.updatedAt = updatedAt
    }

    /// The vehicle that carries the order, as far as it is known.
    package var carriedBy: String? { vehicle ?? driver }
}
