package import ColdChain
package import Fabric

/// Counts the records of every channel.
///
/// A channel that had none for as long as records can be told again begins anew at 1: nobody can
/// come back to what was before.
package struct ChannelSequences: Equatable, Sendable {
    package struct Last: Equatable, Sendable {
        package var sequence: UInt64
        package var at: Timestamp

        package init(sequence: UInt64, at: Timestamp) {
            self.sequence = sequence
            self.at = at
        }
    }

    private var last: [Channel: Last]
    private var lookedThrough = Timestamp(milliseconds: 0)

    package init(_ last: [Channel: Last] = [:]) {
        self.last = last
    }

    package var count: Int { last.count }

    /// Where the newest record stands in a channel; nil where none is remembered.
    package func newest(of channel: Channel) -> UInt64? { last[channel]?.sequence }

    /// Where the next record stands in each of its channels.
    mutating func next(_ channels: [Channel], at now: Timestamp) -> [ChannelPosition] {
        channels.map { channel in
            let sequence = (last[channel]?.sequence ?? 0) + 1
            last[channel] = Last(sequence: sequence, at: now)
            return ChannelPosition(channel, sequence: sequence)
        }
    }

    /// Forgets channels whose last record was before `instant`, once an hour: all are looked through.
    mutating func forgetIfDue(before instant: Timestamp, at now: Timestamp) {
        guard now.milliseconds(since: lookedThrough) >= 3_600_000 else { return }
        lookedThrough = now
        last = last.filter { $0.value.at >= instant }
    }
}
