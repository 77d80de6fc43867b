/// What is known of a bag's temperature at one instant, in 16 bytes: an order's readings are kept,
/// so that late data can be judged where they belong.
///
/// Points of one instant are merged so that the order in which they come does not matter. A higher
/// version (a correction of the log: a flag or a calibration that changed) replaces a lower one. Of
/// one version and different values the one of the higher hazard counts (`HazardScale`: of a limit the
/// one furthest outside), and is suspect: which of the two came first says nothing of the food, and the log keeps both.
package struct TemperaturePoint: Equatable, Sendable {
    /// In °C; 0 where the reading was withdrawn.
    package let celsius: Double
    /// Milliseconds in the upper 48 bits, then 14 bits of version, withdrawn, suspect.
    private let packed: UInt64

    /// From absolute zero to what no thermometer for food reads; keeps every sum within its
    /// integers.
    package static let plausible: ClosedRange<Double> = -273.15...10_000
    package static let highestVersion: UInt16 = 0x3FFF

    /// A reading that may be used, or nil for what is no temperature (NaN, infinite, beyond
    /// `plausible`) and for an instant outside 1970...9999.
    ///
    /// - Parameter version: 0 for what was measured, counted up by each correction of it; held at
    ///   `highestVersion`.
    package init?(
        celsius: Double, measuredAt: Timestamp, isSuspect: Bool = false, version: UInt16 = 0
    ) {
        guard celsius.isFinite, Self.plausible.contains(celsius),
            let place = Self.place(of: measuredAt, version: version)
        else { return nil }
        // Minus zero is the same temperature as zero, and must be told alike.
        self.celsius = celsius == 0 ? 0 : celsius
        packed = place | (isSuspect ? 1 : 0)
    }

    /// That the reading of that instant is not to be used any more: its flag has become bad.
    package init?(withdrawnAt measuredAt: Timestamp, version: UInt16) {
        guard let place = Self.place(of: measuredAt, version: version) else { return nil }
        celsius = 0
        packed = place | 2
    }

    /// The point of a logged temperature. Flags 1, 2 and 3 are used, 3 as suspect; 4 and 9 never
    /// (§2.2): nil, and a withdrawal where an earlier version may have been used.
    package init?(_ reading: Reading, version: UInt16 = 0) {
        guard reading.measurement.quantity == .temperature else { return nil }
        let rollup = reading.quality.rollup
        guard reading.measurement.marker == nil, reading.quality.isUsable else {
            if version == 0 { return nil }
            self.init(withdrawnAt: reading.measuredAt, version: version)
            return
        }
        self.init(
            celsius: reading.judgedValue, measuredAt: reading.measuredAt,
            isSuspect: rollup == .suspect || rollup == .bad, version: version)
    }

    private init(celsius: Double, packed: UInt64) {
        self.celsius = celsius
        self.packed = packed
    }

    private static func place(of measuredAt: Timestamp, version: UInt16) -> UInt64? {
        guard (0...TraceTime.lastMilliseconds).contains(measuredAt.milliseconds) else { return nil }
        let version = UInt64(min(version, highestVersion))
        return UInt64(measuredAt.milliseconds) << 16 | version << 2
    }

    package var measuredAt: Timestamp { Timestamp(milliseconds: Int64(packed >> 16)) }
    package var moment: TraceTime { TraceTime(measuredAt) }
    package var version: UInt16 { UInt16(truncatingIfNeeded: packed) >> 2 }
    package var isWithdrawn: Bool { packed & 2 != 0 }
    package var isSuspect: Bool { packed & 1 != 0 }

    /// Orders points by event time alone.
    var instant: UInt64 { packed >> 16 }

    /// What two points of one instant come to.
    func merged(with other: TemperaturePoint, by scale: some HazardScale) -> TemperaturePoint {
        if version != other.version { return version > other.version ? self : other }
        if isWithdrawn || other.isWithdrawn { return isWithdrawn ? other : self }
        let isWorse =
            (scale.hazard(of: celsius), celsius) > (scale.hazard(of: other.celsius), other.celsius)
        let chosen = isWorse ? self : other
        let isSuspect = isSuspect || other.isSuspect || celsius != other.celsius
        return TemperaturePoint(
            celsius: chosen.celsius, packed: chosen.packed | (isSuspect ? 1 : 0))
    }
}

/// By what one of two temperatures of one instant is chosen: the one of the higher hazard counts,
/// and of two that are equal in that the warmer one.
///
/// A limit chooses what lies furthest outside, a zone what lies deepest inside, a growth model what
/// lets more grow. `CriticalLimit()`, which limits nothing, chooses the warmer one.
package protocol HazardScale {
    /// Never NaN for a number.
    func hazard(of celsius: Double) -> Double
}

extension CriticalLimit: HazardScale {
    /// How near `celsius` is to being outside, or how far it is: negative inside, positive outside.
    package func hazard(of celsius: Double) -> Double {
        let below = minimum.map { $0 - celsius } ?? -.infinity
        let above = maximum.map { celsius - $0 } ?? -.infinity
        return below.isNaN || above.isNaN ? .infinity : max(below, above)
    }
}

extension [TemperaturePoint] {
    /// In order of event time, one of each instant.
    package func mergedByInstant(by scale: some HazardScale) -> [TemperaturePoint] {
        var merged: [TemperaturePoint] = []
        merged.reserveCapacity(count)
        for point in sorted(by: { $0.instant < $1.instant }) {
            if let last = merged.last, last.instant == point.instant {
                merged[merged.count - 1] = last.merged(with: point, by: scale)
            } else {
                merged.append(point)
            }
        }
        return merged
    }

    /// Those that can be used, in order of event time, one of each instant.
    func usable(by scale: some HazardScale) -> [TemperaturePoint] {
        mergedByInstant(by: scale).filter { !$0.isWithdrawn }
    }
}
