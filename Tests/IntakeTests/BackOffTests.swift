import Intake
import Testing

@Suite struct BackOffTests {
    /// Always draws the end of the interval.
    private struct Extreme: RandomNumberGenerator {
        let value: UInt64
        mutating func next() -> UInt64 { value }
    }

    @Test("B-1: the longest wait doubles from 1 s up to 60 s, and starts over after a reset")
    func ceiling() {
        var random = Extreme(value: .max)
        var backOff = BackOff(.init())
        let waits = (0..<8).map { _ in backOff.next(using: &random) }
        #expect(waits == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
        backOff.reset()
        #expect(backOff.next(using: &random) == .seconds(1))
    }

    @Test("B-1: full jitter reaches down to no wait at all")
    func floor() {
        var random = Extreme(value: 0)
        var backOff = BackOff(.init())
        for _ in 0..<8 { #expect(backOff.next(using: &random) == .zero) }
    }

    @Test("B-1: the waits of a fleet are spread over the whole interval")
    func spread() {
        var random = SystemRandomNumberGenerator()
        let waits = (0..<1_000).map { _ in
            var backOff = BackOff(.init())
            return backOff.next(using: &random)
        }
        for quarter in 0..<4 {
            let range = Duration.milliseconds(250 * quarter)...(.milliseconds(250 * (quarter + 1)))
            #expect(waits.filter(range.contains).count > 150)
        }
    }
}
