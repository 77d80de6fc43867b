import ColdChain

/// Silence of sensors whose bag carries an order (§2.3): for each channel, and for the bag as a whole
/// where nothing is known that could speak.
///
/// What is watched follows from the log and the registry alone, so that it is the same after a
/// restart:
/// - each probe of a device that was named since the bag carries the order, by a number or by a marker;
/// - each device of the bag that has measured before, while none of its probes was named;
/// - the bag itself, where the registry fixes no such device to it.
extension Bridge {
    /// Sensors that are told to be silent and were not heard since.
    package var silentSensors: Int { silences.silentCount }

    // MARK: Which bags

    /// The bag carries the order from now on; the log is asked for what was heard before.
    mutating func beginListening(_ custody: Custody) {
        guard custody.until == nil, book[custody.order] != nil else { return }
        silences.begin(book.bagIndex(of: custody.bag), custody.order, from: custody.from)
    }

    /// The bag has ceased to carry the order: what was silent stays unheard.
    mutating func endListening(_ custody: Custody, at now: Timestamp, effects: inout Effects) {
        let bag = book.bagIndex(of: custody.bag)
        guard silences.listens(to: bag, for: custody.order, from: custody.from) else { return }
        for silence in silences.bags[bag].told {
            end(silence, ofBag: bag, .init(at: now, reason: .orderEnded), at: now, &effects)
        }
        silences.end(bag)
    }

    /// Goes on with what was told before the start.
    mutating func restoreSilences(_ restored: RestoredState) {
        for custody in restored.custody { beginListening(custody) }
        for silence in restored.silences where silence.end == nil {
            let bag = book.bagIndex(of: silence.bag)
            if silences.listens(to: bag, for: silence.order, from: silence.carriedSince) {
                silences.put(silence, ofBag: bag)
            }
        }
    }

    // MARK: What is heard

    /// A measurement of a source was recorded.
    mutating func listen(to measurement: Measurement, _ row: Row) {
        guard let bag = sources[row.source].bag else { return }
        if !sources[row.source].hasMeasured {
            sources[row.source].hasMeasured = true
            lookForSilence(ofBag: bag)
        }
        // Where the log is asked, its answer brings this reading, too.
        guard measurement.quantity == .temperature, let order = row.order,
            let from = row.carriedSince, silences.listens(to: bag, for: order, from: from),
            asked.isEmpty || !asked.contains(order)
        else { return }
        silences.hear(
            bag, sources[row.source].speaker, probe: measurement.probe,
            isNumber: measurement.marker == nil, measuredAt: row.measuredAt,
            receivedAt: row.receivedAt)
    }

    /// The log's answer takes the place of what was heard of an order's bags.
    mutating func listenAgain(to readings: [Reading], for number: OrderNumber) {
        for custody in book.custody(of: number) where custody.until == nil {
            let bag = book.bagIndex(of: custody.bag)
            guard silences.listens(to: bag, for: number, from: custody.from) else { continue }
            silences.forgetSpeech(bag)
            let heard = readings.filter { reading in
                reading.measurement.quantity == .temperature
                    && key(of: reading, for: number)?.from == custody.from
                    && sources[reading.source].bag == bag
            }
            for reading in heard.sorted(by: { $0.receivedAt < $1.receivedAt }) {
                silences.hear(
                    bag, sources[reading.source].speaker, probe: reading.measurement.probe,
                    isNumber: reading.measurement.marker == nil,
                    measuredAt: reading.measuredAt, receivedAt: reading.receivedAt)
            }
            lookForSilence(ofBag: bag)
        }
    }

    /// The registry says something else of a device: what is expected of its bags may have changed.
    mutating func lookForSilence(ofDevice id: String) {
        for source in sources.numbers(of: Array(id.utf8).span) {
            if let bag = sources[source].bag { lookForSilence(ofBag: bag) }
        }
    }

    private mutating func lookForSilence(ofBag bag: Int) {
        guard silences.bags.indices.contains(bag) else { return }
        silences.look(at: bag, SilenceBook.atOnce)
    }

    // MARK: What is expected

