import ColdChain

/// The watch of each order and source that was judged, found without allocating anything: changing a
/// value inside a dictionary does.
struct WatchTable: Sendable {
    private struct Key: Hashable, Sendable {
        var order: OrderNumber
        var source: SourceNumber
    }

    private var places: [Key: Int] = [:]
    private var watches: [Watch] = []

    init() {}

    init(_ excursions: [Excursion]) {
        let known = Dictionary(grouping: excursions) { Key(order: $0.order, source: $0.source) }
        for (key, excursions) in known {
            add(Watch(order: key.order, source: key.source, excursions: excursions))
        }
    }

    /// The place of the watch; one that begins is added.
    mutating func place(order: OrderNumber, source: SourceNumber) -> Int {
        if let place = places[Key(order: order, source: source)] { return place }
        add(Watch(order: order, source: source))
        return watches.count - 1
    }

    /// The place of the watch where there is one.
    func placeIfKnown(order: OrderNumber, source: SourceNumber) -> Int? {
        places[Key(order: order, source: source)]
    }

    subscript(place: Int) -> Watch {
        get { watches[place] }
        _modify { yield &watches[place] }
    }

    /// Lets earlier readings of the order be judged again.
    mutating func forgetJudged(of order: OrderNumber) {
        for place in watches.indices where watches[place].order == order {
            watches[place].forgetJudged()
        }
    }

    mutating func remove(orders: Set<OrderNumber>) {
        let kept = watches.filter { !orders.contains($0.order) }
        watches.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        for watch in kept { add(watch) }
    }

    private mutating func add(_ watch: Watch) {
        places[Key(order: watch.order, source: watch.source)] = watches.count
        watches.append(watch)
    }
}
