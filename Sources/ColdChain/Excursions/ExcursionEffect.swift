/// An excursion as it was told, or a minor dip as it was noted.
///
/// What was told is never changed: what comes to be known later is told as the next revision, which
/// supersedes the one before.
package struct ToldExcursion: Equatable, Sendable {
    /// Counted from 1 within a track; it stays with the excursion through its revisions.
    package var ordinal: UInt32
    /// Counted from 1.
    package var revision: UInt32
    package var excursion: JudgedExcursion

    package init(ordinal: UInt32, revision: UInt32 = 1, excursion: JudgedExcursion) {
        self.ordinal = ordinal
        self.revision = revision
        self.excursion = excursion
    }

    /// The revision that it replaces.
    package var supersedes: UInt32? { revision > 1 ? revision - 1 : nil }

    func revised(to excursion: JudgedExcursion) -> ToldExcursion {
        // A track that lives for 2³² revisions is not of this world; it holds still there.
        let next = revision == .max ? revision : revision + 1
        return ToldExcursion(ordinal: ordinal, revision: next, excursion: excursion)
    }
}

/// That an alert was sent, or a dip noted, which the readings bear out no more. The alert is kept.
package struct ExcursionCorrection: Equatable, Sendable {
    package var ordinal: UInt32
    /// The revision that this correction is.
    package var revision: UInt32
    /// What was told last, by the revision before.
    package var was: JudgedExcursion
    /// What it has come to where it is still a minor dip.
    package var now: JudgedExcursion?
    /// The excursion that its time belongs to now, where late readings joined two.
    package var joined: UInt32?

    package var supersedes: UInt32 { revision - 1 }
}

/// What taking readings, or time that passed, leads to.
package enum ExcursionEffect: Equatable, Sendable {
    package enum News: UInt8, Sendable {
        /// It became an alarm.
        case opened = 1
        case recovering = 2
        /// Out again before it was over.
        case outsideAgain = 3
        case closed = 4
        /// It ended before it became an alarm: to be kept, not to alarm.
        case minorDip = 5
        /// Late or corrected readings say other than what was told.
        case revised = 6
    }

    case told(ToldExcursion, News)
    case corrected(ExcursionCorrection)
    /// The readings fell silent while food was outside.
    case dataLost(DataLoss)
    /// They came back, or the order ended.
    case dataReturned(DataLoss)
    /// Late readings filled the gap that was told of, wholly or at its beginning.
    case dataRecovered(DataLoss)
    /// A reading belongs to time that the track keeps no readings of: it must be made again from
    /// the log, by `judgeAgain`. Told once for each call.
    case needsLog(from: Timestamp)
}
