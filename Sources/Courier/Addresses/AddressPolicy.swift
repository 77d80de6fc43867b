/// Which addresses a delivery may connect to.
///
/// A receiver's address is the receiver's to choose, so without a rule it could make us speak to
/// our own machine, to the network behind us or to a cloud's metadata service. What counts is the
/// address that is really connected to, after the name was resolved.
package struct AddressPolicy: Equatable, Sendable {
    /// Permits loopback, the private networks of RFC 1918, shared address space and unique local
    /// IPv6; for receivers on the same machine or premises. Link-local addresses, where metadata
    /// services live, stay refused.
    package var allowsPrivateAddresses = false
    /// Networks that are permitted whatever else is said of them.
    package var allowed: [Network] = []
    /// Where this daemon itself listens: refused whatever else is said.
    package var ownListeners: [Listener] = []

    /// An address and port that we serve.
    package struct Listener: Hashable, Sendable {
        /// Nil where it listens on every address of the machine, of which loopback can be told.
        package var address: IPAddress?
        package var port: UInt16

        package init(address: IPAddress?, port: UInt16) {
            self.address = address
            self.port = port
        }
    }

    package init() {}

    /// Why an address may not be connected to.
    package enum Refusal: Equatable, Sendable {
        case ownListener
        /// Permitted by `allowsPrivateAddresses`.
        case privateAddress
        /// Not an address of a host on the public internet, and no private one either.
        case special
    }

    /// Nil where a connection to `address` is permitted.
    package func refusal(of address: IPAddress, port: UInt16) -> Refusal? {
        if isOwn(address, port) { return .ownListener }
        if allowed.contains(where: { $0.contains(address) }) { return nil }
        switch AddressScope(of: address) {
        case .publicInternet: return nil
        case .onPremises: return allowsPrivateAddresses ? nil : .privateAddress
        case .special: return .special
        }
    }

    private func isOwn(_ address: IPAddress, _ port: UInt16) -> Bool {
        ownListeners.contains { listener in
            listener.port == port
                && (listener.address.map { $0 == address } ?? address.isLoopback)
        }
    }
}

/// What an address is for.
package enum AddressScope: Equatable, Sendable {
    case publicInternet
    /// Loopback and the networks that anybody may number a site with.
    case onPremises
    /// Everything else: unspecified, link-local, multicast, documentation, benchmarks, tunnels and
    /// translations (which carry another address inside), and what is not assigned.
    case special

    package init(of address: IPAddress) {
        func isIn(_ networks: [Network]) -> Bool { networks.contains { $0.contains(address) } }
        if isIn(Self.siteNetworks) {
            self = .onPremises
        } else if isIn(Self.specialNetworks)
            || address.family == .v6 && !isIn(Self.globalUnicastNetworks)
        {
            self = .special
        } else {
            self = .publicInternet
        }
    }

    private static let siteNetworks = networks(
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
        "100.64.0.0/10",  // shared address space, RFC 6598
        "::1", "fc00::/7")

    private static let specialNetworks = networks(
        "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24",
        "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",  // documentation
        "192.88.99.0/24",  // 6to4 relays
        "198.18.0.0/15",  // benchmarks
        "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23",  // Teredo and other protocol assignments
        "2001:db8::/32", "3fff::/20",  // documentation
        "2002::/16")  // 6to4

    /// IPv6 outside of it is refused as a whole: IPv4-compatible, NAT64, link-local and so on.
    private static let globalUnicastNetworks = networks("2000::/3")

    private static func networks(_ texts: String...) -> [Network] {
        texts.compactMap { Network($0) }
    }
}

extension IPAddress {
    /// Whether it is an address of the machine that uses it.
    package var isLoopback: Bool {
        family == .v4 ? bits >> 24 == 127 : bits == 1
    }
}
