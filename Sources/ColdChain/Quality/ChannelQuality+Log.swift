extension ChannelQuality {
    /// What was said last of each reading of a series, and what is kept after it.
    package struct Judged: Equatable, Sendable {
        /// One for each reading, in the series' order; nil for a redelivery.
        package var qualities: [ReadingQuality?]
        /// The index of the newest reading but for those that contradict it.
        package var newest: Int?
        package var state: ChannelQuality
    }

    /// Judges a part of the log at once, as taking its readings one by one does.
    ///
    /// - Parameter readings: By time of measurement, at one time by receipt, at one receipt by the
    ///   order of the log. One that is out of order is left unjudged.
    package static func judged(
        _ readings: some Collection<ChannelReading>, by settings: QualitySettings
    ) -> Judged {
        judged(readings) { _ in settings }
    }

    /// - Parameter settings: Those that hold for a reading, as what a bag carries changes.
    package static func judged(
        _ readings: some Collection<ChannelReading>,
        by settings: (ChannelReading) -> QualitySettings
    ) -> Judged {
        var judged = Judged(qualities: [], state: ChannelQuality())
        judged.qualities.reserveCapacity(readings.count)
        for (index, reading) in readings.enumerated() {
            let last = judged.state.newestMeasuredAt
            guard
                case .judged(let quality, let revision) = judged.state.take(
                    reading, by: settings(reading))
            else {
                judged.qualities.append(nil)
                continue
            }
            judged.qualities.append(quality)
            // A revision is always of the newest before but for those that contradict it.
            if let revision, let newest = judged.newest {
                judged.qualities[newest] = revision.quality
            }
            if judged.state.newestMeasuredAt != last { judged.newest = index }
        }
        return judged
    }

    /// Which readings of the log have to be judged anew because of late ones, so that their flags,
    /// and the state where the newest is among them, are those of the whole log.
    package struct Reassessment: Equatable, Sendable {
        /// From the first to the last time of measurement of the late readings.
        package var late: ClosedRange<Timestamp>
        /// What has to be read: and beside it the last reading before, and the readings of the
        /// next two times after.
        package var read: ClosedRange<Timestamp>
        /// Whose flags hold, beside those of the first time after `read`: what was the channel's
        /// first reading may not be it any more. Those of the others only lead to them.
        package var settled: ClosedRange<Timestamp>
    }

    package static func reassessment(
        for late: ClosedRange<Timestamp>, by settings: QualitySettings
    ) -> Reassessment {
        let reach = settings.reach
        let start = late.lowerBound.advanced(byMilliseconds: -max(settings.maximumGap, 0))
        let end = late.upperBound.advanced(byMilliseconds: reach)
        return Reassessment(
            late: late, read: start.advanced(byMilliseconds: -reach)...end, settled: start...end)
    }
}
