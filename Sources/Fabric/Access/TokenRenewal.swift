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
            refuseTableTapRenewal(to: address, place, now: now)
            return
        }
        let renewal = limits.clients(of: peer.dialect).tokenRenewal
        let renewed = identity.renewed(within: renewal, from: now.wall)
        connections.peers[place]?.identity = renewed
        connections.peers[place]?.isWarnedOfExpiry = false
        tellTableTapRenewal(renewed, to: address, place, now: now)
        for channel in connections.followed(by: place) {
            let name = channels.entries[channel].channel
            guard refusal(of: name, to: identity) != nil else { continue }
            leaveAndWithdraw(channel, place)
            statistics.revocations += 1
            tellRevoked(name, to: place, now: now)
        }
    }

    /// Ends a connection whose token holds no longer.
    mutating func expire(_ place: Int, now: Moment) {
        if connections.peers[place]?.dialect == .tableTap {
            tellTableTapExpired(place, now: now)
        }
        close(place, .tokenExpired)
    }

    /// Says once that the token is about to run out, in dialects that have a word for it.
    mutating func warnOfExpiry(_ place: Int, now: Moment) {
        guard let peer = connections.peers[place], !peer.isWarnedOfExpiry,
            let warning = limits.clients(of: peer.dialect).expiryWarning,
            let end = peer.identity.expiresAt,
            end <= now.wall.advanced(byMilliseconds: warning)
        else { return }
        connections.peers[place]?.isWarnedOfExpiry = true
        tellTableTapExpiry(at: end, place, now: now)
    }
}
