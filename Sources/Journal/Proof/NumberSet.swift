/// Whole numbers, kept as ranges: small as long as they follow each other.
struct NumberSet {
    /// Ascending, apart from each other by at least one number.
    private var ranges: [Range<Int64>] = []

    var isEmpty: Bool { ranges.isEmpty }

    /// The place of the first range that ends at or after `number`.
    private func place(of number: Int64) -> Int {
        if let last = ranges.last, last.upperBound < number { return ranges.count }
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Adds the numbers; false where some were in it already.
    @discardableResult
    mutating func insert(_ range: Range<Int64>) -> Bool {
        let first = place(of: range.lowerBound)
        var merged = range
        var end = first
        var isNew = true
        while end < ranges.count, ranges[end].lowerBound <= range.upperBound {
            if ranges[end].overlaps(range) { isNew = false }
            merged =
                min(
                    merged.lowerBound, ranges[end].lowerBound)..<max(
                    merged.upperBound, ranges[end].upperBound)
            end += 1
        }
        ranges.replaceSubrange(first..<end, with: CollectionOfOne(merged))
        return isNew
    }

    func contains(_ number: Int64) -> Bool {
        let place = place(of: number)
        return place < ranges.count && ranges[place].contains(number)
            || place + 1 < ranges.count && ranges[place + 1].contains(number)
    }

    func contains(all range: Range<Int64>) -> Bool {
        let place = place(of: range.lowerBound)
        return ranges[place...].prefix(2).contains {
            $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound
        }
    }
}
