/// When a sensor's channel counts as silent, and how often that is told again. Durations in
/// milliseconds. Decisions, not law.
package struct SilenceSettings: Equatable, Sendable {
    /// So long after the last receipt the channel is silent, strictly.
    package let silentAfter: Int64
    /// From the first notice of a silence to the second; each further wait is twice as long.
    package let firstRepeat: Int64
    /// The longest wait between two notices.
    package let longestRepeat: Int64
    /// So long after a start nothing is called silent: a broker first delivers what it has kept.
    package let startPause: Int64

    /// What is out of range is held at its bound: each at least a second and at most a year.
    package init(
        silentAfter: Int64 = 300_000, firstRepeat: Int64 = 900_000,
        longestRepeat: Int64 = 14_400_000, startPause: Int64 = 30_000
    ) {
        func clamp(_ duration: Int64) -> Int64 { min(max(duration, 1_000), 31_536_000_000) }
        self.silentAfter = clamp(silentAfter)
        self.firstRepeat = clamp(firstRepeat)
        self.longestRepeat = max(clamp(longestRepeat), clamp(firstRepeat))
        self.startPause = min(max(startPause, 0), 3_600_000)
    }

    /// The same for a device that is expected to measure every so many milliseconds: three of those
    /// must be missing.
    package func expecting(interval: Int64?) -> SilenceSettings {
        guard let interval else { return self }
        let (three, overflow) = max(interval, 0).multipliedReportingOverflow(by: 3)
        return SilenceSettings(
            silentAfter: max(silentAfter, overflow ? .max : three), firstRepeat: firstRepeat,
            longestRepeat: longestRepeat, startPause: startPause)
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

/// What a channel of a sensor was heard to say: when, and of when.
///
/// A reading that is not newer than all before it may be an old one that is delivered again: it does
/// not show that the sensor still measures. Times that lie too far ahead to be true are compared with
/// each other only, so that those of a clock that was set right are newer.
package struct ChannelSpeech: Equatable, Sendable {
    /// The newest time of measurement; nil while there is none.
    package private(set) var newest: Timestamp?
    /// The newest of those that lie too far ahead.
    private var ahead: Timestamp?
    /// When something new was last received.
    package private(set) var heard: Timestamp?

    /// How far ahead of ours a device's clock may be, in milliseconds.
    private static let tolerance: Int64 = 60_000

    package init() {}

    /// Takes a reading, bad or good, in the order of receipt.
    package mutating func take(measuredAt: Timestamp, receivedAt: Timestamp) {
        if measuredAt.milliseconds(since: receivedAt) > Self.tolerance {
            if let ahead, measuredAt <= ahead { return }
            ahead = measuredAt
        } else {
            if let newest, measuredAt <= newest { return }
            newest = measuredAt
        }
        heard = receivedAt
    }

    /// After the clock was set back: what lies ahead of it counts as of now.
    package mutating func clamp(to now: Timestamp) {
        guard let heard, heard > now else { return }
        self.heard = now
        newest = newest.map { min($0, now) }
    }
}

/// The watch over one channel of a sensor: a device that sends while one of its probes is dead is
/// silent in that channel. Driven by time that passes, not by messages.
///
/// Silence is what it is to those who listen: readings that were stored and come late end it when
/// they are received.
package struct SilenceWatch: Equatable, Sendable {
    package enum Effect: Equatable, Sendable {
        /// - notice: Counted from 1 for one silence.
        case silent(lastHeard: Timestamp, since: Timestamp, notice: Int64)
        case heardAgain(silentSince: Timestamp, heard: Timestamp)
    }

    /// When something new was last received; when the watch began while nothing was.
    package private(set) var lastHeard: Timestamp
    /// From when on the channel counts as silent; nil while it is heard.
    package private(set) var silentSince: Timestamp?
    package private(set) var noticesTold: Int64

    /// - Parameters:
    ///   - silentSince: Where a silence is told already.
    ///   - noticesTold: How often it was.
    package init(from: Timestamp, silentSince: Timestamp? = nil, noticesTold: Int64 = 0) {
        lastHeard = from
        self.silentSince = silentSince
        self.noticesTold = silentSince == nil ? 0 : max(noticesTold, 0)
    }

    /// When `advance` has something to say if nothing is heard first.
    package func nextTimer(by settings: SilenceSettings) -> Timestamp {
        guard let silentSince else { return silentFrom(by: settings) }
        return silentSince.advanced(byMilliseconds: settings.wait(untilNotice: noticesTold))
    }

    /// Something new was received.
    package mutating func hear(at receivedAt: Timestamp) -> Effect? {
        guard receivedAt > lastHeard else { return nil }
        lastHeard = receivedAt
        guard let since = silentSince else { return nil }
        silentSince = nil
        noticesTold = 0
        return .heardAgain(silentSince: since, heard: receivedAt)
    }

    /// Lets time pass. Of several notices that fell due in between only the last is told.
    package mutating func advance(to now: Timestamp, by settings: SilenceSettings) -> Effect? {
        let since = silentSince ?? silentFrom(by: settings)
        guard silentSince != nil || since <= now else { return nil }
        silentSince = since
        let due = settings.notice(after: max(0, now.milliseconds(since: since))) + 1
        guard due > noticesTold else { return nil }
        noticesTold = due
        return .silent(lastHeard: lastHeard, since: since, notice: due)
    }

    private func silentFrom(by settings: SilenceSettings) -> Timestamp {
        lastHeard.advanced(byMilliseconds: settings.silentAfter).advanced(byMilliseconds: 1)
    }
}
