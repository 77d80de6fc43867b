import ColdChain

/// What became of a wish to follow channels again.
struct Resumption: Equatable {
    struct Refused: Equatable {
        var channel: Channel
        var refusal: SubscriptionRefusal
    }

    /// Whether everything that was missed is told.
    var isWhole = true
    var followed: [Channel] = []
    var refused: [Refused] = []
}

extension Fabric {
    /// Follows a channel, where the user may.
    ///
    /// - Returns: Why not, or nil.
    mutating func follow(_ channel: Channel, _ place: Int) -> SubscriptionRefusal? {
        guard let peer = connections.peers[place] else { return .accessDenied }
        if let refusal = refusal(of: channel, to: peer.identity) { return refusal }
        let known = channels.place(of: channel)
        let isMember = known.map { isSubscribed(place, to: $0) } ?? false
        guard isMember || peer.subscriptions.count < limits.clients(of: peer.dialect).subscriptions
        else { return .tooMany }
        join(channel, place)
        audit(.follow, of: channel, place)
        return nil
    }

    /// Follows a channel no more, and takes back what waits only because of it. One that was never
    /// followed is left as it is.
    mutating func unfollow(_ channel: Channel, _ place: Int) {
        guard let known = channels.place(of: channel), isSubscribed(place, to: known) else {
            return
        }
        leaveAndWithdraw(known, place)
    }

    /// Follows channels again, and gives what was missed on them since a message; without one
    /// nothing was missed.
    mutating func resume(
        _ channels: [Channel], after message: String?, _ place: Int
    ) -> Resumption {
        var resumption = Resumption()
        for channel in channels where !resumption.followed.contains(channel) {
            if let refusal = follow(channel, place) {
                resumption.refused.append(
                    Resumption.Refused(channel: channel, refusal: refusal))
            } else {
                resumption.followed.append(channel)
            }
        }
        if let message {
            let position = texts.ids.position(of: message)
            resumption.isWhole = position.map { beginCatchUp(place, after: $0) } ?? false
            if resumption.isWhole {
                auditReplay(to: place)
                statistics.recoveries += 1
            } else {
                statistics.lostHistories += 1
            }
        }
        return resumption
    }

    func isSubscribed(_ place: Int, to channel: Int) -> Bool {
        guard let subscriptions = connections.peers[place]?.subscriptions else { return false }
        return subscriptions.contains { $0.channel == channel }
    }

    /// Puts a connection into the fan-out set of a channel, where it is not there already.
    mutating func join(_ channel: Channel, _ place: Int) {
        let channelPlace = placeOfChannel(channel)
        guard let peer = connections.peers[place], !isSubscribed(place, to: channelPlace)
        else { return }
        let position = channels.add(
            Subscriber(
                connection: Int32(truncatingIfNeeded: place), role: peer.identity.role),
            of: peer.dialect, at: channelPlace)
        statistics.subscriptions += 1
        connections.subscriptions += 1
        connections.peers[place]?.subscriptions.append(
            Subscription(
                channel: Int32(truncatingIfNeeded: channelPlace),
                position: Int32(truncatingIfNeeded: position)))
        if channel.kind == .chat { connections.peers[place]?.conversations.append(channel.subject) }
    }

    /// Takes a connection out of a channel's fan-out set; what waits for it is not touched.
    mutating func leave(_ channel: Int, _ place: Int) {
        guard
            let index = connections.peers[place]?.subscriptions.firstIndex(where: {
                $0.channel == channel
            }),
            let dialect = connections.peers[place]?.dialect,
            let subscription = connections.peers[place]?.subscriptions.remove(at: index)
        else { return }
        connections.subscriptions -= 1
        let position = Int(subscription.position)
        if let moved = channels.removeSubscriber(at: position, of: dialect, in: channel) {
            notePosition(position, of: Int(moved.connection), in: channel)
        }
        channels.removeIfUnused(channel)
    }

    private mutating func notePosition(_ position: Int, of place: Int, in channel: Int) {
        guard
            let index = connections.peers[place]?.subscriptions.firstIndex(where: {
                $0.channel == channel
            })
        else { return }
        connections.peers[place]?.subscriptions[index].position =
            Int32(truncatingIfNeeded: position)
    }

    /// Ends a subscription and takes back what waits only because of it, so that nothing of the
    /// channel follows the answer.
    mutating func leaveAndWithdraw(_ channel: Int, _ place: Int) {
        let reference = channels.reference(channel)
        leave(channel, place)
        withdraw(reference, from: place)
    }

    /// The channel's place; it is added where it is new.
    mutating func placeOfChannel(_ channel: Channel) -> Int {
        if let place = channels.place(of: channel) { return place }
        let isFinal = channel.kind.isOfOrder && directory[channel.subject]?.isFinal == true
        return channels.add(channel, isOrderFinal: isFinal)
    }

    /// Gives a new subscriber the last known states of the channel.
    ///
    /// An order has one of each bag and vehicle. A bag, driver or vehicle has one: older ones
    /// belong to orders it has been through with.
    mutating func offerLastKnownStates(of channel: Channel, to place: Int) {
        if channel.kind == .chat { return offerConversation(channel, to: place) }
        guard let channelPlace = channels.place(of: channel) else { return }
        let entry = channels.entries[channelPlace]
        let hidesLocation =
            entry.isOrderFinal && connections.peers[place]?.identity.role == .customer
        var known = newestState(of: entry).map { [$0] } ?? []
        if channel.kind == .order { known = entry.states.map { Int($0) } }
        for state in known {
            let isLocation = states.entries[state].key.kind == .location
            if !(isLocation && hidesLocation) { offer(state: state, to: place) }
        }
    }

    private func newestState(of entry: ChannelTable.Entry) -> Int? {
        entry.states.map { Int($0) }.max { first, second in
            states.entries[first].id.step < states.entries[second].id.step
        }
    }
}
