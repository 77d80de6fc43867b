import ColdChain

/// Somebody whose personal data the log holds.
package enum PersonalSubject: Equatable, Sendable {
    case customer(String)
    case driver(String)

    package var id: String {
        switch self {
        case .customer(let id), .driver(let id): id
        }
    }
}

extension Bridge {
    /// Forgets what the log has erased of a person, so that no later change of an order brings it
    /// back. Orders under way are not erased, and so not forgotten.
    ///
    /// - Parameter checkpointsRecordedAnew: How many numbers of checkpoints the log gave itself.
    package mutating func forget(_ subject: PersonalSubject, checkpointsRecordedAnew: Int = 0) {
        last.checkpoint += UInt64(max(checkpointsRecordedAnew, 0))
        if case .driver(let id) = subject {
            places.forget(id)
            presence.remove(id)
        }
        for var order in book.ordersByNumber where order.status.isFinal {
            guard subject.isNamed(in: order) else { continue }
            switch subject {
            case .customer:
                order.customer = nil
                order.delivery = nil
            case .driver: order.driver = nil
            }
            book.put(order)
        }
    }
}

extension PersonalSubject {
    fileprivate func isNamed(in order: Order) -> Bool {
        switch self {
        case .customer(let id): order.customer == id
        case .driver(let id): order.driver == id
        }
    }
}
