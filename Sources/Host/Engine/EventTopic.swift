package import Fabric

/// The MQTT topics on which messages are published: `fabric/{channel}`.
package struct EventTopic: Sendable {
    private let prefix: [UInt8]
    package let catalogue: MessageCatalogue

    /// - Parameter prefix: What the topics begin with, without the last slash.
    package init(prefix: String, catalogue: MessageCatalogue) {
        self.prefix = Array(prefix.utf8) + [UInt8(ascii: "/")]
        self.catalogue = catalogue
    }

    package var filter: String { String(decoding: prefix, as: UTF8.self) + "#" }

    /// The name of the channel in a topic; nil where it is another topic.
    func channel(in topic: Span<UInt8>) -> String? {
        guard topic.count > prefix.count else { return nil }
        for index in prefix.indices where topic[index] != prefix[index] { return nil }
        var name: [UInt8] = []
        for index in prefix.count..<topic.count { name.append(topic[index]) }
        return String(validating: name, as: UTF8.self) ?? "?"
    }

    /// Who publishes by a broker, which has asked for whatever proof it wants.
    static func publisher(broker: String) -> Identity {
        Identity(subject: "mqtt:\(broker)", role: .staff)
    }
}
