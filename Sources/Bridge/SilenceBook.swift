import ColdChain

/// What is heard of each bag that carries an order, and when it is next to be seen whether one of its
/// sensors has fallen silent.
///
/// A reading costs a look through the few channels of its bag. When a bag is due, what was heard
/// meanwhile puts it off: there is one live entry of the queue for a bag, not one for a reading.
struct SilenceBook: Sendable {
    /// One probe of a device of the bag that was named since the bag carries the order.
    struct Channel: Sendable {
        /// The first source of the device on this bag, whichever profile decodes it now.
        let speaker: SourceNumber
        let probe: UInt8
        /// Empty where only markers came, in place of numbers.
        var speech = ChannelSpeech()
    }

    struct Bag: Sendable {
        /// Nil where the bag carries none.
        var order: OrderNumber?
        var carriedSince = Timestamp(milliseconds: 0)
        var channels: [Channel] = []
        /// Silences that last.
        var told: [Silence] = []
        /// The instant of its entry in the queue; entries of other instants are void.
        var queuedAt: Timestamp?
    }

    /// By the index in `OrderBook.bags`.
    private(set) var bags: [Bag] = []
    private var due = DueQueue()
    /// Before then nothing is called silent; nil before the first wake.
    var tellsFrom: Timestamp?

    /// Silences that last.
    private(set) var silentCount = 0

    /// When the next bag is to be looked at; may be too early.
    var nextTimer: Timestamp? { due.first }

    // MARK: Which bags

    mutating func begin(_ bag: Int, _ order: OrderNumber, from instant: Timestamp) {
        while bags.count <= bag { bags.append(Bag()) }
        silentCount -= bags[bag].told.count
        bags[bag] = Bag(order: order, carriedSince: instant)
    }

    mutating func end(_ bag: Int) {
        guard bags.indices.contains(bag) else { return }
        silentCount -= bags[bag].told.count
        bags[bag] = Bag()
    }

    /// Whether the bag is listened to for this stretch of custody.
    func listens(to bag: Int, for order: OrderNumber, from instant: Timestamp) -> Bool {
        bags.indices.contains(bag) && bags[bag].order == order
            && bags[bag].carriedSince == instant
    }

    // MARK: What is heard

    /// Takes a temperature, or a marker in the place of one.
    mutating func hear(
        _ bag: Int, _ speaker: SourceNumber, probe: UInt8, isNumber: Bool, measuredAt: Timestamp,
        receivedAt: Timestamp
    ) {
        var place = 0
        while place < bags[bag].channels.count {
            if bags[bag].channels[place].speaker == speaker,
                bags[bag].channels[place].probe == probe
            {
                break
            }
            place += 1
        }
        let isNew = place == bags[bag].channels.count
        if isNew { bags[bag].channels.append(Channel(speaker: speaker, probe: probe)) }
        if isNumber {
            bags[bag].channels[place].speech.take(measuredAt: measuredAt, receivedAt: receivedAt)
        }
        if isNew || !bags[bag].told.isEmpty { look(at: bag, receivedAt) }
    }

    /// Forgets what was heard: the log says it anew.
    mutating func forgetSpeech(_ bag: Int) {
        bags[bag].channels.removeAll()
    }

    /// Where the clock was set back, what was heard in times to come counts as of now.
    mutating func clampSpeech(_ bag: Int, to now: Timestamp) {
        for place in bags[bag].channels.indices {
            bags[bag].channels[place].speech.clamp(to: now)
        }
    }

    // MARK: What is told

    mutating func put(_ silence: Silence, ofBag bag: Int) {
        remove(silence, ofBag: bag)
        guard silence.end == nil else { return }
        bags[bag].told.append(silence)
        silentCount += 1
    }

    private mutating func remove(_ silence: Silence, ofBag bag: Int) {
        let place = bags[bag].told.firstIndex {
            $0.source == silence.source && $0.probe == silence.probe
        }
        guard let place else { return }
        bags[bag].told.remove(at: place)
        silentCount -= 1
    }

    // MARK: When

    /// Before every instant at which anything is done.
    static let atOnce = Timestamp(milliseconds: 0)

    /// The bag is to be looked at, at that instant at the latest.
    mutating func look(at bag: Int, _ instant: Timestamp) {
        guard bags[bag].order != nil else { return }
        if let queuedAt = bags[bag].queuedAt, queuedAt <= instant { return }
        bags[bag].queuedAt = instant
        due.add(instant, UInt64(bag))
    }

    mutating func lookAtAll() {
        for bag in bags.indices { look(at: bag, SilenceBook.atOnce) }
    }

    /// The next bag that is due; it is not queued any more.
    mutating func nextDue(at now: Timestamp) -> Int? {
        while let instant = due.first, let number = due.removeFirst(notAfter: now) {
            let bag = Int(truncatingIfNeeded: number)
            guard bags[bag].queuedAt == instant else { continue }
            bags[bag].queuedAt = nil
            return bag
        }
        return nil
    }
}
