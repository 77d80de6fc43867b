import Fabric
import Server
import System

/// Deliveries of one turn that became durable together.
struct TimedDeliveries {
    let durableAt: UInt64
    let count: UInt64
}

// What is measured of clients and deliveries.
extension FabricLoop {
    /// Publishes, and notes for how many outboxes since when.
    func publish(_ events: [PublishedEvent], now: Moment) {
        var start = 0
        while start < events.count {
            let durableAt = events[start].durableAt
            var end = start + 1
            while end < events.count, events[end].durableAt == durableAt { end += 1 }
            let before = fabric.statistics.deliveries
            fabric.publish(events[start..<end], now: now)
            let count = fabric.statistics.deliveries - before
            if count > 0, durableAt > 0 {
                delivered.append(TimedDeliveries(durableAt: durableAt, count: count))
            }
            start = end
        }
    }

    /// To be called when the turn's writes are done. Each delivery counts as written by then; what
    /// a slow reader still leaves waiting is seen in the outboxes.
    func measureDeliveries() {
        guard !delivered.isEmpty else { return }
        let now = Clock.monotonicNanoseconds()
        for part in delivered {
            let taken = now > part.durableAt ? now - part.durableAt : 0
            current.latency.observe(seconds: Double(taken) / 1e9, times: part.count)
        }
        delivered.removeAll(keepingCapacity: true)
    }

    func report() {
        current.connections = UInt64(fabric.connectionCount)
        current.outboxBytes = UInt64(fabric.outboxBytes)
        current.refusedConnections = server.refusedConnections
        current.statistics = fabric.statistics
        current.census = fabric.census
        current.subscriptions = fabric.subscriptionCount
        current.channels = fabric.channelCount
        current.historyBytes = fabric.historyBytes
        current.bytesReceived = server.bytesReceived
        current.bytesSent = server.bytesSent
        current.leaving = drainEndsAt.map { _ in fabric.connectionCount }
        mail.fabricStatus.set(current)
    }
}

extension Platform {
    init(_ head: RequestHead) {
        self.init(name: head.target.queryParameter("platform"), userAgent: head.userAgent)
    }
}

extension AdmissionFailure {
    /// Of an answer's status.
    init(status: Int) {
        switch status {
        case 401: self = .unauthorized
        case 403: self = .forbidden
        case 503: self = .ending
        default: self = .malformed
        }
    }
}
