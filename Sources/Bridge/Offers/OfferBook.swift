import ColdChain

/// The offers in memory: those that are open, and those that were and can still be asked about.
struct OfferBook: Sendable {
    private struct Subject: Hashable, Sendable {
        var kind: Offer.Kind
        var order: String
    }

    private var offers: [UInt64: Offer] = [:]
    private var numbers: [String: UInt64] = [:]
    /// By number, the newest last.
    private var bySubject: [Subject: [UInt64]] = [:]
    /// Open ones by deadline, then by number.
    private var deadlines: [(at: Timestamp, number: UInt64)] = []

    init(restored: [Offer] = []) {
        for offer in restored.sorted(by: { $0.number < $1.number }) { put(offer) }
    }

    var count: Int { offers.count }

    subscript(number: UInt64) -> Offer? { offers[number] }

    func offer(id: String) -> Offer? { numbers[id].flatMap { offers[$0] } }

    /// The offers of an order, the newest first.
    func offers(_ kind: Offer.Kind, of order: String) -> [Offer] {
        (bySubject[Subject(kind: kind, order: order)] ?? []).reversed().compactMap { offers[$0] }
    }

    /// When the first open one is over.
    var nextDeadline: Timestamp? { deadlines.first?.at }

    /// The first open one whose deadline has come.
    func due(at now: Timestamp) -> Offer? {
        guard let first = deadlines.first, first.at <= now else { return nil }
        return offers[first.number]
    }

    /// Adds the offer, or replaces what was known of it.
    mutating func put(_ offer: Offer) {
        if let before = offers[offer.number] {
            if before.state == .open { removeDeadline(of: before) }
        } else {
            numbers[offer.id] = offer.number
            let subject = Subject(kind: offer.kind, order: offer.order)
            bySubject[subject, default: []].append(offer.number)
        }
        offers[offer.number] = offer
        guard offer.state == .open else { return }
        let place = place(of: offer)
        deadlines.insert((offer.deadline, offer.number), at: place)
    }

    /// Forgets offers that are over where there are as many as the limit, an eighth at once, so that the
    /// search is not repeated with every offer.
    ///
    /// - Returns: False where too many are open.
    mutating func makeRoom(limit: Int) -> Bool {
        guard count >= limit else { return true }
        let over = offers.values.filter { $0.endedAt != nil }
            .sorted { ($0.endedAt ?? $0.openedAt) < ($1.endedAt ?? $1.openedAt) }
        for offer in over.prefix(max(limit / 8, count - limit + 1)) { remove(offer) }
        return count < limit
    }

    /// Forgets offers that were over before `instant`.
    mutating func forget(endedBefore instant: Timestamp) {
        let old = offers.values.filter { $0.endedAt.map { $0 < instant } ?? false }
        for offer in old { remove(offer) }
    }

    private mutating func remove(_ offer: Offer) {
        offers[offer.number] = nil
        numbers[offer.id] = nil
        let subject = Subject(kind: offer.kind, order: offer.order)
        bySubject[subject]?.removeAll { $0 == offer.number }
        if bySubject[subject]?.isEmpty == true { bySubject[subject] = nil }
    }

    private mutating func removeDeadline(of offer: Offer) {
        let place = place(of: offer)
        guard place < deadlines.count, deadlines[place].number == offer.number else { return }
        deadlines.remove(at: place)
    }

    /// Where an open offer stands, or would, among those by deadline.
    private func place(of offer: Offer) -> Int {
        var (low, high) = (0, deadlines.count)
        while low < high {
            let middle = low + (high - low) / 2
            let other = deadlines[middle]
            if (other.at.milliseconds, other.number) < (offer.deadline.milliseconds, offer.number) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}
