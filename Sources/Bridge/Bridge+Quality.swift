package import ColdChain

extension Bridge {
    // MARK: What a sample is put to as a whole

    func findings(
        of sample: Sample, from source: SourceNumber, isConflict: Bool
    ) -> ReadingQuality {
        var quality = ReadingQuality(parametersVersion: settings.checks.withoutOrder.version)
        if sample.notes.contains(.identityConflict) {
            quality[.identity] = QualityFinding(.suspect)
        }
        if isConflict { quality[.sequence] = QualityFinding(.suspect) }
        if let clock = sources[source].clock, sample.timeSource == .device {
            quality[.clockOffset] = self.quality.clocks[clock].finding
        }
        return quality
    }

    /// Takes what a message that was sent at once says of its device's clock.
    mutating func observeClock(
        of sample: Sample, in batch: borrowing SampleBatch, _ source: SourceNumber,
        _ arrival: Arrival
    ) {
        guard settings.checks.extent == .all, let measuredAt = sample.measuredAt,
            sample.timeSource == .device, batch.samples.count == 1, !arrival.isRetained,
            !sample.notes.contains(.buffered)
        else { return }
        // A time that cannot be is said of the reading; the clock may be right again.
        let age = arrival.receivedAt.milliseconds(since: measuredAt)
        guard age <= settings.bounds.oldestReadingMilliseconds,
            age >= -settings.bounds.oldestReadingMilliseconds
        else { return }
        let place = sources[source].clock ?? quality.clocks.count
        if place == quality.clocks.count {
            quality.clocks.append(ClockOffset())
            sources[source].clock = place
        }
        quality.clocks[place].observe(measuredAt: measuredAt, receivedAt: arrival.receivedAt)
    }

    /// What a bag is used for at an instant; nil for what is fixed to no bag. When an order's food
    /// was put in is not known: until it is picked up a bag may still be on the way to its
    /// temperature.
    func phase(of order: Order?, from source: SourceNumber, at instant: Timestamp) -> BagPhase? {
        guard sources[source].bag != nil else { return nil }
        return order.map { phase(of: $0, at: instant) } ?? .empty
    }

    func phase(of order: Order, at instant: Timestamp) -> BagPhase {
        if let deliveredAt = order.deliveredAt, instant >= deliveredAt { return .loaded }
        if let pickedUpAt = order.pickedUpAt {
            return instant >= pickedUpAt ? .underWay : .preparing
        }
        switch order.status {
        case .created, .confirmed, .preparing, .cancelled: return .preparing
        case .ready: return .loaded
        case .pickedUp, .inTransit, .delivered: return .underWay
        }
    }

    // MARK: Readings

    /// Judges a measurement, and with it perhaps an earlier one anew.
    mutating func quality(
        of measurement: Measurement, _ applied: AppliedCalibration?, _ row: Row,
        effects: inout Effects
    ) -> ReadingQuality {
        let settings = checkTable.settings(
            row.profile, row.foodClass, interval: sources[row.source].interval)
        let reading = ChannelReading(
            measuredAt: row.measuredAt, receivedAt: row.receivedAt,
            value: measurement.marker == nil ? measurement.value : .nan,
            correctedValue: applied?.correction.value, phase: row.phase,
            calibrationDue: applied?.dueAt)
        guard measurement.quantity == .temperature, self.settings.checks.extent == .all else {
            let range =
                measurement.quantity == .temperature
                ? settings.grossRange
                : sources.grossRange(of: measurement.quantity, profile: row.profile)
            return merged(
                ChannelQuality.rangeOnly(reading, in: range, by: settings), measurement, row)
        }
        let place = channel(of: row.source, probe: measurement.probe, row.profile)
        guard quality.channels[place].isKnown else {
            return judgeAlone(reading, measurement, place, row, settings)
        }
        let newestAt = quality.channels[place].state.newestMeasuredAt
        switch quality.channels[place].state.take(reading, by: settings) {
        case .late: return judgeAlone(reading, measurement, place, row, settings)
        case .redelivered:
            if let told = quality.channels[place].told, told.isToldOf(reading) {
                return told.quality
            }
            return merged(ChannelQuality.alone(reading, by: settings), measurement, row)
        case .judged(let found, let revision):
            if let revision { revise(place, revision, at: row.receivedAt, effects: &effects) }
            var judged = merged(found, measurement, row)
            guard quality.channels[place].state.newestMeasuredAt != newestAt else { return judged }
            comparePair(place, reading, &judged, settings, effects: &effects)
            quality.channels[place].told = QualityBook.Told(
                measuredAt: reading.measuredAt, receivedAt: reading.receivedAt,
                measurement: measurement, judgedValue: reading.judgedValue,
                timeSource: row.timeSource, quality: judged, isAsRecorded: true)
            return judged
        }
    }

