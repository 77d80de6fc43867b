/// How fast a connection is given states, where that is bounded (K-6).
///
/// After each write with states it rests. What changes meanwhile waits in its outbox, where the
/// newest of each state takes the place of those before.
struct Pace {
    /// From one write to the next, in milliseconds.
    var interval: Int64
    var isResting = false
    /// Since when, by the uptime clock; nil until the clock is next told.
    var restsSince: Int64?

    init(interval: Int64) {
        self.interval = interval
    }
}

extension Fabric {
    func isResting(_ place: Int) -> Bool { connections.peers[place]?.pace?.isResting == true }

    mutating func beginRest(_ place: Int) {
        guard let pace = connections.peers[place]?.pace, pace.interval > 0 else { return }
        connections.peers[place]?.pace?.isResting = true
        connections.peers[place]?.pace?.restsSince = nil
        resting.append(place)
    }

    /// Makes those ready that have rested long enough. To be called in every turn.
    package mutating func endRests(now: Moment) {
        var kept = 0
        for place in resting {
            // The place may be another connection's by now.
            guard let pace = connections.peers[place]?.pace, pace.isResting else { continue }
            let since = pace.restsSince ?? now.uptime
            if now.uptime - since >= pace.interval {
                connections.peers[place]?.pace?.isResting = false
                if !connections.outboxes[place].states.isEmpty { announce(place) }
            } else {
                connections.peers[place]?.pace?.restsSince = since
                resting[kept] = place
                kept += 1
            }
        }
        resting.removeLast(resting.count - kept)
    }
}
