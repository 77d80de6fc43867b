package import ColdChain

/// Which profile decodes a message, and whom its topic names.
package struct Route: Equatable, Sendable {
    package let profile: ProfileNumber
    package let naming: TopicNaming

    package init(profile: ProfileNumber, naming: TopicNaming) {
        self.profile = profile
        self.naming = naming
    }
}

/// The profiles in use, found by topic.
package struct ProfileCatalogue: Sendable {
    package let profiles: [Profile]
    private let tree: TopicTree
    /// By the number that the tree answers.
    private let patterns: [(profile: Int, pattern: TopicPattern)]

    /// Refuses two profiles of the same identity, and two that would share a topic.
    package init(_ profiles: [Profile]) throws(ProfileConflict) {
        var tree = TopicTree()
        var patterns: [(profile: Int, pattern: TopicPattern)] = []
        var identities: Set<String> = []
        for (number, profile) in profiles.enumerated() {
            guard identities.insert(profile.id).inserted else { throw .sameIdentity(profile.id) }
            for pattern in profile.topics {
                if let other = tree.insert(pattern, number: patterns.count) {
                    throw .sameTopic(profiles[patterns[other].profile].id, profile.id)
                }
                patterns.append((number, pattern))
            }
        }
        self.profiles = profiles
        self.tree = tree
        self.patterns = patterns
    }

    /// The profiles that are part of the program.
    package static func shippedProfiles() throws(ProfileError) -> [Profile] {
        var profiles: [Profile] = []
        for file in ShippedProfiles.files {
            profiles.append(try Profile(parsing: Array(file.text.utf8), file: file.path))
        }
        return profiles
    }

    /// The number of a profile by its `vendor/model`.
    package func number(of id: String) -> ProfileNumber? {
        profiles.firstIndex { $0.id == id }.map(ProfileNumber.init)
    }

    /// The text of a shipped profile's file, by its path under `Devices`.
    package static func shippedText(of path: String) -> String? {
        ShippedProfiles.files.first { $0.path == path }?.text
    }

    package subscript(number: ProfileNumber) -> Profile { profiles[number.rawValue] }

    /// What to subscribe to at the brokers, without repetition.
    package var subscriptionFilters: [String] {
        var filters: [String] = []
        for filter in patterns.map(\.pattern.filter) where !filters.contains(filter) {
            filters.append(filter)
        }
        return filters
    }

    /// Of these, the ones whose messages are announcements: they are not kept in the log, so the
    /// broker has to tell them again at each connection.
    package var announcementFilters: Set<String> {
        Set(
            patterns.filter { profiles[$0.profile].format == .homeAssistant }
                .map(\.pattern.filter))
    }

    /// The profile that decodes what arrives on a topic, and whom the topic names; the name is
    /// checked. Allocates nothing.
    package func route(_ topic: Span<UInt8>) throws(TopicRefusal) -> Route {
        guard let number = tree.pattern(of: topic) else { throw .unknownTopic }
        let (profile, pattern) = patterns[number]
        let naming: TopicNaming
        switch pattern.naming {
        case .nobody: naming = .nobody
        case .carrier(let kind, let level):
            naming = .carrier(kind, try name(in: topic, at: level, of: pattern))
        case .device(let level): naming = .device(try name(in: topic, at: level, of: pattern))
        }
        return Route(profile: ProfileNumber(rawValue: profile), naming: naming)
    }

    private func name(
        in topic: Span<UInt8>, at level: Int, of pattern: TopicPattern
    ) throws(TopicRefusal) -> Range<Int> {
        var start = 0
        for _ in 0..<level { start = topic.endOfLevel(from: start) + 1 }
        var end = topic.endOfLevel(from: start)
        if case .rest = pattern.levels[level] { end = topic.count }
        try CarrierName.check(topic.extracting(start..<end))
        return start..<end
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
            "the same topics lead to both '\(first)' and '\(second)'; give one of them other levels"
        }
    }
}
