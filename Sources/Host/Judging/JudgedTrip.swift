package import ColdChain

/// A reading of a trip, and what was found of it.
package struct JudgedReading: Equatable, Sendable {
    package var reading: FiledReading
    /// Nil for a reading that came again as it was.
    package var quality: ReadingQuality?

    /// What may be made of it; nil where it may not be used (§2.2).
    var point: TemperaturePoint? {
        guard let flags = quality?.flags, flags.isUsable else {
            return nil
        }
        return TemperaturePoint(
            celsius: reading.celsius, measuredAt: reading.measuredAt,
            isSuspect: [.suspect, .bad].contains(flags.rollup))
    }
}

/// What the product makes of the readings of one bag on one trip: the same rules as the daemon's,
/// on all readings at once.
package struct JudgedTrip: Sendable {
    package let question: TripQuestion
    package let file: ReadingsFile
    /// In the order of their times.
    package let readings: [JudgedReading]
    /// How many stand behind a later one in the file.
    package let outOfOrder: Int
    package let from: Timestamp
    package let until: Timestamp
    package let limit: CriticalLimit
    package let judgement: ExcursionJudgement
    package let clocks: TripClocks
    package let freshness: Freshness
    /// In °C, for information; nil where it means nothing or nothing is known.
    package let meanKineticTemperature: Double?

    package init(_ file: ReadingsFile, _ question: TripQuestion) {
        self.file = file
        self.question = question
        limit = question.limit
        let ordered = Self.ordered(file.readings, question)
        let channel = ordered.map { Self.channelReading($0, question) }
        let judged = ChannelQuality.judged(channel, by: question.quality)
        let readings = zip(ordered, judged.qualities).map {
            JudgedReading(reading: $0, quality: $1)
        }
        self.readings = readings
        outOfOrder = Self.outOfOrder(file.readings)

        let times = readings.filter { $0.quality?.flags[.eventTime] != .bad }
            .map(\.reading.measuredAt)
        let first = times.first ?? readings.first?.reading.measuredAt ?? question.now
        from = question.from ?? first
        until = question.until ?? max(times.last ?? first, from)
        let points = readings.compactMap(\.point)
        let settings = question.excursions(of: points.count)
        var effects: [ExcursionEffect] = []
        let track = ExcursionTrack(
            window: TransitWindow(from: from, until: question.until), limit: limit,
            settings: settings, readings: points, now: until, into: &effects)
        judgement = track.judgement

        clocks = TripClocks(
            points, question, from: from, until: until, maximumGap: settings.maximumGap)
        freshness = Freshness(
            judgement, limit: limit, settings: question.freshness,
            timeRuleIsBroken: clocks.isTimeRuleBroken)
        let known = judgement.timeInRange
        meanKineticTemperature = question.foodClass.flatMap(known.meanKineticTemperature)
    }

    /// By time of measurement, at one time by receipt, at one receipt as in the file.
    private static func ordered(
        _ readings: [FiledReading], _ question: TripQuestion
    ) -> [FiledReading] {
        readings.enumerated().sorted { first, second in
            if first.element.measuredAt != second.element.measuredAt {
                return first.element.measuredAt < second.element.measuredAt
            }
            let receipts = (
                received(first.element, question), received(second.element, question)
            )
            return receipts.0 == receipts.1
                ? first.offset < second.offset : receipts.0 < receipts.1
        }.map(\.element)
    }

    /// What the file says; otherwise it came at once, and not later than now.
    private static func received(_ reading: FiledReading, _ question: TripQuestion) -> Timestamp {
        reading.receivedAt ?? min(reading.measuredAt, question.now)
    }

    private static func channelReading(
        _ reading: FiledReading, _ question: TripQuestion
    ) -> ChannelReading {
        let isBefore = question.from.map { reading.measuredAt < $0 } ?? false
        let isAfter = question.until.map { reading.measuredAt > $0 } ?? false
        var phase: BagPhase?
        if question.foodClass != nil, !isBefore, !isAfter {
            // Where pick-up or delivery is told the bag was carried, otherwise it may have stood.
            phase = question.from == nil && question.until == nil ? .loaded : .underWay
        }
        return ChannelReading(
            measuredAt: reading.measuredAt, receivedAt: received(reading, question),
            value: reading.celsius, phase: phase)
    }

    private static func outOfOrder(_ readings: [FiledReading]) -> Int {
        var newest = Timestamp(milliseconds: .min)
        return readings.count { reading in
            defer { newest = max(newest, reading.measuredAt) }
            return reading.measuredAt < newest
        }
    }
}
