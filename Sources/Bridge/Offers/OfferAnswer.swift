package import Fabric

/// What somebody says to an offer.
package struct OfferAnswer: Equatable, Sendable {
    package enum Reference: Equatable, Sendable {
        case id(String)
        /// The newest offer of the order that the user is an addressee of.
        case order(String)
    }

    package var reference: Reference
    package var accepts: Bool
    /// Who says it, by the token.
    package var identity: Identity

    package init(_ reference: Reference, accepts: Bool, by identity: Identity) {
        self.reference = reference
        self.accepts = accepts
        self.identity = identity
    }
}

/// Why an answer to an offer does not count.
package enum OfferRefusal: Error, Equatable, Sendable, CaseIterable {
    /// There is no such offer to this user; one to somebody else looks the same.
    case unknown
    /// Somebody else was first.
    case taken
    /// The time to take it is over, or its order is.
    case expired
    /// The user had declined it.
    case declined
    /// The user took it, and cannot decline it any more.
    case acceptedBefore

    package var message: String {
        switch self {
        case .unknown: "There is no such offer to you."
        case .taken: "Somebody else was first."
        case .expired: "The time to take it is over."
        case .declined: "You have declined it."
        case .acceptedBefore: "You have taken it."
        }
    }
}

extension PublicationRefusal {
    init(_ refusal: OfferRefusal) {
        let code: Code =
            switch refusal {
            case .unknown: .unknownOffer
            case .taken: .offerTaken
            case .expired: .offerExpired
            case .declined: .offerDeclined
            case .acceptedBefore: .offerTaken
            }
        self.init(code, refusal.message)
    }
}

extension Offer.Kind {
    /// What the user is called among the addressees: nil where the role takes no such offers.
    func addressee(_ identity: Identity) -> String? {
        switch self {
        case .order: identity.role == .merchant ? identity.site : nil
        case .delivery: identity.role == .driver ? identity.subject : nil
        }
    }
}
