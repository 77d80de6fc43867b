import Glibc
import Intake

/// Turns a session over as the engine does: wait, maintain, read, acknowledge.
final class SessionDriver {
    let session: BrokerSession
    /// Everything the session reported, oldest first.
    private(set) var reports: [BrokerReport] = []
    /// Topic and payload of each message, in the order of arrival.
    private(set) var messages: [String] = []
    private(set) var entries: [MessageBatch.Entry] = []
    private(set) var largestBatch = 0
    private var outcome = BrokerSession.ReadOutcome.drained
    private var batch: MessageBatch

    init(
        _ settings: BrokerSettings, messageLimit: Int = 5_000, payloadLimit: Int = 1 << 20
    ) throws {
        session = try BrokerSession(settings, broker: 3, random: SystemRandomNumberGenerator())
        batch = MessageBatch(messageLimit: messageLimit, payloadLimit: payloadLimit)
    }

    /// Turns until it is so; false where that takes too long.
    func turn(
        within limit: Duration = .seconds(15), until isSo: (SessionDriver) -> Bool
    ) -> Bool {
        let deadline = ContinuousClock.now + limit
        while !isSo(self) {
            guard ContinuousClock.now < deadline else { return false }
            turn()
        }
        return true
    }

    func turn() {
        let now = ContinuousClock.now
        let left =
            outcome == .drained
            ? session.nextDeadline.map { ($0 - now) / .milliseconds(1) } ?? 20 : 0
        var entry = pollfd(fd: session.descriptor, events: Int16(POLLIN), revents: 0)
        unsafe poll(&entry, 1, Int32(min(20, max(0, left))))
        session.maintain(now: .now)
        batch.removeAll()
        outcome = .more
        while outcome == .more { outcome = session.read(into: &batch, limit: 50, now: .now) }
        largestBatch = max(largestBatch, batch.count)
        for index in 0..<batch.count {
            entries.append(batch[index])
            messages.append("\(text(batch.topic(at: index))) \(text(batch.payload(at: index)))")
        }
        session.acknowledge(now: .now)
        reports += session.takeReports()
    }

    var isSubscribed: Bool { reports.contains(.subscribed) }

    private func text(_ bytes: Span<UInt8>) -> String {
        var copy: [UInt8] = []
        for index in bytes.indices { copy.append(bytes[index]) }
        return String(decoding: copy, as: UTF8.self)
    }
}

extension BrokerSettings {
    /// For a test's own broker, with a back-off that suits tests.
    static func test(
        port: UInt16, host: String = "127.0.0.1", filter: String = "bags/+/readings"
    ) -> BrokerSettings {
        var settings = BrokerSettings(
            name: "test", host: host, port: port, clientIdentifier: "freshwire-test",
            subscriptions: [Subscription(filter)])
        settings.backOff = .init(initial: .milliseconds(20), maximum: .milliseconds(100))
        return settings
    }
}
