/// A channel's place in the table, and the serial number that tells it from a channel that had
/// the place before.
struct ChannelReference: Equatable {
    var place: Int32
    var serial: UInt32

    static let none = ChannelReference(place: -1, serial: 0)
}

/// The channels one event belongs to, at most eight: an order, what carries it, who has a part in
/// it.
struct EventChannels {
    static let most = 8

    private var references: InlineArray<8, ChannelReference> = .init(repeating: .none)
    private(set) var count = 0

    mutating func append(_ reference: ChannelReference) {
        precondition(count < Self.most, "An event has at most eight channels.")
        references[count] = reference
        count += 1
    }

    subscript(position: Int) -> ChannelReference { references[position] }

    func contains(_ reference: ChannelReference) -> Bool {
        for position in 0..<count where references[position] == reference { return true }
        return false
    }
}

/// The subscribers of a channel that are told in the same form.
struct SubscriberGroup {
    let dialect: Dialect
    var subscribers: [Subscriber] = []
}

/// A connection in the fan-out set of a channel.
struct Subscriber {
    /// The connection's place in the connection table.
    var connection: Int32
    /// What decides how much of the channel it sees, kept here so that the fan-out need not look it
    /// up.
    var role: Role
}

/// Every channel that has a subscriber or a last known state.
struct ChannelTable {
    struct Entry {
        var channel: Channel
        var serial: UInt32
        var groups: [SubscriberGroup] = []
        /// Places of the retained states that belong to the channel.
        var states: [Int32] = []
        /// Whether the channel is that of an order that is delivered or cancelled.
        var isOrderFinal = false
    }

    private(set) var entries: [Entry] = []
    private var index: [Channel: Int32] = [:]
    private var free: [Int32] = []
    private var lastSerial: UInt32 = 0

    var count: Int { index.count }

    /// Channels that are in the table, in no order.
    var live: some Sequence<Channel> { index.keys }

    func place(of channel: Channel) -> Int? {
        index[channel].map { Int($0) }
    }

    func reference(_ place: Int) -> ChannelReference {
        ChannelReference(place: Int32(truncatingIfNeeded: place), serial: entries[place].serial)
    }

    /// Adds a channel that is not in the table yet.
    mutating func add(_ channel: Channel, isOrderFinal: Bool) -> Int {
        lastSerial &+= 1
        let entry = Entry(channel: channel, serial: lastSerial, isOrderFinal: isOrderFinal)
        if let place = free.popLast() {
            entries[Int(place)] = entry
            index[channel] = place
            return Int(place)
        }
        entries.append(entry)
        index[channel] = Int32(truncatingIfNeeded: entries.count - 1)
        return entries.count - 1
    }

    func hasSubscribers(_ place: Int) -> Bool {
        entries[place].groups.contains { !$0.subscribers.isEmpty }
    }

    func hasSubscribers(_ place: Int, in dialect: Dialect) -> Bool {
        entries[place].groups.contains { $0.dialect == dialect && !$0.subscribers.isEmpty }
    }

    func subscribers(of place: Int, in dialect: Dialect) -> [Subscriber] {
        entries[place].groups.first { $0.dialect == dialect }?.subscribers ?? []
    }

    mutating func setOrderFinal(_ isFinal: Bool, at place: Int) {
        entries[place].isOrderFinal = isFinal
    }

    /// Adds a subscriber and gives its position among the channel's subscribers of its dialect.
    mutating func add(_ subscriber: Subscriber, of dialect: Dialect, at place: Int) -> Int {
        let group = group(of: dialect, at: place)
        entries[place].groups[group].subscribers.append(subscriber)
        return entries[place].groups[group].subscribers.count - 1
    }

    private mutating func group(of dialect: Dialect, at place: Int) -> Int {
        if let known = entries[place].groups.firstIndex(where: { $0.dialect == dialect }) {
            return known
        }
        entries[place].groups.append(SubscriberGroup(dialect: dialect))
        return entries[place].groups.count - 1
    }

    /// Removes the subscriber at `position`; the last one takes its position and is given back,
    /// so that its connection can be told.
    mutating func removeSubscriber(
        at position: Int, of dialect: Dialect, in place: Int
    ) -> Subscriber? {
        let group = group(of: dialect, at: place)
        let last = entries[place].groups[group].subscribers.count - 1
        let removedIsLast = position == last
        if !removedIsLast { entries[place].groups[group].subscribers.swapAt(position, last) }
        entries[place].groups[group].subscribers.removeLast()
        return removedIsLast ? nil : entries[place].groups[group].subscribers[position]
    }

    mutating func add(state: Int32, at place: Int) {
        entries[place].states.append(state)
    }

    mutating func remove(state: Int32, at place: Int) {
        guard let position = entries[place].states.firstIndex(of: state) else { return }
        entries[place].states.swapAt(position, entries[place].states.count - 1)
        entries[place].states.removeLast()
    }

    /// Forgets a channel that nobody follows and that has nothing to tell.
    mutating func removeIfUnused(_ place: Int) {
        guard !hasSubscribers(place), entries[place].states.isEmpty else { return }
        let channel = entries[place].channel
        guard index[channel] == Int32(truncatingIfNeeded: place) else { return }
        index[channel] = nil
        entries[place].groups = []
        entries[place].states = []
        free.append(Int32(truncatingIfNeeded: place))
    }
}
