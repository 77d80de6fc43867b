package import Wire

/// Every bound of the fabric. Sizes are bytes, times are milliseconds.
package struct FabricLimits: Equatable, Sendable {
    /// What may wait for one connection in the record class. A reader further behind is closed.
    package var outboxBytes = 1 << 20
    /// What may wait for all connections together; beyond it those furthest behind are closed.
    package var outboxBudgetBytes = 256 << 20
    /// Answers (pong, acknowledgement, error) that may wait for one connection, in their own lane.
    package var controlBytes = 64 << 10
    /// How many different states may wait for one connection. Each costs four bytes, because a
    /// state is kept once for everybody; the bound is there so that the search among them is short.
    package var pendingStates = 4096

    package var connections = 50_000
    /// Connections of one user (W-15).
    package var connectionsPerSubject = 10
    /// Subscriptions of one connection.
    package var subscriptions = 100
    /// Length of the name of an order, a bag, a driver or a vehicle that may be subscribed to.
    package var channelNameBytes = 200
    /// Length of the identifier of a client's message, which is sent back with the answer.
    package var messageIDBytes = 128

    /// Submissions of one connection that may wait to be recorded, and messages of one of them: of a
    /// queue that a client filled while it was offline (W-12).
    package var submissions = 100
    package var bulkMessages = 500
    /// Messages of a conversation that are given to whoever begins to follow it (K-7), and all that
    /// are kept for that.
    package var chatMessages = 50
    package var chatMemory = 20_000
    /// Of what clients send in MessagePack, as of JSON.
    package var packed = MessagePack.Limits()

    /// Critical messages that clients have to confirm (T-11, S-5).
    package var confirmation = ConfirmationSettings()

    /// The last known temperatures and positions that are kept to be given on subscribe.
    package var retainedStates = 100_000
    /// How long a last known state is kept without being renewed: a day, so that the position of
    /// a finished ride is forgotten long before the location log must be erased.
    package var stateRetention: Int64 = 24 * 3600 * 1000
    /// Orders whose parties are known; beyond it finished orders are forgotten first.
    package var orders = 100_000

    /// How long records are kept to be told again (T-11), and how many bytes of them in memory.
    package var historyRetention: Int64 = 24 * 3600 * 1000
    package var historyBytes = 64 << 20
    /// Records that are asked of the journal at once for one who comes back.
    package var historyPage = 500

    /// How long a stream of events lasts before its client has to come again.
    package var streamLease: Int64 = 600_000
    /// When a client comes again whose stream was cut: after once to twice as long.
    package var streamRetry: Int64 = 2_000
    /// How often a stream says something: the 15 s that the format recommends, less the second by
    /// which a tick may be late.
    package var streamComment: Int64 = 13_500
    /// How long a Booking client is left without a further position (K-6), and how long one that
    /// asked for little data.
    package var locationInterval: Int64 = 1_000
    package var lowDataInterval: Int64 = 10_000

    /// How long every client is left without a further state (K-6); 0 does not bound it.
    package var updateInterval: Int64 = 0
    /// What clients may ask for to have states gathered, in milliseconds.
    package var aggregateIntervals: ClosedRange<Int64> = 100...60_000
    /// States of which a connection is told only what changes: its copy of each takes memory.
    package var deltaStates = 64

    /// Client messages a second that a connection may send on and on, and at once (W-15).
    package var messagesPerSecond: Int64 = 100
    package var messageBurst: Int64 = 200
    /// Refused messages after which a connection is closed, counted since it last kept the rate:
    /// three bursts.
    package var refusedMessages = 600
    /// How often a client is to be heard.
    package var heartbeat: Int64 = 30_000
    /// Two heartbeats of 30 s missed and half of one for a slow network (W-4).
    package var silence: Int64 = 75_000

    /// How long before a token runs out its client is warned, in dialects that can show another.
    package var expiryWarning: Int64 = 60_000

    /// What clients of the TableTap dialect may (T-2).
    package var tableTap = ClientLimits.tableTap

    package init() {}
}

/// What one dialect allows its clients. Times are milliseconds.
package struct ClientLimits: Equatable, Sendable {
    /// Connections in all, of one user, and of the users of one site.
    package var connections: Int
    package var connectionsPerSubject: Int
    package var connectionsPerSite: Int
    /// Subscriptions of one connection.
    package var subscriptions: Int
    package var messages: MessageRate
    /// Bytes of answers that may wait for one connection.
    package var controlBytes: Int
    /// How long a token opens a connection at most before it is to be shown again; nil where it
    /// does as long as it says.
    package var tokenRenewal: Int64?
    /// How long before the end the client is warned; nil where it is not.
    package var expiryWarning: Int64?

    /// 5 connections of a user, 1000 of a cafe, 10,000 in all; 1000 subscriptions; 100 messages a
    /// minute; a token is to be renewed every half hour.
    package static let tableTap = ClientLimits(
        connections: 10_000, connectionsPerSubject: 5, connectionsPerSite: 1000,
        subscriptions: 1000,
        messages: MessageRate(count: 100, window: 60_000, burst: 100, refused: 300),
        // The answer to a message with a thousand channels of which none is open.
        controlBytes: 512 << 10,
        tokenRenewal: 30 * 60_000, expiryWarning: 120_000)
}

/// How many messages a connection may send.
package struct MessageRate: Equatable, Sendable {
    /// As many on and on within a window of so many milliseconds.
    package var count: Int64
    package var window: Int64
    /// As many at once.
    package var burst: Int64
    /// Refused messages after which a connection is closed, counted since it last kept the rate.
    package var refused: Int

    package init(count: Int64, window: Int64, burst: Int64, refused: Int) {
        self.count = count
        self.window = window
        self.burst = burst
        self.refused = refused
    }
}

extension FabricLimits {
    func clients(of dialect: Dialect) -> ClientLimits {
        if dialect == .tableTap { return tableTap }
        return ClientLimits(
            connections: connections, connectionsPerSubject: connectionsPerSubject,
            connectionsPerSite: connections, subscriptions: subscriptions,
            messages: MessageRate(
                count: messagesPerSecond, window: 1000, burst: messageBurst,
                refused: refusedMessages),
            controlBytes: controlBytes,
            expiryWarning: dialect == .eventStream ? nil : expiryWarning)
    }
}
