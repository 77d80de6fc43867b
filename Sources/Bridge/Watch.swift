import ColdChain

/// The watch over one order's food by one source: which of its readings keep the critical limit.
///
/// Readings newer than any judged before open and close excursions in order of event time. A late
/// reading outside the limit that no known excursion covers becomes one of its own, already
/// closed: it must be seen, but it says nothing of now.
struct Watch: Sendable {
    let order: OrderNumber
    let source: SourceNumber
    /// Nil until a reading was judged: a watch that begins, or begins again after a restart, is
    /// given the log's readings of the order first.
    private(set) var newestJudged: Timestamp?
    /// Known excursions; at most the last one is open.
    private(set) var excursions: [Excursion]

    /// What judging one reading changed.
    enum Finding: Equatable {
        case nothing
        /// An excursion was found that nobody has been told of.
        case opened(Excursion)
        /// The open excursion's peak moved, or a late one grew: to be stored, not to be told.
        case widened(Excursion)
        case closed(Excursion)
    }

    init(order: OrderNumber, source: SourceNumber, excursions: [Excursion] = []) {
        self.order = order
        self.source = source
        self.excursions = excursions.sorted { $0.openedAt < $1.openedAt }
    }

    /// Lets earlier readings be judged again, by a limit that has changed.
    mutating func forgetJudged() {
        newestJudged = nil
    }

    /// - Parameter number: Given to an excursion that begins with this reading.
    mutating func judge(
        celsius: Double, at measuredAt: Timestamp, by limit: CriticalLimit,
        of foodClass: FoodClass, profile: String, gap: Int64, number: UInt64
    ) -> Finding {
        let isKept = limit.isKept(by: celsius)
        let isLate = newestJudged.map { measuredAt < $0 } ?? false
        if !isLate { newestJudged = measuredAt }
        if isKept { return isLate ? .nothing : closeOpen(at: measuredAt) }
        if let index = coveringIndex(of: measuredAt, gap: isLate ? gap : 0) {
            return widen(index, celsius, measuredAt, limit)
        }
        let excursion = Excursion(
            number: number, order: order, source: source, foodClass: foodClass, limit: limit,
            limitProfile: profile, openedAt: measuredAt, closedAt: isLate ? measuredAt : nil,
            peak: celsius)
        let place = excursions.firstIndex { $0.openedAt > measuredAt } ?? excursions.endIndex
        excursions.insert(excursion, at: place)
        return .opened(excursion)
    }

    private mutating func closeOpen(at measuredAt: Timestamp) -> Finding {
        guard
            let index = excursions.lastIndex(where: {
                $0.closedAt == nil && $0.openedAt < measuredAt
            })
        else { return .nothing }
        excursions[index].closedAt = measuredAt
        return .closed(excursions[index])
    }

    /// The excursion that `instant` lies in, or within `gap` milliseconds of.
    private func coveringIndex(of instant: Timestamp, gap: Int64) -> Int? {
        excursions.lastIndex { excursion in
            let begins = excursion.openedAt.advanced(byMilliseconds: -gap)
            guard begins <= instant else { return false }
            guard let closedAt = excursion.closedAt else { return true }
            // An excursion ends where a reading was inside again; that instant is not part of it,
            // unless it is a late one, whose last reading is its end.
            let isLate = gap > 0
            let ends = closedAt.advanced(byMilliseconds: gap)
            return isLate ? instant <= ends : instant < ends
        }
    }

    private mutating func widen(
        _ index: Int, _ celsius: Double, _ measuredAt: Timestamp, _ limit: CriticalLimit
    ) -> Finding {
        let before = excursions[index]
        if limit.deviation(of: celsius) > limit.deviation(of: before.peak) {
            excursions[index].peak = celsius
        }
        if measuredAt < before.openedAt { excursions[index].openedAt = measuredAt }
        if let closedAt = before.closedAt, measuredAt > closedAt {
            excursions[index].closedAt = measuredAt
        }
        return excursions[index] == before ? .nothing : .widened(excursions[index])
    }
}
