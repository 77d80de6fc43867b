/// What is kept of a channel, one quantity of one probe, to judge its next reading (B-4, B-6).
///
/// Readings are taken in the order of their times of measurement, and at one time in that of their
/// receipt. A flag depends on the readings and the settings alone and never on when they were taken:
/// a reading that comes late is judged with the part of the log that its flags reach to, by the same
/// rules.
package struct ChannelQuality: Equatable, Sendable {
    /// The newest reading but for those that contradict it.
    private struct Newest: Equatable, Sendable {
        var measuredAt: Timestamp
        var receivedAt: Timestamp
        var value: Double
        var isUsable: Bool
        var quality: ReadingQuality

        static func == (left: Newest, right: Newest) -> Bool {
            left.measuredAt == right.measuredAt && left.receivedAt == right.receivedAt
                && left.value.isSame(as: right.value) && left.isUsable == right.isUsable
                && left.quality == right.quality
        }
    }

    /// Of the last reading that contradicted the newest.
    private struct Contradiction: Equatable, Sendable {
        var receivedAt: Timestamp
        var value: Double

        static func == (left: Contradiction, right: Contradiction) -> Bool {
            left.receivedAt == right.receivedAt && left.value.isSame(as: right.value)
        }
    }

    /// A value, and when it was measured.
    private struct Point: Equatable, Sendable {
        var measuredAt: Timestamp
        var value: Double
    }

    private var newest: Newest?
    private var contradiction: Contradiction?
    /// The one before the newest; nil where that is no usable number, or a gap lies between.
    private var neighbour: Double?
    private var lastNumber: Point?
    private var stretch = SteadyStretch()
    /// Since when the bag is on its way without a gap.
    private var underWaySince: Timestamp?

    package init() {}

    /// When the newest reading was measured.
    package var newestMeasuredAt: Timestamp? { newest?.measuredAt }

    /// How many steps of its steady stretch are kept: what its size depends on.
    package var keptSteps: Int { stretch.steps.count }

    /// Judges the next reading.
    package mutating func take(
        _ reading: ChannelReading, by settings: QualitySettings
    ) -> ChannelVerdict {
        var quality = ReadingQuality(parametersVersion: settings.version)
        quality[.eventTime] = settings.eventTimeFinding(for: reading)
        quality[.calibration] = Self.calibrationFinding(for: reading)
        // A time that cannot be is no place in the series.
        if quality.flags[.eventTime] == .bad {
            Self.judgeAlone(reading, by: settings, &quality)
            return .judged(quality, revision: nil)
        }
        if let newest {
            if reading.measuredAt < newest.measuredAt { return .late }
            if reading.measuredAt == newest.measuredAt {
                return takeAgain(reading, newest, by: settings, quality)
            }
        }
        return takeNext(reading, by: settings, quality)
    }

    private mutating func takeNext(
        _ reading: ChannelReading, by settings: QualitySettings, _ known: ReadingQuality
    ) -> ChannelVerdict {
        var quality = known
        let silence = newest.map { reading.measuredAt.milliseconds(since: $0.measuredAt) }
        quality[.gap] = settings.gapFinding(after: silence)
        quality[.duplicate] = .good
        let isUsable = Self.judgeAlone(
            reading, by: settings, &quality, isFirst: silence.isGap(settings))
        if isUsable { judgeInSeries(reading, by: settings, &quality) }
        let revision = spikeRevision(next: isUsable ? reading : nil, by: settings)
        let isBeside = newest?.isUsable == true && !silence.isGap(settings)
        neighbour = isBeside ? newest?.value : nil
        contradiction = nil
        newest = Newest(
            measuredAt: reading.measuredAt, receivedAt: reading.receivedAt, value: reading.value,
            isUsable: isUsable, quality: quality)
        return .judged(quality, revision: revision)
    }

    /// Another reading for the newest time: the one received first is the one that counts.
    private mutating func takeAgain(
        _ reading: ChannelReading, _ first: Newest, by settings: QualitySettings,
        _ known: ReadingQuality
    ) -> ChannelVerdict {
        if reading.value.isSame(as: first.value) { return .redelivered }
        if let contradiction, reading.value.isSame(as: contradiction.value) { return .redelivered }
        if reading.receivedAt < contradiction?.receivedAt ?? first.receivedAt { return .late }
        var quality = known
        let conflict = QualityFinding(.suspect, .conflictingValue)
        quality[.gap] = first.quality[.gap]
        Self.judgeAlone(reading, by: settings, &quality)
        quality[.duplicate] = conflict
        contradiction = Contradiction(receivedAt: reading.receivedAt, value: reading.value)
        guard first.quality.flags[.duplicate] != .suspect else {
            return .judged(quality, revision: nil)
        }
        newest?.quality[.duplicate] = conflict
        var revised = first.quality
        revised[.duplicate] = conflict
        return .judged(
            quality,
            revision: QualityRevision(
                measuredAt: first.measuredAt, receivedAt: first.receivedAt, value: first.value,
                quality: revised))
    }

    /// What can be said of a reading without the others of its channel.
    package static func alone(
        _ reading: ChannelReading, by settings: QualitySettings
    ) -> ReadingQuality {
        var quality = ReadingQuality(parametersVersion: settings.version)
        quality[.eventTime] = settings.eventTimeFinding(for: reading)
        quality[.calibration] = calibrationFinding(for: reading)
        judgeAlone(reading, by: settings, &quality)
        return quality
    }

    /// What is said of a quantity whose course nobody knows: whether there is a number, whether it and
    /// its time can be, and whether its calibration, where it has one, is overdue.
    package static func rangeOnly(
        _ reading: ChannelReading, in range: GrossRange?, by settings: QualitySettings
    ) -> ReadingQuality {
        var quality = ReadingQuality(parametersVersion: settings.version)
        quality[.eventTime] = settings.eventTimeFinding(for: reading)
        if reading.calibrationDue != nil {
            quality[.calibration] = calibrationFinding(for: reading)
        }
        if reading.value.isNaN {
            quality[.sentinel] = QualityFinding(.missing, .markerSent)
        } else {
            quality[.grossRange] = QualitySettings.grossRangeFinding(for: reading.value, in: range)
        }
        return quality
    }

    /// The tests that need no other reading.
    ///
    /// - Returns: Whether the value is a number that others may be compared with.
    @discardableResult
    private static func judgeAlone(
        _ reading: ChannelReading, by settings: QualitySettings,
        _ quality: inout ReadingQuality, isFirst: Bool = false
    ) -> Bool {
        let value = reading.value
        guard !value.isNaN else {
            quality[.sentinel] = QualityFinding(.missing, .markerSent)
            return false
        }
        quality[.grossRange] = QualitySettings.grossRangeFinding(
            for: value, in: settings.grossRange)
        guard value.isFinite else { return false }
        let sentinel = settings.sentinels.finding(for: value, isFirst: isFirst)
        quality[.sentinel] = sentinel ?? .good
        guard sentinel?.flag != .bad else { return false }
        quality[.climatology] = settings.expected.finding(
            for: reading.judgedValue, in: reading.phase)
        quality[.spike] = QualityFinding(.notEvaluated, .lacksNeighbour)
        quality[.rateOfChange] = QualityFinding(.notEvaluated, .nothingToCompare)
        return true
    }

    /// The tests that look back.
    private mutating func judgeInSeries(
        _ reading: ChannelReading, by settings: QualitySettings,
        _ quality: inout ReadingQuality
    ) {
        let time = reading.measuredAt
        let interval = lastNumber.map { time.milliseconds(since: $0.measuredAt) }
        if interval.isGap(settings) {
            stretch.removeAll()
            underWaySince = nil
        } else if let lastNumber, let interval {
            quality[.rateOfChange] = settings.rateFinding(
                of: reading.value - lastNumber.value, in: interval)
        }
        underWaySince = reading.phase == .underWay ? underWaySince ?? time : nil
        stretch.append(reading.value, at: time, greatestRange: settings.quietRange)
        lastNumber = Point(measuredAt: time, value: reading.value)
        quality[.flatLine] = settings.flatFinding(of: stretch, at: time)
        quality[.attenuatedSignal] = settings.attenuationFinding(
            of: stretch, at: time, underWaySince: underWaySince)
    }

    /// What the next reading makes of the newest one.
    private mutating func spikeRevision(
        next: ChannelReading?, by settings: QualitySettings
    ) -> QualityRevision? {
        guard let newest, newest.isUsable, let neighbour, let next,
            !Optional(next.measuredAt.milliseconds(since: newest.measuredAt)).isGap(settings)
        else { return nil }
        var quality = newest.quality
        quality[.spike] = settings.spikeFinding(
            of: newest.value, between: neighbour, next.value)
        return QualityRevision(
            measuredAt: newest.measuredAt, receivedAt: newest.receivedAt, value: newest.value,
            quality: quality)
    }

    private static func calibrationFinding(for reading: ChannelReading) -> QualityFinding {
        guard let due = reading.calibrationDue else {
            return QualityFinding(.notEvaluated, .calibrationUnknown)
        }
        return reading.measuredAt > due ? QualityFinding(.suspect, .calibrationOverdue) : .good
    }
}

extension Int64? {
    /// Whether so many milliseconds, or that there was nothing before, part two readings.
    fileprivate func isGap(_ settings: QualitySettings) -> Bool {
        guard let self else { return true }
        return self > settings.maximumGap
    }
}