    /// Something of a bag that should speak.
    private struct Listened {
        var source: SourceNumber?
        var probe: UInt8?
        var lastHeard: Timestamp?
        var isExpected: Bool
        var settings: SilenceSettings

        func isOf(_ silence: Silence) -> Bool {
            silence.source == source && silence.probe == probe
        }
    }

    private func listened(inBag index: Int) -> [Listened] {
        let channels = silences.bags[index].channels
        var all: [Listened] = []
        var bag = Listened(isExpected: true, settings: settings.silence)
        for source in book.bags[index].sources where sources[source].speaker == source {
            let device = devices[sources[source].source.device]
            let isThere = device?.isFixed(to: sources[source].source.carrier) ?? false
            let patience = settings.silence.expecting(
                interval: device?.expectedIntervalSeconds.map { Int64($0) * 1000 })
            var whole = Listened(source: source, isExpected: isThere, settings: patience)
            for channel in channels where channel.speaker == source {
                whole.isExpected = false
                let heard = channel.speech.heard
                whole.lastHeard = Bridge.later(whole.lastHeard, heard)
                all.append(
                    Listened(
                        source: source, probe: channel.probe, lastHeard: heard,
                        isExpected: isThere, settings: patience))
            }
            whole.isExpected = whole.isExpected && hasMeasured(speaker: source, inBag: index)
            bag.lastHeard = Bridge.later(bag.lastHeard, whole.lastHeard)
            all.append(whole)
        }
        bag.isExpected = !all.contains { $0.isExpected }
        all.append(bag)
        return all
    }

    /// Whether the device has measured anything on this bag, by whichever profile.
    private func hasMeasured(speaker: SourceNumber, inBag index: Int) -> Bool {
        book.bags[index].sources.contains {
            sources[$0].speaker == speaker && sources[$0].hasMeasured
        }
    }

    private static func later(_ one: Timestamp?, _ other: Timestamp?) -> Timestamp? {
        guard let one, let other else { return one ?? other }
        return max(one, other)
    }

    // MARK: Time

    /// Tells which sensors have fallen silent, are still, or speak again.
    ///
    /// - Returns: When the next bag is to be looked at.
    mutating func tellSilences(at now: Timestamp, effects: inout Effects) -> Timestamp? {
        let tellsFrom =
            silences.tellsFrom ?? now.advanced(byMilliseconds: settings.silence.startPause)
        silences.tellsFrom = tellsFrom
        while let bag = silences.nextDue(at: now) {
            // The log's answer has it looked at again.
            guard let order = silences.bags[bag].order, !asked.contains(order) else { continue }
            silences.clampSpeech(bag, to: now)
            var next: Timestamp?
            let all = listened(inBag: bag)
            for silence in silences.bags[bag].told where !all.contains(where: { $0.isOf(silence) })
            {
                end(silence, ofBag: bag, .init(at: now, reason: .notExpected), at: now, &effects)
            }
            for listened in all {
                let timer = judge(
                    listened, ofBag: bag, at: now, mayTell: now >= tellsFrom, &effects)
                guard let timer else { continue }
                next = min(next ?? timer, timer)
            }
            if let next {
                let soonest = max(
                    now.advanced(byMilliseconds: 1), now < tellsFrom ? tellsFrom : now)
                silences.look(at: bag, max(next, soonest))
            }
        }
        return silences.nextTimer
    }

