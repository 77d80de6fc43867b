/// The channels that a token names, where it names any: to its bearer every other is closed, whatever
/// the role and the parties of an order would open (K-1).
package struct ChannelScopes: Equatable, Sendable {
    /// What stands for every channel.
    private static let everything = "*"

    /// Words of a scope that speak of no channel: a right that is Freshwire's own, and what identity
    /// providers put into every token (OpenID Connect Core 1.0 §5.4, §11).
    private static let others: Set<String> = [
        Role.foodSafety.name, "openid", "profile", "email", "address", "phone", "offline_access",
    ]

    private let names: Set<String>

    /// - Parameter words: What the claim has. One that is empty opens nothing.
    /// - Returns: Nil where no channel is closed: the words speak of other things, or of all.
    package init?(_ words: [String]) {
        names = Set(words).subtracting(Self.others)
        if names.contains(Self.everything) || (names.isEmpty && !words.isEmpty) { return nil }
    }

    /// Whether the channel's name in any dialect is among the scopes, or the beginning of one with
    /// `*` for the rest.
    package func opens(_ channel: Channel) -> Bool {
        channel.spellings.contains { spelling in
            names.contains(spelling.whole) || spelling.beginnings.contains(where: names.contains)
        }
    }
}

/// A channel's name in one dialect.
private struct ChannelSpelling {
    let whole: String
    /// What stands for it and for others, such as `booking.17.*` and `booking.*`.
    let beginnings: [String]

    /// - Parameter name: The dialect's name of a channel; nil where it has none.
    init?(_ channel: Channel, _ separator: Character, _ name: (Channel) -> String?) {
        guard let whole = name(channel) else { return nil }
        self.whole = whole
        // The subject is one segment, whatever characters it has.
        let pattern = name(Channel(channel.kind, Self.anySubject)) ?? whole
        var segments = pattern.split(separator: separator).map {
            $0 == Self.anySubject ? channel.subject : String($0)
        }
        // A channel that is called otherwise than those of its kind.
        if segments.joined(separator: String(separator)) != whole { segments = [whole] }
        beginnings = segments.indices.dropFirst().map { count in
            (segments.prefix(count) + ["*"]).joined(separator: String(separator))
        }
    }

    private static let anySubject = "{}"
}

extension Channel {
    /// What the channel is called in every dialect.
    fileprivate var spellings: [ChannelSpelling] {
        [
            ChannelSpelling(self, ".") { $0.name },
            ChannelSpelling(self, ".") { $0.otherName },
            ChannelSpelling(self, ".") { $0.bookingName },
            ChannelSpelling(self, ":") { $0.tableTapName },
            ChannelSpelling(self, "_") { SocketIORoom.name(of: $0) },
        ].compactMap(\.self)
    }
}
