extension Duration {
    /// In milliseconds, the rest of one cut off; the ends of the range stand for what lies beyond.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return seconds > 0 ? .max : .min }
        let (sum, carry) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        guard !carry else { return seconds > 0 ? .max : .min }
        return sum
    }

    /// In seconds, the rest of one cut off.
    package var wholeSeconds: Int64 { components.seconds }
}
