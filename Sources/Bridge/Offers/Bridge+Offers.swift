import ColdChain
import Fabric
import Wire

extension Bridge {
    /// Opens an offer, and tells each addressee of it by a record of their own.
    ///
    /// - Returns: The number of the first record.
    mutating func offer(
        _ kind: Offer.Kind, _ publication: Publication, of order: Order?, at now: Timestamp,
        effects: inout Effects
    ) throws(PublicationRefusal) -> UInt64 {
        guard let orderID = publication["orderId"]?.string else {
            throw PublicationRefusal(.missingField, "orderId: it is required", field: "orderId")
        }
        guard offers.makeRoom(limit: settings.offers.offersMaximum) else { throw .overloaded }
        let assigns = publication["assignDriver"]?.bool ?? false
        if assigns, order.map(\.status.isFinal) ?? true {
            throw PublicationRefusal(
                .invalidField, "orderId: there is no such order that could get a driver",
                field: "orderId")
        }
        let addressees = try addressees(of: kind, publication, at: now)
        let timer = publication["timer"]?.integer.map { $0 * 1_000 } ?? settings.offers.timer
        var id: String
        repeat { id = Self.offerName(random.next()) } while offers.offer(id: id) != nil
        let offer = Offer(
            number: last.event + 1, id: id, kind: kind, order: orderID,
            publisher: publication.publisher.subject, addressees: addressees,
            assignsDriver: assigns, openedAt: now, deadline: now.advanced(byMilliseconds: timer))
        for addressee in addressees {
            var message = publication
            message.set(kind.addresseeField, .string(addressee))
            message.set("timer", .integer(timer / 1_000))
            message.set("offerId", .string(id))
            message.set("expiresAt", .string(RFC3339.text(offer.deadline.milliseconds)))
            _ = try relay(message, of: order, at: now, effects: &effects)
        }
        put(offer, effects: &effects)
        counters.offersOpened += 1
        return offer.number
    }

