package import ColdChain

/// What the delivery platform asks, by REST or on `orders/{order}/events`.
package enum Command: Equatable, Sendable {
    case createOrder(OrderFields)
    case amendOrder(id: String, OrderFields)
    /// From an instant on, the bag carries the order. Nil means from the receipt of the command.
    case bindBag(order: String, bag: String, from: Timestamp?)
}

/// The fields of an order that a command sets; nil leaves a field as it is.
package struct OrderFields: Equatable, Sendable {
    package var id: String?
    package var foodClass: FoodClass?
    package var status: OrderStatus?
    package var customer: String?
    package var driver: String?
    package var vehicle: String?
    package var restaurant: String?
    package var cafe: String?
    package var promisedAt: Timestamp?
    package var pickup: Place?
    package var delivery: Place?
    package var pickedUpAt: Timestamp?
    package var deliveredAt: Timestamp?

    package init() {}
}

/// Where an answer to a command goes; chosen by the asker, unique while it waits.
package struct CommandToken: Hashable, Sendable {
    package var rawValue: UInt64

    package init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }
}

/// The answer to a command.
package struct CommandReply: Equatable, Sendable {
    package var token: CommandToken
    package var result: Result<CommandAnswer, CommandRefusal>

    package init(token: CommandToken, result: Result<CommandAnswer, CommandRefusal>) {
        self.token = token
        self.result = result
    }
}

package enum CommandAnswer: Equatable, Sendable {
    case created(Order)
    case amended(Order)
    case bound(Custody, order: Order)
}

/// Why a command was not carried out, and what the asker can do.
package enum CommandRefusal: Error, Equatable, Sendable {
    /// No order of that identifier: create it first.
    case unknownOrder(String)
    /// The order exists already with other content: amend it instead.
    case orderExists(String)
    /// The order is delivered or cancelled: it takes no more bags and no other status.
    case orderIsFinal(String)
    /// A required field is absent, or two fields contradict each other.
    case invalid(field: String, reason: String)
}
