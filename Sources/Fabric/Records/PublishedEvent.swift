package import ColdChain
package import Wire

/// An event that may be told, because what it says is durable.
package struct PublishedEvent: Equatable, Sendable {
    /// Nil for a message that somebody published.
    package var event: Event?
    /// What it says: nil for Freshwire's own events of the state class.
    package var record: RecordText?
    /// Whether the latest wins.
    package var isState: Bool
    /// When it became durable, in nanoseconds of a clock that is never set.
    package var durableAt: UInt64 = 0

    /// Of the state class.
    package init(_ event: Event) {
        self.event = event
        isState = true
    }

    package init(_ event: Event, _ record: RecordText) {
        self.event = event
        self.record = record
        isState = false
    }

    /// A message that somebody published.
    package init(relayed record: RecordText, isState: Bool) {
        self.record = record
        self.isState = isState
    }
}

extension PublishedEvent {
    /// Whether it is about an order, of Freshwire's own events and of what others publish.
    var isOfOrder: Bool {
        if let event { return event.isOfOrder }
        return record?.positions.contains { $0.channel.kind.isOfOrder } ?? false
    }
}

/// What an event of the record class says, in the one form that the log keeps and every dialect is
/// made from: so it is told again as it was told first.
package struct RecordText: Equatable, Sendable {
    /// The event's number in the log; nil for one that is not kept there.
    package var number: UInt64?
    /// What kind of message it is, such as `temperature_alert`.
    package var type: String
    package var occurredAt: Timestamp
    /// A JSON object.
    package var data: [UInt8]
    /// The event's channels, and where it stands in each; at most `EventChannels.most`.
    package var positions: [ChannelPosition]

    package init(
        number: UInt64?, type: String, occurredAt: Timestamp, data: [UInt8],
        positions: [ChannelPosition]
    ) {
        self.number = number
        self.type = type
        self.occurredAt = occurredAt
        self.data = data
        self.positions = positions
    }

    /// - Parameter words: What else was said of an order's change.
    /// - Returns: Nil for the state class.
    package init?(
        _ event: Event, number: UInt64?, at occurredAt: Timestamp, positions: [ChannelPosition],
        saying words: [JSON.Member] = []
    ) {
        guard let type = event.recordType, let data = event.recordData(saying: words) else {
            return nil
        }
        self.init(
            number: number, type: type, occurredAt: occurredAt, data: data, positions: positions)
    }
}

/// Where an event stands among those of a channel.
package struct ChannelPosition: Equatable, Sendable {
    package var channel: Channel
    /// Counts the channel's records from 1, without a hole: whoever misses one can tell.
    package var sequence: UInt64

    package init(_ channel: Channel, sequence: UInt64) {
        self.channel = channel
        self.sequence = sequence
    }
}
