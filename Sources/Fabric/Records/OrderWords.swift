package import Wire

/// What is said of an order's change beside what Freshwire knows of it: when it will be made, in what
/// words the customer is told. It is told with the change, as its publisher said it.
package enum OrderWords {
    /// The members of an order's change that are Freshwire's own to say, in the dialects' names too.
    static let taken: Set<String> = [
        "orderId", "bookingId", "status", "previousStatus", "currentStatus", "deliveryTime",
        "completedAt", "sequence", "type", "timestamp", "messageId",
    ]

    /// The words of a record's members.
    static func of(_ members: [JSON.Member]) -> [JSON.Member] {
        members.filter { !taken.contains($0.name) }
    }
}

extension Publication {
    /// What it says of an order beside its status, in the order of the type's fields.
    package var orderWords: [JSON.Member] {
        OrderWords.of(fields.filter { type.field($0.name)?.isAddress != true })
    }
}

extension MessageType {
    /// Why its fields cannot be told with an order's change, in words.
    var orderWordsContradiction: String? {
        guard effect == .orderStatus else { return nil }
        for field in fields {
            // The change is a record of another type, which everybody who follows the order reads.
            if field.isSensitive {
                return "'\(field.name)' is sensitive, and is told with the order's change to all"
            }
            if field.name != "orderId", field.name != "status",
                OrderWords.taken.contains(field.name)
            {
                return "'\(field.name)' of an order's change is what Freshwire knows of it"
            }
        }
        return nil
    }
}

extension JSONWriter {
    mutating func members(_ members: [JSON.Member]) {
        for member in members {
            name(member.name)
            value(member.value)
        }
    }
}
