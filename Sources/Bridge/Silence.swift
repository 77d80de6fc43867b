package import ColdChain

/// That a sensor of a bag with an order was silent, as people were told.
package struct Silence: Equatable, Sendable {
    package enum Reason: UInt8, Sendable {
        /// It was heard again.
        case returned = 1
        /// The bag ceased to carry the order.
        case orderEnded = 2
        /// The device was taken out of the bag, or another channel says the same more exactly.
        case notExpected = 3

        package var name: String {
            switch self {
            case .returned: "returned"
            case .orderEnded: "order_ended"
            case .notExpected: "not_expected"
            }
        }
    }

    /// Why it says nothing of the sensor.
    package enum Cause: UInt8, Sendable {
        /// The daemon was not connected to its broker, or did not run.
        case brokerUnreachable = 1

        package var name: String {
            switch self {
            case .brokerUnreachable: "broker_unreachable"
            }
        }
    }

    package struct End: Equatable, Sendable {
        package var at: Timestamp
        package var reason: Reason

        package init(at: Timestamp, reason: Reason) {
            self.at = at
            self.reason = reason
        }
    }

    package var order: OrderNumber
    package var bag: String
    /// When the bag began to carry the order.
    package var carriedSince: Timestamp
    /// Nil where the bag as a whole is silent: it has no sensor that is known.
    package var source: SourceNumber?
    /// Nil where none of the device's probes was heard since then.
    package var probe: UInt8?
    package var since: Timestamp
    /// Nil where it was never heard since the bag carries the order.
    package var lastHeard: Timestamp?
    /// The number of the last notice, from 1; of several that were due at once only the last is told.
    package var notices: Int64
    package var toldAt: Timestamp
    /// Nil where nothing is known but that the sensor says nothing.
    package var cause: Cause?
    /// Nil while it lasts.
    package var end: End?

    package init(
        order: OrderNumber, bag: String, carriedSince: Timestamp, source: SourceNumber?,
        probe: UInt8?, since: Timestamp, lastHeard: Timestamp?, notices: Int64,
        toldAt: Timestamp, cause: Cause? = nil, end: End? = nil
    ) {
        self.order = order
        self.bag = bag
        self.carriedSince = carriedSince
        self.source = source
        self.probe = probe
        self.since = since
        self.lastHeard = lastHeard
        self.notices = notices
        self.toldAt = toldAt
        self.cause = cause
        self.end = end
    }
}
