import ColdChain

/// What the fabric has done since the start: plain counters, for the host's metrics.
package struct FabricStatistics: Equatable, Sendable {
    /// Events published, whether or not somebody followed them.
    package var events: UInt64 = 0
    /// Events put into an outbox, one for each reader.
    package var deliveries: UInt64 = 0
    /// Records told again to those who came back.
    package var replays: UInt64 = 0
    /// Who came back and was told that the history does not reach back as far.
    package var lostHistories: UInt64 = 0
    package var clientMessages: UInt64 = 0
    package var refusedClientMessages: UInt64 = 0
    package var revocations: UInt64 = 0
    /// Critical messages that were confirmed, and how long that took.
    package var confirmations = ConfirmationTimes()
    /// Those that were told again, that were never confirmed, and that are awaited.
    package var repeats: UInt64 = 0
    package var unconfirmed: UInt64 = 0
    package var awaitedConfirmations: UInt64 = 0
    /// Those whose confirmation is not awaited, for want of room.
    package var confirmationsNotAwaited: UInt64 = 0
    /// Connections ended because their reader was too slow or the budget was used up.
    package var slowReaders: UInt64 = 0
    /// Connections ended for any other reason the fabric has.
    package var otherClosings: UInt64 = 0
    /// Connections that were ended, by why.
    package var closings: [CloseCode: UInt64] = [:]
    /// Connections that were let in, and those that were not.
    package var accepted: [ClientKind: UInt64] = [:]
    package var turnedAway: [TurnedAway: UInt64] = [:]
    /// Times a client was not heard of for another heartbeat.
    package var missedHeartbeats: UInt64 = 0
    /// Channels that connections began to follow.
    package var subscriptions: UInt64 = 0
    /// Who came back and is told everything it missed.
    package var recoveries: UInt64 = 0
    /// States that a newer one replaced in an outbox before they were written.
    package var conflatedStates: UInt64 = 0
    /// Events of orders, and orders there were since the start.
    package var orderEvents: UInt64 = 0
    package var orders: UInt64 = 0

    package init() {}

    mutating func count(_ code: CloseCode) {
        closings[code, default: 0] += 1
        switch code {
        case .slowReader, .outboxBudget: slowReaders += 1
        default: otherClosings += 1
        }
    }
}

extension Fabric {
    package var connectionCount: Int { connections.count }

    package var orderCount: Int { directory.count }

    package var retainedStateCount: Int { states.count }

    /// How often a state waits in an outbox.
    package var waitingStateCount: Int { states.waiting }

    package var channelCount: Int { channels.count }

    /// How many connections there are of each kind.
    package var census: [ClientKind: Int] { connections.census }

    /// Channels followed, one for each follower.
    package var subscriptionCount: Int { connections.subscriptions }

    package var historyBytes: Int { history.bytes }

    /// Bytes held for readers: frames of the record class once each, their places in outboxes and
    /// answers. What `outboxBudgetBytes` bounds.
    package var outboxBytes: Int {
        frames.heldBytes + frames.waiting * MemoryLayout<Int32>.size + controlBytes
    }
}

extension Event {
    /// Whether it is about an order.
    var isOfOrder: Bool {
        switch self {
        case .temperature(let update): update.order != nil
        case .location(let update): update.order != nil
        case .alert, .dataLoss, .silence, .order: true
        case .alertUpdate: false
        }
    }
}
