package import ColdChain

/// A channel, as administrators see it.
package struct ChannelSummary: Equatable, Sendable {
    package var name: String
    package var subscribers: Int
    /// Of the newest record in memory; nil where there is none.
    package var lastSequence: UInt64?
    /// Records in memory, to be told again.
    package var records: Int
    /// Last known states.
    package var states: Int
}

/// A connection, as administrators see it.
package struct ConnectionSummary: Equatable, Sendable {
    package var number: ConnectionNumber
    package var user: String
    package var role: Role
    package var dialect: Dialect
    package var platform: Platform
    package var connectedAt: Timestamp
    package var subscriptions: Int
    package var queuedBytes: Int
    package var heardAt: Timestamp
}

extension Fabric {
    /// Channels that somebody follows or that have something to tell, in order of their names.
    ///
    /// - Parameters:
    ///   - prefix: What their names begin with.
    ///   - name: Only those after this one.
    package func channelSummaries(
        prefix: String = "", after name: String = "", limit: Int
    ) -> [ChannelSummary] {
        var names: [String: Channel] = [:]
        for channel in channels.live { names[channel.name] = channel }
        for channel in history.channels { names[channel.name] = channel }
        return names.filter { $0.key.hasPrefix(prefix) && $0.key > name }
            .sorted { $0.key < $1.key }.prefix(limit)
            .map { summary(of: $0.value, $0.key) }
    }

    private func summary(of channel: Channel, _ name: String) -> ChannelSummary {
        let entry = channels.place(of: channel).map { channels.entries[$0] }
        let kept = history.kept(of: channel)
        return ChannelSummary(
            name: name, subscribers: entry?.groups.map(\.subscribers.count).reduce(0, +) ?? 0,
            lastSequence: kept.lastSequence, records: kept.records,
            states: entry?.states.count ?? 0)
    }

    /// Connections in order of their numbers.
    ///
    /// - Parameters:
    ///   - user: Only this one's, if one is named.
    ///   - number: Only those after it.
    package func connectionSummaries(
        of user: String? = nil, after number: UInt64 = 0, limit: Int, now: Moment
    ) -> [ConnectionSummary] {
        let chosen = connections.numbers.filter { $0.rawValue > number && isOf(user, $0) }
        return chosen.sorted { $0.rawValue < $1.rawValue }.prefix(limit)
            .compactMap { summary(of: $0, now: now) }
    }

    private func isOf(_ user: String?, _ connection: ConnectionNumber) -> Bool {
        guard let user else { return true }
        return connections.place(of: connection)
            .flatMap { connections.peers[$0]?.identity.subject } == user
    }

    private func summary(of number: ConnectionNumber, now: Moment) -> ConnectionSummary? {
        guard let place = connections.place(of: number), let peer = connections.peers[place]
        else { return nil }
        return ConnectionSummary(
            number: number, user: peer.identity.subject, role: peer.identity.role,
            dialect: peer.dialect, platform: peer.platform, connectedAt: peer.connectedAt,
            subscriptions: peer.subscriptions.count,
            queuedBytes: connections.outboxes[place].waitingBytes,
            heardAt: now.wall.advanced(byMilliseconds: peer.heardAt - now.uptime))
    }

    /// Ends a connection because somebody wants it.
    ///
    /// - Parameter mayReturn: Whether its client is told to come again.
    /// - Returns: Whether there was one.
    package mutating func remove(_ connection: ConnectionNumber, mayReturn: Bool) -> Bool {
        guard let place = connections.place(of: connection), connections.isOpen(place) else {
            return false
        }
        close(place, mayReturn ? .leaseEnded : .removed)
        return true
    }

    /// Ends every connection of a user.
    ///
    /// - Returns: How many there were.
    package mutating func remove(user: String, mayReturn: Bool) -> Int {
        let all = connections.numbers.filter { isOf(user, $0) }
        return all.count { remove($0, mayReturn: mayReturn) }
    }
}
