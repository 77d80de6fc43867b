/// Whether a channel is heard. Its silence is an event of its own and no flag of a reading: the flag
/// stands for the reading that is missing.
package enum DataReception {
    /// `missing` when nothing was measured for longer than the maximum gap; not evaluated where
    /// nothing ever was. What is newer than now is good.
    package static func flag(
        newestMeasuredAt: Timestamp?, now: Timestamp, maximumGap: Int64
    ) -> QualityFlag {
        guard let newestMeasuredAt else { return .notEvaluated }
        return now.milliseconds(since: newestMeasuredAt) > maximumGap ? .missing : .good
    }
}
