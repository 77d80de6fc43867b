/// How long the values of a channel have stayed within a small range, for every range up to a
/// greatest one.
///
/// Going back from the newest value, the range of what was passed grows in steps. The steps are what
/// is kept: as many as there are levels of the sensor within the greatest range, and not as many as
/// there are readings.
struct SteadyStretch: Equatable, Sendable {
    /// From `start` to the newest value all lie from `low` to `high`.
    struct Step: Equatable, Sendable {
        var start: Timestamp
        /// When the value before `start` was measured; nil where there is none to speak of.
        var before: Timestamp?
        var low: Double
        var high: Double
    }

    /// A bound that no sensor comes near: it would have to swing so often, each time less, within
    /// the greatest range. Beyond it the oldest step is forgotten, and a stretch seems shorter.
    static let maximumSteps = 64

    /// The oldest, with the greatest range, first.
    private(set) var steps: [Step] = []
    private var newest: Timestamp?

    mutating func removeAll() {
        steps.removeAll(keepingCapacity: true)
        newest = nil
    }

    /// Takes the next value.
    mutating func append(_ value: Double, at time: Timestamp, greatestRange: Double) {
        var kept = 0
        for index in steps.indices {
            var step = steps[index]
            step.low = min(step.low, value)
            step.high = max(step.high, value)
            // The same range from an earlier start says it all.
            if kept > 0, steps[kept - 1].low == step.low, steps[kept - 1].high == step.high {
                continue
            }
            guard step.high - step.low <= greatestRange else { continue }
            steps[kept] = step
            kept += 1
        }
        steps.removeLast(steps.count - kept)
        if let last = steps.last, last.low == value, last.high == value {
            newest = time
            return
        }
        if steps.count == Self.maximumSteps { steps.removeFirst() }
        steps.append(Step(start: time, before: newest, low: value, high: value))
        newest = time
    }

    /// The earliest step whose range `isSmall`.
    func longest(where isSmall: (Double) -> Bool) -> Step? {
        steps.first { isSmall($0.high - $0.low) }
    }
}
