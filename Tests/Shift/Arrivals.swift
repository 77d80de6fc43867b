package import ColdChain
import Simulator
import Wire

/// When each telling of a shift arrives, and in which messages.
///
/// What every order keeps to:
/// - Nothing arrives before it was measured.
/// - Where the device's clock is not believed (not set, or far ahead), the time of receipt is a part
///   of the reading: it stands in for the time of measurement, or says that it cannot be. Those
///   tellings arrive in every order when they arrived in what happened, each in a message of its own.
/// - Of two values of one instant the one that was received first is the one that the readings
///   beside it are compared with (§3.1): which of them that was is a part of what is said.
///
/// Nothing else is kept: MQTT promises the order of a topic's messages, and here not even that holds,
/// as a device with a backlog, two gateways and a bridge between brokers break it.
package struct Arrivals: Sendable {
    package enum Manner: Equatable, Sendable {
        /// As it happened: devices that were offline send what they kept.
        case happened
        /// Nobody is ever offline.
        case atOnce
        /// Stretches of each sensor come late, up to so many hours, forwards or backwards.
        case lateStretches(hours: Double)
        /// Each telling arrives whenever it likes.
        case shuffled
        /// Nothing before the shift is over; then everything of a sensor in one message.
        case afterwards
    }

    package struct Message: Sendable {
        package var sensor: Int
        package var gateway: Int
        /// Indices in the shift's tellings.
        package var tellings: [Int]
    }

    package struct Turn: Sendable {
        package var at: Timestamp
        package var messages: [Message]
    }

    package let manner: Manner
    package private(set) var turns: [Turn] = []

    /// How long after the shift's end the last reading may come, in milliseconds.
    package static let tail: Int64 = 3_600_000

    /// - Parameter seed: Of the order; the shift has its own.
    package init(of shift: Shift, _ manner: Manner, seed: UInt64) {
        self.manner = manner
        var random = SplitMix64(state: seed ^ shift.seed &* 0x9e37_79b9_7f4a_7c15)
        var times = Self.times(of: shift, manner, &random)
        for (index, telling) in shift.tellings.enumerated() {
            if telling.isPinned { times[index] = telling.arrivedAt.roundedUp() }
            if let first = telling.follows { times[index] = max(times[index], times[first]) }
        }
        var byTurn: [Timestamp: [Int]] = [:]
        for (index, time) in times.enumerated() { byTurn[time, default: []].append(index) }
        for at in byTurn.keys.sorted() {
            let messages = Self.messages(
                of: byTurn[at] ?? [], of: shift, manner, &random)
            turns.append(Turn(at: at, messages: messages))
        }
    }

    private static func times(
        of shift: Shift, _ manner: Manner, _ random: inout SplitMix64
    ) -> [Timestamp] {
        switch manner {
        case .happened: return shift.tellings.map { $0.arrivedAt.roundedUp() }
        case .atOnce: return shift.tellings.map { $0.takenAt.roundedUp() }
        case .lateStretches(let hours): return stretches(of: shift, hours, &random)
        case .shuffled:
            let last = shift.end.advanced(byMilliseconds: tail)
            return shift.tellings.map { telling in
                let reach = Double(last.milliseconds(since: telling.takenAt)) / 1000
                let most = random.chance(0.5) ? min(300, reach) : reach
                let wait = random.milliseconds(ofSeconds: 0...most)
                // Few turns, so that many readings come in each.
                return telling.takenAt.advanced(byMilliseconds: wait).roundedUp(to: 15 * Shift.step)
            }
        case .afterwards:
            let last = shift.end.advanced(byMilliseconds: tail).roundedUp()
            return shift.tellings.map { _ in last }
        }
    }

    /// Each sensor by turns is heard and is not; what it kept comes with the end of the silence.
    private static func stretches(
        of shift: Shift, _ hours: Double, _ random: inout SplitMix64
    ) -> [Timestamp] {
        var silentUntil = [Timestamp?](repeating: nil, count: shift.sensors.count)
        var heardUntil = [Timestamp](repeating: shift.start, count: shift.sensors.count)
        return shift.tellings.map { telling in
            let sensor = telling.sensor
            if let until = silentUntil[sensor], telling.takenAt >= until {
                silentUntil[sensor] = nil
                heardUntil[sensor] = telling.takenAt.advanced(
                    byMilliseconds: random.milliseconds(ofSeconds: 0...3_600))
            }
            if silentUntil[sensor] == nil, telling.takenAt >= heardUntil[sensor] {
                silentUntil[sensor] = telling.takenAt.advanced(
                    byMilliseconds: random.milliseconds(ofSeconds: 120...hours * 3_600))
            }
            return max(telling.takenAt, silentUntil[sensor] ?? telling.takenAt).roundedUp()
        }
    }

    private static func messages(
        of tellings: [Int], of shift: Shift, _ manner: Manner, _ random: inout SplitMix64
    ) -> [Message] {
        var bySender: [Int: [Int]] = [:]
        for index in tellings {
            let telling = shift.tellings[index]
            bySender[telling.sensor * 2 + telling.gateway, default: []].append(index)
        }
        var messages: [[Message]] = bySender.keys.sorted().map { sender in
            split(bySender[sender] ?? [], of: shift, manner, &random)
        }
        if manner != .happened { messages.shuffle(using: &random) }
        return messages.flatMap(\.self)
    }

    /// What one sender says in one turn: in one message, or one each, or some in each.
    private static func split(
        _ indices: [Int], of shift: Shift, _ manner: Manner, _ random: inout SplitMix64
    ) -> [Message] {
        var order = indices
        let first = shift.tellings[indices[0]]
        let isPinned = first.isPinned
        if !isPinned {
            switch manner {
            case .lateStretches where random.chance(0.3): order.reverse()
            case .shuffled: order.shuffle(using: &random)
            case .afterwards where random.chance(0.3): order.shuffle(using: &random)
            default: break
            }
            putBack(&order, of: shift)
        }
        let kind = isPinned ? 1 : manner == .afterwards ? 0 : random.int(0...2)
        var messages: [Message] = []
        var rest = order[...]
        while !rest.isEmpty {
            let count =
                switch kind {
                case 0: rest.count
                case 1: 1
                default: random.int(1...rest.count)
                }
            messages.append(
                Message(
                    sensor: first.sensor, gateway: first.gateway,
                    tellings: Array(rest.prefix(count))))
            rest = rest.dropFirst(count)
        }
        return messages
    }

    /// Puts what follows another behind it again.
    private static func putBack(_ order: inout [Int], of shift: Shift) {
        for index in order where shift.tellings[index].follows != nil {
            guard let first = shift.tellings[index].follows,
                let place = order.firstIndex(of: index),
                let before = order.firstIndex(of: first), before > place
            else { continue }
            order.swapAt(place, before)
        }
    }
}
