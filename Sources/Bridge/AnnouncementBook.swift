/// A message in which a device said what it publishes; one without a payload takes that back.
package struct AnnouncementMessage: Equatable, Sendable {
    package var topic: [UInt8]
    package var payload: [UInt8]

    package init(topic: [UInt8], payload: [UInt8]) {
        self.topic = topic
        self.payload = payload
    }
}

/// The announcements that are in the log, so that after a restart what waited at the broker is
/// understood before the retained announcements have come again.
struct AnnouncementBook: Sendable {
    private var payloads: [[UInt8]: [UInt8]] = [:]
    private var bytes = 0

    init(restored: [AnnouncementMessage]) {
        for announcement in restored { _ = put(announcement, limit: .max) }
    }

    /// Whether the message says something new that is to be kept: one that would bring all of them
    /// above `limit`, in bytes, is not, and what its topic announced before is forgotten.
    mutating func take(
        _ topic: Span<UInt8>, _ payload: Span<UInt8>, limit: Int
    ) -> AnnouncementMessage? {
        let message = AnnouncementMessage(
            topic: Bridge.bytes(topic, topic.count),
            payload: Bridge.bytes(payload, payload.count))
        guard payloads[message.topic] ?? [] != message.payload else { return nil }
        let withdrawal = AnnouncementMessage(topic: message.topic, payload: [])
        return [message, withdrawal].first { put($0, limit: limit) }
    }

    private mutating func put(_ message: AnnouncementMessage, limit: Int) -> Bool {
        let before = payloads[message.topic].map { $0.count + message.topic.count } ?? 0
        let after = message.payload.isEmpty ? 0 : message.payload.count + message.topic.count
        guard after == 0 || bytes - before + after <= limit else { return false }
        guard before + after > 0 else { return false }
        bytes += after - before
        payloads[message.topic] = message.payload.isEmpty ? nil : message.payload
        return true
    }
}

extension Bridge {
    /// Keeps an announcement in the log, so that it is known at the next start.
    package mutating func remember(
        announcement payload: Span<UInt8>, on topic: Span<UInt8>, effects: inout Effects
    ) {
        let new = announcements.take(topic, payload, limit: settings.bounds.announcementBytes)
        if let new { effects.records.announcements.append(new) }
    }
}
