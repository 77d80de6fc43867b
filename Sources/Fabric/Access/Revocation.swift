import ColdChain

extension Fabric {
    /// Takes note of who has a part in an order now, before its change is told: whoever no longer
    /// has one leaves the channel and is told so, and once the order is over its customer no longer
    /// sees where the driver is (W-16, Q-8).
    mutating func applyAccess(of order: Order, now: Moment) {
        texts.orders.note(order)
        forgetPositionTexts(of: order.id)
        for kind in Channel.Kind.allCases where kind.isOfOrder {
            applyAccess(of: order, to: Channel(kind, order.id), now: now)
        }
    }

    private mutating func applyAccess(of order: Order, to channel: Channel, now: Moment) {
        guard let place = channels.place(of: channel) else { return }
        channels.setOrderFinal(order.status.isFinal, at: place)
        let parties = OrderParties(order)
        for subscriber in channels.entries[place].groups.flatMap(\.subscribers)
        where !subscriber.role.seesEverything {
            let connection = Int(subscriber.connection)
            guard let identity = connections.peers[connection]?.identity,
                isSubscribed(connection, to: place)
            else { continue }
            if !identity.mayFollow(parties) {
                revoke(channel, at: place, from: connection, now: now)
            } else if subscriber.role == .customer && parties.isFinal {
                withdrawStates(from: connection) { state in
                    state.key.kind == .location && state.key.order == order.id
                }
            }
        }
    }

    /// Says that a channel is not the user's any more, in the words of the connection's dialect.
    mutating func tellRevoked(_ channel: Channel, to place: Int, now: Moment) {
        switch connections.peers[place]?.dialect {
        case .tableTap: tellRevokedInTableTap(channel, to: place, now: now)
        case .eventStream:
            send(texts.eventStream.revoked(channel, .revoked), to: place)
            // Who comes again is told by the status of the answer.
            if connections.peers[place]?.subscriptions.isEmpty == true {
                close(place, .leaseEnded)
            }
        case .tracking: tellTrackingRevoked(channel, place, now: now)
        case .booking: send(texts.booking.error(.revoked, channel), to: place)
        case .socketIO: tellSocketIORevoked(channel, place)
        case .wia, nil:
            let id = nextPassingID()
            send(
                texts.wia.notice(.error(.revoked, channel: channel), id: id, at: now.wall),
                to: place)
        }
    }

    private mutating func revoke(
        _ channel: Channel, at place: Int, from connection: Int, now: Moment
    ) {
        leaveAndWithdraw(place, connection)
        statistics.revocations += 1
        tellRevoked(channel, to: connection, now: now)
    }
}
