package import ColdChain

extension Event {
    /// The channels of an event of the record class.
    ///
    /// - Parameter order: The order it is about, as it is since; nil where it is not known any more.
    package func channels(of order: Order?) -> [Channel] {
        switch self {
        case .temperature, .location: []
        case .alert(let alert):
            foodChannels(alert.order, bag: alert.bag, order)
        case .dataLoss(let notice):
            foodChannels(notice.order, bag: notice.bag, order)
        case .silence(let notice):
            foodChannels(notice.order, bag: notice.bag, order)
        case .order(let change): change.order.partyChannels
        case .alertUpdate(let update): update.channels
        }
    }

    private func foodChannels(_ id: String, bag: String, _ order: Order?) -> [Channel] {
        var channels = [Channel(.order, id), Channel(.bag, bag)]
        if let customer = order?.customer { channels.append(Channel(.user, customer)) }
        channels.append(Channel(.site, Channel.everySite))
        for site in order?.sites ?? [] { channels.append(Channel(.site, site)) }
        return channels
    }
}

extension Order {
    /// The restaurant and the cafe that have a part in it.
    var sites: [String] {
        var sites: [String] = []
        for site in [restaurant, cafe] {
            // A site that is called so must not be given every other site's.
            guard let site, site != Channel.everySite, !sites.contains(site) else { continue }
            sites.append(site)
        }
        return sites
    }

    /// The order's own channel, and those of everybody who has a part in it.
    fileprivate var partyChannels: [Channel] {
        var channels = [Channel(.order, id)]
        if let customer { channels += [Channel(.customer, customer), Channel(.user, customer)] }
        for site in sites { channels.append(Channel(.merchant, site)) }
        if let driver {
            channels.append(Channel(.driver, driver))
            if driver != customer { channels.append(Channel(.user, driver)) }
        }
        return channels
    }
}