    /// Random, so that it says nothing of how many offers there are.
    private static func offerName(_ random: UInt64) -> String {
        let digits = String(random, radix: 16)
        return "offer-" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    private func addressees(
        of kind: Offer.Kind, _ publication: Publication, at now: Timestamp
    ) throws(PublicationRefusal) -> [String] {
        if let one = publication[kind.addresseeField]?.string { return [one] }
        guard kind == .delivery else {
            throw PublicationRefusal(
                .missingField, "\(kind.addresseeField): it is required", field: kind.addresseeField)
        }
        guard let pickup = publication["pickup"].flatMap(Coordinate.init(spoken:)) else {
            throw PublicationRefusal(
                .invalidField, "pickup: without a driverId it needs lat and lng", field: "pickup")
        }
        let drivers = places.drivers(
            within: publication["radius"]?.double ?? settings.offers.radius, of: pickup,
            since: now.advanced(byMilliseconds: -settings.offers.positionAge),
            limit: settings.offers.driversMaximum)
        guard !drivers.isEmpty else {
            throw PublicationRefusal(
                .noDriverNear, "No driver is known to be near who takes deliveries.",
                field: "pickup")
        }
        return drivers
    }

    // MARK: Answers

    /// Takes an answer to an offer. The first acceptance wins, and stays the only one: the engine takes
    /// one answer after the other, and what it decided is durable before anybody is told.
    ///
    /// - Returns: The offer, and whether the answer is one that was given before.
    mutating func answer(
        _ answer: OfferAnswer, at now: Timestamp, effects: inout Effects
    ) throws(OfferRefusal) -> (offer: Offer, isRepeated: Bool) {
        expireOffers(at: now, effects: &effects)
        let (found, addressee) = try offer(meantBy: answer)
        switch found.state {
        case .open: break
        case .accepted where found.taker == addressee:
            guard answer.accepts else { throw .acceptedBefore }
            return (found, true)
        case .accepted, .overtaken: throw .taken
        case .expired: throw .expired
        case .declined: break
        }
        if found.declined.contains(addressee) {
            guard answer.accepts else { return (found, true) }
            throw .declined
        }
        guard answer.accepts else {
            return (decline(found, addressee, at: now, effects: &effects), false)
        }
        return (try accept(found, addressee, at: now, effects: &effects), false)
    }

    private func offer(
        meantBy answer: OfferAnswer
    ) throws(OfferRefusal) -> (offer: Offer, addressee: String) {
        let candidates: [Offer] =
            switch answer.reference {
            case .id(let id): offers.offer(id: id).map { [$0] } ?? []
            case .order(let order):
                Offer.Kind.allCases.flatMap { offers.offers($0, of: order) }
            }
        for offer in candidates {
            if let name = offer.kind.addressee(answer.identity), offer.addressees.contains(name) {
                return (offer, name)
            }
        }
        throw .unknown
    }

    private mutating func accept(
        _ offer: Offer, _ addressee: String, at now: Timestamp, effects: inout Effects
    ) throws(OfferRefusal) -> Offer {
        if let order = book.number(of: offer.order).flatMap({ book[$0] }), order.status.isFinal {
            end(offer, .expired, at: now, effects: &effects)
            throw .expired
        }
        if offer.assignsDriver {
            var fields = OrderFields()
            fields.driver = addressee
            do throws(CommandRefusal) {
                _ = try amend(offer.order, fields, at: now, effects: &effects)
            } catch {
                end(offer, .expired, at: now, effects: &effects)
                throw .expired
            }
        }
        var taken = offer
        taken.state = .accepted
        taken.taker = addressee
        taken.endedAt = now
        counters.offersAccepted += 1
        taken.takenAs = tell(.accepted, of: taken, at: now, effects: &effects)
        put(taken, effects: &effects)
        tellLosers(of: taken, at: now, effects: &effects)
        // Other offers of the same order are void: it cannot be taken twice.
        for other in offers.offers(offer.kind, of: offer.order) where other.state == .open {
            var overtaken = other
            overtaken.state = .overtaken
            overtaken.endedAt = now
            put(overtaken, effects: &effects)
            tellLosers(of: overtaken, except: addressee, at: now, effects: &effects)
        }
        return taken
    }

    private mutating func decline(
        _ offer: Offer, _ addressee: String, at now: Timestamp, effects: inout Effects
    ) -> Offer {
        var declined = offer
        declined.declined.append(addressee)
        if declined.remaining.isEmpty {
            declined.state = .declined
            declined.endedAt = now
        }
        put(declined, effects: &effects)
        counters.offersDeclined += 1
        _ = tell(.declined(by: addressee), of: declined, at: now, effects: &effects)
        return declined
    }

    // MARK: Time

    /// Ends the offers whose time is over.
    ///
    /// - Returns: When the next one's is.
    @discardableResult
    mutating func expireOffers(at now: Timestamp, effects: inout Effects) -> Timestamp? {
        while let offer = offers.due(at: now) { end(offer, .expired, at: now, effects: &effects) }
        return offers.nextDeadline
    }

    private mutating func end(
        _ offer: Offer, _ state: Offer.State, at now: Timestamp, effects: inout Effects
    ) {
        var ended = offer
        ended.state = state
        ended.endedAt = now
        counters.offersExpired += 1
        put(ended, effects: &effects)
        _ = tell(.expired, of: ended, at: now, effects: &effects)
        for addressee in ended.remaining {
            let channels = ended.kind.channels(of: addressee)
            tell("offer_expired", ended, to: channels, at: now, effects: &effects)
        }
    }

    private mutating func tellLosers(
        of offer: Offer, except winner: String? = nil, at now: Timestamp, effects: inout Effects
    ) {
        for addressee in offer.remaining where addressee != offer.taker && addressee != winner {
            tell(
                "delivery:request_taken", offer, to: offer.kind.channels(of: addressee), at: now,
                effects: &effects)
        }
    }

    private mutating func put(_ offer: Offer, effects: inout Effects) {
        offers.put(offer)
        effects.records.offers.append(offer)
    }
}

extension Offer.Kind {
    /// The field of the message that names who it is for.
    fileprivate var addresseeField: String {
        switch self {
        case .order: "merchantId"
        case .delivery: "driverId"
        }
    }

    func channels(of addressee: String) -> [Channel] {
        switch self {
        case .order: [Channel(.merchant, addressee)]
        case .delivery: [Channel(.driver, addressee), Channel(.user, addressee)]
        }
    }
}

extension Publication {
    /// Sets a field, in the order of the type's fields.
    fileprivate mutating func set(_ field: String, _ value: JSON) {
        var values: [String: JSON] = [:]
        for member in fields { values[member.name] = member.value }
        values[field] = value
        fields = type.fields.compactMap { known in
            values[known.name].map { JSON.Member(known.name, $0) }
        }
    }
}

extension Coordinate {
    /// `{"lat":…,"lng":…}` or `{"latitude":…,"longitude":…}`.
    fileprivate init?(spoken json: JSON) {
        guard let latitude = (json["lat"] ?? json["latitude"])?.double,
            let longitude = (json["lng"] ?? json["longitude"])?.double,
            (-90...90).contains(latitude), (-180...180).contains(longitude)
        else { return nil }
        self.init(latitude: latitude, longitude: longitude)
    }
}
