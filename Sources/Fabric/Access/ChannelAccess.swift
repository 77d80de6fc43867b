import ColdChain

/// Why a channel is not open to a connection.
enum SubscriptionRefusal: Equatable {
    case accessDenied
    /// Said only to those who may see every order.
    case unknownOrder
    /// The connection has as many subscriptions as are allowed.
    case tooMany
}

extension Channel.Kind {
    /// Whether the channel's subject is an order, so that its parties decide who may follow it.
    var isOfOrder: Bool {
        switch self {
        case .order, .tracking, .chat: true
        default: false
        }
    }
}

extension Fabric {
    /// Why a subscription is not open to a user, or nil where it is (W-16).
    ///
    /// To those who may not see everything an order of somebody else and one that does not exist
    /// look the same.
    func refusal(of channel: Channel, to identity: Identity) -> SubscriptionRefusal? {
        if let scopes = identity.scopes, !scopes.opens(channel) { return .accessDenied }
        if identity.role.seesEverything {
            let isUnknown = channel.kind.isOfOrder && directory[channel.subject] == nil
            return isUnknown ? .unknownOrder : nil
        }
        return mayFollow(channel, identity) ? nil : .accessDenied
    }

    private func mayFollow(_ channel: Channel, _ identity: Identity) -> Bool {
        let isOwn = channel.subject == identity.subject
        switch channel.kind {
        case .chat where identity.role == .merchant: return false
        case .order, .tracking, .chat:
            guard let parties = directory[channel.subject] else { return false }
            return identity.mayFollow(parties)
        case .alerts: return identity.mayFollowAlerts(of: channel)
        case .site: return identity.mayFollowAlerts(of: channel) || identity.manages(channel)
        case .customer: return identity.role == .customer && isOwn
        case .driver: return identity.role == .driver && isOwn
        case .merchant: return identity.role == .merchant && channel.subject == identity.site
        case .user: return isOwn
        case .system: return true
        case .counter, .counterStatus:
            let isAssigned =
                identity.role == .employee && identity.counters.contains(channel.subject)
            return isAssigned || identity.role == .manager
        case .employee: return identity.role == .employee && isOwn
        case .cafe:
            let isGuest = identity.role == .customer && channel.subject == identity.site
            return isGuest || identity.manages(channel)
        case .cafeStaff:
            let worksThere = identity.role == .employee && channel.subject == identity.site
            return worksThere || identity.manages(channel)
        case .cafeMetrics: return identity.manages(channel)
        case .bag, .vehicle: return false
        }
    }
}

extension Identity {
    /// Whether the user runs the cafe that the channel is of.
    fileprivate func manages(_ channel: Channel) -> Bool {
        // A site that is called so must not be given every other site's.
        role == .manager && channel.subject == site && channel.subject != Channel.everySite
    }
}
