import ColdChain
import Journal
import Wire

extension JSONWriter {
    /// null says that the number is not known; the member is always there.
    mutating func nullable(_ name: String, _ number: Double?) { member(name, number ?? .nan) }

    mutating func nullable(_ name: String, _ number: Int64?) {
        self.name(name)
        if let number { value(number) } else { null() }
    }

    mutating func nullable(_ name: String, _ text: String?) {
        self.name(name)
        if let text { value(text) } else { null() }
    }

    mutating func orderTimeMember(_ time: OrderTime?) {
        name("time")
        guard let time else { return null() }
        object { writer in
            writer.instantMember("from", time.window.from.timestamp)
            writer.instantMember("until", time.window.until?.timestamp)
            writer.member("start", time.start.rawValue)
            writer.member("isLive", time.isLive)
            writer.member("endsBeforeItBegins", time.endsBeforeItBegins)
            writer.member("totalMicroseconds", time.total)
        }
    }

    /// The limit that an answer was judged by, complete in itself.
    mutating func limitSnapshotMember(_ snapshot: LimitSnapshot) {
        name("limit")
        object { writer in
            writer.limitMembers(snapshot)
            writer.member("appliesTo", "food")
            writer.member("measured", "bag air")
        }
    }

    mutating func limitMembers(_ snapshot: LimitSnapshot) {
        member("profile", snapshot.profile)
        member("profileVersion", Int64(snapshot.profileVersion))
        member("edition", snapshot.edition)
        member("foodClass", snapshot.foodClass.name)
        nullable("minimum", snapshot.limit.minimum)
        nullable("maximum", snapshot.limit.maximum)
        member("unit", "°C")
        member("unitOfRecord", snapshot.unit.rawValue)
        nullable("printedMinimum", snapshot.minimum)
        nullable("printedMaximum", snapshot.maximum)
        nullable("rule", snapshot.rule)
        nullable("source", snapshot.source)
        member("isVerified", snapshot.isVerified)
    }

    mutating func timeInRangeMember(_ time: TimeInRange, meanKinetic: Double?) {
        name("timeInRange")
        object { writer in
            writer.member("safeMicroseconds", time.safe)
            writer.member("unsafeMicroseconds", time.unsafe)
            writer.member("unknownMicroseconds", time.unknown)
            writer.member("totalMicroseconds", time.total)
            writer.member("suspectMicroseconds", time.suspect)
            writer.nullable("coverage", time.coverage)
            writer.member("degreeSecondsOutside", time.degreeSecondsOutside)
            writer.member("longestOutsideMicroseconds", time.longestOutside)
            writer.member("longestUnknownMicroseconds", time.longestUnknown)
            writer.member("timesOutside", Int64(time.timesOutside))
            writer.member("readings", Int64(time.readings))
            writer.nullable("minimum", time.minimum)
            writer.nullable("maximum", time.maximum)
            writer.nullable("meanKineticTemperature", meanKinetic)
        }
    }

    mutating func judgedExcursionMembers(_ excursion: JudgedExcursion) {
        member("state", excursion.state.name)
        member("isAlarm", excursion.isAlarm)
        instantMember("startedAt", excursion.startedAt.timestamp)
        instantMember("activatedAt", excursion.activatedAt?.timestamp)
        instantMember("endedAt", excursion.endedAt?.timestamp)
        instantMember("closedAt", excursion.closedAt?.timestamp)
        member("closeReason", excursion.closeReason?.name)
        member("peak", excursion.peak)
        member("outsideMicroseconds", excursion.outside)
        member("unknownMicroseconds", excursion.unknown)
        member("degreeSeconds", Double(excursion.nanoDegreeSeconds) / 1e9)
    }

    /// One sensor in one custody.
    mutating func channelMembers(_ assessed: ChannelAssessment) {
        sensorMembers(assessed)
        member("profile", assessed.channel.profile)
        member("measures", "bag air")
        member("maximumGapMicroseconds", assessed.maximumGap)
        timeInRangeMember(assessed.judgement.timeInRange, meanKinetic: assessed.meanKinetic)
        name("excursions")
        array { array in
            for excursion in assessed.judgement.excursions {
                array.object { $0.judgedExcursionMembers(excursion) }
            }
        }
        name("last")
        if let last = assessed.last {
            object { writer in
                writer.member("value", last.celsius)
                writer.instantMember("measuredAt", last.measuredAt)
            }
        } else {
            null()
        }
        name("guardBand")
        object { writer in
            writer.nullable("statement", assessed.guardBand?.rawValue)
            if assessed.guardBand == nil {
                writer.member("notEvaluated", "uncertainty_unknown")
            }
        }
        name("timeToBreach")
        forecastValue(assessed.forecast)
    }