    /// Records what can be said at once; the rest follows when the log was asked.
    private mutating func judgeAlone(
        _ reading: ChannelReading, _ measurement: Measurement, _ place: Int, _ row: Row,
        _ settings: QualitySettings
    ) -> ReadingQuality {
        let found = ChannelQuality.alone(reading, by: settings)
        if found.flags[.eventTime] != .bad { quality.wait(place, at: reading.measuredAt) }
        return merged(found, measurement, row)
    }

    private func merged(
        _ found: ReadingQuality, _ measurement: Measurement, _ row: Row
    ) -> ReadingQuality {
        found.completed(of: measurement, row.timeSource, from: row.quality)
    }

    /// The place of a channel; one that is seen for the first time is added.
    private mutating func channel(
        of source: SourceNumber, probe: UInt8, _ profile: ProfileNumber
    ) -> Int {
        var last = -1
        var next = sources[source].channel ?? -1
        while next >= 0 {
            if quality.channels[next].probe == probe { return next }
            last = next
            next = quality.channels[next].next
        }
        let place = quality.channels.count
        quality.channels.append(
            QualityBook.Channel(
                source: source, probe: probe, profile: profile,
                isKnown: !sources[source].isRestored))
        if last >= 0 {
            quality.channels[last].next = place
        } else {
            sources[source].channel = place
        }
        findPartner(place)
        return place
    }

    /// Says what the newest reading of a channel has become by the one that is recorded next.
    private mutating func revise(
        _ place: Int, _ revision: QualityRevision, at now: Timestamp, effects: inout Effects
    ) {
        guard let told = quality.channels[place].told, told.measuredAt == revision.measuredAt,
            told.receivedAt == revision.receivedAt
        else { return }
        let new = revision.quality.completed(
            of: told.measurement, told.timeSource, from: told.quality)
        let isSettled = told.isAsRecorded && new.onlySettlesSpike(of: told.quality)
        tellRevised(
            place, told, new, at: now,
            settler: isSettled ? effects.records.readings.count : nil, effects: &effects)
    }

    mutating func tellRevised(
        _ place: Int, _ told: QualityBook.Told, _ new: ReadingQuality, at now: Timestamp,
        settler: Int? = nil, effects: inout Effects
    ) {
        guard !new.isSaid(by: told.quality) else { return }
        let channel = (quality.channels[place].source, quality.channels[place].probe)
        if let newest = quality.channels[place].told, newest.measuredAt == told.measuredAt,
            newest.receivedAt == told.receivedAt,
            newest.measurement.value.bitPattern == told.measurement.value.bitPattern
        {
            quality.channels[place].told?.quality = new
            quality.channels[place].told?.isAsRecorded = false
        }
        counters.qualityRevisions += 1
        effects.records.qualityRevisions.append(
            RevisedQuality(
                source: channel.0, quantity: .temperature, probe: channel.1,
                measuredAt: told.measuredAt, receivedAt: told.receivedAt,
                value: told.measurement.value,
                quality: new, revisedAt: now, settler: settler))
        qualityRevised(
            of: channel.0, at: told.measuredAt, from: told.quality.flags, to: new.flags,
            effects: &effects)
    }

    // MARK: The log is asked

