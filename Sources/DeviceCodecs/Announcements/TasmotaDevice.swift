package import JSONText
import Wire

/// Where a Tasmota device says that it publishes, retained on `tasmota/discovery/<MAC>/config`.
///
///     {"dn":"Kitchen","mac":"A4CF12345678","md":"Generic","t":"bag7","ft":"%prefix%/%topic%/",
///      "tp":["cmnd","stat","tele"],"sw":"12.1.1"}
///
/// Of the rest nothing is wanted: the unit of temperatures is in each message of its sensors, and
/// the offset of its clock from UTC is in neither.
package struct TasmotaDevice: Equatable, Sendable {
    /// Where its sensors' readings are published.
    package var sensorTopic: String

    /// Nil for what is no such announcement.
    package init?(_ document: borrowing JSONDocument, _ root: JSONDocument.Node) {
        guard let mac = document.string(document.member("mac", of: root)),
            let address = Announcement.address(in: mac), address.utf8.count == 12,
            let topic = document.string(document.member("t", of: root)),
            let fullTopic = document.string(document.member("ft", of: root)),
            let prefixes = document.member("tp", of: root).map({ document.strings($0) }),
            prefixes.count == 3
        else { return nil }
        let base =
            fullTopic.replacing("%prefix%", with: prefixes[2]).replacing("%topic%", with: topic)
            .replacing("%id%", with: String(address.suffix(6)))
        sensorTopic = base + (base.hasSuffix("/") ? "" : "/") + "SENSOR"
        guard (try? Announcement.checkTopic(sensorTopic)) != nil else { return nil }
    }

    /// Whether it is a topic on which devices announce themselves.
    package static func isAnnouncement(topic: Span<UInt8>) -> Bool {
        let prefix = "tasmota/discovery/"
        let last = topic.startOfLastLevel
        guard topic.begins(with: "tasmota/discovery/"), last > prefix.utf8.count + 1,
            topic.extracting(last..<topic.count).isEqual(to: "config")
        else { return false }
        return topic.endOfLevel(from: prefix.utf8.count) == last - 1
    }
}
