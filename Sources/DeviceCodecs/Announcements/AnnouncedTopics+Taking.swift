package import JSONText
import Wire

extension AnnouncedTopics {
    /// Whether a topic is one on which announcements are retained that `take` reads.
    package static func isAnnouncement(topic: Span<UInt8>) -> Bool {
        // Asked of every message: most are told by their last level.
        let last = topic.extracting(topic.startOfLastLevel..<topic.count)
        if last.isEqual(to: "config") { return HomeAssistantDiscovery.isAnnouncement(topic: topic) }
        return last.isEqual(to: "devices") && bridge(of: topic) != nil
    }

    /// Takes a retained announcement: Home Assistant's of a value or a device, or the list of
    /// devices of a Zigbee2MQTT bridge. Answers which of the announced values cannot be read.
    ///
    /// An empty message withdraws what the topic announced before; one that is no JSON changes
    /// nothing.
    package mutating func take(
        _ topic: Span<UInt8>, _ payload: Span<UInt8>, _ document: inout JSONDocument
    ) throws(DecodingFailure) -> [AnnouncementRefusal] {
        let source = String(decoding: topic)
        guard !payload.isEmpty else { return replace([], by: source) }
        let root = try document.root(of: payload)
        if let base = Self.bridge(of: topic) {
            guard let devices = try? Zigbee2MQTTDevices.read(document, root) else {
                return [.notAnObject]
            }
            return replace(devices.flatMap { $0.announcements(base: base) }, by: source)
        }
        var announcements: [Announcement] = []
        var refusals: [AnnouncementRefusal] = []
        for result in HomeAssistantDiscovery.read(document, root, topic) {
            switch result {
            case .success(let announcement): announcements.append(announcement)
            case .failure(let refusal): refusals.append(refusal)
            }
        }
        return refusals + replace(announcements, by: source)
    }

    private mutating func replace(
        _ announcements: [Announcement], by source: String
    ) -> [AnnouncementRefusal] {
        do throws(AnnouncementRefusal) {
            try announce(announcements, by: source)
            return []
        } catch {
            return [error]
        }
    }

    /// The base topic of a bridge, where this is the topic of its devices.
    private static func bridge(of topic: Span<UInt8>) -> String? {
        let levels = topic.levels
        guard levels.count >= 3, levels.suffix(2) == ["bridge", "devices"] else { return nil }
        return levels.dropLast(2).joined(separator: "/")
    }
}
