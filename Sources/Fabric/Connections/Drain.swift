import ColdChain

/// The end of all connections, spread over a time, so that their clients do not come back at once.
struct Drain {
    let beganAt: Int64
    let milliseconds: Int64
    let total: Int
    /// Those whose turn has not come, in no order that their clients have in common.
    var waiting: [ConnectionNumber]

    /// As many come back in a second without it being a storm: few clients are not held up.
    private static let unhurriedPerSecond: Int64 = 100

    /// How many are to have been told by then.
    func due(at uptime: Int64) -> Int {
        let elapsed = max(uptime - beganAt, 0)
        guard elapsed < milliseconds else { return total }
        let even = Int64(total) * elapsed / milliseconds
        let unhurried = (elapsed + 100) * Self.unhurriedPerSecond / 1000
        return min(Int(clamping: max(even, unhurried)), total)
    }
}

extension Fabric {
    /// Begins to part with every connection because the server ends: nobody is let in any more.
    ///
    /// - Parameter milliseconds: What the connections' ends are spread over; few take less.
    package mutating func beginDrain(over milliseconds: Int64, now: Moment) {
        guard draining == nil else { return }
        var waiting = connections.numbers
        waiting.shuffle(using: &jitter)
        draining = Drain(
            beganAt: now.uptime, milliseconds: milliseconds, total: waiting.count,
            waiting: waiting)
        drain(now: now)
    }

    /// Parts with those whose turn has come: to be called several times a second.
    package mutating func drain(now: Moment) {
        guard let drain = draining else { return }
        let told = drain.total - drain.waiting.count
        part(withNext: drain.due(at: now.uptime) - told)
    }

    /// Parts at once with all that are left.
    package mutating func hurryDrain() {
        part(withNext: .max)
    }

    package var isDraining: Bool { draining != nil }

    /// When somebody who finds no room now may come again: after so many milliseconds, and not
    /// together with others.
    package mutating func retryDelay() -> Int64 { spread(limits.streamRetry) }

    private mutating func part(withNext count: Int) {
        var left = count
        while left > 0, let connection = draining?.waiting.popLast() {
            left -= 1
            if let place = connections.place(of: connection) { part(with: place) }
        }
    }

    /// Ends a connection behind what already waits for it. Whoever is still being told what it
    /// missed gets no more of that, and nothing that comes after it: it asks for it again.
    private mutating func part(with place: Int) {
        guard connections.isOpen(place), let peer = connections.peers[place] else { return }
        let retry = spread(limits.streamRetry)
        if peer.dialect == .eventStream { send(texts.eventStream.retry(retry), to: place) }
        close(place, .goingAway, retry: retry, keepsRecords: peer.catchUp == nil)
    }
}
