package import ColdChain

extension Role {
    /// Whether alerts are anything of the role's business: customers and drivers see what concerns
    /// them in their order.
    package var seesAlerts: Bool { seesEverything || self == .merchant }
}

extension Identity {
    /// Whether the user may know of an alert: every one, or those of orders of their own site.
    package func maySee(_ alert: Alert) -> Bool {
        if role.seesEverything { return true }
        guard role == .merchant, let site, let order = alert.subject.order else { return false }
        return order.restaurant == site || order.cafe == site
    }

    func mayFollowAlerts(of channel: Channel) -> Bool {
        if role.seesEverything { return true }
        // A site that is called so must not be given every other site's.
        return role == .merchant && channel.subject == site && channel.subject != Channel.everySite
    }
}

extension Channel {
    /// The subject of the channel with the alerts of every site, and of none.
    package static let everySite = "all"
}

extension AlertUpdate {
    /// All alerts, and those of the order's sites.
    var channels: [Channel] {
        var channels = [Channel(.alerts, Channel.everySite)]
        let order = alert.subject.order
        for site in [order?.restaurant, order?.cafe] {
            guard let site else { continue }
            let channel = Channel(.alerts, site)
            if !channels.contains(channel) { channels.append(channel) }
        }
        return channels
    }
}
