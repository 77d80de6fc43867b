/// Why a stream is not begun.
package enum StreamRefusal: Equatable, Sendable {
    /// There is no such channel for this user.
    case accessDenied
    /// Said only to those who may see every order.
    case unknownOrder
    /// The token has run out.
    case tokenExpired
    /// More channels than a connection may follow.
    case tooManyChannels
    /// There is no room now; to be tried again after so many milliseconds.
    case overloaded(retry: Int64)
}

/// What keeps a stream alive, and when it ends, by the uptime clock.
struct StreamLease {
    /// The client comes again then: a connection whose client is gone behind a proxy ends this way.
    var endsAt: Int64
    var commentAt: Int64
}

extension Fabric {
    /// Takes a connection that only listens, and lets it follow channels.
    ///
    /// Where the client has had a message before, the channels are those of a stream that was cut:
    /// then one that is not open to it any more is told and the others are followed.
    ///
    /// - Parameter message: The last message the client has; nil where it has none.
    /// - Returns: Why not, before anything is sent; nil where the stream is to be begun.
    package mutating func openStream(
        _ connection: ConnectionNumber, identity: Identity, to channels: [Channel],
        after message: String?, on platform: Platform = .unknown, now: Moment
    ) -> StreamRefusal? {
        disconnect(connection)
        guard channels.count <= limits.subscriptions else { return .tooManyChannels }
        let refusals = channels.map { refusal(of: $0, to: identity) }
        let isCut = message != nil && refusals.contains { $0 == nil }
        if !isCut, let refusal = refusals.compactMap({ $0 }).first { return StreamRefusal(refusal) }
        let code = self.refusal(of: identity, in: .eventStream, now: now)
        if let code { noteTurnedAway(code, platform) }
        switch code {
        case nil: break
        case .tokenExpired: return .tokenExpired
        default: return .overloaded(retry: spread(limits.streamRetry &* Self.patienceWhenFull))
        }
        let lease = StreamLease(
            endsAt: now.uptime + limits.streamLease - spread(limits.streamLease / 10) / 2,
            commentAt: now.uptime + limits.streamComment)
        admit(connection, identity, .eventStream, platform, now: now)
        guard let place = connections.place(of: connection) else { return nil }
        connections.peers[place]?.lease = lease
        begin(channels, after: message, place)
        return nil
    }

    /// The opening is written when the connection is in the fan-out sets: no event falls between the
    /// identifier it names and what follows.
    private mutating func begin(_ channels: [Channel], after message: String?, _ place: Int) {
        let resumption = resume(channels, after: message, place)
        let told = resumption.isWhole ? message.flatMap { texts.ids.position(of: $0) } : nil
        let position = told ?? lastNumber
        send(
            texts.eventStream.opening(retry: spread(limits.streamRetry), at: position), to: place)
        if !resumption.isWhole {
            send(texts.eventStream.reset(at: position, resumption.followed), to: place)
        }
        for refused in resumption.refused {
            let reason = WIAError(refused.refusal)
            send(texts.eventStream.revoked(refused.channel, reason), to: place)
        }
        for channel in resumption.followed { offerLastKnownStates(of: channel, to: place) }
    }

    /// A time between once and twice as long, so that clients that were cut together do not come
    /// back together.
    mutating func spread(_ milliseconds: Int64) -> Int64 {
        milliseconds + Int64.random(in: 0...max(milliseconds, 0), using: &jitter)
    }

    /// Writes a comment when its time has come. Where the one before still waits, the client is
    /// slow, not idle.
    mutating func keepAlive(_ place: Int, now: Moment) {
        guard let lease = connections.peers[place]?.lease, now.uptime >= lease.commentAt else {
            return
        }
        connections.peers[place]?.lease?.commentAt = now.uptime + limits.streamComment
        if connections.outboxes[place].control.isEmpty {
            send(ServerSentEvent.comment, to: place)
        }
    }

    /// How many times longer a client waits that found no room.
    private static let patienceWhenFull: Int64 = 5
}

extension StreamRefusal {
    init(_ refusal: SubscriptionRefusal) {
        switch refusal {
        case .accessDenied: self = .accessDenied
        case .unknownOrder: self = .unknownOrder
        case .tooMany: self = .tooManyChannels
        }
    }

    /// What a client is answered that is to come again: a whole stream without events. A status of
    /// failure would stop a browser for good.
    package static func comeAgain(after milliseconds: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        ServerSentEvent.append("retry", decimal: milliseconds, to: &bytes)
        ServerSentEvent.end(&bytes)
        return bytes
    }
}
