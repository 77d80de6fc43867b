/// What a sensor can measure, and what is plausible where it is used (QARTOD gross range test).
package struct GrossRange: Equatable, Sendable {
    /// Values outside are bad: the sensor cannot measure them.
    package var sensorSpan: ClosedRange<Double>
    /// Values outside are suspect; nil where nothing more is known than the sensor's span.
    package var plausibleSpan: ClosedRange<Double>?

    package init(sensorSpan: ClosedRange<Double>, plausibleSpan: ClosedRange<Double>? = nil) {
        self.sensorSpan = sensorSpan
        self.plausibleSpan = plausibleSpan
    }

    /// The flag of a finite value; both ends of a span lie inside it.
    package func flag(for value: Double) -> QualityFlag {
        guard sensorSpan.contains(value) else { return .bad }
        if let plausibleSpan, !plausibleSpan.contains(value) { return .suspect }
        return .good
    }
}