    /// - Returns: When it is to be judged again; nil where nothing is expected.
    private mutating func judge(
        _ listened: Listened, ofBag bag: Int, at now: Timestamp, mayTell: Bool,
        _ effects: inout Effects
    ) -> Timestamp? {
        let from = silences.bags[bag].carriedSince
        var told = silences.bags[bag].told.first { listened.isOf($0) }
        if let silence = told {
            if let heard = listened.lastHeard, heard > silence.lastHeard ?? from {
                end(silence, ofBag: bag, .init(at: heard, reason: .returned), at: now, &effects)
                told = nil
            } else if !listened.isExpected {
                end(silence, ofBag: bag, .init(at: now, reason: .notExpected), at: now, &effects)
                return nil
            }
        }
        guard listened.isExpected else { return nil }
        let heard = listened.lastHeard ?? from
        var watch = SilenceWatch(
            from: heard, silentSince: told?.since, noticesTold: told?.notices ?? 0)
        // What once was the sensor's own silence stays so.
        let excuse =
            told.map { $0.cause == nil } ?? false
            ? nil
            : links.excuse(
                listened.source.flatMap { sources[$0].broker }, since: heard, at: now,
                patience: listened.settings.silentAfter)
        let isOwnNow = told?.cause != nil && excuse == nil
        if isOwnNow, !mayTell { return now }
        if mayTell, let order = silences.bags[bag].order {
            var due: (since: Timestamp, notice: Int64)?
            if let told, isOwnNow { due = (told.since, told.notices + 1) }
            if case .silent(_, let since, let notice) = watch.advance(
                to: now, by: listened.settings)
            {
                due = (since, notice)
            }
            if let due {
                let silence = Silence(
                    order: order, bag: book.bags[bag].name, carriedSince: from,
                    source: listened.source, probe: listened.probe, since: due.since,
                    lastHeard: listened.lastHeard, notices: due.notice, toldAt: now,
                    cause: excuse == nil ? nil : .brokerUnreachable)
                tell(
                    silence, ofBag: bag, isNew: told == nil, raisesAlert: told == nil || isOwnNow,
                    at: now, &effects)
                for broker in excuse?.brokers ?? [] {
                    follow(broker: broker, isNew: true, at: now, &effects)
                }
                watch = SilenceWatch(
                    from: heard, silentSince: due.since, noticesTold: due.notice)
            }
        }
        let timer = watch.nextTimer(by: listened.settings)
        return excuse?.until.map { min($0, timer) } ?? timer
    }

    // MARK: Telling

    private mutating func tell(
        _ silence: Silence, ofBag bag: Int, isNew: Bool, raisesAlert: Bool, at now: Timestamp,
        _ effects: inout Effects
    ) {
        silences.put(silence, ofBag: bag)
        effects.records.silences.append(silence)
        counters.silenceNotices += 1
        if isNew { counters.silences += 1 }
        publish(silence, at: now, &effects)
        follow(silence, ofBag: bag, isNew: raisesAlert, at: now, &effects)
    }

    private mutating func end(
        _ silence: Silence, ofBag bag: Int, _ end: Silence.End, at now: Timestamp,
        _ effects: inout Effects
    ) {
        var ended = silence
        ended.end = end
        silences.put(ended, ofBag: bag)
        effects.records.silences.append(ended)
        // What was not heard again has not returned.
        if end.reason == .returned { publish(ended, at: now, &effects) }
        follow(ended, ofBag: bag, isNew: false, at: now, &effects)
    }

    private mutating func publish(
        _ silence: Silence, at now: Timestamp, _ effects: inout Effects
    ) {
        guard let order = book[silence.order] else { return }
        let notice = SilenceNotice(
            order: order.id, bag: silence.bag,
            device: silence.source.map { sources[$0].source.device }, probe: silence.probe,
            lastHeard: silence.lastHeard, since: silence.since, number: silence.notices,
            returnedAt: silence.end?.at, cause: silence.cause?.name, toldAt: now)
        record(.silence(notice), for: silence.order, at: now, now: now, &effects)
    }

    /// One alert for a device, whichever of its probes are silent; none where that says nothing of
    /// the device.
    private mutating func follow(
        _ silence: Silence, ofBag bag: Int, isNew: Bool, at now: Timestamp,
        _ effects: inout Effects
    ) {
        guard silence.cause == nil, let order = book[silence.order] else { return }
        let isStanding = silences.bags[bag].told.contains {
            $0.source == silence.source && $0.cause == nil
        }
        let subject = AlertSubject(
            order: AlertOrder(order),
            bag: silence.bag, device: silence.source.map { sources[$0].source.device } ?? "")
        follow(
            .silence, subject, isStanding: isStanding, isNew: isNew, evidence: nil, at: now,
            &effects)
    }
}

extension RegisteredDevice {
    /// Whether it is expected on the carrier. What registered itself is on what it was seen on.
    func isFixed(to carrier: Carrier) -> Bool {
        isAutomatic ? carrier.name == id : fixedTo == carrier
    }
}
