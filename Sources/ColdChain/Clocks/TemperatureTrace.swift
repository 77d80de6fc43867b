/// A usable temperature of one sensor.
package struct TimedTemperature: Equatable, Sendable {
    package var at: Timestamp
    package var celsius: Double
    /// Of two values for one instant, the one that was received first counts.
    package var receivedAt: Timestamp

    package init(at: Timestamp, celsius: Double, receivedAt: Timestamp) {
        self.at = at
        self.celsius = celsius
        self.receivedAt = receivedAt
    }

    package init(at: Timestamp, celsius: Double) {
        self.init(at: at, celsius: celsius, receivedAt: at)
    }

    /// Whether it can be a temperature at all: not below absolute zero, and a number.
    package var isUsable: Bool { celsius >= -273.15 && celsius <= 10_000 }

    /// Whether this value, not `other` of the same instant, is the one that counts. Any order of
    /// arrival gives the same answer.
    fileprivate func precedes(_ other: Self) -> Bool {
        receivedAt == other.receivedAt ? celsius < other.celsius : receivedAt < other.receivedAt
    }
}

/// The usable temperatures of one sensor in the order of their times, one for each instant. Put in
/// in whatever order and batches, the same readings make the same trace.
package struct TemperatureTrace: Equatable, Sendable {
    package private(set) var samples: [TimedTemperature] = []

    package init() {}

    package init(_ samples: some Sequence<TimedTemperature>) {
        let sorted = samples.filter(\.isUsable).sorted { first, second in
            first.at == second.at ? first.precedes(second) : first.at < second.at
        }
        self.samples.reserveCapacity(sorted.count)
        for sample in sorted where sample.at != self.samples.last?.at {
            self.samples.append(sample)
        }
    }

    /// Puts a reading in its place.
    ///
    /// - Returns: Whether it is the newest: then a clock can observe it and go on. After any other
    ///   the clocks have to be made again from the trace.
    @discardableResult
    package mutating func insert(_ sample: TimedTemperature) -> Bool {
        guard sample.isUsable else { return false }
        guard let last = samples.last, last.at >= sample.at else {
            samples.append(sample)
            return true
        }
        var lower = 0
        var upper = samples.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if samples[middle].at < sample.at { lower = middle + 1 } else { upper = middle }
        }
        if samples[lower].at != sample.at {
            samples.insert(sample, at: lower)
        } else if sample.precedes(samples[lower]) {
            samples[lower] = sample
        }
        return false
    }
}

/// Times in whole microseconds that stay at their end instead of overflowing.
enum Microseconds {
    static func between(_ earlier: Timestamp, _ later: Timestamp) -> Int64 {
        let (product, overflow) = later.milliseconds(since: earlier)
            .multipliedReportingOverflow(by: 1000)
        return overflow ? (later > earlier ? .max : .min) : product
    }

    /// A share, 0...1, of a time.
    static func share(_ part: Double, of time: Int64) -> Int64 {
        guard part > 0 else { return 0 }
        guard part < 1 else { return time }
        return min(Int64(exactly: (part * Double(time)).rounded()) ?? time, time)
    }
}
