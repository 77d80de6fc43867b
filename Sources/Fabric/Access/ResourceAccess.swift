/// That somebody who may see everything looked at something of a person's: what the audit keeps
/// (K-9).
package struct ResourceAccess: Equatable, Sendable {
    package enum Deed: UInt8, CaseIterable, Sendable {
        /// Follows a channel from now on.
        case follow = 1
        /// Is told again what was told on a channel before.
        case replay = 2
        /// Asked the API.
        case read = 3

        package var name: String {
            switch self {
            case .follow: "follow"
            case .replay: "replay"
            case .read: "read"
            }
        }
    }

    package var subject: String
    package var role: Role
    package var deed: Deed
    /// The channel's canonical name, or the path that was asked for without its query.
    package var resource: String
    package var from: AddressClass

    package init(_ deed: Deed, of resource: String, by identity: Identity) {
        subject = identity.subject
        role = identity.role
        self.deed = deed
        self.resource = resource
        from = identity.from
    }
}

extension Channel.Kind {
    /// Whether what is told on the channel is about a person: a party of an order, or the user it is
    /// named after.
    var isPersonal: Bool {
        switch self {
        case .order, .tracking, .chat, .customer, .driver, .employee, .user: true
        case .bag, .vehicle, .alerts, .merchant, .site, .counter, .counterStatus, .cafe,
            .cafeStaff, .cafeMetrics, .system:
            false
        }
    }
}

/// What of a connection the audit knows already: one record for a channel, not one for a message.
struct AuditedChannels {
    /// Channels of a connection that are remembered; who looks at more is recorded anew.
    private static let limit = 1_000

    private var deeds: [Channel: Set<ResourceAccess.Deed>] = [:]

    /// - Returns: Whether it is news.
    mutating func note(_ deed: ResourceAccess.Deed, of channel: Channel) -> Bool {
        if deeds.count >= Self.limit, deeds[channel] == nil { deeds.removeAll() }
        return deeds[channel, default: []].insert(deed).inserted
    }
}

extension Fabric {
    /// Has it recorded that somebody who may see everything is given a channel of a person's.
    mutating func audit(_ deed: ResourceAccess.Deed, of channel: Channel, _ place: Int) {
        guard channel.kind.isPersonal, let identity = connections.peers[place]?.identity,
            identity.role.seesEverything,
            connections.peers[place]?.audited.note(deed, of: channel) == true
        else { return }
        effects.accesses.append(ResourceAccess(deed, of: channel.name, by: identity))
    }

    /// Has it recorded that what was told on every channel of a connection is told again.
    mutating func auditReplay(to place: Int) {
        guard connections.peers[place]?.identity.role.seesEverything == true else { return }
        for channel in connections.followed(by: place) {
            audit(.replay, of: channels.entries[channel].channel, place)
        }
    }
}
