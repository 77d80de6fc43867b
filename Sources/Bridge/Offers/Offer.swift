package import ColdChain

/// Something that one of several may take before a deadline: an order, by a restaurant, or a delivery,
/// by a driver (S-5).
package struct Offer: Equatable, Sendable {
    package enum Kind: UInt8, CaseIterable, Sendable {
        /// An order to a restaurant.
        case order = 1
        /// A delivery to drivers.
        case delivery = 2

        /// As what is told of an offer says it.
        package var name: String {
            switch self {
            case .order: "order"
            case .delivery: "delivery"
            }
        }
    }

    package enum State: UInt8, CaseIterable, Sendable {
        case open = 1
        case accepted = 2
        /// Nobody took it in time, or its order was over.
        case expired = 3
        /// Everybody declined.
        case declined = 4
        /// Somebody took another offer of the same order.
        case overtaken = 5
    }

    /// The number of the record that it was told by first; counts with the events of the log.
    package var number: UInt64
    /// What the addressees are told to name it by. It says nothing of the log and is no secret: who
    /// may answer is decided by the token.
    package var id: String
    package var kind: Kind
    /// The platform's identifier of the order, which need not be known here.
    package var order: String
    /// Who is told what became of it.
    package var publisher: String
    /// Restaurants, or drivers.
    package var addressees: [String]
    /// Addressees who do not want it.
    package var declined: [String] = []
    /// Whether the order gets the driver who takes it.
    package var assignsDriver: Bool
    package var openedAt: Timestamp
    /// From this instant on it cannot be taken any more.
    package var deadline: Timestamp
    package var state = State.open
    /// The addressee who took it.
    package var taker: String?
    package var endedAt: Timestamp?
    /// The number of the record that told the publisher that it was taken.
    package var takenAs: UInt64?

    package init(
        number: UInt64, id: String, kind: Kind, order: String, publisher: String,
        addressees: [String], assignsDriver: Bool, openedAt: Timestamp, deadline: Timestamp
    ) {
        self.number = number
        self.id = id
        self.kind = kind
        self.order = order
        self.publisher = publisher
        self.addressees = addressees
        self.assignsDriver = assignsDriver
        self.openedAt = openedAt
        self.deadline = deadline
    }

    /// Addressees who have not declined.
    var remaining: [String] { addressees.filter { !declined.contains($0) } }
}

/// How offers are made. Times are milliseconds.
package struct OfferSettings: Equatable, Sendable {
    /// How long one stays open where its publisher does not say: the minute that a restaurant has.
    package var timer: Int64 = 60_000
    /// How far from the pickup a driver may be where the publisher does not say, in metres.
    package var radius: Double = 3_000
    /// Where a driver is counts for so long after it was measured.
    package var positionAge: Int64 = 120_000
    /// How many drivers are asked at once, the nearest.
    package var driversMaximum = 50
    /// Offers in memory; beyond it those that were over first are forgotten, and where all are open none is
    /// opened.
    package var offersMaximum = 20_000
    /// Drivers whose place is known; beyond it those heard longest ago are forgotten.
    package var placesMaximum = 100_000

    package init() {}
}
