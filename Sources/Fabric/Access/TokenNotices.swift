import ColdChain

/// What a client is told of its token, whatever the words of its dialect.
enum TokenNotice: Equatable {
    /// It runs out soon: another is to be shown.
    case expiring(at: Timestamp)
    /// The connection goes on until then; nil where the token does not end.
    case renewed(until: Timestamp?)
    /// What was shown is no token, or not one of the same user. The connection goes on with the old
    /// one.
    case refused
    /// It has run out, and the connection ends.
    case expired

    static let refusal = "The token is not valid, or not one of this connection's user."
}

extension TokenNotice {
    /// Until the token runs out, in seconds.
    static func secondsLeft(until end: Timestamp, at now: Timestamp) -> Int64 {
        max((end.milliseconds - now.milliseconds) / 1000, 0)
    }
}

extension Fabric {
    /// Has the host verify a token that a client shows in its open connection.
    ///
    /// - Parameter address: Where the outcome is to be told.
    mutating func offer(token: String, to address: ReplyAddress = ReplyAddress(), _ place: Int) {
        connections.peers[place]?.renewals.append(address)
        effects.tokens.append(
            OfferedToken(connection: connections.outboxes[place].connection, token: token))
    }

    /// Tells a client of its token, in the words of its dialect. Where a dialect has none for the
    /// end, the code of the close frame says it.
    mutating func tellOfToken(
        _ notice: TokenNotice, to address: ReplyAddress = ReplyAddress(), _ place: Int,
        now: Moment
    ) {
        switch connections.peers[place]?.dialect {
        case .tableTap: tellTableTap(notice, to: address, place, now: now)
        case .wia: tellWIA(notice, to: address, place, now: now)
        case .tracking: tellTracking(notice, place, now: now)
        case .booking: tellBooking(notice, place, now: now)
        case .socketIO: tellSocketIO(notice, place, now: now)
        case .eventStream:
            guard notice == .expired else { return }
            let retry = spread(limits.streamRetry)
            send(texts.eventStream.tokenExpired(retry: retry), to: place)
        case nil: break
        }
    }
}
