import ColdChain
import Fabric
import Wire

/// What is told of a driver's presence. Nothing of it is more than the order's people are told with
/// each position: the driver's identifier.
struct PresenceNews {
    enum Reason: String {
        case heartbeatsMissed = "heartbeats_missed"
        case heardAgain = "heard_again"
    }

    var driver: String
    var status: DriverStatus
    var reason: Reason?
    /// Nil where that was before the start of this process.
    var lastHeardAt: Timestamp?

    static let type = "driver_status_changed"

    /// The event's name in the webhook catalogue.
    fileprivate var webhook: String {
        status == .offline ? "driver.offline" : "driver.online"
    }

    /// - Parameters:
    ///   - order: The order that it is told to; nil for those who follow the driver.
    ///   - orders: For webhooks, the orders under way.
    fileprivate func data(order: String? = nil, orders: [String]? = nil) -> [UInt8] {
        var writer = JSONWriter(capacity: 192)
        writer.object { data in
            data.member("driverId", driver)
            data.member("orderId", order)
            data.member("status", status.name)
            data.member("reason", reason?.rawValue)
            if let lastHeardAt {
                data.member("lastHeardAt", instant: lastHeardAt.milliseconds)
            }
            if let orders {
                data.name("orderIds")
                data.array { ids in for id in orders { ids.value(id) } }
            }
        }
        return writer.bytes
    }
}

extension Bridge {
    /// A driver has a few orders under way; whoever seems to have more is not one driver, and only the
    /// people of those that changed last are told.
    static let ordersToldMaximum = 50

    /// Tells those who follow the driver.
    ///
    /// - Returns: The record's number.
    mutating func tell(
        _ news: PresenceNews, at now: Timestamp, effects: inout Effects
    ) -> UInt64 {
        tell(
            PresenceNews.type, news.data(), of: nil,
            to: [Channel(.driver, news.driver), Channel(.user, news.driver)], at: now,
            effects: &effects)
    }

    /// Tells the people of each order that the driver has under way, and webhooks.
    mutating func tellOthers(_ news: PresenceNews, at now: Timestamp, effects: inout Effects) {
        let orders = book.ordersUnderWay(ofDriver: news.driver).suffix(Self.ordersToldMaximum)
            .compactMap { book[$0] }
        for order in orders { tell(news, of: order, at: now, effects: &effects) }
        let name = news.webhook
        let body = WebhookText.body(
            event: name, occurredAt: now, data: news.data(orders: orders.map(\.id)))
        owe(name, body, at: now, &effects)
    }

    mutating func tell(
        _ news: PresenceNews, of order: Order, at now: Timestamp, effects: inout Effects
    ) {
        tell(
            PresenceNews.type, news.data(order: order.id), of: order.number,
            to: [Channel(.order, order.id), Channel(.tracking, order.id)], at: now,
            effects: &effects)
    }
}
