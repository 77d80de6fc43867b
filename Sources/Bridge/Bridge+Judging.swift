package import ColdChain

extension Bridge {
    /// Judges readings of the log for an order that came to be known after them.
    ///
    /// - Parameter readings: The whole answer to a `ReadingRecall`, in any order. What the bag has
    ///   been given away of since it was asked for is passed over.
    package mutating func recalled(
        _ readings: [Reading], for number: OrderNumber, effects: inout Effects
    ) {
        guard let order = book[number] else { return }
        let limit = settings.limits[order.foodClass]
        let instants = instants(of: readings, for: order)
        var newest: [SourceNumber: Timestamp] = [:]
        var lastOutside: [SourceNumber: Timestamp] = [:]
        for instant in instants {
            newest[instant.source] = instant.measuredAt
            if !limit.isKept(by: instant.celsius) {
                lastOutside[instant.source] = instant.measuredAt
            }
        }
        for source in newest.keys {
            watches[WatchKey(order: number, source: source)]?
                .resume(lastOutside: lastOutside[source], by: limit)
        }
        for instant in instants {
            let isFollowed = newest[instant.source].map { instant.measuredAt < $0 } ?? false
            judge(instant, for: order, isFollowed: isFollowed, effects: &effects)
        }
    }

    /// Asks the log for the temperatures of a bag from the first instant at which it carried the
    /// order to the last. Where it carried another order in between, that is passed over later: one
    /// answer must tell everything that a watch is to judge.
    func askAgain(order: OrderNumber, bag: String, effects: inout Effects) {
        let custody = book.custody(ofBag: bag).filter { $0.order == order }
        guard let first = custody.first, let last = custody.last else { return }
        let recall = ReadingRecall(order: order, bag: bag, from: first.from, until: last.until)
        effects.recalls.removeAll { $0.order == order && $0.bag == bag }
        effects.recalls.append(recall)
    }

    /// A temperature of one source at one instant.
    struct Instant {
        var source: SourceNumber
        var measuredAt: Timestamp
        var receivedAt: Timestamp
        var celsius: Double
    }

    /// The usable temperatures among `readings` that belong to the order, in order of event time; of
    /// one source and instant the one furthest outside the limit comes first.
    private func instants(of readings: [Reading], for order: Order) -> [Instant] {
        let limit = settings.limits[order.foodClass]
        var instants: [Instant] = []
        for reading in readings where isJudged(reading, for: order.number) {
            instants.append(
                Instant(
                    source: reading.source, measuredAt: reading.measuredAt,
                    receivedAt: reading.receivedAt, celsius: reading.measurement.value))
        }
        instants.sort {
            ($0.measuredAt, $0.source.rawValue, -limit.deviation(of: $0.celsius))
                < ($1.measuredAt, $1.source.rawValue, -limit.deviation(of: $1.celsius))
        }
        return instants
    }

    private func isJudged(_ reading: Reading, for order: OrderNumber) -> Bool {
        guard reading.measurement.quantity == .temperature,
            reading.measurement.marker == nil, reading.quality.rollup != .bad,
            reading.source.rawValue >= 1, Int(reading.source.rawValue) <= sources.count,
            let bag = sources[reading.source].bag
        else { return false }
        return book.order(inBag: bag, at: reading.measuredAt)?.number == order
    }

    /// Judges one temperature for an order, and says what that changed.
    ///
    /// - Parameter isFollowed: Whether it comes from the log, with newer ones to be judged next.
    mutating func judge(
        _ instant: Instant, for order: Order, isFollowed: Bool = false, effects: inout Effects
    ) {
        let question = Watch.Question(
            celsius: instant.celsius, measuredAt: instant.measuredAt,
            limit: settings.limits[order.foodClass], foodClass: order.foodClass,
            limitProfile: settings.limits.profile,
            gap: settings.bounds.excursionGapMilliseconds, number: last.excursion + 1,
            isFollowed: isFollowed)
        let key = WatchKey(order: order.number, source: instant.source)
        // More than one step only where an excursion by an earlier limit ends.
        while true {
            switch judge(question, by: key) {
            case .nothing: return
            case .widened(let excursion):
                effects.records.excursions.append(excursion)
                return
            case .opened(let excursion):
                last.excursion += 1
                counters.excursionsOpened += 1
                return tell(.opened, excursion, of: order, instant, &effects)
            case .closed(let excursion):
                counters.excursionsClosed += 1
                return tell(.closed, excursion, of: order, instant, &effects)
            case .superseded(let excursion):
                counters.excursionsClosed += 1
                tell(.closed, excursion, of: order, instant, &effects)
            }
        }
    }

    /// In place: changing a value by its key would take two allocations.
    private mutating func judge(_ question: Watch.Question, by key: WatchKey) -> Watch.Finding {
        if let place = watches.index(forKey: key) {
            return watches.values[place].judge(question)
        }
        var watch = Watch(order: key.order, source: key.source)
        defer { watches[key] = watch }
        return watch.judge(question)
    }

    private mutating func tell(
        _ state: TemperatureAlert.State, _ excursion: Excursion, of order: Order,
        _ instant: Instant, _ effects: inout Effects
    ) {
        effects.records.excursions.append(excursion)
        let source = sources[excursion.source].source
        let alert = TemperatureAlert(
            state: state, excursion: excursion, order: order.id, bag: source.carrier.name,
            device: source.device, celsius: instant.celsius, measuredAt: instant.measuredAt,
            receivedAt: instant.receivedAt)
        record(
            .alert(alert), for: order.number, at: instant.measuredAt, now: instant.receivedAt,
            &effects)
        follow(excursion, isNew: state == .opened, of: order, instant, &effects)
    }
}
