package import ColdChain

extension Bridge {
    /// A temperature that is to be judged when its message has been taken whole.
    struct JudgedPoint: Sendable {
        var key: Watch.Key
        var point: TemperaturePoint
    }

    /// Judges the temperatures of the message in hand: those of one watch at once, as late ones cost
    /// what follows them.
    mutating func judgeMessage(at now: Timestamp, effects: inout Effects) {
        guard !unjudged.isEmpty else { return }
        var start = 0
        while start < unjudged.count {
            let key = unjudged[start].key
            var end = start + 1
            while end < unjudged.count, unjudged[end].key == key { end += 1 }
            judge(unjudged[start..<end], by: key, at: now, effects: &effects)
            start = end
        }
        unjudged.removeAll(keepingCapacity: true)
    }

    private mutating func judge(
        _ points: ArraySlice<JudgedPoint>, by key: Watch.Key, at now: Timestamp,
        effects: inout Effects
    ) {
        // Where the log is asked, its answer brings these readings, too.
        guard asked.isEmpty || !asked.contains(key.order) else { return }
        var found = takeFindings()
        let pause = settings.bounds.backlogPauseMilliseconds
        let newest = points.lazy.map(\.point.measuredAt).max() ?? now
        let isBacklog = now.milliseconds(since: newest) > pause
        let judgedAt = isBacklog ? newest : now
        let catchesUpAt = isBacklog ? now.advanced(byMilliseconds: pause) : nil
        let isKnown =
            watches.change(key) { (watch: inout Watch) -> Void in
                watch.catchesUpAt = catchesUpAt
                if points.count == 1, let only = points.first {
                    watch.track.take(only.point, now: judgedAt, into: &found)
                } else {
                    watch.track.take(points.map(\.point), now: judgedAt, into: &found)
                }
            } != nil
        if !isKnown, let order = book[key.order], let custody = custody(of: key) {
            let track = ExcursionTrack(
                window: TransitWindow(custody), limit: settings.limits[order.foodClass],
                settings: excursionSettings(of: key.source), readings: points.map(\.point),
                now: judgedAt, into: &found)
            watches.put(Watch(track: track, catchesUpAt: catchesUpAt), at: key)
        }
        carryOut(&found, of: key, at: now, effects: &effects)
    }

    /// Tells what time alone has led to.
    mutating func advanceWatches(to now: Timestamp, effects: inout Effects) {
        for key in watches.due(at: now) {
            var found = takeFindings()
            _ = watches.change(key) { (watch: inout Watch) -> Void in
                watch.catchesUpAt = nil
                watch.track.advance(to: now, into: &found)
            }
            carryOut(&found, of: key, at: now, effects: &effects)
        }
    }

    /// The bag has ceased to carry the order.
    mutating func judgeEnded(_ custody: Custody, at now: Timestamp, effects: inout Effects) {
        endListening(custody, at: now, effects: &effects)
        guard let until = custody.until, !asked.contains(custody.order) else { return }
        for source in book.sources(inBag: custody.bag) {
            let key = Watch.Key(order: custody.order, source: source, from: custody.from)
            guard let newest = watches[key]?.track.newest else { continue }
            // Readings that belong to the order no more are taken out of its judgement.
            if newest.measuredAt >= until {
                return askAgain(custody.order, effects: &effects)
            }
            var found = takeFindings()
            _ = watches.change(key) {
                $0.track.change(window: TransitWindow(custody), now: now, into: &found)
            }
            carryOut(&found, of: key, at: now, effects: &effects)
        }
    }

    /// A later reading changed what is said of an earlier temperature: where it became unusable, or
    /// usable after all, its order is judged again.
    mutating func qualityRevised(
        of source: SourceNumber, at measuredAt: Timestamp, from before: QualityFlags,
        to after: QualityFlags, effects: inout Effects
    ) {
        guard before.isUsable != after.isUsable else { return }
        askAgain(ofFoodAt: measuredAt, beside: source, effects: &effects)
    }

    /// Asks the log for the order whose food lay beside a source at an instant, if there is one.
    mutating func askAgain(
        ofFoodAt instant: Timestamp, beside source: SourceNumber, effects: inout Effects
    ) {
        guard let bag = sources[source].bag, let custody = book.custody(inBag: bag, at: instant)
        else { return }
        askAgain(custody.order, effects: &effects)
    }

