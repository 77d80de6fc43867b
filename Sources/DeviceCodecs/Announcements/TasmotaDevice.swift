package import JSONText

/// Who a Tasmota device says it is, retained on `tasmota/discovery/<MAC>/config`.
///
///     {"dn":"Kitchen","mac":"A4CF12345678","md":"Generic","t":"bag7","ft":"%prefix%/%topic%/",
///      "tp":["cmnd","stat","tele"],"sw":"12.1.1"}
package struct TasmotaDevice: Equatable, Sendable {
    /// Twelve upper-case hexadecimal digits.
    package var address: String
    /// `%topic%`, by which `Tasmota` calls it.
    package var topic: String
    /// What somebody called it.
    package var name: String?
    package var model: String?
    package var firmware: String?
    /// Where its sensors' readings are published.
    package var sensorTopic: String
    /// Where the broker says whether it is connected.
    package var availabilityTopic: String

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
        let slash = base.hasSuffix("/") ? "" : "/"
        self.address = address
        self.topic = topic
        sensorTopic = base + slash + "SENSOR"
        availabilityTopic = base + slash + "LWT"
        guard (try? Announcement.checkTopic(sensorTopic)) != nil else { return nil }
        name = document.string(document.member("dn", of: root))
        model = document.string(document.member("md", of: root))
        firmware = document.string(document.member("sw", of: root))
    }
}
