extension Channel {
    /// The channel as the Booking dialect calls it; nil for one that it has no name for.
    var bookingName: String? {
        switch kind {
        case .tracking: "booking.\(subject).tracking"
        case .chat: "booking.\(subject).chat"
        case .user: "user.\(subject).events"
        default: nil
        }
    }

    /// The channel that the Booking dialect calls so: between the first dot and the last stands the
    /// subject, which may have dots itself.
    init?(bookingName name: String) {
        guard let first = name.firstIndex(of: "."), let last = name.lastIndex(of: "."),
            name.index(after: first) < last
        else { return nil }
        let kind: Kind
        switch (name[..<first], name[name.index(after: last)...]) {
        case ("booking", "tracking"): kind = .tracking
        case ("booking", "chat"): kind = .chat
        case ("user", "events"): kind = .user
        default: return nil
        }
        self.init(kind, String(name[name.index(after: first)..<last]))
    }

    /// The channel of a canonical name, or of one of the Booking dialect.
    package init?(anyName name: String) {
        guard let channel = Channel(bookingName: name) ?? Channel(name: name) else { return nil }
        self = channel
    }
}
