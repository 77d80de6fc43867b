/// Where a client's connection comes from, as closely as the audit keeps it: not the address, which
/// would be one more thing known of a person.
package enum AddressClass: String, Sendable {
    /// This machine: its own programs, or a proxy that stands before the daemon.
    case loopback
    /// A network that is not routed in the internet.
    case `private`
    case `public`
    case unknown

    /// - Parameter address: A numeric address without port.
    package init(address: String) {
        let text = address.lowercased()
        if text.contains(":") {
            self = AddressClass(version6: text)
        } else {
            self = AddressClass(version4: text)
        }
    }

    private init(version4 text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            .compactMap { UInt8($0) }
        guard parts.count == 4 else {
            self = .unknown
            return
        }
        switch (parts[0], parts[1]) {
        case (127, _): self = .loopback
        case (10, _), (192, 168), (169, 254), (172, 16...31), (100, 64...127): self = .private
        default: self = .public
        }
    }

    private init(version6 text: String) {
        // Without the zone of a link-local address.
        let number = text.prefix { $0 != "%" }
        if number == "::1" {
            self = .loopback
        } else if number.hasPrefix("fe8") || number.hasPrefix("fe9") || number.hasPrefix("fea")
            || number.hasPrefix("feb") || number.hasPrefix("fc") || number.hasPrefix("fd")
        {
            self = .private
        } else {
            self = .public
        }
    }
}
