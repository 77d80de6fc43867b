package import ColdChain

/// Which profile decodes a message, and whose it is.
package struct Route: Equatable, Sendable {
    package let profile: ProfileNumber
    package let carrier: CarrierKind
    /// Where in the topic the carrier's name stands.
    package let name: Range<Int>
}

/// The profiles in use, found by topic.
package struct ProfileCatalogue: Sendable {
    package let profiles: [Profile]
    private let tree: TopicTree

    /// Refuses two profiles of the same identity, and two that would share a topic.
    package init(_ profiles: [Profile]) throws(ProfileConflict) {
        for (index, profile) in profiles.enumerated() {
            for other in profiles[..<index] {
                if other.id == profile.id { throw .sameIdentity(profile.id) }
                if other.topic.overlaps(profile.topic) { throw .sameTopic(other.id, profile.id) }
            }
        }
        var tree = TopicTree()
        for (number, profile) in profiles.enumerated() {
            tree.insert(profile.topic, number: number)
        }
        self.profiles = profiles
        self.tree = tree
    }

    /// The profiles that are part of the program: `generic/bag` and `generic/tracker`.
    package static func shippedProfiles() throws(ProfileError) -> [Profile] {
        var profiles: [Profile] = []
        for file in ShippedProfiles.files {
            profiles.append(try Profile(parsing: Array(file.text.utf8), file: file.path))
        }
        return profiles
    }

    /// The text of a shipped profile's file, by its path under `Devices`.
    package static func shippedText(of path: String) -> String? {
        ShippedProfiles.files.first { $0.path == path }?.text
    }

    package subscript(number: ProfileNumber) -> Profile { profiles[number.rawValue] }

    /// What to subscribe to at the brokers, without repetition.
    package var subscriptionFilters: [String] {
        var filters: [String] = []
        for filter in profiles.map(\.topic.filter) where !filters.contains(filter) {
            filters.append(filter)
        }
        return filters
    }

    /// The profile that decodes what arrives on a topic, and the name of its bag or vehicle, which
    /// is checked. Allocates nothing.
    package func route(_ topic: Span<UInt8>) throws(TopicRefusal) -> Route {
        guard let number = tree.pattern(of: topic) else { throw .unknownTopic }
        let route = route(topic, number)
        try CarrierName.check(topic.extracting(route.name))
        return route
    }

    private func route(_ topic: Span<UInt8>, _ number: Int) -> Route {
        let pattern = profiles[number].topic
        var start = 0
        for _ in 0..<pattern.carrierLevel { start = endOfLevel(topic, from: start) + 1 }
        return Route(
            profile: ProfileNumber(rawValue: number), carrier: pattern.carrier,
            name: start..<endOfLevel(topic, from: start))
    }

    private func endOfLevel(_ topic: Span<UInt8>, from start: Int) -> Int {
        var end = start
        while end < topic.count, topic[end] != UInt8(ascii: "/") { end += 1 }
        return end
    }
}

/// Why two profiles cannot be used together.
package enum ProfileConflict: Error, Equatable, Sendable {
    case sameIdentity(String)
    case sameTopic(String, String)
}

extension ProfileConflict: CustomStringConvertible {
    package var description: String {
        switch self {
        case .sameIdentity(let id): "there are two profiles called '\(id)'"
        case .sameTopic(let first, let second):
            "a topic can match both '\(first)' and '\(second)'; give one of them other levels"
        }
    }
}
