/// When a sensor's channel counts as silent, and how often that is told again. Durations in
/// milliseconds. Decisions, not law.
package struct SilenceSettings: Equatable, Sendable {
    /// The time after the newest reading from which on the channel is silent, strictly.
    package let silentAfter: Int64
    /// From the first notice of a silence to the second; each further wait is twice as long.
    package let firstRepeat: Int64
    /// The longest wait between two notices.
    package let longestRepeat: Int64

    /// What is out of range is held at its bound: each at least a second and at most a year.
    package init(
        silentAfter: Int64 = 300_000, firstRepeat: Int64 = 900_000,
        longestRepeat: Int64 = 14_400_000
    ) {
        func clamp(_ duration: Int64) -> Int64 { min(max(duration, 1_000), 31_536_000_000) }
        self.silentAfter = clamp(silentAfter)
        self.firstRepeat = clamp(firstRepeat)
        self.longestRepeat = max(clamp(longestRepeat), clamp(firstRepeat))
    }

    /// How many milliseconds after a silence was found its notices are told, counted from 0.
    func wait(untilNotice number: Int64) -> Int64 {
        var total: Int64 = 0
        var wait = firstRepeat
        var counted: Int64 = 0
        while counted < number, wait < longestRepeat {
            total += wait
            wait = min(wait * 2, longestRepeat)
            counted += 1
        }
        let (rest, overflow) = (number - counted).multipliedReportingOverflow(by: wait)
        return overflow ? .max : saturatingSum(total, rest)
    }

    /// The last notice that is due so many milliseconds after a silence was found, counted from 0.
    func notice(after elapsed: Int64) -> Int64 {
        var total: Int64 = 0
        var wait = firstRepeat
        var number: Int64 = 0
        while wait < longestRepeat, total + wait <= elapsed {
            total += wait
            wait = min(wait * 2, longestRepeat)
            number += 1
        }
        return wait < longestRepeat ? number : number + (elapsed - total) / wait
    }
}

/// The watch over one channel of a sensor: a device that sends while one of its probes is dead is
/// silent in that channel. Driven by time that passes, not by messages.
///
/// A buffered reading that arrives late says that the sensor lived then: only one whose event time
/// is recent ends a silence.
package struct SilenceWatch: Equatable, Sendable {
    package enum Effect: Equatable, Sendable {
        /// - notice: Counted from 1 for one silence.
        case silent(lastHeard: Timestamp, since: Timestamp, notice: Int64)
        case heardAgain(silentSince: Timestamp, heard: Timestamp)
    }

    /// The event time of the newest reading; when the watch began while there is none.
    package private(set) var lastHeard: Timestamp
    /// From when on the channel counts as silent; nil while it is heard.
    package private(set) var silentSince: Timestamp?
    private var noticesTold: Int64 = 0

    package init(from: Timestamp) {
        lastHeard = from
    }

    /// When `advance` has something to say if no reading comes first.
    package func nextTimer(by settings: SilenceSettings) -> Timestamp {
        guard let silentSince else {
            return lastHeard.advanced(byMilliseconds: settings.silentAfter).advanced(
                byMilliseconds: 1)
        }
        return silentSince.advanced(byMilliseconds: settings.wait(untilNotice: noticesTold))
    }

    /// A reading came, bad or good: the channel speaks. One from the future counts as of now.
    package mutating func hear(
        measuredAt: Timestamp, now: Timestamp, by settings: SilenceSettings
    ) -> Effect? {
        let heard = min(measuredAt, now)
        lastHeard = max(lastHeard, heard)
        guard let since = silentSince, !isSilent(at: now, by: settings) else { return nil }
        silentSince = nil
        noticesTold = 0
        return .heardAgain(silentSince: since, heard: lastHeard)
    }

    /// Lets time pass. Of several notices that fell due in between only the last is told.
    package mutating func advance(to now: Timestamp, by settings: SilenceSettings) -> Effect? {
        guard isSilent(at: now, by: settings) else { return nil }
        let since =
            silentSince
            ?? lastHeard.advanced(byMilliseconds: settings.silentAfter).advanced(byMilliseconds: 1)
        silentSince = since
        let due = settings.notice(after: max(0, now.milliseconds(since: since))) + 1
        guard due > noticesTold else { return nil }
        noticesTold = due
        return .silent(lastHeard: lastHeard, since: since, notice: due)
    }

    private func isSilent(at now: Timestamp, by settings: SilenceSettings) -> Bool {
        now.milliseconds(since: lastHeard) > settings.silentAfter
    }
}
