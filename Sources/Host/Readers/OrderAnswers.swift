import Bridge
import ColdChain
import DeviceCodecs
import Fabric
import Journal
import Wire

/// Answers what can be said of an order's food, from the log as it is now or was known before.
struct OrderAnswers {
    let reader: JournalReader
    let catalogue: ProfileCatalogue?
    let rules: OrderRules
    let question: OrderQuestion
    /// What the answer is as of.
    let now: Timestamp

    /// A page of the order's log; the first has what follows from all of it before the readings.
    func temperature(after position: LogPosition?, limit: Int) throws(StoreError) -> APIResponse {
        guard
            let page = try reader.temperatureLog(
                order: question.id, after: position, asOf: question.asOf, limit: limit),
            question.identity.maySee(page.order)
        else { return .unknownOrder(question.id) }
        let history = position == nil ? try self.history() : nil
        return .json { writer in
            writer.member("orderId", page.order.id)
            writer.member("foodClass", page.order.foodClass.name)
            writer.member("status", page.order.status.name)
            writer.instantMember("asOf", question.asOf)
            writer.name("bags")
            writer.array { bags in
                for custody in page.custody { bags.object { $0.custodyMembers(custody) } }
            }
            // When each of their revisions was recorded is not in the log.
            if question.asOf == nil {
                writer.name("excursions")
                writer.array { excursions in
                    for excursion in page.excursions {
                        excursions.object { $0.excursionMembers(excursion) }
                    }
                }
            }
            if let history { add(history, to: &writer) }
            writer.name("readings")
            writer.array { readings in
                for reading in page.readings { readings.object { $0.readingMembers(reading) } }
            }
            if page.readings.count == limit, let last = page.readings.last {
                writer.member("next", last.position.cursor)
            }
        }
    }

    func freshness() throws(StoreError) -> APIResponse {
        guard let history = try history() else { return .unknownOrder(question.id) }
        let assessment = assessment(history)
        return .json { writer in
            heading(history, &writer)
            let freshness = assessment.freshness
            if history.isTooLong {
                writer.scoreMembers(score: nil, upper: nil, coverage: nil)
                writer.member("notEvaluated", Self.tooLong)
            } else {
                writer.scoreMembers(
                    score: freshness.score, upper: freshness.upperScore,
                    coverage: freshness.coverage)
                writer.member("notEvaluated", freshness.notEvaluated?.rawValue)
            }
            writer.member("verdict", freshness.verdict.name)
            writer.member("airVerdict", freshness.airVerdict.name)
            writer.name("reasons")
            writer.array { reasons in
                if history.isTooLong { return reasons.value(Self.tooLong) }
                for reason in freshness.reasons { reasons.value(reason.rawValue) }
            }
            writer.member(
                "longestRecommendedMicroseconds", rules.freshness.longestRecommendedTime)
            writer.orderTimeMember(assessment.time)
            writer.limitSnapshotMember(assessment.snapshot)
            writer.name("sensors")
            writer.array { sensors in
                for stretch in assessment.stretches {
                    for channel in stretch.channels {
                        sensors.object { members(of: channel, in: stretch.custody, &$0) }
                    }
                }
            }
        }
    }

    func flags() throws(StoreError) -> APIResponse {
        guard let history = try history() else { return .unknownOrder(question.id) }
        let assessment = assessment(history)
        var inputs = OrderFlagInputs()
        inputs.violations = history.isTooLong ? nil : assessment.violations
        inputs.temperatureVerdict = assessment.freshness.airVerdict
        inputs.confirmedAt = history.confirmedAt
        inputs.promisedAt = history.order.promisedAt
        inputs.deliveredAt =
            history.order.deliveredAt
            ?? (history.order.status.isFinal ? assessment.time?.reached.timestamp : nil)
        let flags = OrderFlags(inputs, rules: rules.flags, now: now)
        return .json { writer in
            heading(history, &writer)
            writer.name("flags")
            writer.array { array in
                for flag in flags.flags { array.object { $0.flagMembers(flag) } }
            }
            writer.limitSnapshotMember(assessment.snapshot)
        }
    }

    func checkpoints() throws(StoreError) -> APIResponse {
        guard let history = try history() else { return .unknownOrder(question.id) }
        return .json { writer in
            writer.member("orderId", history.order.id)
            writer.instantMember("asOf", question.asOf)
            writer.name("checkpoints")
            writer.array { array in
                for checkpoint in history.checkpoints {
                    array.object { writer in
                        writer.checkpointMembers(checkpoint)
                        writer.bagReadingMember(
                            history.stretches.lastReading(
                                ofBag: checkpoint.finding.bag, at: checkpoint.at),
                            at: checkpoint.at)
                    }
                }
            }
        }
    }

    private static let tooLong = "too_many_readings"

    private func history() throws(StoreError) -> OrderHistory? {
        guard let order = try reader.order(id: question.id), question.identity.maySee(order)
        else { return nil }
        return try reader.history(order: question.id, asOf: question.asOf)
    }

    private func assessment(_ history: OrderHistory) -> OrderAssessment {
        var stretches = history.stretches
        for stretch in stretches.indices {
            for channel in stretches[stretch].channels.indices {
                stretches[stretch].channels[channel].resolution = resolution(
                    of: stretches[stretch].channels[channel].profile)
            }
        }
        return OrderAssessment(
            history.order, stretches: stretches, probes: history.checkpoints.compactMap(\.core),
            opening: history.checkpoints.opening, rules: rules, now: now)
    }

    private func resolution(of profile: String) -> Double? {
        let id = String(profile.prefix { $0 != "@" })
        guard let number = catalogue?.number(of: id) else { return nil }
        return catalogue?[number].resolution(of: .temperature)
    }

    private func heading(_ history: OrderHistory, _ writer: inout JSONWriter) {
        writer.member("orderId", history.order.id)
        writer.member("foodClass", history.order.foodClass.name)
        writer.member("status", history.order.status.name)
        writer.instantMember("asOf", question.asOf)
        writer.instantMember("evaluatedAt", now)
    }

    private func add(_ history: OrderHistory, to writer: inout JSONWriter) {
        let assessment = assessment(history)
        writer.instantMember("evaluatedAt", now)
        writer.orderTimeMember(assessment.time)
        writer.limitSnapshotMember(assessment.snapshot)
        if history.isTooLong { writer.member("notEvaluated", Self.tooLong) }
        writer.name("stretches")
        writer.array { stretches in
            for stretch in assessment.stretches {
                stretches.object { writer in
                    writer.custodyMembers(stretch.custody)
                    writer.name("channels")
                    writer.array { channels in
                        for channel in stretch.channels {
                            channels.object { $0.channelMembers(channel) }
                        }
                    }
                }
            }
        }
        writer.clocksMember(assessment)
    }

    private func members(
        of channel: ChannelAssessment, in custody: Custody, _ writer: inout JSONWriter
    ) {
        writer.member("bagId", custody.bag)
        writer.sensorMembers(channel)
        let freshness = channel.freshness
        writer.scoreMembers(
            score: freshness.score, upper: freshness.upperScore, coverage: freshness.coverage)
        writer.member("notEvaluated", freshness.notEvaluated?.name)
        writer.member("verdict", freshness.verdict.name)
    }
}
