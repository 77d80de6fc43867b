package import JSONText

/// Who a Shelly device says it is: the `result` of the request `Shelly.GetDeviceInfo`.
package struct ShellyDeviceInfo: Equatable, Sendable {
    /// The name it sends as `src`, such as `shellyplusht-b8d61a8b17cc`.
    package var id: String
    /// Twelve upper-case hexadecimal digits.
    package var address: String
    package var model: String
    package var generation: Int
    /// What somebody called it.
    package var name: String?
    package var firmware: String?

    /// Nil for what is no such answer.
    package init?(_ document: borrowing JSONDocument, _ root: JSONDocument.Node) {
        let info = document.member("result", of: root) ?? root
        guard let id = document.string(document.member("id", of: info)),
            (try? Announcement.checkName(id)) != nil,
            let mac = document.string(document.member("mac", of: info)),
            let address = Announcement.address(in: mac), address.utf8.count == 12,
            let model = document.string(document.member("model", of: info)),
            let generation = document.integer(document.member("gen", of: info)),
            (2...99).contains(generation)
        else { return nil }
        self.id = id
        self.address = address
        self.model = model
        self.generation = Int(generation)
        name = document.string(document.member("name", of: info))
        firmware = document.string(document.member("ver", of: info))
    }
}
