import ColdChain

/// What a state is the newest of: one bag's temperature or one vehicle's position, for one order.
struct StateKey: Hashable {
    enum Kind: UInt8 {
        case temperature = 1
        case location = 2
        /// A message that somebody published.
        case relayed = 3
    }

    var kind: Kind
    var order: String?
    /// The bag or the vehicle; of a message its type and first channel.
    var carrier: String
}

/// What a state says.
enum StateContent {
    case event(Event)
    case relayed(RecordText)

    var occurredAt: Timestamp {
        switch self {
        case .event(let event): event.occurredAt
        case .relayed(let record): record.occurredAt
        }
    }
}

/// The newest event of every state, given to whoever subscribes and to whoever reads slowly.
struct RetainedStates {
    enum Phase: UInt8 {
        /// The newest of its key.
        case live
        /// Still waited for, but no longer the newest of anything.
        case retired
        case free
    }

    struct Entry {
        var phase = Phase.live
        var key: StateKey
        var content: StateContent
        var id: MessageID
        /// The event in the form of each dialect; empty until somebody wants it.
        var frames: InlineArray<6, [UInt8]> = .init(repeating: [])
        /// The same in MessagePack.
        var packed: [Dialect: [UInt8]] = [:]
        var channels: EventChannels
        /// In how many outboxes it waits.
        var readers = 0
        /// When it was last renewed, by the uptime clock.
        var renewedAt: Int64
    }

    /// How far the hand looks for a state that nobody waits for before it takes any.
    private static let reach = 64

    private(set) var entries: [Entry] = []
    private var index: [StateKey: Int32] = [:]
    private var free: [Int32] = []
    private var hand = 0
    /// How often states wait, over all outboxes.
    private(set) var waiting = 0

    var count: Int { index.count }

    func place(of key: StateKey) -> Int? {
        index[key].map { Int($0) }
    }

    mutating func add(_ entry: Entry) -> Int {
        if let place = free.popLast() {
            entries[Int(place)] = entry
            index[entry.key] = place
            return Int(place)
        }
        entries.append(entry)
        index[entry.key] = Int32(truncatingIfNeeded: entries.count - 1)
        return entries.count - 1
    }

    mutating func renew(_ place: Int, content: StateContent, id: MessageID, uptime: Int64) {
        entries[place].content = content
        entries[place].id = id
        entries[place].renewedAt = uptime
        for dialect in Dialect.allCases { forgetFrame(place, in: dialect) }
    }

    /// Has the state say that it is told after the record of that number.
    ///
    /// A state may have waited behind records that are newer than it: whoever resumes after it must
    /// not be told these again.
    mutating func bringForward(_ place: Int, after number: UInt64) {
        guard case .passing(let last, let step) = entries[place].id, last < number else { return }
        entries[place].id = .passing(after: number, step: step)
        for dialect in Dialect.allCases { forgetFrame(place, in: dialect) }
    }

    func frame(_ place: Int, in dialect: Dialect) -> [UInt8] {
        entries[place].frames[dialect.place]
    }

    mutating func packedFrame(
        _ place: Int, in dialect: Dialect, by packing: MessagePacking
    ) -> [UInt8] {
        if let packed = entries[place].packed[dialect] { return packed }
        let made = packing.packed(frame: frame(place, in: dialect), in: dialect)
        entries[place].packed[dialect] = made
        return made
    }

    /// Writes the frame where nobody wanted it before.
    ///
    /// - Returns: False where the dialect has no form for the state.
    mutating func writeFrame(
        _ place: Int, in dialect: Dialect, with texts: inout DialectTexts
    ) -> Bool {
        guard entries[place].frames[dialect.place].isEmpty else { return true }
        return texts.append(
            entries[place].content, id: entries[place].id, in: dialect,
            to: &entries[place].frames[dialect.place])
    }

    /// Has the frame written anew, because what it tells beside the state has changed.
    mutating func forgetFrame(_ place: Int, in dialect: Dialect) {
        guard !entries[place].frames[dialect.place].isEmpty else { return }
        if !entries[place].packed.isEmpty { entries[place].packed[dialect] = nil }
        entries[place].frames[dialect.place].removeAll(keepingCapacity: true)
    }

    mutating func addReaders(_ count: Int, to place: Int) {
        entries[place].readers += count
        waiting += count
    }

    mutating func removeReader(of place: Int) {
        entries[place].readers -= 1
        waiting -= 1
        releaseIfUnread(place)
    }

    /// Lets the key's next event start anew. The channels must forget it too.
    mutating func retire(_ place: Int) {
        guard entries[place].phase == .live else { return }
        index[entries[place].key] = nil
        entries[place].phase = .retired
        releaseIfUnread(place)
    }

    private mutating func releaseIfUnread(_ place: Int) {
        guard entries[place].phase == .retired, entries[place].readers == 0 else { return }
        entries[place].phase = .free
        entries[place].frames = .init(repeating: [])
        entries[place].packed = [:]
        free.append(Int32(truncatingIfNeeded: place))
    }

    /// A state to give up for a new one: one that nobody waits for where the hand finds one.
    mutating func placeToGiveUp() -> Int? {
        var waitedFor: Int?
        for _ in 0..<min(entries.count, Self.reach) {
            let place = advanceHand()
            guard entries[place].phase == .live else { continue }
            if entries[place].readers == 0 { return place }
            if waitedFor == nil { waitedFor = place }
        }
        return waitedFor
    }

    /// Looks at the next `count` states and gives those that were not renewed since `uptime`.
    mutating func expired(before uptime: Int64, lookingAt count: Int) -> [Int] {
        var places: [Int] = []
        for _ in 0..<min(entries.count, count) {
            let place = advanceHand()
            if entries[place].phase == .live, entries[place].renewedAt < uptime {
                places.append(place)
            }
        }
        return places
    }

    private mutating func advanceHand() -> Int {
        let place = hand % entries.count
        hand = (place + 1) % entries.count
        return place
    }
}
