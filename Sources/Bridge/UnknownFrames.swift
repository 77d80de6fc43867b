import ColdChain
import Wire

/// What arrives and is of no known device or format, by topic; the least recently seen is forgotten
/// where there are too many.
struct UnknownFrames: Sendable {
    private struct Entry: Sendable {
        var frame: UnknownFrame
        var hash: UInt64
        /// When it was last written; nil for one that is not in the log yet.
        var writtenAt: Timestamp?
        var isChanged = false
        /// The entries seen just before and just after it; -1 at the ends.
        var older = -1
        var newer = -1
    }

    /// What is said of one refused message.
    struct Sighting {
        var reason: String
        var guess: String?
        var device: String?
        /// How many frames the message holds.
        var count: UInt64
        var receivedAt: Timestamp
    }

    private var entries: [Entry] = []
    private var free: [Int] = []
    /// By a salted hash of the topic. Two topics of one hash push each other out, which nobody
    /// outside can bring about.
    private var places: [UInt64: Int] = [:]
    private var oldest = -1
    private var newest = -1
    /// Entries that changed since they were written.
    private var changed: [Int] = []
    private let capacity: Int
    private let salt: UInt64

    /// How often one entry is written at most.
    static let writingMilliseconds: Int64 = 1_000
    static let sampleBytes = 512

    init(
        capacity: Int, salt: UInt64, restored: [UnknownFrame],
        records: inout [UnknownFrameChange]
    ) {
        self.capacity = max(capacity, 0)
        self.salt = salt
        for frame in restored {
            insert(frame, writtenAt: frame.lastSeen, records: &records)
        }
    }

    var count: Int { places.count }

    /// The entry of a topic.
    subscript(topic: Span<UInt8>) -> UnknownFrame? { place(of: topic).map { entries[$0].frame } }

    /// Notes a message; writes the entry where that is not too soon after the last time.
    mutating func note(
        _ topic: Span<UInt8>, _ payload: Span<UInt8>, _ sighting: Sighting,
        records: inout [UnknownFrameChange]
    ) {
        guard capacity > 0 else { return }
        if let place = place(of: topic) {
            update(place, payload, sighting)
            unlink(place)
            link(place)
            write(place, at: sighting.receivedAt, records: &records)
            return
        }
        let frame = UnknownFrame(
            topic: Bridge.bytes(topic, topic.count), count: sighting.count,
            firstSeen: sighting.receivedAt, lastSeen: sighting.receivedAt,
            sample: Bridge.bytes(payload, min(payload.count, Self.sampleBytes)),
            sampleLength: payload.count, reason: sighting.reason, guess: sighting.guess,
            device: sighting.device)
        insert(frame, writtenAt: nil, records: &records)
        write(newest, at: sighting.receivedAt, records: &records)
    }

    /// Forgets a topic.
    mutating func remove(_ topic: Span<UInt8>, records: inout [UnknownFrameChange]) {
        guard let place = place(of: topic) else { return }
        forget(place, records: &records)
    }

    /// Writes the entries that changed and were not written just now.
    ///
    /// - Returns: When the next is to be written.
    mutating func writeDue(
        at now: Timestamp, records: inout [UnknownFrameChange]
    ) -> Timestamp? {
        guard !changed.isEmpty else { return nil }
        var next: Timestamp?
        var index = 0
        while index < changed.count {
            let place = changed[index]
            if let due = due(place), due > now,
                due.milliseconds(since: now) <= Self.writingMilliseconds
            {
                next = min(next ?? due, due)
                index += 1
            } else {
                changed.swapAt(index, changed.count - 1)
                changed.removeLast()
                entries[place].isChanged = false
                entries[place].writtenAt = now
                records.append(.put(entries[place].frame))
            }
        }
        return next
    }

    private func due(_ place: Int) -> Timestamp? {
        entries[place].writtenAt?.advanced(byMilliseconds: Self.writingMilliseconds)
    }

    private mutating func write(
        _ place: Int, at now: Timestamp, records: inout [UnknownFrameChange]
    ) {
        guard !entries[place].isChanged else { return }
        if entries[place].writtenAt == nil {
            entries[place].writtenAt = now
            records.append(.put(entries[place].frame))
        } else {
            entries[place].isChanged = true
            changed.append(place)
        }
    }

    private mutating func update(_ place: Int, _ payload: Span<UInt8>, _ sighting: Sighting) {
        entries[place].frame.count &+= sighting.count
        entries[place].frame.lastSeen = max(entries[place].frame.lastSeen, sighting.receivedAt)
        guard
            entries[place].frame.reason != sighting.reason
                || entries[place].frame.guess != sighting.guess
                || entries[place].frame.device != sighting.device
        else { return }
        entries[place].frame.reason = sighting.reason
        entries[place].frame.guess = sighting.guess
        entries[place].frame.device = sighting.device
        entries[place].frame.sample = Bridge.bytes(payload, min(payload.count, Self.sampleBytes))
        entries[place].frame.sampleLength = payload.count
    }

    // MARK: The order in which they were seen

    private mutating func insert(
        _ frame: UnknownFrame, writtenAt: Timestamp?, records: inout [UnknownFrameChange]
    ) {
        let hash = hash(frame.topic.span)
        if let other = places[hash] { forget(other, records: &records) }
        while places.count >= capacity, oldest >= 0 { forget(oldest, records: &records) }
        guard capacity > 0 else {
            records.append(.remove(topic: frame.topic))
            return
        }
        let entry = Entry(frame: frame, hash: hash, writtenAt: writtenAt)
        let place = free.popLast() ?? entries.count
        if place == entries.count { entries.append(entry) } else { entries[place] = entry }
        places[hash] = place
        link(place)
    }

    private mutating func forget(_ place: Int, records: inout [UnknownFrameChange]) {
        let entry = entries[place]
        if entry.isChanged { changed.removeAll { $0 == place } }
        if entry.writtenAt != nil { records.append(.remove(topic: entry.frame.topic)) }
        unlink(place)
        places[entry.hash] = nil
        free.append(place)
    }

    /// Puts an entry at the newer end.
    private mutating func link(_ place: Int) {
        entries[place].older = newest
        entries[place].newer = -1
        if newest >= 0 { entries[newest].newer = place } else { oldest = place }
        newest = place
    }

    private mutating func unlink(_ place: Int) {
        let (older, newer) = (entries[place].older, entries[place].newer)
        if older >= 0 { entries[older].newer = newer } else { oldest = newer }
        if newer >= 0 { entries[newer].older = older } else { newest = older }
    }

    private func hash(_ topic: Span<UInt8>) -> UInt64 {
        var hash = FNV1a(salt: salt)
        for index in topic.indices { hash.mix(topic[index]) }
        return hash.value
    }

    private func place(of topic: Span<UInt8>) -> Int? {
        guard let place = places[hash(topic)] else { return nil }
        let known = entries[place].frame.topic
        return known.span.isEqual(to: topic) ? place : nil
    }
}
