import Fabric

/// Why somebody was not let in, before the fabric was asked.
enum AdmissionFailure: String, CaseIterable, Sendable {
    /// No token, or none that holds.
    case unauthorized
    /// A token of a role that is not served, or a channel that is not the user's.
    case forbidden
    case origin
    /// No such path, channel or method.
    case malformed
    /// The daemon is about to end.
    case ending
}

/// How the fabric thread is.
struct FabricStatus: Sendable {
    struct Failure: Hashable, Sendable {
        var reason: AdmissionFailure
        var platform: Platform
    }

    var connections: UInt64 = 0
    var outboxBytes: UInt64 = 0
    var refusals: UInt64 = 0
    /// Connections that the guard refused, before anything was read.
    var refusedConnections: UInt64 = 0
    var statistics = FabricStatistics()
    var failures: [Failure: UInt64] = [:]
    var latency = DeliveryLatency()
    var census: [ClientKind: Int] = [:]
    var subscriptions = 0
    var channels = 0
    var historyBytes = 0
    var bytesReceived: UInt64 = 0
    var bytesSent: UInt64 = 0
    /// Clients that are still to be let go; nil where the daemon is not to end.
    var leaving: Int?

    mutating func note(_ failure: AdmissionFailure, _ platform: Platform) {
        refusals += 1
        failures[Failure(reason: failure, platform: platform), default: 0] += 1
    }
}

extension FabricStatus {
    func metrics(_ text: inout PrometheusText) {
        clients(&text)
        deliveries(&text)
        conversations(&text)
        confirmations(&text)
    }

    private func clients(_ text: inout PrometheusText) {
        text.metric(
            "freshwire_connections", .gauge, "Open connections of clients, of every kind.",
            count: connections)
        text.metric(
            "freshwire_clients", .gauge, "Open connections by dialect, role and platform.",
            ["dialect", "role", "platform"],
            census.map { kind, count in
                ([kind.dialect.name, kind.role.name, kind.platform.rawValue], Double(count))
            })
        text.metric(
            "freshwire_connections_accepted_total", .counter, "Connections that were let in.",
            ["dialect", "platform"],
            sums(statistics.accepted) { [$0.dialect.name, $0.platform.rawValue] })
        let host = sums(failures) { [$0.reason.rawValue, $0.platform.rawValue] }
        let fabric = sums(statistics.turnedAway) { [$0.code.name, $0.platform.rawValue] }
        text.metric(
            "freshwire_connections_failed_total", .counter, "Connections that were not let in.",
            ["reason", "platform"], host + fabric)
        text.metric(
            "freshwire_connections_refused_total", .counter,
            "Connections refused because too many came at once.", count: refusedConnections)
        text.metric(
            "freshwire_connections_closed_total", .counter,
            "Connections that the server ended.", by: "reason",
            Dictionary(
                statistics.closings.map { ($0.key.name, Double($0.value)) },
                uniquingKeysWith: +))
        text.metric(
            "freshwire_slow_consumers_closed_total", .counter,
            "Connections closed because their reader was too slow.",
            count: statistics.slowReaders)
        text.metric(
            "freshwire_missed_heartbeats_total", .counter,
            "Times a client was not heard of for another heartbeat.",
            count: statistics.missedHeartbeats)
        text.metric(
            "freshwire_requests_refused_total", .counter,
            "Requests and upgrades refused for want of a valid token, or for their form.",
            count: refusals)
        text.metric(
            "freshwire_clients_leaving", .gauge,
            "Clients that are still to be let go because the daemon ends; 0 while it does not.",
            count: UInt64(leaving ?? 0))
    }

    private func deliveries(_ text: inout PrometheusText) {
        text.metric(
            "freshwire_fabric_events_total", .counter, "Events published to the fabric.",
            count: statistics.events)
        text.metric(
            "freshwire_frames_queued_total", .counter, "Events put into an outbox.",
            count: statistics.deliveries)
        text.histogram(
            "freshwire_delivery_seconds",
            "From durable to handed to the kernel, for each event put into an outbox.", latency)
        text.metric(
            "freshwire_states_conflated_total", .counter,
            "Temperatures and positions that a newer one replaced before they were written.",
            count: statistics.conflatedStates)
        text.metric(
            "freshwire_outbox_bytes", .gauge, "Bytes that wait for readers.", count: outboxBytes)
        text.metric(
            "freshwire_received_bytes_total", .counter,
            "Bytes taken from clients, before TLS is counted.", count: bytesReceived)
        text.metric(
            "freshwire_sent_bytes_total", .counter,
            "Bytes given to clients, before TLS is counted.", count: bytesSent)
    }

    private func conversations(_ text: inout PrometheusText) {
        text.metric(
            "freshwire_client_messages_total", .counter, "Messages of clients.",
            count: statistics.clientMessages)
        text.metric(
            "freshwire_client_messages_refused_total", .counter,
            "Messages of clients that were answered with an error.",
            count: statistics.refusedClientMessages)
        text.metric(
            "freshwire_subscriptions_total", .counter, "Channels that clients began to follow.",
            count: statistics.subscriptions)
        text.metric(
            "freshwire_subscriptions", .gauge, "Channels followed, one for each follower.",
            count: UInt64(subscriptions))
        text.metric(
            "freshwire_channels", .gauge, "Channels that are followed or have a state to tell.",
            count: UInt64(channels))
        text.metric(
            "freshwire_subscriptions_revoked_total", .counter,
            "Channels taken from clients because they are not theirs any more.",
            count: statistics.revocations)
        text.metric(
            "freshwire_resumptions_total", .counter, "Clients that came back, by outcome.",
            by: "outcome",
            [
                "recovered": Double(statistics.recoveries),
                "lost": Double(statistics.lostHistories),
            ])
        text.metric(
            "freshwire_replayed_records_total", .counter,
            "Records told again to those who came back.", count: statistics.replays)
        text.metric(
            "freshwire_history_bytes", .gauge, "What is kept in memory to be told again.",
            count: UInt64(historyBytes))
        text.summary(
            "freshwire_booking_messages",
            "Events of orders, and the orders that had any: messages of a booking on average.",
            sum: Double(statistics.orderEvents), count: statistics.orders)
    }

    private func sums<Key>(
        _ counts: [Key: UInt64], _ labels: (Key) -> [String]
    ) -> [([String], Double)] {
        var sums: [[String]: Double] = [:]
        for (key, count) in counts { sums[labels(key), default: 0] += Double(count) }
        return sums.map { ($0.key, $0.value) }
    }
}