    /// Asks the log for all temperatures of an order: what its watches make of them takes the place
    /// of what was judged.
    mutating func askAgain(_ order: OrderNumber, effects: inout Effects) {
        if asked.insert(order).inserted { effects.recalls.append(order) }
    }

    /// Judges all the readings of the log that belong to an order, in place of what was judged.
    ///
    /// - Parameter readings: Of all bags of the order, in any order. What a bag carried another order
    ///   at is passed over.
    package mutating func recalled(
        _ readings: [Reading], for number: OrderNumber, at now: Timestamp,
        effects: inout Effects
    ) {
        asked.remove(number)
        guard let order = book[number] else { return }
        let points = points(of: readings, for: number)
        let restored = takeRestored(of: number)
        for custody in book.custody(of: number) {
            for source in book.sources(inBag: custody.bag) {
                let key = Watch.Key(order: number, source: source, from: custody.from)
                judgeAnew(
                    key, order, custody, points[key] ?? [], restored[key], at: now,
                    effects: &effects)
            }
        }
        listenAgain(to: readings, for: number)
    }

    /// The readings by the watch they are for. Those of one source stand together in the log's
    /// answer, so that the table is asked once for a stretch of them.
    private func points(
        of readings: [Reading], for number: OrderNumber
    ) -> [Watch.Key: [TemperaturePoint]] {
        var points: [Watch.Key: [TemperaturePoint]] = [:]
        var stretch: [TemperaturePoint] = []
        var stretchKey: Watch.Key?
        for reading in readings {
            guard let key = key(of: reading, for: number), let point = TemperaturePoint(reading)
            else { continue }
            if let ended = stretchKey, ended != key {
                points[ended, default: []] += stretch
                stretch.removeAll(keepingCapacity: true)
            }
            stretchKey = key
            stretch.append(point)
        }
        if let stretchKey { points[stretchKey, default: []] += stretch }
        return points
    }

    /// The watch that a reading of the log is for.
    func key(of reading: Reading, for order: OrderNumber) -> Watch.Key? {
        guard reading.source.rawValue >= 1, Int(reading.source.rawValue) <= sources.count,
            let bag = sources[reading.source].bag,
            let custody = book.custody(inBag: bag, at: reading.measuredAt),
            custody.order == order
        else { return nil }
        return Watch.Key(order: order, source: reading.source, from: custody.from)
    }

    /// How long a source may be silent before the time between is unknown follows from how often it
    /// is expected to send.
    private func excursionSettings(of source: SourceNumber) -> ExcursionSettings {
        var chosen = settings.excursions
        if let seconds = devices[sources[source].source.device]?.expectedIntervalSeconds {
            let expected = ExcursionSettings.maximumGap(
                expectedInterval: Int64(clamping: seconds) * ExcursionSettings.second)
            chosen.maximumGap = max(chosen.maximumGap, expected)
        }
        return chosen
    }

    private func custody(of key: Watch.Key) -> Custody? {
        guard let bag = sources[key.source].bag else { return nil }
        return book.bags[bag].custody.first { $0.order == key.order && $0.from == key.from }
    }

    // MARK: After a restart, another limit, another custody

    /// What was told of a watch.
    struct Told: Sendable {
        var excursions: [Excursion] = []
        var losses: [DataLoss] = []

        /// A time at which all of it had been told: where the clock was set back, it is not yet come.
        func reach(of now: Timestamp, maximumGap: Int64) -> Timestamp {
            let silences = losses.map { $0.from.advanced(byMicroseconds: maximumGap + 1) }
            let turns = excursions.flatMap { [$0.judged.activatedAt, $0.judged.closedAt] }
            let latest = (silences + turns.compactMap(\.self)).max()
            return max(now, latest?.timestampNotBefore ?? now)
        }
    }

    /// What the log says was told of an order, by the watches it is for; empty the second time.
    private mutating func takeRestored(of order: OrderNumber) -> [Watch.Key: Told] {
        var told: [Watch.Key: Told] = [:]
        for excursion in restoredExcursions.removeValue(forKey: order) ?? [] {
            let key = key(of: excursion.source, for: order, at: excursion.openedAt)
            told[key, default: Told()].excursions.append(excursion)
        }
        for gap in restoredGaps.removeValue(forKey: order) ?? [] {
            let key = key(of: gap.source, for: order, at: gap.loss.from.timestamp)
            told[key, default: Told()].losses.append(gap.loss)
        }
        return told
    }

