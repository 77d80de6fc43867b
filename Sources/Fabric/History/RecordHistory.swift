import ColdChain

/// The newest records, by channel, for whoever comes back.
///
/// Kept are the records of the retention time, and no more bytes than the limit says; what is older
/// is asked of the journal.
struct RecordHistory {
    private struct Entry {
        var number: UInt64
        var record: RecordText
        var keptAt: Timestamp
    }

    /// The numbers of a channel's records, ascending.
    private struct Numbers {
        var all: [UInt64] = []
        var head = 0

        func first(after number: UInt64) -> UInt64? {
            let place = all[head...].partitioningPlace { $0 > number }
            return place < all.endIndex ? all[place] : nil
        }

        mutating func removeFirst() {
            head += 1
            if head > 32, head > all.count / 2 {
                all.removeSubrange(0..<head)
                head = 0
            }
        }

        var isEmpty: Bool { head == all.count }
        var count: Int { all.count - head }
    }

    /// What an entry costs beside its text, and what a channel's number costs, in bytes.
    private static let entryBytes = 160
    private static let numberBytes = 64

    private var entries: [Entry] = []
    private var head = 0
    private var index: [Channel: Numbers] = [:]
    private(set) var bytes = 0
    /// Every record after this number is here.
    private(set) var floor: UInt64

    init(after number: UInt64) {
        floor = number
    }

    var count: Int { entries.count - head }

    /// Keeps a record, which is newer than all that are here.
    mutating func append(_ record: RecordText, number: UInt64, at now: Timestamp) {
        guard number > entries.last?.number ?? floor else { return }
        entries.append(Entry(number: number, record: record, keptAt: now))
        bytes += Self.cost(of: record)
        for position in record.positions {
            index[position.channel, default: Numbers()].all.append(number)
        }
    }

    /// The first record after `number` on any of the channels.
    func first(after number: UInt64, on channels: some Sequence<Channel>) -> (
        number: UInt64, record: RecordText
    )? {
        var nearest: UInt64?
        for channel in channels {
            guard let found = index[channel]?.first(after: number) else { continue }
            if nearest.map({ found < $0 }) ?? true { nearest = found }
        }
        guard let nearest else { return nil }
        let place = entries[head...].partitioningPlace { $0.number >= nearest }
        guard place < entries.endIndex else { return nil }
        return (nearest, entries[place].record)
    }

    /// The newest records of a channel, at most so many, oldest first.
    func newest(_ count: Int, on channel: Channel) -> [(number: UInt64, record: RecordText)] {
        guard let numbers = index[channel] else { return [] }
        return numbers.all[numbers.head...].suffix(count).compactMap { number in
            let place = entries[head...].partitioningPlace { $0.number >= number }
            return place < entries.endIndex ? (number, entries[place].record) : nil
        }
    }

    /// Channels that have a record here, in no order.
    var channels: some Sequence<Channel> { index.keys }

    /// How many records of a channel are here, and where the newest of them stands in it.
    func kept(of channel: Channel) -> (records: Int, lastSequence: UInt64?) {
        guard let numbers = index[channel], let last = numbers.all.last else { return (0, nil) }
        let place = entries[head...].partitioningPlace { $0.number >= last }
        guard place < entries.endIndex else { return (numbers.count, nil) }
        let position = entries[place].record.positions.first { $0.channel == channel }
        return (numbers.count, position?.sequence)
    }

    /// Forgets what was kept before `oldest`, and what is more than `limit` bytes.
    mutating func forget(before oldest: Timestamp, limit: Int) {
        while head < entries.count, entries[head].keptAt < oldest || bytes > limit {
            let entry = entries[head]
            bytes -= Self.cost(of: entry.record)
            floor = entry.number
            for position in entry.record.positions { removeFirst(of: position.channel) }
            head += 1
        }
        if head > 64, head > entries.count / 2 {
            entries.removeSubrange(0..<head)
            head = 0
        }
    }

    private mutating func removeFirst(of channel: Channel) {
        guard var numbers = index.removeValue(forKey: channel) else { return }
        numbers.removeFirst()
        if !numbers.isEmpty { index[channel] = numbers }
    }

    private static func cost(of record: RecordText) -> Int {
        entryBytes + record.data.count + record.positions.count * numberBytes
    }
}

extension RandomAccessCollection {
    /// The first place of an element for which `belongs` holds, where it holds for all after one
    /// for which it does.
    fileprivate func partitioningPlace(_ belongs: (Element) -> Bool) -> Index {
        var start = startIndex
        var length = count
        while length > 0 {
            let half = length / 2
            let middle = index(start, offsetBy: half)
            if belongs(self[middle]) {
                length = half
            } else {
                start = index(after: middle)
                length -= half + 1
            }
        }
        return start
    }
}
