package import ColdChain
import Wire

extension Publication {
    /// Why the scopes of the publisher's token do not let it be published; nil where they do (K-1).
    ///
    /// A message that is told as it came needs every channel that its own fields name. Where else it is
    /// told, such as to the customer of its order, follows from those and is not the publisher's to
    /// choose.
    ///
    /// - Parameter order: The order that it names; nil where it names none, or none that is known.
    package func scopeRefusal(of order: Order?) -> PublicationRefusal? {
        guard let scopes = publisher.scopes else { return nil }
        switch type.effect {
        case .relay, .orderOffer, .deliveryOffer, .own:
            let needed = ownChannels ?? channels(order: order)
            // An offer to whoever is near goes to channels that nobody can have named.
            guard let closed = needed.first(where: { !scopes.opens($0) }) else {
                return needed.isEmpty ? .closed(to: nil) : nil
            }
            return .closed(to: closed)
        case .orderStatus, .position, .acceptOffer, .declineOffer, .heartbeat:
            let concerned = concernedChannels
            return concerned.contains(where: scopes.opens) ? nil : .closed(to: concerned.first)
        }
    }

    /// The channels that its fields and its type name; nil where all are those of an order's parties.
    private var ownChannels: [Channel]? {
        let templates = type.channels.filter { template in
            if case .party = template.subject { false } else { true }
        }
        let channels = templates.compactMap { $0.channel(of: fields, order: nil) }
        return channels.isEmpty ? nil : channels
    }

    /// The channels of what it changes, one of which is enough.
    private var concernedChannels: [Channel] {
        let order = self["orderId"]?.string
        switch type.effect {
        case .orderStatus: return order.map { [Channel(.order, $0)] } ?? []
        case .position:
            let driver = self["driverId"]?.string
            return [
                driver.map { Channel(.driver, $0) }, order.map { Channel(.order, $0) },
                order.map { Channel(.tracking, $0) },
            ].compactMap(\.self)
        case .heartbeat:
            let driver = self["driverId"]?.string
            return driver.map { [Channel(.driver, $0), Channel(.user, $0)] } ?? []
        case .acceptOffer, .declineOffer:
            return [
                Channel(.user, publisher.subject), Channel(.driver, publisher.subject),
                publisher.site.map { Channel(.merchant, $0) },
            ].compactMap(\.self)
        case .relay, .orderOffer, .deliveryOffer, .own: return []
        }
    }
}

extension PublicationRefusal {
    fileprivate static func closed(to channel: Channel?) -> PublicationRefusal {
        let name = channel?.name ?? "the channel that it goes to"
        return PublicationRefusal(
            .accessDenied, "The scopes of this token do not name \(name).")
    }
}
