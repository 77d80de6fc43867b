/// A queue of places in another table, first in first out.
struct PendingQueue {
    /// The room an idle queue may keep: one turn of a busy channel needs no allocation.
    private static let idleCapacity = 16

    private var entries: [Int32] = []
    private var head = 0

    var count: Int { entries.count - head }

    var isEmpty: Bool { head == entries.count }

    var first: Int32? { head < entries.count ? entries[head] : nil }

    mutating func append(_ entry: Int32) {
        entries.append(entry)
    }

    mutating func removeFirst() {
        head += 1
        if head == entries.count {
            entries.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 64, head > entries.count / 2 {
            entries.removeSubrange(0..<head)
            head = 0
        }
    }

    func contains(_ entry: Int32) -> Bool {
        var position = head
        while position < entries.count {
            if entries[position] == entry { return true }
            position += 1
        }
        return false
    }

    /// Takes out the entries for which `isTaken` holds; the others stay in their order.
    mutating func take(where isTaken: (Int32) -> Bool) -> [Int32] {
        var taken: [Int32] = []
        var kept: [Int32] = []
        for position in head..<entries.count {
            if isTaken(entries[position]) {
                taken.append(entries[position])
            } else {
                kept.append(entries[position])
            }
        }
        entries = kept
        head = 0
        return taken
    }

    /// Gives back the room that a burst needed.
    mutating func shrinkIfIdle() {
        if isEmpty, entries.capacity > Self.idleCapacity { entries = [] }
    }
}
