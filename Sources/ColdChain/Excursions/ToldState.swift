/// What people were told of a track's excursions and gaps, as far as it still holds.
///
/// The told excursions stand in the order of the ended ones, one for each, and after them the
/// current one where it is an alarm.
struct ToldState: Equatable, Sendable {
    private(set) var excursions: [ToldExcursion]
    private(set) var losses: [DataLoss]
    /// An ordinal is given once, also where what it named was corrected away.
    var nextOrdinal: UInt32

    init(excursions: [ToldExcursion], losses: [DataLoss]) {
        self.excursions = excursions.sorted {
            ($0.excursion.startedAt, $0.ordinal) < ($1.excursion.startedAt, $1.ordinal)
        }
        self.losses = losses.sorted { $0.from < $1.from }
        let highest = excursions.map(\.ordinal).max() ?? 0
        nextOrdinal = highest == .max ? highest : highest + 1
    }

    mutating func forget(excursions count: Int, losses lossCount: Int) {
        excursions.removeFirst(min(count, excursions.count))
        losses.removeFirst(min(lossCount, losses.count))
    }

    /// The excursions that may differ from what was told, in order of time.
    private struct Candidates {
        var ended: ArraySlice<JudgedExcursion>
        var added: [JudgedExcursion]
        var current: JudgedExcursion?

        var count: Int { ended.count + added.count + (current == nil ? 0 : 1) }

        subscript(index: Int) -> JudgedExcursion? {
            if index < ended.count { return ended[ended.startIndex + index] }
            let index = index - ended.count
            if index < added.count { return added[index] }
            return index == added.count ? current : nil
        }
    }

    /// Tells in what the judgement differs from what was told.
    ///
    /// - Parameters:
    ///   - standing: How many of the ended excursions are as they were when they were told.
    ///   - added: What the time since the last reading ended.
    mutating func compare(
        excursions ended: [JudgedExcursion], standing: Int, added: [JudgedExcursion],
        current: JudgedExcursion?, into effects: inout [ExcursionEffect]
    ) {
        let candidates = Candidates(
            ended: ended[standing...], added: added,
            current: current.flatMap { $0.isAlarm ? $0 : nil })
        var place = standing
        for index in 0..<candidates.count {
            guard let judged = candidates[index] else { break }
            while place < excursions.count, isPast(place, judged) {
                correct(place, joined: nil, &effects)
            }
            guard place < excursions.count, excursions[place].excursion.overlaps(judged) else {
                tellNew(judged, at: place, &effects)
                place += 1
                continue
            }
            revise(place, to: judged, &effects)
            let ordinal = excursions[place].ordinal
            place += 1
            let following = candidates[index + 1]
            while place < excursions.count, excursions[place].excursion.overlaps(judged),
                following.map({ !excursions[place].excursion.overlaps($0) }) ?? true
            {
                correct(place, joined: ordinal, &effects)
            }
        }
        while place < excursions.count { correct(place, joined: nil, &effects) }
    }

    private func isPast(_ place: Int, _ judged: JudgedExcursion) -> Bool {
        let told = excursions[place].excursion
        return told.startedAt < judged.startedAt && !told.overlaps(judged)
    }

    private mutating func tellNew(
        _ judged: JudgedExcursion, at place: Int, _ effects: inout [ExcursionEffect]
    ) {
        let new = ToldExcursion(ordinal: nextOrdinal, excursion: judged)
        if nextOrdinal < .max { nextOrdinal += 1 }
        excursions.insert(new, at: place)
        effects.append(.told(new, judged.isAlarm ? .opened : .minorDip))
    }

    private mutating func correct(
        _ place: Int, joined: UInt32?, _ effects: inout [ExcursionEffect]
    ) {
        let told = excursions.remove(at: place)
        effects.append(
            .corrected(
                ExcursionCorrection(
                    ordinal: told.ordinal, revision: told.revised(to: told.excursion).revision,
                    was: told.excursion, now: nil, joined: joined)))
    }

    private mutating func revise(
        _ place: Int, to judged: JudgedExcursion, _ effects: inout [ExcursionEffect]
    ) {
        let told = excursions[place]
        guard !told.excursion.tellsTheSame(as: judged) else { return }
        let revised = told.revised(to: judged)
        excursions[place] = revised
        if told.excursion.isAlarm, !judged.isAlarm {
            effects.append(
                .corrected(
                    ExcursionCorrection(
                        ordinal: told.ordinal, revision: revised.revision, was: told.excursion,
                        now: judged, joined: nil)))
        } else {
            effects.append(.told(revised, Self.news(from: told.excursion, to: judged)))
        }
    }

    private static func news(
        from told: JudgedExcursion, to judged: JudgedExcursion
    ) -> ExcursionEffect.News {
        if judged.isAlarm, !told.isAlarm { return .opened }
        switch (told.state, judged.state) {
        case (.active, .recovering): return .recovering
        case (.recovering, .active): return .outsideAgain
        case (.active, .closed), (.recovering, .closed): return .closed
        default: return .revised
        }
    }

    /// Tells in which gaps the judgement differs from what was told.
    mutating func compare(
        losses ended: [DataLoss], standing: Int, added: [DataLoss],
        into effects: inout [ExcursionEffect]
    ) {
        var place = standing
        for index in standing..<(ended.count + added.count) {
            let loss = index < ended.count ? ended[index] : added[index - ended.count]
            while place < losses.count, losses[place].from < loss.from {
                effects.append(.dataRecovered(losses.remove(at: place)))
            }
            if place < losses.count, losses[place].from == loss.from {
                if losses[place] != loss {
                    effects.append(loss.until == nil ? .dataLost(loss) : .dataReturned(loss))
                    losses[place] = loss
                }
            } else {
                effects.append(.dataLost(loss))
                losses.insert(loss, at: place)
            }
            place += 1
        }
        while place < losses.count { effects.append(.dataRecovered(losses.remove(at: place))) }
    }
}
