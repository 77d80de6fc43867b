import ColdChain

/// What is expected of the air in a bag follows from what it carries, and in which phase. People tell
/// that late and otherwise than before: then the readings that were judged by it are judged anew.
extension Bridge {
    /// What is known of an order has changed.
    mutating func judgeQualityAgain(since before: Order, _ after: Order) {
        let turns = [before.pickedUpAt, before.deliveredAt, after.pickedUpAt, after.deliveredAt]
        for custody in book.custody(of: after.number) {
            // Between two of these nothing changes.
            let starts =
                [custody.from]
                + turns.compactMap(\.self).filter { $0 > custody.from && custody.covers($0) }
                .sorted()
            for (index, start) in starts.enumerated() {
                let isSame =
                    before.foodClass == after.foodClass
                    && phase(of: before, at: start) == phase(of: after, at: start)
                if isSame { continue }
                let end = index + 1 < starts.count ? starts[index + 1] : custody.until
                judgeQualityAgain(inBag: custody.bag, from: start, until: end)
            }
        }
    }

    /// What is known of when a bag carried an order has changed.
    ///
    /// - Parameter before: Nil where that is new.
    mutating func judgeQualityAgain(since before: Custody?, _ after: Custody) {
        guard let before else {
            return judgeQualityAgain(inBag: after.bag, from: after.from, until: after.until)
        }
        guard before.until != after.until else { return }
        let ends = [before.until, after.until].compactMap(\.self)
        guard let first = ends.min() else { return }
        judgeQualityAgain(
            inBag: after.bag, from: first, until: ends.count == 2 ? ends.max() : nil)
    }

    /// - Parameter until: Nil for all that was measured since.
    private mutating func judgeQualityAgain(
        inBag name: String, from start: Timestamp, until end: Timestamp?
    ) {
        guard settings.checks.extent == .all else { return }
        for source in book.sources(inBag: name) {
            guard let newest = sources[source].newest, newest >= start else { continue }
            let last = min(newest, end ?? newest)
            var place = sources[source].channel ?? -1
            while place >= 0 {
                quality.wait(place, from: start, until: last)
                place = quality.channels[place].next
            }
        }
    }
}

extension QualityBook {
    /// Notes that all readings of a stretch are to be judged anew.
    fileprivate mutating func wait(_ place: Int, from start: Timestamp, until end: Timestamp) {
        var start = start
        while end.milliseconds(since: start) > Waiting.longest {
            let next = start.advanced(byMilliseconds: Waiting.longest)
            wait(place, at: start)
            wait(place, at: next)
            start = next
        }
        wait(place, at: start)
        wait(place, at: max(start, end))
    }
}
