package import ColdChain

/// When the time that a device tells is believed.
///
/// Clocks that were never set show the start of their epoch (1970, 1980, 2000, 2004) or the day
/// their firmware was built; GPS receivers of some years lose 1024 weeks. A reading is not lost for
/// that: it is recorded at the time of receipt, with a note.
package struct ClockRule: Equatable, Sendable {
    /// A time before is that of a clock that was not set. 2010-01-01 is older than any device in
    /// use; a device's installation date is a better floor where it is known.
    package var earliest = Timestamp(milliseconds: 1_262_304_000_000)
    /// How far ahead of the receipt a time may be: clocks that are set by hand or by cells.
    package var futureToleranceMilliseconds: Int64 = 600_000

    /// 1024 weeks, after which the week number of GPS begins again.
    private static let rolloverMilliseconds: Int64 = 7168 * 86_400_000
    private static let dayMilliseconds: Int64 = 86_400_000

    package init() {}

    /// The time to record, nil where it has to be that of receipt, and what is to be said of it.
    package func judge(
        _ claimed: Timestamp, receivedAt: Timestamp
    ) -> (time: Timestamp?, notes: ReadingNotes) {
        let age = receivedAt.milliseconds(since: claimed)
        let fromRollover = age.subtractingReportingOverflow(Self.rolloverMilliseconds)
        let timely = -futureToleranceMilliseconds...Self.dayMilliseconds
        if !fromRollover.overflow, timely.contains(fromRollover.partialValue) {
            return (claimed.advanced(byMilliseconds: Self.rolloverMilliseconds), .weekRollover)
        }
        if claimed < earliest { return (nil, .clockUnset) }
        if age < -futureToleranceMilliseconds { return (nil, .clockFarOff) }
        return (claimed, [])
    }
}
