import ColdChain

extension Fabric {
    /// Why a subscription is not open to a user, or nil where it is (W-16).
    ///
    /// To those who may not see everything an order of somebody else and one that does not exist
    /// look the same.
    func refusal(of channel: Channel, to identity: Identity) -> WIAError? {
        if identity.role.seesEverything {
            let isUnknown = channel.kind == .order && directory[channel.subject] == nil
            return isUnknown ? .unknownOrder : nil
        }
        if channel.kind == .alerts {
            return identity.mayFollowAlerts(of: channel) ? nil : .accessDenied
        }
        guard channel.kind == .order, let parties = directory[channel.subject] else {
            return .accessDenied
        }
        return identity.mayFollow(parties) ? nil : .accessDenied
    }

    func isSubscribed(_ place: Int, to channel: Int) -> Bool {
        guard let subscriptions = connections.peers[place]?.subscriptions else { return false }
        return subscriptions.contains { $0.channel == channel }
    }

    /// Puts a connection into the fan-out set of a channel, where it is not there already.
    mutating func join(_ channel: Channel, _ place: Int) {
        let channelPlace = placeOfChannel(channel)
        guard let role = connections.peers[place]?.identity.role,
            !isSubscribed(place, to: channelPlace)
        else { return }
        let position = channels.add(
            Subscriber(connection: Int32(truncatingIfNeeded: place), role: role),
            at: channelPlace)
        connections.peers[place]?.subscriptions.append(
            Subscription(
                channel: Int32(truncatingIfNeeded: channelPlace),
                position: Int32(truncatingIfNeeded: position)))
    }

    /// Takes a connection out of a channel's fan-out set; what waits for it is not touched.
    mutating func leave(_ channel: Int, _ place: Int) {
        guard
            let index = connections.peers[place]?.subscriptions.firstIndex(where: {
                $0.channel == channel
            }),
            let subscription = connections.peers[place]?.subscriptions.remove(at: index)
        else { return }
        let position = Int(subscription.position)
        if let moved = channels.removeSubscriber(at: position, of: channel) {
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
        let isFinal = channel.kind == .order && directory[channel.subject]?.isFinal == true
        return channels.add(channel, isOrderFinal: isFinal)
    }

    /// Gives a new subscriber the last known states of the channel.
    ///
    /// An order has one of each bag and vehicle. A bag, driver or vehicle has one: older ones
    /// belong to orders it has been through with.
    mutating func offerLastKnownStates(of channel: Channel, to place: Int) {
        guard let channelPlace = channels.place(of: channel) else { return }
        let entry = channels.entries[channelPlace]
        let hidesLocation =
            entry.isOrderFinal && connections.peers[place]?.identity.role == .customer
        if channel.kind == .order {
            for state in entry.states {
                let isLocation = states.entries[Int(state)].key.kind == .location
                if !(isLocation && hidesLocation) { offer(state: Int(state), to: place) }
            }
        } else if let newest = newestState(of: entry) {
            offer(state: newest, to: place)
        }
    }

    private func newestState(of entry: ChannelTable.Entry) -> Int? {
        entry.states.map { Int($0) }.max { first, second in
            states.entries[first].id.step < states.entries[second].id.step
        }
    }
}
