/// An instant in whole microseconds since 1970-01-01T00:00:00Z: where a temperature crosses a limit
/// lies between the milliseconds of the readings.
///
/// Always between 1970 and the end of 9999, so that no difference and no sum of differences within
/// an order can overflow.
package struct TraceTime: Hashable, Comparable, Sendable {
    package let microseconds: Int64

    /// The last millisecond of the year 9999.
    package static let lastMilliseconds: Int64 = 253_402_300_799_999
    package static let first = TraceTime(microseconds: 0)
    package static let last = TraceTime(Timestamp(milliseconds: lastMilliseconds))

    /// The instant, or the nearest that can be told.
    package init(_ timestamp: Timestamp) {
        microseconds = min(max(timestamp.milliseconds, 0), Self.lastMilliseconds) * 1_000
    }

    /// The instant, or the nearest that can be told.
    package init(storedMicroseconds: Int64) {
        self.init(
            microseconds: min(max(storedMicroseconds, 0), Self.lastMilliseconds * 1_000))
    }

    private init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// The millisecond it lies in.
    package var timestamp: Timestamp { Timestamp(milliseconds: microseconds / 1_000) }

    /// The first millisecond that is not before it.
    package var timestampNotBefore: Timestamp {
        Timestamp(milliseconds: (microseconds + 999) / 1_000)
    }

    /// Microseconds from `earlier` to this instant.
    package func microseconds(since earlier: TraceTime) -> Int64 {
        microseconds - earlier.microseconds
    }

    /// The instant so many microseconds later, or the nearest that can be told.
    package func advanced(byMicroseconds duration: Int64) -> TraceTime {
        let (sum, overflow) = microseconds.addingReportingOverflow(duration)
        let bound = duration > 0 ? Self.last : Self.first
        if overflow { return bound }
        return TraceTime(
            microseconds: min(max(sum, Self.first.microseconds), Self.last.microseconds))
    }

    package static func < (earlier: TraceTime, later: TraceTime) -> Bool {
        earlier.microseconds < later.microseconds
    }
}
