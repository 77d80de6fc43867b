package import ColdChain

/// Two sensors of one bag, which should agree. What comes in the order of its times of measurement is
/// compared as it comes; for the rest the log is asked.
extension Bridge {
    /// Pairs a new channel with the bag's first other one that has no partner.
    mutating func findPartner(_ place: Int) {
        guard let bag = sources[quality.channels[place].source].bag else { return }
        for source in book.bags[bag].sources {
            var next = sources[source].channel ?? -1
            while next >= 0 {
                if next != place, quality.channels[next].pair < 0 {
                    quality.channels[next].pair = quality.pairs.count
                    quality.channels[place].pair = quality.pairs.count
                    quality.channels[place].side = .second
                    quality.pairs.append(QualityBook.Pair(first: next, second: place))
                    return
                }
                next = quality.channels[next].next
            }
        }
    }

    /// Compares the newest reading of a channel with what the other one said.
    mutating func comparePair(
        _ place: Int, _ reading: ChannelReading, _ judged: inout ReadingQuality,
        _ settings: QualitySettings, effects: inout Effects
    ) {
        let pair = quality.channels[place].pair
        guard pair >= 0 else { return }
        let side = quality.channels[place].side
        let other = side == .first ? quality.pairs[pair].second : quality.pairs[pair].first
        let heardAt = quality.channels[other].state.newestMeasuredAt
        if let heardAt,
            heardAt > reading.measuredAt
                || heardAt == reading.measuredAt && precedes(place, other)
        {
            return quality.waitForPair(pair, at: reading.measuredAt)
        }
        if quality.pairs[pair].isNew { begin(pair, with: other, side, settings) }
        guard judged.isComparable(reading.judgedValue) else { return }
        let verdict = quality.pairs[pair].state.take(
            reading.judgedValue, at: reading.measuredAt, from: side,
            limits: self.settings.checks.pair,
            maximumGap: settings.maximumGap, isFirst: quality.channels[place].told == nil)
        // Nothing is said of the time before the other one was there.
        guard let verdict, heardAt != nil else { return }
        judged[.sensorPair] = verdict.finding
        guard let shared = verdict.sharedBy, let told = quality.channels[other].told else { return }
        guard told.measuredAt == shared else {
            return quality.waitForPair(pair, at: reading.measuredAt)
        }
        var revised = told.quality
        revised[.sensorPair] = verdict.finding
        tellRevised(other, told, revised, at: reading.receivedAt, effects: &effects)
    }

    /// Takes what the sensor said last that had no partner until now.
    private mutating func begin(
        _ pair: Int, with other: Int, _ side: SensorPair.Side, _ settings: QualitySettings
    ) {
        quality.pairs[pair].isNew = false
        guard let told = quality.channels[other].told else { return }
        guard told.quality.isComparable(told.judgedValue) else {
            return quality.waitForPair(pair, at: told.measuredAt)
        }
        _ = quality.pairs[pair].state.take(
            told.judgedValue, at: told.measuredAt, from: side == .first ? .second : .first,
            limits: self.settings.checks.pair, maximumGap: settings.maximumGap)
    }

    /// Which of two channels goes first where both measured at one instant; whichever was heard
    /// first, it is the same.
    private func precedes(_ place: Int, _ other: Int) -> Bool {
        let (one, two) = (quality.channels[place], quality.channels[other])
        if one.profile != two.profile { return one.profile.rawValue < two.profile.rawValue }
        let devices = (sources[one.source].source.device, sources[two.source].source.device)
        if devices.0 != devices.1 { return devices.0 < devices.1 }
        return (one.probe, one.source.rawValue) < (two.probe, two.source.rawValue)
    }

    // MARK: The log is asked

    /// Asks the log for what was not compared as it came.
    mutating func recallPairs(effects: inout Effects) {
        for pair in quality.latePairs {
            guard let late = quality.pairs[pair].late else { continue }
            quality.pairs[pair].late = nil
            let (first, second) = (quality.pairs[pair].first, quality.pairs[pair].second)
            let stretch = stretch(for: late, of: [first, second])
            effects.pairRecalls.append(
                PairRecall(
                    first: recall(of: first, stretch), second: recall(of: second, stretch)))
        }
        quality.latePairs.removeAll(keepingCapacity: true)
    }

    private func recall(
        of place: Int, _ stretch: ChannelQuality.Reassessment
    ) -> ChannelRecall {
        ChannelRecall(
            source: quality.channels[place].source, quantity: .temperature,
            probe: quality.channels[place].probe, stretch: stretch)
    }

    /// What late readings changed of their channel may change what its partner is compared with.
    private func stretch(
        for late: ClosedRange<Timestamp>, of places: [Int]
    ) -> ChannelQuality.Reassessment {
        var stretch: ChannelQuality.Reassessment?
        for place in places {
            let settings = settings(of: place, nil)
            let reach = SensorPair.reach(
                limits: self.settings.checks.pair, maximumGap: settings.maximumGap)
            var own = ChannelQuality.reassessment(for: late, by: settings)
            own.settled =
                own.settled.lowerBound...own.settled.upperBound.advanced(byMilliseconds: reach)
            let start = own.settled.lowerBound.advanced(byMilliseconds: -reach)
            own.read = start...own.settled.upperBound
            let isWider = stretch.map { own.read.upperBound > $0.read.upperBound } ?? true
            if isWider { stretch = own }
        }
        return stretch ?? ChannelQuality.reassessment(for: late, by: settings.checks.withoutOrder)
    }

