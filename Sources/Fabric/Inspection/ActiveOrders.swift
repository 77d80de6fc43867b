package import ColdChain
import Wire

/// Which open orders somebody asks for who comes back (S-6).
package struct ActiveOrdersQuestion: Equatable, Sendable {
    package var identity: Identity
    /// Where the page before ended.
    package var after: Int
    package var limit: Int

    package init(identity: Identity, after: Int = 0, limit: Int) {
        self.identity = identity
        self.after = after
        self.limit = limit
    }
}

extension Fabric {
    /// The user's open orders as JSON, each with its last known states, and the identifier of the
    /// last message that all of it holds: whoever resumes after that misses nothing and is told
    /// nothing twice.
    package func activeOrders(_ question: ActiveOrdersQuestion, now: Timestamp) -> [UInt8] {
        let page = directory.openOrders(
            of: question.identity, from: question.after, limit: question.limit)
        var writer = JSONWriter(capacity: 256 + 512 * page.orders.count)
        writer.object { answer in
            answer.name("orders")
            answer.array { orders in
                for order in page.orders { orders.object { write(order.id, order.parties, &$0) } }
            }
            answer.member("lastMessageId", .record(lastNumber), texts.ids)
            answer.member("timestamp", instant: now.milliseconds)
            if let next = page.next { answer.member("next", "\(next)") }
        }
        return writer.bytes
    }

    private func write(_ order: String, _ parties: OrderParties, _ writer: inout JSONWriter) {
        var temperatures: [TemperatureUpdate] = []
        var location: LocationUpdate?
        for state in statesOfOrder(order) {
            switch state {
            case .temperature(let update): temperatures.append(update)
            case .location(let update):
                if location.map({ $0.measuredAt < update.measuredAt }) ?? true {
                    location = update
                }
            case .alert, .dataLoss, .silence, .order, .alertUpdate: break
            }
        }
        writer.member("orderId", order)
        writer.member("status", parties.status.name)
        writer.member("customerId", parties.customer)
        writer.member("driverId", parties.driver)
        writer.member("restaurantId", parties.restaurant)
        writer.member("cafeId", parties.cafe)
        writer.member("temperatureVerdict", Self.verdict(on: temperatures))
        writer.name("location")
        if let location {
            writer.object { member in
                member.payload(location)
                member.member("timestamp", instant: location.measuredAt.milliseconds)
            }
        } else {
            writer.null()
        }
        writer.name("temperatures")
        writer.array { readings in
            for update in temperatures.sorted(by: { $0.bag < $1.bag }) {
                readings.object { member in
                    member.payload(update)
                    member.member("timestamp", instant: update.measuredAt.milliseconds)
                }
            }
        }
    }

    private func statesOfOrder(_ order: String) -> [Event] {
        guard let place = channels.place(of: Channel(.order, order)) else { return [] }
        return channels.entries[place].states.compactMap { state in
            guard case .event(let event) = states.entries[Int(state)].content else { return nil }
            return event
        }
    }

    /// One bag outside is enough; and what is not known of one is not known of the order.
    private static func verdict(on temperatures: [TemperatureUpdate]) -> String {
        let verdicts = temperatures.map(\.isWithinLimit)
        if verdicts.contains(false) { return "outside" }
        return verdicts.isEmpty || verdicts.contains(nil) ? "unknown" : "within"
    }
}
