/// Random numbers that are the same in every run.
struct NoiseSource: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1 }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state ^ state >> 33) &* 0xff51_afd7_ed55_8ccd
    }

    mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + Double(next() >> 11) * 0x1p-53 * (range.upperBound - range.lowerBound)
    }

    /// Normal, as the sum of twelve uniform ones: far enough into the tails for four σ.
    mutating func normal(_ deviation: Double) -> Double {
        deviation * ((0..<12).reduce(-6.0) { sum, _ in sum + uniform(0...1) })
    }
}