    /// The stretch of custody that an instant lies in, or the last one that began before.
    private func key(
        of source: SourceNumber, for order: OrderNumber, at instant: Timestamp
    ) -> Watch.Key {
        let stretches =
            sources[source].bag.map { book.bags[$0].custody.filter { $0.order == order } } ?? []
        let stretch = stretches.last { $0.from <= instant } ?? stretches.first
        return Watch.Key(order: order, source: source, from: stretch?.from ?? instant)
    }

    private mutating func judgeAnew(
        _ key: Watch.Key, _ order: Order, _ custody: Custody, _ points: [TemperaturePoint],
        _ restored: Told?, at now: Timestamp, effects: inout Effects
    ) {
        let limit = settings.limits[order.foodClass]
        var told = restored ?? Told()
        if let watch = watches[key] {
            told.excursions += watch.earlier
            told.excursions += watch.told.values.sorted { $0.number < $1.number }
            told.losses += watch.losses
        }
        guard !points.isEmpty || !told.excursions.isEmpty || !told.losses.isEmpty else {
            return watches.remove(key)
        }
        let chosen = excursionSettings(of: key.source)
        let now = told.reach(of: now, maximumGap: chosen.maximumGap)
        var standing: [Excursion] = []
        var earlier: [Excursion] = []
        for excursion in told.excursions where excursion.judged.closeReason != .limitChanged {
            if excursion.limit == limit {
                standing.append(excursion)
            } else if excursion.judged.closedAt == nil {
                end(excursion, at: now, effects: &effects)
            } else {
                earlier.append(excursion)
            }
        }
        var found = takeFindings()
        var track = ExcursionTrack(
            window: TransitWindow(custody), limit: limit,
            settings: chosen, now: now, into: &found)
        for excursion in standing where excursion.judged.closeReason == .sensorUnavailable {
            guard let moment = excursion.closedAt else { continue }
            track.giveUpSensor(at: moment, now: now, into: &found)
        }
        let numbered = zip(UInt32(1)..., standing).map { ordinal, excursion in
            ToldExcursion(
                ordinal: ordinal, revision: excursion.revision, excursion: excursion.judged)
        }
        var watch = Watch(track: track, losses: told.losses, earlier: earlier)
        watch.told = Dictionary(zip(UInt32(1)..., standing), uniquingKeysWith: { $1 })
        watch.track.judgeAgain(
            points, told: numbered, toldLosses: told.losses, now: now, into: &found)
        watches.put(watch, at: key)
        carryOut(&found, of: key, at: now, effects: &effects)
    }

    /// An excursion keeps the limit it was judged by: where another holds, it is over.
    private mutating func end(
        _ excursion: Excursion, at now: Timestamp, effects: inout Effects
    ) {
        var ended = excursion
        ended.revision += excursion.revision == .max ? 0 : 1
        ended.judged = excursion.judged.closed(at: TraceTime(now), .limitChanged)
        effects.records.excursions.append(ended)
        guard excursion.judged.isAlarm else { return }
        counters.excursionsClosed += 1
        tell(.closed, ended, newest: nil, at: now, effects: &effects)
    }

    /// The list that findings are put in, kept so that it is not made for each reading.
    mutating func takeFindings() -> [ExcursionEffect] {
        var findings: [ExcursionEffect] = []
        swap(&findings, &spareFindings)
        return findings
    }

    // MARK: Telling

    mutating func carryOut(
        _ found: inout [ExcursionEffect], of key: Watch.Key, at now: Timestamp,
        effects: inout Effects
    ) {
        for finding in found {
            switch finding {
            case .told(let told, let news): store(told, news, key, now, &effects)
            case .corrected(let correction): store(correction, key, now, &effects)
            case .dataLost(let loss): store(loss, .lost, key, now, &effects)
            case .dataReturned(let loss): store(loss, .returned, key, now, &effects)
            case .dataRecovered(let loss): store(loss, .recovered, key, now, &effects)
            case .needsLog: askAgain(key.order, effects: &effects)
            }
        }
        found.removeAll(keepingCapacity: true)
        swap(&found, &spareFindings)
    }

