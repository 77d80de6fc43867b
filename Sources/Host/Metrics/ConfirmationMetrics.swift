import Fabric

extension FabricStatus {
    /// Critical messages, and what came of them.
    func confirmations(_ text: inout PrometheusText) {
        var confirmed: [String: Double] = [:]
        var sum: UInt64 = 0
        for (place, count) in statistics.confirmations.counts.enumerated() {
            sum += count
            let bound =
                place < ConfirmationTimes.bounds.count
                ? "\(Double(ConfirmationTimes.bounds[place]) / 1_000)" : "+Inf"
            confirmed[bound] = Double(sum)
        }
        text.metric(
            "freshwire_confirmed_within_seconds_total", .counter,
            "Critical messages that their recipients confirmed within so many seconds.", by: "le",
            confirmed)
        text.metric(
            "freshwire_confirmation_seconds_total", .counter,
            "How long confirmations took, all together, in seconds.",
            Double(statistics.confirmations.totalMilliseconds) / 1e3)
        text.metric(
            "freshwire_critical_repeats_total", .counter,
            "Times a critical message was told again.", count: statistics.repeats)
        text.metric(
            "freshwire_critical_unconfirmed_total", .counter,
            "Critical messages that were never confirmed.", count: statistics.unconfirmed)
        text.metric(
            "freshwire_confirmations_awaited", .gauge,
            "Critical messages that wait for a confirmation.",
            count: statistics.awaitedConfirmations)
        text.metric(
            "freshwire_confirmations_not_awaited_total", .counter,
            "Critical messages whose confirmation was not awaited, for want of room.",
            count: statistics.confirmationsNotAwaited)
    }
}
