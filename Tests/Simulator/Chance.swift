package import Wire

/// What a run is made of by chance.
extension SplitMix64 {
    /// True with a probability, 0...1.
    package mutating func chance(_ probability: Double) -> Bool {
        Double(next() >> 11) * 0x1p-53 < probability
    }

    package mutating func int(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(truncatingIfNeeded: next() % UInt64(range.count))
    }

    /// Milliseconds within a range of seconds.
    package mutating func milliseconds(ofSeconds range: ClosedRange<Double>) -> Int64 {
        let width = (range.upperBound - range.lowerBound) * 1000
        return Int64(range.lowerBound * 1000) + Int64(Double(next() >> 11) * 0x1p-53 * width)
    }

    /// One of `choices`, which must not be empty.
    package mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[int(0...choices.count - 1)]
    }
}
