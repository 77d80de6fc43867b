import ColdChain

extension Bridge {
    /// Why nobody can sign that the sensor of an excursion is lost: it is heard still, so how the
    /// excursion goes on will be measured.
    func sensorHeard(of alert: Alert, at now: Timestamp) -> AlertRefusal? {
        guard let number = alert.kind.excursion, let order = alert.subject.order?.number,
            let key = openWatch(of: number, for: order), let watch = watches[key],
            let heard = watch.track.newest?.measuredAt
        else { return nil }
        let gap = watch.track.rule.settings.maximumGap
        let silentFrom = TraceTime(heard).advanced(byMicroseconds: gap)
        return TraceTime(now) > silentFrom ? nil : .sensorHeard
    }

    /// Somebody signed that the sensor is lost: the excursion of the alert, whose end nobody will ever
    /// measure, is over. Readings that come after all are judged as ever.
    mutating func giveUpSensor(of alert: Alert, at now: Timestamp, effects: inout Effects) {
        guard let number = alert.kind.excursion, let order = alert.subject.order?.number else {
            return
        }
        guard let key = openWatch(of: number, for: order) else {
            return giveUpRestored(number, of: order, at: now, effects: &effects)
        }
        var found = takeFindings()
        _ = watches.change(key) { (watch: inout Watch) -> Void in
            watch.catchesUpAt = nil
            watch.track.giveUpSensor(at: now, now: now, into: &found)
        }
        carryOut(&found, of: key, at: now, effects: &effects)
    }

    /// After a restart, before the log has told the order's readings: they are judged by this then.
    private mutating func giveUpRestored(
        _ number: UInt64, of order: OrderNumber, at now: Timestamp, effects: inout Effects
    ) {
        let place = restoredExcursions[order]?.firstIndex { $0.number == number && $0.isOpen }
        guard let place, var excursion = restoredExcursions[order]?[place] else { return }
        excursion.revision += excursion.revision == .max ? 0 : 1
        excursion.judged = excursion.judged.closed(at: TraceTime(now), .sensorUnavailable)
        restoredExcursions[order]?[place] = excursion
        effects.records.excursions.append(excursion)
        counters.excursionsClosed += 1
        tell(.closed, excursion, newest: nil, at: now, effects: &effects)
    }

    /// The watch that holds an excursion which is not over.
    private func openWatch(of excursion: UInt64, for order: OrderNumber) -> Watch.Key? {
        for custody in book.custody(of: order) {
            for source in book.sources(inBag: custody.bag) {
                let key = Watch.Key(order: order, source: source, from: custody.from)
                let isThere = watches[key]?.told.values.contains {
                    $0.number == excursion && $0.isOpen
                }
                if isThere == true { return key }
            }
        }
        return nil
    }
}