    /// Compares a stretch of two channels anew, and says what has changed.
    ///
    /// - Parameters:
    ///   - first: The whole answer for the recall's first channel, as for `recalledChannel`.
    ///   - reachesEnd: Whether the log has no later reading of either.
    package mutating func recalledPair(
        _ first: [Reading], _ second: [Reading], reachesEnd: Bool, for recall: PairRecall,
        at now: Timestamp, effects: inout Effects
    ) {
        guard let place = knownChannel(of: recall.first), quality.channels[place].pair >= 0,
            let other = knownChannel(of: recall.second),
            quality.channels[other].pair == quality.channels[place].pair
        else { return }
        let course = course(first, place, second, other)
        for step in course.steps where recall.first.stretch.settled.contains(step.measuredAt) {
            let reading = step.reading
            let before = reading.judgement(version: settings.checks.withoutOrder.version)
            let told = QualityBook.Told(
                measuredAt: reading.measuredAt, receivedAt: reading.receivedAt,
                measurement: reading.measurement, judgedValue: reading.judgedValue,
                timeSource: reading.timeSource, quality: before)
            tellRevised(
                step.side == .first ? place : other, told, before.compared(step.finding), at: now,
                effects: &effects)
        }
        guard reachesEnd else { return }
        quality.pairs[quality.channels[place].pair].state = course.state
        quality.pairs[quality.channels[place].pair].isNew = false
    }

    /// Compares the readings of two channels from the first to the last. It changes nothing of the
    /// bridge, as `judged` of one channel does not.
    private func course(
        _ first: [Reading], _ place: Int, _ second: [Reading], _ other: Int
    ) -> PairCourse {
        let source = quality.channels[place].source
        var course = PairCourse(merging: first, second, isFirstAhead: precedes(place, other))
        course.compare(limits: settings.checks.pair) { reading in
            settings(
                of: reading.source == source ? place : other,
                order(of: reading.source, at: reading.measuredAt)
            ).maximumGap
        }
        return course
    }
}

/// The readings of two channels in the order of their times, with what is found of each.
private struct PairCourse {
    struct Step {
        var reading: Reading
        var side: SensorPair.Side
        /// Nil where it is compared with nothing.
        var finding: QualityFinding?

        var measuredAt: Timestamp { reading.measuredAt }
    }

    private(set) var steps: [Step]
    private(set) var state = SensorPair()

    init(merging first: [Reading], _ second: [Reading], isFirstAhead: Bool) {
        steps = []
        steps.reserveCapacity(first.count + second.count)
        var (left, right) = (first[...], second[...])
        while let side = Self.next(left.first, right.first, isFirstAhead) {
            let reading = side == .first ? left.removeFirst() : right.removeFirst()
            steps.append(Step(reading: reading, side: side))
        }
    }

    private static func next(
        _ left: Reading?, _ right: Reading?, _ isFirstAhead: Bool
    ) -> SensorPair.Side? {
        guard let left else { return right == nil ? nil : .second }
        guard let right else { return .first }
        if left.measuredAt != right.measuredAt {
            return left.measuredAt < right.measuredAt ? .first : .second
        }
        return isFirstAhead ? .first : .second
    }

    mutating func compare(limits: SensorPair.Limits, maximumGap: (Reading) -> Int64) {
        /// Of each side the newest reading, and the newest that was compared.
        var heard: (first: Timestamp?, second: Timestamp?) = (nil, nil)
        var compared: (first: Int?, second: Int?) = (nil, nil)
        for index in steps.indices {
            let (reading, side) = (steps[index].reading, steps[index].side)
            let before = side == .first ? heard.first : heard.second
            let isOtherHeard = (side == .first ? heard.second : heard.first) != nil
            if side == .first {
                heard.first = reading.measuredAt
            } else {
                heard.second = reading.measuredAt
            }
            // Of several values of one instant the first counts.
            let value = reading.measurement.marker == nil ? reading.judgedValue : .nan
            guard before != reading.measuredAt, reading.judgement(version: 0).isComparable(value)
            else { continue }
            let verdict = state.take(
                value, at: reading.measuredAt, from: side, limits: limits,
                maximumGap: maximumGap(reading), isFirst: before == nil)
            if isOtherHeard { steps[index].finding = verdict?.finding }
            let other = side == .first ? compared.second : compared.first
            if verdict?.sharedBy != nil, let other { steps[other].finding = verdict?.finding }
            if side == .first { compared.first = index } else { compared.second = index }
        }
    }
}

extension ReadingQuality {
    private static let pair = QualityTests([.sensorPair])
    /// A spike is told only when the next reading comes; until then it is compared with the other
    /// sensor, and so it is whenever that is done again.
    private static let laterOrBeside = QualityTests([
        .spike, .sensorPair, .clockOffset, .sequence, .identity,
    ])

    /// Whether a value so judged is one that another sensor may be compared with.
    fileprivate func isComparable(_ value: Double) -> Bool {
        let plain = taking(
            Self.laterOrBeside, from: ReadingQuality(parametersVersion: parametersVersion))
        return value.isFinite && plain.flags.rollup != .bad
    }

    fileprivate func compared(_ finding: QualityFinding?) -> ReadingQuality {
        guard let finding else {
            return taking(Self.pair, from: ReadingQuality(parametersVersion: parametersVersion))
        }
        var quality = self
        quality[.sensorPair] = finding
        return quality
    }
}
