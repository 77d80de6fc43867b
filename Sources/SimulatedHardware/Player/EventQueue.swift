/// What happens next: times with the index of the device they belong to, the earliest first and at
/// one time the lower index first.
struct EventQueue: Sendable {
    struct Event: Sendable {
        var time: Int64
        var device: Int

        func precedes(_ other: Event) -> Bool {
            (time, device) < (other.time, other.device)
        }
    }

    /// A binary heap: each event precedes those at twice its index plus 1 and 2.
    private var heap: [Event] = []

    var next: Event? { heap.first }

    mutating func insert(_ event: Event) {
        heap.append(event)
        var place = heap.count - 1
        while place > 0, heap[place].precedes(heap[(place - 1) / 2]) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func removeFirst() {
        guard let last = heap.popLast(), !heap.isEmpty else { return }
        heap[0] = last
        var place = 0
        while true {
            var first = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < heap.count && heap[child].precedes(heap[first]) { first = child }
            if first == place { return }
            heap.swapAt(place, first)
            place = first
        }
    }
}
