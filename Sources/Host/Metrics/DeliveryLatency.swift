/// How long deliveries took, in the buckets of a Prometheus histogram: p50, p95 and p99 are read off
/// them, and averages off the sum.
struct DeliveryLatency: Sendable {
    /// The upper ends, in seconds: from what a turn takes to what nobody waits for.
    static let bounds: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    /// Of each bucket, without those of the buckets below; the last one has no upper end.
    private(set) var counts: InlineArray<14, UInt64> = .init(repeating: 0)
    private(set) var seconds = 0.0
    private(set) var count: UInt64 = 0

    mutating func observe(seconds taken: Double, times: UInt64) {
        let bucket = Self.bounds.firstIndex { taken <= $0 } ?? Self.bounds.count
        counts[bucket] += times
        seconds += taken * Double(times)
        count += times
    }

    /// How many took at most as long as each upper end says, ascending.
    var cumulative: [UInt64] {
        var total: UInt64 = 0
        return Self.bounds.indices.map { bucket in
            total += counts[bucket]
            return total
        }
    }
}
