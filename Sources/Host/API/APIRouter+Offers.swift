import Bridge
import ColdChain
import Fabric
import Server
import Wire

extension APIRouter {
    /// Whether somebody takes an offer. Whom it was made to is told by the token.
    func answerOffer(_ id: String, _ verb: String, _ identity: Identity) -> APIAction {
        guard [.driver, .merchant].contains(identity.role) else { return .respond(.forbidden) }
        return .command(
            .answerOffer(OfferAnswer(.id(id), accepts: verb == "accept", by: identity)))
    }

    /// What can be done about an offer.
    static let offerVerbs: Set<String> = ["accept", "decline"]
}

extension OfferRefusal {
    /// The code of the answer.
    var code: String {
        switch self {
        case .unknown: "unknown_offer"
        case .taken: "taken"
        case .expired: "offer_expired"
        case .declined: "offer_declined"
        case .acceptedBefore: "offer_accepted"
        }
    }
}

extension JSONWriter {
    mutating func offerMembers(_ offer: Offer) {
        member("offerId", offer.id)
        member("orderId", offer.order)
        member("kind", offer.kind.name)
        member("status", offer.state == .accepted ? "accepted" : "declined")
        if let endedAt = offer.endedAt, offer.state == .accepted {
            member("acceptedAt", instant: endedAt.milliseconds)
        }
    }
}
