import ColdChain

/// The watch over one order's food by one source, in one stretch of the bag's custody.
struct Watch: Sendable {
    struct Key: Hashable, Sendable {
        var order: OrderNumber
        var source: SourceNumber
        /// When the bag began to carry the order.
        var from: Timestamp
    }

    var track: ExcursionTrack
    /// What stands as it was told, by the track's ordinal.
    var told: [UInt32: Excursion] = [:]
    var losses: [DataLoss] = []
    /// When time is to go on where readings came that were measured long before: a device that
    /// sends what it has stored is not silent between two of them.
    var catchesUpAt: Timestamp?
    /// What was told by limits that are in force no more; they may come into force again.
    var earlier: [Excursion] = []
}

/// Every watch, and when the next one has something to say if no reading comes.
struct Watches: Sendable {
    private(set) var byKey: [Watch.Key: Watch] = [:]
    /// Of those that wait for time to pass: food outside its limit, or not yet surely back.
    private var timers: [Watch.Key: Timestamp] = [:]
    /// Not after the earliest of `timers`.
    private var notBefore: Timestamp?

    init() {}

    /// With room for so many.
    init(capacity: Int) { byKey.reserveCapacity(capacity) }

    subscript(key: Watch.Key) -> Watch? { byKey[key] }

    var count: Int { byKey.count }

    mutating func put(_ watch: Watch, at key: Watch.Key) {
        byKey[key] = watch
        keepTimer(of: watch, at: key)
    }

    mutating func remove(_ key: Watch.Key) {
        byKey[key] = nil
        timers[key] = nil
    }

    mutating func remove(where isMeant: (Watch.Key) -> Bool) {
        byKey = byKey.filter { !isMeant($0.key) }
        timers = timers.filter { !isMeant($0.key) }
    }

    /// Changes a watch in place: taking it out and putting it back would copy its readings.
    ///
    /// - Returns: Nil where there is no such watch.
    mutating func change<Answer>(_ key: Watch.Key, _ body: (inout Watch) -> Answer) -> Answer? {
        guard let place = byKey.index(forKey: key) else { return nil }
        let answer = body(&byKey.values[place])
        keepTimer(of: byKey.values[place], at: key)
        return answer
    }

    private mutating func keepTimer(of watch: Watch, at key: Watch.Key) {
        if let earliest = watch.track.nextTimer {
            let timer = watch.catchesUpAt ?? earliest
            timers[key] = timer
            notBefore = min(notBefore ?? timer, timer)
        } else if !timers.isEmpty {
            timers[key] = nil
        }
    }

    /// Those whose time has come, in an order that does not depend on chance.
    mutating func due(at now: Timestamp) -> [Watch.Key] {
        guard let notBefore, notBefore <= now else { return [] }
        let due = timers.filter { $0.value <= now }
        for key in due.keys { timers[key] = nil }
        self.notBefore = timers.values.min()
        return due.keys.sorted()
    }

    /// Orders whose stored readings may still come: they have not been told to the end.
    var catchingUp: Set<OrderNumber> {
        Set(timers.keys.lazy.filter { byKey[$0]?.catchesUpAt != nil }.map(\.order))
    }

    /// When the first of them is due; may be too early, never too late.
    var nextTimer: Timestamp? { timers.isEmpty ? nil : notBefore }
}

extension Watch.Key: Comparable {
    static func < (left: Self, right: Self) -> Bool {
        (left.order.rawValue, left.source.rawValue, left.from)
            < (right.order.rawValue, right.source.rawValue, right.from)
    }
}