    mutating func sensorMembers(_ assessed: ChannelAssessment) {
        member("deviceId", assessed.channel.device)
        member("probe", Int64(assessed.channel.probe))
    }

    private mutating func forecastValue(_ forecast: BreachForecast?) {
        object { writer in
            switch forecast {
            case .breach(let breach):
                writer.member("finding", "breach_ahead")
                writer.nullable("expectedMicroseconds", breach.expected)
                writer.member("earlyMicroseconds", breach.early)
                writer.member("intervalFromMicroseconds", breach.interval.from)
                writer.nullable("intervalToMicroseconds", breach.interval.to)
                writer.member("ambient", breach.ambient)
                writer.member("isAmbientFitted", breach.isAmbientFitted)
                writer.member("ratePerMinute", breach.rate)
                writer.member("samples", Int64(breach.sampleCount))
            case .beyondHorizon: writer.member("finding", "beyond_horizon")
            case .outsideAlready: writer.member("finding", "outside_already")
            case .refused(let reason):
                writer.member("finding", "refused")
                writer.member("reason", reason.rawValue)
            case nil:
                writer.member("finding", "refused")
                writer.member("reason", "order_is_over")
            }
        }
    }

    mutating func clocksMember(_ assessment: OrderAssessment) {
        name("clocks")
        object { writer in
            writer.name("ageSincePrepared")
            writer.object { $0.ageMembers(assessment.age, maximum: assessment.ageMaximum) }
            writer.name("timeOutOfControl")
            writer.object { clock in
                clock.member("atLeastMicroseconds", assessment.danger.atLeast)
                clock.nullable("atMostMicroseconds", assessment.danger.atMost)
                if assessment.danger.atMost == nil {
                    clock.member("reason", "prior_danger_minutes_unknown")
                }
            }
        }
    }

    private mutating func ageMembers(_ age: PreparedAge, maximum: Int64?) {
        nullable("microseconds", age.age)
        nullable("maximumMicroseconds", maximum)
        switch age.clockStart {
        case .prepared: member("clockStart", "prepared")
        case .assumed: member("clockStart", "assumed")
        case nil: break
        }
        switch age.finding {
        case .kept: member("finding", "kept")
        case .exceeded: member("finding", "exceeded")
        case .notEvaluated(let reason):
            member("finding", "not_evaluated")
            member("reason", reason.rawValue)
        }
    }

    /// The score as it is published: one decimal, half to even.
    mutating func scoreMembers(score: Double?, upper: Double?, coverage: Double?) {
        nullable("score", score.map(Freshness.published))
        nullable("upperScore", upper.map(Freshness.published))
        nullable("coverage", coverage)
    }

    mutating func checkpointMembers(_ checkpoint: Checkpoint) {
        let finding = checkpoint.finding
        member("number", Int64(clamping: checkpoint.number))
        member("kind", finding.kind.name)
        instantMember("at", checkpoint.at)
        instantMember("recordedAt", checkpoint.recordedAt)
        member("recordedBy", checkpoint.recordedBy)
        member("person", finding.person)
        member("bagId", finding.bag)
        if let temperature = finding.temperature {
            name("temperature")
            object { writer in
                writer.member("site", temperature.site.name)
                writer.member("value", temperature.celsius)
                writer.member("unit", "°C")
                writer.member("measuredBy", "hand")
            }
        }
        member("seal", finding.seal?.name)
        member("photo", finding.photo)
        member("priorDangerMinutes", finding.priorDangerMinutes)
    }

    /// What the bag itself said last before an instant, with its age then; null where nothing did.
    mutating func bagReadingMember(_ reading: BagReading?, at instant: Timestamp) {
        name("bagReading")
        guard let reading else { return null() }
        object { writer in
            writer.member("bagId", reading.bag)
            writer.member("deviceId", reading.device)
            writer.member("probe", Int64(reading.probe))
            writer.member("measures", "bag air")
            writer.member("value", reading.temperature.celsius)
            writer.member("unit", "°C")
            writer.instantMember("measuredAt", reading.temperature.measuredAt)
            writer.member(
                "ageSeconds",
                Double(instant.milliseconds(since: reading.temperature.measuredAt)) / 1_000)
        }
    }

    mutating func flagMembers(_ flag: OrderFlag) {
        member("name", flag.name.name)
        name("value")
        switch flag.value {
        case .yes: value(true)
        case .no: value(false)
        case .notEvaluated: value("not_evaluated")
        }
        member("rule", flag.name.rule)
        member("bound", flag.bound)
        name("inputs")
        object { inputs in
            for input in flag.inputs { inputs.nullable(input.name.name, input.value) }
        }
        instantMember("evaluatedAt", flag.evaluatedAt)
    }
}
