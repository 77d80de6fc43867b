/// When to try again: exponential back-off with full jitter.
///
/// Full jitter draws each wait from the whole interval, so that the many clients of a broker
/// that restarts do not come back at the same instant.
package struct BackOff: Sendable {
    package struct Settings: Equatable, Sendable {
        /// The longest first wait.
        package var initial: Duration
        package var factor: Int
        /// No wait is longer.
        package var maximum: Duration

        package init(
            initial: Duration = .seconds(1), factor: Int = 2, maximum: Duration = .seconds(60)
        ) {
            self.initial = initial
            self.factor = factor
            self.maximum = maximum
        }

        /// A day is longer than anyone waits, and keeps the arithmetic far from overflow.
        private static let longest = Duration.seconds(24 * 60 * 60)
        private static let steepest = 1_000

        var isUsable: Bool {
            initial > .zero && initial <= maximum && maximum <= Self.longest
                && (1...Self.steepest).contains(factor)
        }
    }

    private let settings: Settings
    /// The longest the next wait may be.
    private var ceiling: Duration

    package init(_ settings: Settings) {
        self.settings = settings
        ceiling = settings.initial
    }

    /// The wait before the next attempt, between zero and a ceiling that grows with each call.
    package mutating func next(using random: inout some RandomNumberGenerator) -> Duration {
        let nanoseconds = UInt64(ceiling / .nanoseconds(1))
        // One draw, scaled: `Int.random` draws again and again from a generator that is stuck.
        let wait = random.next().multipliedFullWidth(by: nanoseconds + 1).high
        ceiling = min(ceiling * settings.factor, settings.maximum)
        return .nanoseconds(Int64(wait))
    }

    /// The connection held: the next wait is a first one again.
    package mutating func reset() {
        ceiling = settings.initial
    }
}