    private mutating func store(
        _ told: ToldExcursion, _ news: ExcursionEffect.News, _ key: Watch.Key, _ now: Timestamp,
        _ effects: inout Effects
    ) {
        guard let order = book[key.order], let watch = watches[key] else { return }
        var excursion = watch.told[told.ordinal] ?? newExcursion(told, key, order, watch.track.rule)
        let wasOpen = excursion.number <= last.excursion && watch.told[told.ordinal]?.isOpen == true
        excursion.revision = told.revision
        excursion.judged = told.excursion
        last.excursion = max(last.excursion, excursion.number)
        _ = watches.change(key) { $0.told[told.ordinal] = excursion }
        effects.records.excursions.append(excursion)
        let newest = watch.track.newest
        switch news {
        case .opened:
            counters.excursionsOpened += 1
            if !excursion.isOpen { counters.excursionsClosed += 1 }
            tell(.opened, excursion, newest: newest, at: now, effects: &effects)
        case .closed:
            if wasOpen { counters.excursionsClosed += 1 }
            tell(.closed, excursion, newest: newest, at: now, effects: &effects)
        case .revised where told.excursion.isAlarm:
            if wasOpen, !excursion.isOpen { counters.excursionsClosed += 1 }
            tell(.revised, excursion, newest: newest, at: now, effects: &effects)
        // Of interest for the record alone.
        case .revised, .recovering, .outsideAgain, .minorDip: break
        }
    }

    private func newExcursion(
        _ told: ToldExcursion, _ key: Watch.Key, _ order: Order, _ rule: ExcursionRule
    ) -> Excursion {
        Excursion(
            number: last.excursion + 1, order: key.order, source: key.source,
            foodClass: order.foodClass, limit: rule.limit,
            limitProfile: settings.limits.profile, settings: rule.settings,
            judged: told.excursion)
    }

    private mutating func store(
        _ correction: ExcursionCorrection, _ key: Watch.Key, _ now: Timestamp,
        _ effects: inout Effects
    ) {
        guard let watch = watches[key], var excursion = watch.told[correction.ordinal] else {
            return
        }
        let wasOpen = excursion.isOpen
        excursion.revision = correction.revision
        if let now = correction.now {
            excursion.judged = now
        } else {
            excursion.standing = correction.joined == nil ? .corrected : .joined
        }
        let isKept = correction.now != nil
        _ = watches.change(key) { $0.told[correction.ordinal] = isKept ? excursion : nil }
        effects.records.excursions.append(excursion)
        guard correction.was.isAlarm else { return }
        if wasOpen { counters.excursionsClosed += 1 }
        counters.excursionsCorrected += 1
        tell(.corrected, excursion, newest: watch.track.newest, at: now, effects: &effects)
    }

    private mutating func store(
        _ loss: DataLoss, _ state: DataLossNotice.State, _ key: Watch.Key, _ now: Timestamp,
        _ effects: inout Effects
    ) {
        guard let order = book[key.order] else { return }
        _ = watches.change(key) { watch in
            watch.losses.removeAll { $0.from == loss.from }
            if state != .recovered { watch.losses.append(loss) }
        }
        effects.records.dataGaps.append(
            DataGap(
                order: key.order, source: key.source, loss: loss,
                isRecovered: state == .recovered))
        if state == .lost { counters.dataLosses += 1 }
        let source = sources[key.source].source
        let notice = DataLossNotice(
            state: state, order: order.id, bag: source.carrier.name, device: source.device,
            from: loss.from.timestamp, until: loss.until?.timestamp, toldAt: now)
        record(.dataLoss(notice), for: key.order, at: now, now: now, &effects)
        follow(
            .dataLoss, alertSubject(of: order, key.source), isStanding: state == .lost,
            isNew: state == .lost, evidence: nil, at: now, &effects)
    }

    mutating func tell(
        _ state: TemperatureAlert.State, _ excursion: Excursion, newest: TemperaturePoint?,
        at now: Timestamp, effects: inout Effects
    ) {
        guard let order = book[excursion.order] else { return }
        let source = sources[excursion.source].source
        let alert = TemperatureAlert(
            state: state, excursion: excursion, order: order.id, bag: source.carrier.name,
            device: source.device, celsius: newest?.celsius,
            measuredAt: newest?.measuredAt ?? now, toldAt: now)
        record(.alert(alert), for: excursion.order, at: alert.measuredAt, now: now, &effects)
        follow(excursion, state, of: order, newest, at: now, &effects)
    }
}

extension TransitWindow {
    init(_ custody: Custody) {
        self.init(from: custody.from, until: custody.until)
    }
}
