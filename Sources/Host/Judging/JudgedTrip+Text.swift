import ColdChain

extension JudgedTrip {
    /// What is printed for people.
    package var text: String {
        var lines = head
        lines.append("")
        lines += readingLines
        lines.append("")
        lines += qualityLines
        lines += excursionLines
        lines += timeLines
        lines += clockLines
        lines += freshnessLines
        lines.append("verdict         \(freshness.verdict.name)")
        return lines.joined(separator: "\n") + "\n"
    }

    private var head: [String] {
        let foodClass = question.foodClass?.name ?? "food of no class"
        let source =
            question.ownLimit == nil ? "by \(question.profile.identity)" : "by a limit of one's own"
        var lines = ["judged          as \(foodClass) \(source): \(TripText.limit(limit))"]
        if let snapshot = question.snapshot, snapshot.hasLimit {
            let place = snapshot.override.map { "the limit of \($0)" } ?? snapshot.rule ?? "no rule"
            lines.append(
                "rule            \(place)" + (snapshot.isVerified ? "" : ", unverified")
                    + (snapshot.isLooser ? ", looser than the profile's own" : ""))
        }
        lines += [
            "from            \(TripText.instant(from))"
                + (question.from == nil ? " (first reading)" : ""),
            "until           \(TripText.instant(until))"
                + (question.until == nil ? " (last reading)" : ""),
            "maximum gap     " + TripText.duration(question.quality.maximumGap * 1_000)
                + " (readings further apart say nothing of the time between)",
        ]
        lines += file.remarks.map { "note            \($0)" }
        if outOfOrder > 0 {
            lines.append("note            \(outOfOrder) readings stand behind later ones")
        }
        if question.foodClass == nil, question.ownLimit == nil {
            lines.append("note            without --class there is no limit to judge by")
        }
        return lines
    }

    private var readingLines: [String] {
        let width = max(file.placeName.count, String(file.readings.count + 1).count)
        var lines = [
            "\(TripText.rightAligned(file.placeName, width))  \(TripText.padded("time", 24))"
                + "       °C  flag  reasons"
        ]
        for judged in readings {
            let reading = judged.reading
            lines.append(
                TripText.rightAligned("\(reading.place)", width) + "  "
                    + TripText.instant(reading.measuredAt) + "  "
                    + TripText.rightAligned(TripText.celsius(reading.celsius), 7) + "  "
                    + judged.flagText)
        }
        return lines
    }

    private var qualityLines: [String] {
        var counts: [(String, Int)] = []
        for flag in [QualityFlag.good, .notEvaluated, .suspect, .bad, .missing] {
            let count = readings.count { $0.quality?.flags.rollup == flag }
            if count > 0 { counts.append((flag.name, count)) }
        }
        let again = readings.count { $0.quality == nil }
        if again > 0 { counts.append(("redelivered", again)) }
        var lines = [
            "readings        \(readings.count): "
                + counts.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
        ]
        let untold = notEvaluated.map { "\($0.test.name) \($0.reason.name) \($0.count)" }
        if !untold.isEmpty {
            lines.append("not evaluated   " + untold.joined(separator: ", "))
        }
        return lines
    }

    /// Which tests could not be made, why, and of how many readings.
    var notEvaluated: [(test: QualityTest, reason: QualityReason, count: Int)] {
        var counts: [QualityReason: Int] = [:]
        for reading in readings {
            guard let quality = reading.quality else { continue }
            for test in QualityTest.allCases {
                let finding = quality[test]
                if finding.flag == .notEvaluated, let reason = finding.reason {
                    counts[reason, default: 0] += 1
                }
            }
        }
        return QualityReason.allCases.compactMap { reason in
            guard let test = reason.test, let count = counts[reason] else { return nil }
            return (test, reason, count)
        }
    }

    private var excursionLines: [String] {
        guard !judgement.excursions.isEmpty else { return ["excursions      none"] }
        var lines = [
            "excursions      \(judgement.excursions.count), of them alarms \(judgement.alarms)"
        ]
        for (index, excursion) in judgement.excursions.enumerated() {
            lines.append("  \(TripText.padded("\(index + 1)", 13)) " + excursion.words)
        }
        for loss in judgement.losses {
            let end = loss.until.map { TripText.instant($0.timestamp) } ?? "now"
            lines.append(
                "  lost          nothing is known from \(TripText.instant(loss.from.timestamp)) to "
                    + "\(end), outside or not surely back")
        }
        return lines
    }