    /// Asks the log for what was judged alone in this turn, and for some of the channels whose state
    /// has yet to be made from it.
    ///
    /// - Returns: Whether there are more of those.
    mutating func recallChannels(effects: inout Effects) -> Bool {
        defer { recallPairs(effects: &effects) }
        for waiting in quality.late {
            quality.channels[waiting.channel].waiting = -1
            recall(waiting, effects: &effects)
        }
        quality.late.removeAll(keepingCapacity: true)
        for _ in 0..<max(settings.checks.channelsRestoredATurn, 1) {
            guard var waiting = quality.unknown.popLast() else { return false }
            quality.channels[waiting.channel].waiting = -1
            // What a turn that came to no end left unsaid is said now.
            let reach = settings(of: waiting.channel, nil).reach
            let first = waiting.readings.lowerBound.advanced(byMilliseconds: -reach)
            waiting.readings = first...waiting.readings.upperBound
            recall(waiting, effects: &effects)
        }
        return !quality.unknown.isEmpty
    }

    private func recall(_ waiting: QualityBook.Waiting, effects: inout Effects) {
        let channel = quality.channels[waiting.channel]
        effects.channelRecalls.append(
            ChannelRecall(
                source: channel.source, quantity: .temperature, probe: channel.probe,
                stretch: ChannelQuality.reassessment(
                    for: waiting.readings, by: settings(of: waiting.channel, nil))))
    }

    func settings(of place: Int, _ order: Order?) -> QualitySettings {
        let channel = quality.channels[place]
        return checkTable.settings(
            channel.profile, order?.foodClass, interval: sources[channel.source].interval)
    }

    /// Judges a stretch of a channel anew, and says what has changed.
    ///
    /// - Parameters:
    ///   - readings: The whole answer, as the log has them and with their newest flags: by time of
    ///     measurement, at one time by receipt, at one receipt by the order of the log.
    ///   - reachesEnd: Whether the log has no later reading of the channel.
    package mutating func recalledChannel(
        _ readings: [Reading], reachesEnd: Bool, for recall: ChannelRecall, at now: Timestamp,
        effects: inout Effects
    ) {
        guard let place = knownChannel(of: recall) else { return }
        let (series, judged) = judged(readings, of: recall.source, place)
        let settled = recall.stretch.settled
        let after = series.first { $0.measuredAt > recall.stretch.read.upperBound }?.measuredAt
        var newest: QualityBook.Told?
        for (index, reading) in readings.enumerated() {
            guard let found = judged.qualities[index] else { continue }
            let before = reading.judgement(version: found.parametersVersion)
            var told = QualityBook.Told(
                measuredAt: reading.measuredAt, receivedAt: reading.receivedAt,
                measurement: reading.measurement, judgedValue: reading.judgedValue,
                timeSource: reading.timeSource, quality: before)
            if settled.contains(reading.measuredAt) || reading.measuredAt == after {
                let new = found.completed(
                    of: reading.measurement, reading.timeSource, from: before)
                tellRevised(place, told, new, at: now, effects: &effects)
                if !new.isSaid(by: before) { told.quality = new }
                if recall.stretch.late.contains(reading.measuredAt), !new.flags.isUsable {
                    withdraw(series[index], of: recall.source, place, effects: &effects)
                }
            }
            if index == judged.newest { newest = told }
        }
        guard reachesEnd else { return }
        quality.channels[place].state = judged.state
        quality.channels[place].told = newest
        quality.channels[place].isKnown = true
    }

    /// Judges readings of a channel from the first to the last.
    ///
    /// It changes nothing of the bridge, and so is no part of what does: a closure in there is given a
    /// copy of the whole bridge for each reading.
    private func judged(
        _ readings: [Reading], of source: SourceNumber, _ place: Int
    ) -> (series: [ChannelReading], judged: ChannelQuality.Judged) {
        let series = readings.map { reading in
            ChannelReading(
                measuredAt: reading.measuredAt, receivedAt: reading.receivedAt,
                value: reading.measurement.marker == nil ? reading.measurement.value : .nan,
                correctedValue: reading.correction?.value,
                phase: phase(
                    of: order(of: reading.source, at: reading.measuredAt), from: reading.source,
                    at: reading.measuredAt),
                calibrationDue: reading.correction.flatMap {
                    calibrations.dueAt(of: $0.calibration)
                })
        }
        let judged = ChannelQuality.judged(series) {
            settings(of: place, order(of: source, at: $0.measuredAt))
        }
        return (series, judged)
    }

