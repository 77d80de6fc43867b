package import ColdChain
import Wire

/// A value that a device says it publishes: where, and how it is to be read.
package struct Announcement: Equatable, Sendable {
    /// How the value is written.
    package enum Form: Equatable, Sendable {
        case number(FieldUnit)
        /// Two words, of which one means 1 and the other 0.
        case truth(on: String, off: String)
        /// By Zigbee2MQTT's own rules, which know Zigbee's markers.
        case zigbee
    }

    /// The topic to subscribe to, without wildcards.
    package var stateTopic: String
    /// The device in the registry's spelling: its hardware address where it tells one.
    package var device: String
    /// What people call the device.
    package var name: String?
    package var quantity: Quantity
    /// Which of the device's probes, where that is told; else `AnnouncedTopics` numbers them.
    package var probe: Int?
    package var form: Form
    /// The members on the way to the value in a JSON document; empty where the message is the value
    /// and nothing else.
    package var path: [String]
    /// Without a message for so long the value counts as unknown.
    package var expireAfterSeconds: Int?
    package var availabilityTopic: String?

    package init(
        stateTopic: String, device: String, name: String? = nil, quantity: Quantity,
        probe: Int? = nil, form: Form, path: [String] = [], expireAfterSeconds: Int? = nil,
        availabilityTopic: String? = nil
    ) {
        self.stateTopic = stateTopic
        self.device = device
        self.name = name
        self.quantity = quantity
        self.probe = probe
        self.form = form
        self.path = path
        self.expireAfterSeconds = expireAfterSeconds
        self.availabilityTopic = availabilityTopic
    }
}

/// Why an announced value cannot be read. The text is the announcement's own word for it.
package enum AnnouncementRefusal: Error, Equatable, Sendable {
    case notAnObject
    case missingField(String)
    /// Neither a sensor nor a binary sensor.
    case unsupportedComponent(String)
    /// Nothing that is kept in the log, or of which it is not said what it is.
    case unsupportedQuantity(String)
    case unknownUnit(String)
    /// More than the value of a member, with `round`, `float`, `int` or `default` behind it.
    case unsupportedTemplate(String)
    /// Empty, too long, with wildcards, or the broker's own.
    case unusableTopic(String)
    case unusableName(String)
    /// The table of announced topics is full.
    case tooMany
}

extension AnnouncementRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notAnObject: "the announcement is no JSON object"
        case .missingField(let name): "the announcement has no '\(name)'"
        case .unsupportedComponent(let name): "'\(name)' is no sensor"
        case .unsupportedQuantity(let name): "'\(name)' is nothing that the log keeps"
        case .unknownUnit(let unit): "the unit '\(unit)' is unknown, or not one of this quantity"
        case .unsupportedTemplate(let text):
            "the template '\(text)' is more than the path of a value"
        case .unusableTopic(let topic): "'\(topic)' is no topic that could be subscribed to"
        case .unusableName(let name): "'\(name)' is no name that a device could have"
        case .tooMany: "more values are announced than the limit"
        }
    }
}

extension Announcement {
    /// In bytes.
    private static let longestTopic = TopicPattern.maximumLength

    /// A topic that is one topic, and not the broker's.
    static func checkTopic(_ topic: String) throws(AnnouncementRefusal) {
        let isUsable =
            !topic.isEmpty && topic.utf8.count <= longestTopic && !topic.hasPrefix("$")
            && topic.utf8.allSatisfy { byte in
                byte >= 0x20 && byte != 0x7F && byte != UInt8(ascii: "+")
                    && byte != UInt8(ascii: "#")
            }
        guard isUsable else { throw .unusableTopic(String(topic.prefix(64))) }
    }

    static func checkName(_ name: String) throws(AnnouncementRefusal) {
        do throws(TopicRefusal) {
            try CarrierName.check(Array(name.utf8).span)
        } catch {
            throw .unusableName(String(name.prefix(64)))
        }
    }

    /// The registry's spelling of a hardware address, alone or behind a prefix such as
    /// `zigbee2mqtt_0x`; nil for any other name.
    static func address(in name: String) -> String? {
        var digits = Array(name.utf8)
        let marker = Array("0x".utf8)
        if let start = digits.indices.last(where: { digits[$0...].starts(with: marker) }) {
            digits.removeFirst(start + marker.count)
        }
        let hex = digits.filter { !":-.".utf8.contains($0) }
        guard hex.count == 12 || hex.count == 16,
            hex.allSatisfy({ TextCoding.nibble($0) != nil })
        else { return nil }
        return String(decoding: hex, as: UTF8.self).uppercased()
    }
}