    private var timeLines: [String] {
        let time = judgement.timeInRange
        func share(_ part: Int64) -> String {
            let percent =
                time.total > 0
                ? " (\(TripText.fixed(Double(part) / Double(time.total) * 100, 1)) %)" : ""
            return TripText.duration(part) + percent
        }
        var lines = [
            "time            \(TripText.duration(time.total)): safe \(share(time.safe)), unsafe "
                + "\(share(time.unsafe)), unknown \(share(time.unknown))"
        ]
        if time.suspect > 0 {
            lines.append(
                "  suspect       \(TripText.duration(time.suspect)) of it lie beside a suspect reading"
            )
        }
        lines.append(
            "  outside       \(TripText.fixed(time.degreeSecondsOutside, 1)) °C·s, longest "
                + TripText.duration(time.longestOutside))
        if let minimum = time.minimum, let maximum = time.maximum {
            lines.append(
                "  range         \(TripText.celsius(minimum)) °C to \(TripText.celsius(maximum)) °C"
            )
        }
        if let meanKineticTemperature {
            lines.append(
                "  MKT           \(TripText.celsius(meanKineticTemperature)) °C, for information; "
                    + "no limit of food")
        }
        return lines
    }

    private var clockLines: [String] {
        var lines: [String] = []
        if let danger = clocks.danger {
            lines.append(
                "danger zone     \(TripText.duration(danger.inside)) known, at most "
                    + "\(TripText.duration(danger.insidePossible)); longest "
                    + TripText.duration(danger.longest))
        }
        if let standing = clocks.cumulativeStanding {
            let stage = standing.certain.map(\.name) ?? "undetermined"
            lines.append("2 h/4 h rule    \(stage)")
        }
        if let display = clocks.display {
            lines.append(
                "outside         \(TripText.fixed(display.minutesOutside, 1)) min, longest "
                    + "\(TripText.fixed(display.longestContinuous, 1)) min; a tolerance is a defence "
                    + "that people argue")
        }
        if let age = clocks.preparedAge {
            let words = age.age.map { TripText.duration($0) } ?? "not evaluated"
            lines.append(
                "prepared        \(words) ago, \(age.finding.name); less than "
                    + "\(TripText.duration(clocks.preparedMaximum)) is kept")
        }
        return lines
    }

    private var freshnessLines: [String] {
        let coverage = freshness.coverage.map { "\(TripText.fixed($0 * 100, 1)) %" } ?? "unknown"
        guard let score = freshness.score, let upper = freshness.upperScore else {
            let reason = freshness.notEvaluated?.name ?? "unknown"
            return ["freshness       not evaluated (\(reason)), coverage \(coverage)"]
        }
        return [
            "freshness       \(TripText.fixed(Freshness.published(score), 1)), at best "
                + "\(TripText.fixed(Freshness.published(upper), 1)), coverage \(coverage)"
        ]
    }
}

extension JudgedReading {
    /// The roll-up, and each test that was not passed with its reason.
    fileprivate var flagText: String {
        guard let quality else { return "      redelivered" }
        let failed = QualityTest.allCases.compactMap { test -> String? in
            let finding = quality[test]
            guard [.suspect, .bad, .missing].contains(finding.flag) else { return nil }
            return "\(test.name)=\(finding.flag.rawValue) \(finding.reason?.name ?? "")"
        }
        let text = "   \(quality.flags.rollup.rawValue)  \(failed.joined(separator: ", "))"
        return failed.isEmpty ? String(text.prefix(4)) : text
    }
}

extension JudgedExcursion {
    fileprivate var words: String {
        let end =
            closedAt == nil
            ? "still on" : endedAt.map { "to \(TripText.instant($0.timestamp))" } ?? "no end known"
        let reason = closeReason.map { " (\($0.name))" } ?? ""
        let gap = unknown > 0 ? ", unknown \(TripText.duration(unknown))" : ""
        return "\(state.name)\(isAlarm ? ", alarm" : ""), "
            + "\(TripText.instant(startedAt.timestamp)) \(end)\(reason), peak "
            + "\(TripText.celsius(peak)) °C, outside \(TripText.duration(outside))\(gap)"
    }
}

extension CumulativeRule.Stage {
    var name: String {
        switch self {
        case .useOrRechill: "use_or_rechill"
        case .useOnly: "use_only"
        case .discard: "discard"
        }
    }
}

extension PreparedAge.Finding {
    var name: String {
        switch self {
        case .kept: "kept"
        case .exceeded: "exceeded"
        case .notEvaluated(let reason): reason.rawValue
        }
    }
}