    /// A reading that is not to be used came, perhaps for a second time: then the log knew already
    /// what is said of it, and it was judged alone and put to the food all the same.
    private mutating func withdraw(
        _ reading: ChannelReading, of source: SourceNumber, _ place: Int, effects: inout Effects
    ) {
        let settings = settings(of: place, order(of: source, at: reading.measuredAt))
        guard ChannelQuality.alone(reading, by: settings).flags.isUsable else { return }
        askAgain(ofFoodAt: reading.measuredAt, beside: source, effects: &effects)
    }

    func order(of source: SourceNumber, at instant: Timestamp) -> Order? {
        sources[source].bag.flatMap { book.custody(inBag: $0, at: instant) }
            .flatMap { book[$0.order] }
    }

    func knownChannel(of recall: ChannelRecall) -> Int? {
        guard recall.source.rawValue >= 1, Int(recall.source.rawValue) <= sources.count else {
            return nil
        }
        var next = sources[recall.source].channel ?? -1
        while next >= 0, quality.channels[next].probe != recall.probe {
            next = quality.channels[next].next
        }
        return next >= 0 ? next : nil
    }

    // MARK: Fixes

    mutating func quality(of position: Position, _ row: Row) -> ReadingQuality {
        let coordinate = Coordinate(latitude: position.latitude, longitude: position.longitude)
        let settings = checkTable.settings(row.profile, nil, interval: nil)
        var quality = row.quality
        let time = ChannelReading(
            measuredAt: row.measuredAt, receivedAt: row.receivedAt, value: .nan)
        quality[.eventTime] =
            row.timeSource == .receipt
            ? QualityFinding(.notEvaluated)
            : ChannelQuality.rangeOnly(time, in: nil, by: settings)[.eventTime]
        let place = FixDisplacement.placeFlag(of: coordinate)
        // Without a fix the receiver repeats an old position.
        let isNowhere = place != .good || row.notes.contains(.noFix)
        quality[.grossRange] =
            isNowhere ? QualityFinding(.bad, .impossibleValue) : QualityFinding(.good)
        guard self.settings.checks.extent == .all, !isNowhere, quality.flags[.eventTime] != .bad
        else { return quality }
        let state = sources[row.source].displacement ?? self.quality.displacements.count
        if state == self.quality.displacements.count {
            self.quality.displacements.append(FixDisplacement())
            sources[row.source].displacement = state
        }
        quality[.displacement] = self.quality.displacements[state].take(
            coordinate, at: row.measuredAt, limits: self.settings.checks.displacement)
        return quality
    }
}

extension ReadingQuality {
    /// With what is said of the sample as a whole.
    fileprivate func completed(
        of measurement: Measurement, _ timeSource: TimeSource, from sample: ReadingQuality
    ) -> ReadingQuality {
        var quality = taking(.besideChannel, from: sample)
        // A time that we gave it ourselves was not tested.
        if timeSource == .receipt { quality[.eventTime] = QualityFinding(.notEvaluated) }
        // What is neither a number nor a marker did not fail to come: it is wrong.
        if measurement.marker == nil, measurement.value.isNaN {
            quality = quality.taking(
                .sentinel, from: ReadingQuality(parametersVersion: parametersVersion))
            quality[.grossRange] = QualityFinding(.bad, .impossibleValue)
        }
        return quality
    }

    /// Whether another judgement says the same, by whatever version of the settings.
    fileprivate func isSaid(by other: ReadingQuality) -> Bool {
        flags == other.flags && packedReasons == other.packedReasons
    }
}

extension Reading {
    /// - Parameter version: In place of one that was not recorded.
    func judgement(version: UInt32) -> ReadingQuality {
        ReadingQuality(
            flags: quality, packedReasons: reasons,
            parametersVersion: qualityVersion ?? version)
    }
}
