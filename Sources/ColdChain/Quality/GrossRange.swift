/// The spans of the gross range test: what a sensor can measure at all, and what is plausible
/// where it is used. Both ends of each are included; both in the quantity's own unit.
package struct GrossRange: Equatable, Sendable {
    /// A value outside is bad: no such sensor can have measured it.
    package let sensorSpan: ClosedRange<Double>
    /// A value outside is suspect. Lies within `sensorSpan`.
    package let plausibleSpan: ClosedRange<Double>

    /// Nil where something would be plausible that the sensor cannot measure.
    package init?(sensorSpan: ClosedRange<Double>, plausibleSpan: ClosedRange<Double>) {
        guard
            sensorSpan.contains(plausibleSpan.lowerBound),
            sensorSpan.contains(plausibleSpan.upperBound)
        else { return nil }
        self.sensorSpan = sensorSpan
        self.plausibleSpan = plausibleSpan
    }

    /// With everything plausible that the sensor can measure.
    package init(sensorSpan: ClosedRange<Double>) {
        self.sensorSpan = sensorSpan
        plausibleSpan = sensorSpan
    }

    /// The flag of the gross range test for `value`; what is no number is `missing`.
    package func flag(for value: Double) -> QualityFlag {
        if value.isNaN { return .missing }
        if plausibleSpan.contains(value) { return .good }
        return sensorSpan.contains(value) ? .suspect : .bad
    }
}

/// The gross range of each quantity a device measures; nil where none is known.
package struct GrossRanges: Equatable, Sendable {
    /// By the quantity's raw value, up to the last one that has a range.
    private var ranges: [GrossRange?] = []

    package init(
        temperature: GrossRange? = nil, humidity: GrossRange? = nil, battery: GrossRange? = nil
    ) {
        self[.temperature] = temperature
        self[.humidity] = humidity
        self[.battery] = battery
    }

    package subscript(quantity: Quantity) -> GrossRange? {
        get {
            let index = Int(quantity.rawValue)
            return index < ranges.count ? ranges[index] : nil
        }
        set {
            let index = Int(quantity.rawValue)
            guard newValue != nil || index < ranges.count else { return }
            while ranges.count <= index { ranges.append(nil) }
            ranges[index] = newValue
            while ranges.last == .some(nil) { ranges.removeLast() }
        }
    }

    /// The flag of the gross range test: `missing` for what is no number, not evaluated where the
    /// quantity has no range.
    package func flag(for measurement: Measurement) -> QualityFlag {
        if measurement.value.isNaN { return .missing }
        return self[measurement.quantity]?.flag(for: measurement.value) ?? .notEvaluated
    }
}
