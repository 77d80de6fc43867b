import Bridge
package import ColdChain
import Journal

/// What a shift came to, without what only its order of arrival made: numbers, and when something
/// was received or told.
package struct ShiftOutcome: Sendable {
    /// A reading by what makes it the same one.
    struct ReadingKey: Hashable {
        var measuredAt: Timestamp
        var device: String
        var profile: String
        var probe: UInt8
        /// The value's bits, or the marker's number.
        var value: UInt64
    }

    struct ReadingSaid: Equatable {
        var quality: ReadingQuality
        var timeSource: TimeSource
        var notes: ReadingNotes
        var sequence: Int64?
        var bag: String
        /// As the bag's custody says, by which the log is read.
        var order: String?
    }

    struct ExcursionKey: Hashable {
        var order: String
        var device: String
        var profile: String
        var from: TraceTime
    }

    struct OrderAnswer: Equatable {
        var time: OrderTime?
        var age: PreparedAge
        var freshness: OrderFreshness
        var danger: CumulativeTime
        var channels: [String: ChannelAnswer]
        var flags: [OrderFlag]
    }

    /// All that is said of a sensor but when its readings were received.
    struct ChannelAnswer: Equatable {
        var judgement: ExcursionJudgement
        var freshness: Freshness
        var last: TemperaturePoint?
        var meanKinetic: Double?
        var danger: ZoneBalance
        var forecast: BreachForecast?
        var maximumGap: Int64
        var guardBand: GuardBandStatement?
    }

    package private(set) var rows = 0
    var readings: [ReadingKey: ReadingSaid] = [:]
    /// How many probes each bag has.
    private var sensors: [String: Int] = [:]
    var excursions: [ExcursionKey: JudgedExcursion] = [:]
    var gaps: [ExcursionKey: TraceTime?] = [:]
    /// Alerts that stand: what was told and not taken back. What people do about them is compared
    /// here as well once there is a book of it.
    var alerts: [ExcursionKey: JudgedExcursion] = [:]
    /// Silences that were told of and not found to be filled.
    var losses: [String: Timestamp?] = [:]
    var answers: [String: OrderAnswer] = [:]

    /// - Parameter now: When the orders are asked for.
    package init(
        of engine: ShiftEngine, _ shift: Shift, rules: OrderRules, now: Timestamp
    ) throws {
        let state = try engine.journal.restore(now: now)
        let orders = Dictionary(uniqueKeysWithValues: state.orders.map { ($0.number, $0.id) })
        let sources = Dictionary(uniqueKeysWithValues: state.sources.map { ($0.number, $0) })
        func key(
            _ order: OrderNumber, _ source: SourceNumber, from: TraceTime
        ) -> ExcursionKey {
            ExcursionKey(
                order: orders[order] ?? "", device: sources[source]?.device ?? "",
                profile: sources[source]?.profile ?? "", from: from)
        }
        for excursion in state.excursions where excursion.standing == .holds {
            excursions[key(excursion.order, excursion.source, from: excursion.judged.startedAt)] =
                excursion.judged
        }
        for gap in state.dataGaps where !gap.isRecovered {
            gaps[key(gap.order, gap.source, from: gap.loss.from)] = gap.loss.until
        }
        for alert in engine.told.alerts.values {
            let excursion = alert.excursion
            alerts[key(excursion.order, excursion.source, from: excursion.judged.startedAt)] =
                excursion.judged
        }
        var sensorsOfBag: [String: Set<String>] = [:]
        losses = engine.told.losses.mapValues(\.until)
        for telling in shift.tellings {
            sensorsOfBag[shift.sensors[telling.sensor].bag, default: []].formUnion(
                telling.measurements.map { "\(telling.sensor) \($0.probe)" })
        }
        sensors = sensorsOfBag.mapValues(\.count)
        try read(engine.reader, custody: state.custody, orders: orders)
        try ask(engine.reader, shift.orders, rules, now)
    }

    private mutating func read(
        _ reader: JournalReader, custody: [Custody], orders: [OrderNumber: String]
    ) throws {
        let stretches = Dictionary(grouping: custody, by: \.bag)
        var export = try reader.exportReadings(
            from: Timestamp(milliseconds: .min), until: Timestamp(milliseconds: .max))
        while !export.isFinished {
            for row in try export.step(limit: 10_000, from: reader) {
                let reading = row.reading
                rows += 1
                let bag = row.source.carrier.name
                let carried = stretches[bag]?.last { $0.covers(reading.measuredAt) }
                let key = ReadingKey(
                    measuredAt: reading.measuredAt, device: row.source.device,
                    profile: row.source.profile, probe: reading.measurement.probe,
                    value: reading.measurement.marker.map { UInt64($0.rawValue) }
                        ?? reading.measurement.value.bitPattern)
                readings[key] = ReadingSaid(
                    quality: Tolerated.leavingOut(
                        ReadingQuality(
                            flags: reading.quality, packedReasons: reading.reasons,
                            parametersVersion: reading.qualityVersion ?? 0),
                        ofBagWith: sensors[bag] ?? 0),
                    timeSource: reading.timeSource, notes: reading.notes,
                    sequence: reading.sequence, bag: bag,
                    order: carried.flatMap { orders[$0.order] })
            }
        }
    }

    private mutating func ask(
        _ reader: JournalReader, _ orders: [String], _ rules: OrderRules, _ now: Timestamp
    ) throws {
        for id in orders {
            guard var history = try reader.history(order: id) else { continue }
            Tolerated.leaveOut(of: &history, sensors: sensors)
            let assessment = OrderAssessment(
                history.order, stretches: history.stretches, rules: rules, now: now)
            answers[id] = OrderAnswer(assessment, history, rules: rules, now: now)
        }
    }
}

extension ShiftOutcome.OrderAnswer {
    fileprivate init(
        _ assessment: OrderAssessment, _ history: OrderHistory, rules: OrderRules, now: Timestamp
    ) {
        var inputs = OrderFlagInputs()
        inputs.violations = assessment.violations
        inputs.temperatureVerdict = assessment.freshness.airVerdict
        inputs.confirmedAt = history.confirmedAt
        inputs.promisedAt = history.order.promisedAt
        inputs.deliveredAt = history.order.deliveredAt
        var channels: [String: ShiftOutcome.ChannelAnswer] = [:]
        for stretch in assessment.stretches {
            for channel in stretch.channels {
                let name =
                    "\(stretch.custody.bag) \(stretch.custody.from) \(channel.channel.device) "
                    + "\(channel.channel.probe)"
                channels[name] = ShiftOutcome.ChannelAnswer(channel)
            }
        }
        self.init(
            time: assessment.time, age: assessment.age, freshness: assessment.freshness,
            danger: assessment.danger, channels: channels,
            flags: OrderFlags(inputs, rules: rules.flags, now: now).flags)
    }
}

extension ShiftOutcome.ChannelAnswer {
    fileprivate init(_ channel: ChannelAssessment) {
        judgement = channel.judgement
        freshness = channel.freshness
        last = channel.last
        meanKinetic = channel.meanKinetic
        danger = channel.danger
        forecast = channel.forecast
        maximumGap = channel.maximumGap
        guardBand = channel.guardBand
    }
}
