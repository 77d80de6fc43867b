import Wire

/// The stretches of a run in which something holds for a device, in milliseconds after the start.
struct Windows: Sendable {
    /// In order, none touching another.
    private(set) var ranges: [Range<Int64>] = []
    /// The instants at which each occurrence began, in order.
    private(set) var beginnings: [Int64] = []

    /// Draws which of the occurrences a device has, and when.
    init(_ occurrences: [Occurrence], lasting duration: Int64, random: inout SplitMix64) {
        var drawn: [Range<Int64>] = []
        for occurrence in occurrences {
            // Both are drawn whether or not they are needed, so that a change of one occurrence
            // leaves the others where they were.
            let chance = Double.random(in: 0..<1, using: &random)
            let somewhere = Int64.random(in: 0..<max(duration, 1), using: &random)
            guard chance < occurrence.probability else { continue }
            let begin = occurrence.at ?? somewhere
            let end = occurrence.length.map { min(begin + $0, duration) } ?? duration
            if begin < end { drawn.append(begin..<end) }
        }
        drawn.sort { $0.lowerBound < $1.lowerBound }
        beginnings = drawn.map(\.lowerBound)
        for range in drawn {
            if let last = ranges.last, range.lowerBound <= last.upperBound {
                let end = max(last.upperBound, range.upperBound)
                ranges[ranges.count - 1] = last.lowerBound..<end
            } else {
                ranges.append(range)
            }
        }
    }

    /// The stretch in which an instant lies.
    func range(at time: Int64) -> Range<Int64>? { ranges.first { $0.contains(time) } }

    func contains(_ time: Int64) -> Bool { range(at: time) != nil }

    /// When the state at an instant ends; nil where it holds for good.
    func change(after time: Int64) -> Int64? {
        for range in ranges {
            if time < range.lowerBound { return range.lowerBound }
            if time < range.upperBound { return range.upperBound }
        }
        return nil
    }

    /// Whether an occurrence began after one instant and not after another one.
    func begins(after earlier: Int64, until later: Int64) -> Bool {
        beginnings.contains { $0 > earlier && $0 <= later }
    }

    /// The last beginning not after an instant.
    func lastBeginning(until time: Int64) -> Int64? { beginnings.last { $0 <= time } }
}
