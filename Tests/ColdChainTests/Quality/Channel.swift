import ColdChain

/// A channel that judges a series by given settings, a reading every minute unless told otherwise.
struct Channel {
    var settings = QualitySettings(version: 7, foodClass: .cold)
    /// Received a second after they were measured.
    static let start = Timestamp(milliseconds: 1_700_000_000_000)

    static func time(_ seconds: Double) -> Timestamp {
        start.advanced(byMilliseconds: Int64((seconds * 1000).rounded()))
    }

    static func reading(
        _ value: Double, at seconds: Double, phase: BagPhase? = .loaded, delay: Double = 1
    ) -> ChannelReading {
        ChannelReading(
            measuredAt: time(seconds), receivedAt: time(seconds + delay), value: value,
            phase: phase)
    }

    static func readings(
        _ values: [Double], every interval: Double = 60, phase: BagPhase? = .loaded
    ) -> [ChannelReading] {
        values.enumerated().map { reading($1, at: Double($0) * interval, phase: phase) }
    }

    func judged(_ readings: [ChannelReading]) -> [ReadingQuality?] {
        ChannelQuality.judged(readings, by: settings).qualities
    }

    /// What one test said last of each reading.
    func flags(_ test: QualityTest, _ readings: [ChannelReading]) -> [UInt8] {
        judged(readings).map { $0?.flags[test].rawValue ?? 0 }
    }
}

/// A generator whose numbers a seed decides.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
