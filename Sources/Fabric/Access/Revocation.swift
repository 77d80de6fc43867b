import ColdChain

extension Fabric {
    /// Takes note of who has a part in an order now, before its change is told: whoever no longer
    /// has one leaves the channel and is told so, and once the order is over its customer no longer
    /// sees where the driver is (W-16, Q-8).
    mutating func applyAccess(of order: Order, now: Moment) {
        directory.note(order)
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

    private mutating func revoke(
        _ channel: Channel, at place: Int, from connection: Int, now: Moment
    ) {
        leaveAndWithdraw(place, connection)
        statistics.revocations += 1
        if connections.peers[connection]?.dialect == .socketIO {
            tellSocketIORevoked(channel, connection)
            return
        }
        let id = nextPassingID()
        let notice = texts.wia.notice(.error(.revoked, channel: channel), id: id, at: now.wall)
        send(notice, to: connection)
    }
}
