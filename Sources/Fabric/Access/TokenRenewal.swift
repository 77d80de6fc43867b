import ColdChain

extension Identity {
    /// The identity for no longer than a token may go without being shown again.
    func renewed(within time: Int64?, from now: Timestamp) -> Identity {
        guard let time else { return self }
        var identity = self
        let end = now.advanced(byMilliseconds: time)
        identity.expiresAt = expiresAt.map { min($0, end) } ?? end
        return identity
    }

    /// Whether a connection of `other` may go on as this identity. What the fan-out and the limits
    /// rest on stays as it was.
    fileprivate func mayTakeOver(_ other: Identity) -> Bool {
        subject == other.subject && role == other.role && site == other.site
    }
}

extension Fabric {
    /// Answers a client whose token was not accepted, and asks for its end: for dialects in which
    /// that is said in a message, because a browser's client sees nothing of an HTTP answer.
    package mutating func turnAway(
        _ connection: ConnectionNumber, in dialect: Dialect, now: Moment
    ) {
        disconnect(connection)
        guard connections.count < limits.connections else {
            effects.closings.append(Closing(connection: connection, code: .serverFull))
            return
        }
        let nobody = Identity(subject: "", role: .customer, expiresAt: now.wall)
        add(connection, nobody, dialect, .unknown, now: now)
        guard let place = connections.place(of: connection) else { return }
        expire(place, now: now)
    }

    /// Takes what the host found out about a token of `FabricEffects.tokens`.
    ///
    /// - Parameter identity: Nil where the token was not accepted; the connection then goes on for
    ///   as long as its old token holds.
    package mutating func renew(
        _ connection: ConnectionNumber, identity: Identity?, now: Moment
    ) {
        guard let place = connections.place(of: connection), connections.isOpen(place),
            let peer = connections.peers[place], let address = peer.renewals.first
        else { return }
        connections.peers[place]?.renewals.removeFirst()
        guard let identity, identity.holds(at: now.wall), identity.mayTakeOver(peer.identity)
        else {
            tellOfToken(.refused, to: address, place, now: now)
            return
        }
        let renewal = limits.clients(of: peer.dialect).tokenRenewal
        var renewed = identity.renewed(within: renewal, from: now.wall)
        renewed.from = peer.identity.from
        connections.peers[place]?.identity = renewed
        judgeConfirming(place)
        connections.peers[place]?.isWarnedOfExpiry = false
        tellOfToken(.renewed(until: renewed.expiresAt), to: address, place, now: now)
        // What is told of one channel may end another: a Socket.IO room has several.
        for channel in connections.followed(by: place) where isSubscribed(place, to: channel) {
            let name = channels.entries[channel].channel
            guard refusal(of: name, to: renewed, in: peer.dialect) != nil else { continue }
            leaveAndWithdraw(channel, place)
            statistics.revocations += 1
            tellRevoked(name, to: place, now: now)
        }
    }

    /// Ends a connection whose token holds no longer.
    mutating func expire(_ place: Int, now: Moment) {
        tellOfToken(.expired, place, now: now)
        close(place, .tokenExpired)
    }

    /// Says once that the token is about to run out, where the client can show another.
    mutating func warnOfExpiry(_ place: Int, now: Moment) {
        guard let peer = connections.peers[place], !peer.isWarnedOfExpiry,
            let warning = limits.clients(of: peer.dialect).expiryWarning,
            let end = peer.identity.expiresAt,
            end <= now.wall.advanced(byMilliseconds: warning)
        else { return }
        connections.peers[place]?.isWarnedOfExpiry = true
        tellOfToken(.expiring(at: end), place, now: now)
    }

    private func refusal(
        of channel: Channel, to identity: Identity, in dialect: Dialect
    ) -> SubscriptionRefusal? {
        let own = dialect == .tableTap ? tableTapRefusal(of: channel, to: identity) : nil
        return own ?? refusal(of: channel, to: identity)
    }

    /// Ends the connections of tokens that were called back.
    package mutating func closeRevoked(where isRevoked: (Identity) -> Bool) {
        for place in connections.peers.indices {
            guard let identity = connections.peers[place]?.identity, isRevoked(identity) else {
                continue
            }
            close(place, .tokenRevoked)
        }
    }
}
