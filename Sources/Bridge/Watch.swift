import ColdChain

/// The watch over one order's food by one source: which of its readings keep the critical limit.
///
/// Where a source says several temperatures of one instant, the one furthest outside counts.
///
/// Readings newer than any judged before open and close excursions in order of event time. A late
/// reading outside the limit that no known excursion covers becomes one of its own, already
/// closed: it must be seen, but it says nothing of now. A late reading inside changes nothing: what
/// was told is not taken back.
///
/// An excursion keeps the limit it was judged by. Where the limit has changed it covers nothing any
/// more, and one that is open ends with the newest reading known.
struct Watch: Sendable {
    let order: OrderNumber
    let source: SourceNumber
    /// Nil until a reading was judged: a watch that begins, or begins again after a restart, is
    /// given the log's readings of the order first.
    private(set) var newestJudged: Timestamp?
    /// Whether a reading of that instant was outside.
    private var isNewestOutside = false
    /// What was the newest before the limit changed: an excursion by that limit lasted until then.
    private var newestBefore: Timestamp?
    /// Known excursions, in order of `openedAt`.
    private(set) var excursions: [Excursion]

    /// One reading to be judged, and what by.
    struct Question {
        var celsius: Double
        var measuredAt: Timestamp
        var limit: CriticalLimit
        var foodClass: FoodClass
        var limitProfile: String
        /// Late readings outside that lie this close together, in milliseconds, are one excursion.
        var gap: Int64
        /// Given to an excursion that begins with this reading.
        var number: UInt64
        /// Whether the reading comes from the log, and the log has newer ones that come next.
        var isFollowed = false
    }

    /// What judging one reading changed.
    enum Finding: Equatable {
        case nothing
        /// An excursion was found that nobody has been told of.
        case opened(Excursion)
        /// The open excursion's peak moved, or a late one grew: to be stored, not to be told.
        case widened(Excursion)
        case closed(Excursion)
        /// The open excursion ended because its limit is no longer in force; the reading itself is
        /// still to be judged.
        case superseded(Excursion)
    }

    init(order: OrderNumber, source: SourceNumber, excursions: [Excursion] = []) {
        self.order = order
        self.source = source
        self.excursions = excursions.sorted {
            ($0.openedAt, $0.number) < ($1.openedAt, $1.number)
        }
    }

    /// Lets earlier readings be judged again: by a limit that has changed, or because the order has
    /// left the bag earlier than was known.
    mutating func forgetJudged() {
        newestBefore = newestJudged ?? newestBefore
        newestJudged = nil
    }

    /// Prepares for the log's readings of the order. An excursion that is known to be open was told
    /// as one: it lasts up to the last reading outside, whatever late ones lie within.
    mutating func resume(lastOutside: Timestamp?, by limit: CriticalLimit) {
        guard let open = excursions.last(where: { $0.closedAt == nil && $0.limit == limit }) else {
            return
        }
        let resumed = max(lastOutside ?? open.openedAt, open.openedAt)
        if let newestJudged, newestJudged >= resumed { return }
        newestJudged = resumed
        isNewestOutside = true
    }

    mutating func judge(_ question: Question) -> Finding {
        if newestJudged == nil { resume(lastOutside: nil, by: question.limit) }
        let measuredAt = question.measuredAt
        let isKept = question.limit.isKept(by: question.celsius)
        let isLate = newestJudged.map { measuredAt < $0 } ?? false
        if !isLate {
            if !question.isFollowed,
                let ended = closeOpen(
                    at: max(measuredAt, newestBefore ?? measuredAt),
                    where: { $0 != question.limit })
            {
                return .superseded(ended)
            }
            isNewestOutside = !isKept || (isNewestOutside && newestJudged == measuredAt)
            newestJudged = measuredAt
        }
        if isKept {
            guard !isLate, !isNewestOutside,
                let ended = closeOpen(at: measuredAt, where: { $0 == question.limit })
            else { return .nothing }
            return .closed(ended)
        }
        let isBehind = isLate || question.isFollowed
        if let index = index(covering: question, endsIncluded: isBehind) {
            return widen(index, by: question)
        }
        if isLate, let index = index(near: question) { return widen(index, by: question) }
        return .opened(open(by: question, isLate: isLate))
    }

    private mutating func open(by question: Question, isLate: Bool) -> Excursion {
        let excursion = Excursion(
            number: question.number, order: order, source: source, foodClass: question.foodClass,
            limit: question.limit, limitProfile: question.limitProfile,
            openedAt: question.measuredAt, closedAt: isLate ? question.measuredAt : nil,
            peak: question.celsius)
        let place =
            excursions.firstIndex { $0.openedAt > question.measuredAt } ?? excursions.endIndex
        excursions.insert(excursion, at: place)
        return excursion
    }

    private mutating func closeOpen(
        at measuredAt: Timestamp, where isMeant: (CriticalLimit) -> Bool
    ) -> Excursion? {
        guard
            let index = excursions.lastIndex(where: {
                $0.closedAt == nil && $0.openedAt <= measuredAt && isMeant($0.limit)
            })
        else { return nil }
        excursions[index].closedAt = measuredAt
        return excursions[index]
    }

    /// The excursion that a reading lies in.
    ///
    /// - Parameter endsIncluded: An excursion ends where a reading was inside again, and so that
    ///   instant is not part of it; one found late ends with its last reading outside. The two are
    ///   told apart by whether anything newer is known: what ends an excursion at an instant while
    ///   the newest reading there is outside was a reading inside.
    private func index(covering question: Question, endsIncluded: Bool) -> Int? {
        let instant = question.measuredAt
        return excursions.lastIndex { excursion in
            guard excursion.openedAt <= instant, excursion.limit == question.limit else {
                return false
            }
            guard let closedAt = excursion.closedAt else { return true }
            return instant < closedAt || (endsIncluded && instant == closedAt)
        }
    }

    /// The excursion nearest to a reading that lies in none, up to the gap away.
    private func index(near question: Question) -> Int? {
        let instant = question.measuredAt
        var nearest: (index: Int, distance: Int64)?
        for (index, excursion) in excursions.enumerated()
        where excursion.limit == question.limit {
            let distance =
                excursion.openedAt > instant
                ? excursion.openedAt.milliseconds(since: instant)
                : instant.milliseconds(since: excursion.closedAt ?? instant)
            if distance <= question.gap, nearest.map({ distance <= $0.distance }) ?? true {
                nearest = (index, distance)
            }
        }
        return nearest?.index
    }

    private mutating func widen(_ index: Int, by question: Question) -> Finding {
        let before = excursions[index]
        let limit = question.limit
        if limit.deviation(of: question.celsius) > limit.deviation(of: before.peak) {
            excursions[index].peak = question.celsius
        }
        if question.measuredAt < before.openedAt {
            excursions[index].openedAt = question.measuredAt
        }
        if let closedAt = before.closedAt, question.measuredAt > closedAt {
            excursions[index].closedAt = question.measuredAt
        }
        return excursions[index] == before ? .nothing : .widened(excursions[index])
    }
}
