import ColdChain
import Wire

extension JudgedTrip {
    /// What is printed for programs; the members are described in `Documentation/judge.md`.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.member("class", question.foodClass?.name)
            object.member("profile", question.profile.identity)
            object.name("limit")
            object.object { limit in
                limit.member("minimum", self.limit.minimum)
                limit.member("maximum", self.limit.maximum)
                limit.member("isOwn", question.ownLimit != nil)
                guard let snapshot = question.snapshot else { return }
                limit.member("rule", snapshot.rule)
                limit.member("override", snapshot.override?.description)
                limit.member("isVerified", snapshot.isVerified)
                limit.member("isLooser", snapshot.isLooser)
            }
            object.instantMember("from", from)
            object.instantMember("until", until)
            object.member("maximumGapSeconds", Double(question.quality.maximumGap) / 1_000)
            object.name("notes")
            object.array { notes in for remark in file.remarks { notes.value(remark) } }
            object.member("outOfOrder", Int64(outOfOrder))
            object.name("readings")
            object.array { array in
                for reading in readings {
                    array.object { reading.members(file.placeName, &$0) }
                }
            }
            object.name("excursions")
            object.array { array in
                for excursion in judgement.excursions {
                    array.object { excursion.members(&$0) }
                }
            }
            object.member("alarms", Int64(judgement.alarms))
            object.member("minorDips", Int64(judgement.minorDips))
            object.name("timeInRange")
            object.object { timeMembers(&$0) }
            object.member("meanKineticCelsius", meanKineticTemperature)
            object.name("clocks")
            object.object { clocks.members(&$0) }
            object.name("freshness")
            object.object { freshnessMembers(&$0) }
            object.member("verdict", freshness.verdict.name)
        }
        return writer.bytes
    }

    private func timeMembers(_ object: inout JSONWriter) {
        let time = judgement.timeInRange
        object.seconds("totalSeconds", time.total)
        object.seconds("safeSeconds", time.safe)
        object.seconds("unsafeSeconds", time.unsafe)
        object.seconds("unknownSeconds", time.unknown)
        object.seconds("suspectSeconds", time.suspect)
        object.seconds("longestOutsideSeconds", time.longestOutside)
        object.seconds("longestUnknownSeconds", time.longestUnknown)
        object.member("coverage", time.coverage)
        object.member("degreeSecondsOutside", time.degreeSecondsOutside)
        object.member("minimumCelsius", time.minimum)
        object.member("maximumCelsius", time.maximum)
    }

    private func freshnessMembers(_ object: inout JSONWriter) {
        object.member("score", freshness.score.map(Freshness.published))
        object.member("upperScore", freshness.upperScore.map(Freshness.published))
        object.member("coverage", freshness.coverage)
        object.member("notEvaluated", freshness.notEvaluated?.name)
    }
}

extension JudgedReading {
    fileprivate func members(_ placeName: String, _ object: inout JSONWriter) {
        object.member(placeName, Int64(reading.place))
        object.instantMember("measuredAt", reading.measuredAt)
        // null where there is none, or where it is infinite.
        object.member("celsius", reading.celsius)
        object.member("redelivered", quality == nil)
        guard let quality else { return }
        object.member("flag", Int64(quality.flags.rollup.rawValue))
        object.name("flags")
        object.object { flags in
            for test in QualityTest.allCases where quality.flags.isApplied(test) {
                flags.member(test.name, Int64(quality[test].flag.rawValue))
            }
        }
        object.name("reasons")
        object.object { reasons in
            for test in QualityTest.allCases {
                if let reason = quality[test].reason { reasons.member(test.name, reason.name) }
            }
        }
    }
}

extension QualityFlags {
    fileprivate func isApplied(_ test: QualityTest) -> Bool {
        packed >> (UInt64(test.rawValue) * 4) & 0xF != 0
    }
}

extension JudgedExcursion {
    fileprivate func members(_ object: inout JSONWriter) {
        object.member("state", state.name)
        object.member("isAlarm", isAlarm)
        object.instantMember("startedAt", startedAt.timestamp)
        object.instantMember("activatedAt", activatedAt?.timestamp)
        object.instantMember("endedAt", endedAt?.timestamp)
        object.instantMember("closedAt", closedAt?.timestamp)
        object.member("closeReason", closeReason?.name)
        object.member("peakCelsius", peak)
        object.seconds("outsideSeconds", outside)
        object.seconds("unknownSeconds", unknown)
        object.member("degreeSeconds", Double(nanoDegreeSeconds) / 1e9)
    }
}

extension TripClocks {
    fileprivate func members(_ object: inout JSONWriter) {
        if let danger {
            object.name("dangerZone")
            object.object { zone in
                zone.seconds("knownSeconds", danger.inside)
                zone.seconds("possibleSeconds", danger.insidePossible)
                zone.seconds("longestSeconds", danger.longest)
                zone.seconds("longestPossibleSeconds", danger.longestPossible)
            }
        }
        if let cumulative, let standing = cumulativeStanding {
            object.name("cumulative")
            object.object { object in
                object.seconds("atLeastSeconds", cumulative.atLeast)
                object.member("atMostSeconds", cumulative.atMost.map { Double($0) / 1e6 })
                object.member("stage", standing.certain?.name)
            }
        }
        if let display {
            object.name("outsideLimit")
            object.object { object in
                object.member("minutes", display.minutesOutside)
                object.member("possibleMinutes", display.minutesOutsidePossible)
                object.member("longestMinutes", display.longestContinuous)
                object.member("longestPossibleMinutes", display.longestContinuousPossible)
            }
        }
        if let preparedAge {
            object.name("prepared")
            object.object { object in
                object.member("ageSeconds", preparedAge.age.map { Double($0) / 1e6 })
                object.seconds("maximumSeconds", preparedMaximum)
                object.member("finding", preparedAge.finding.name)
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func seconds(_ name: String, _ microseconds: Int64) {
        member(name, Double(microseconds) / 1_000_000)
    }
}
