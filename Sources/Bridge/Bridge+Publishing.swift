import ColdChain
package import Fabric
import Wire

extension Bridge {
    /// Publishes messages that the catalogue has judged, each by itself.
    mutating func publish(
        _ messages: [JudgedMessage], at now: Timestamp, effects: inout Effects
    ) -> [PublicationFate] {
        var fates: [PublicationFate] = []
        for message in messages {
            do throws(PublicationRefusal) {
                let outcome = try publish(try message.result.get(), at: now, effects: &effects)
                fates.append(PublicationFate(id: message.id, outcome))
                counters.publicationsTaken += 1
            } catch {
                fates.append(PublicationFate(id: message.id, .refused(error)))
                counters.publicationsRefused += 1
            }
        }
        return fates
    }

    /// Takes a message that came by MQTT; one that is refused becomes a dead letter.
    ///
    /// - Parameter channel: The channel that the topic names: one of those that it goes to.
    package mutating func perform(
        _ message: JudgedMessage, channel: String, arrival: Arrival, topic: Span<UInt8>,
        payload: Span<UInt8>, effects: inout Effects
    ) {
        do throws(PublicationRefusal) {
            let publication = try message.result.get()
            guard !arrival.isRetained else {
                throw PublicationRefusal(
                    .invalid, "A retained message tells of no event: it would be one anew.")
            }
            let names = publication.channels(order: order(of: publication)).map(\.name)
            guard names.contains(channel) || !publication.goesToNamed(names) else {
                throw PublicationRefusal(
                    .invalid,
                    "The topic names \(channel), the message goes to "
                        + (names.isEmpty ? "no channel" : names.joined(separator: ", ")))
            }
            _ = try publish(publication, at: arrival.receivedAt, effects: &effects)
            counters.publicationsTaken += 1
            countMessage(arrival, &effects)
        } catch {
            counters.publicationsRefused += 1
            receive(
                undecodable: topic, payload: payload, arrival: arrival, reason: "event_refused",
                detail: error.message, effects: &effects)
        }
    }

    private mutating func publish(
        _ publication: Publication, at now: Timestamp, effects: inout Effects
    ) throws(PublicationRefusal) -> PublicationFate.Outcome {
        if publication.type.effect == .heartbeat {
            try check(publication, of: nil, at: now)
            take(heartbeat: publication, at: now, effects: &effects)
            // One that comes again says no more than that somebody is there.
            return .accepted(number: nil)
        }
        hear(publication, at: now, effects: &effects)
        let mark = PublicationMark(publication)
        if let number = published.number(of: mark) { return .repeated(number: number) }
        let order = order(of: publication)
        try check(publication, of: order, at: now)
        let number: UInt64?
        switch publication.type.effect {
        case .relay:
            number = try relay(publication, of: order, at: now, effects: &effects)
        case .position:
            try take(position: publication, of: order, at: now, effects: &effects)
            number = nil
        case .orderStatus:
            number = try setStatus(publication, of: order, at: now, effects: &effects)
        case .orderOffer:
            number = try offer(.order, publication, of: order, at: now, effects: &effects)
        case .deliveryOffer:
            number = try offer(.delivery, publication, of: order, at: now, effects: &effects)
        case .acceptOffer, .declineOffer:
            number = try answer(publication, at: now, effects: &effects)
        case .heartbeat, .own: throw .accessDenied
        }
        published.note(mark, number)
        if let number {
            effects.records.publications.append(PublicationRecord(mark: mark, number: number))
        }
        return .accepted(number: number)
    }

    private func order(of publication: Publication) -> Order? {
        publication["orderId"]?.string.flatMap { book.number(of: $0) }.flatMap { book[$0] }
    }

    /// Whether the publisher has a part in the order, and the time can be (W-16).
    private func check(
        _ publication: Publication, of order: Order?, at now: Timestamp
    ) throws(PublicationRefusal) {
        if let time = publication.occurredAt,
            time.milliseconds(since: now) > settings.bounds.futureToleranceMilliseconds
        {
            throw PublicationRefusal(
                .invalidField, "timestamp: it lies in the future", field: "timestamp")
        }
        if let refusal = publication.scopeRefusal(of: order) { throw refusal }
        guard publication.terms.isParty, publication["orderId"] != nil else { return }
        // An order of somebody else and one that does not exist look the same.
        guard let order, publication.publisher.mayActFor(order) else {
            throw PublicationRefusal(
                .accessDenied, "orderId: there is no such order for you", field: "orderId")
        }
    }

    mutating func relay(
        _ publication: Publication, of order: Order?, at now: Timestamp,
        effects: inout Effects
    ) throws(PublicationRefusal) -> UInt64? {
        let channels = publication.channels(order: order)
        guard !channels.isEmpty else {
            let templates = publication.type.channels.map(\.text).joined(separator: ", ")
            throw PublicationRefusal(
                .missingField, "It goes to no channel: name what \(templates) ask for.")
        }
        let type = publication.type
        let occurredAt = publication.occurredAt ?? now
        guard type.messageClass == .record else {
            let record = RecordText(
                number: nil, type: type.name, occurredAt: occurredAt, data: publication.data,
                positions: channels.map { ChannelPosition($0, sequence: 0) })
            effects.publications.append(PublishedEvent(relayed: record, isState: true))
            take(status: publication, toldAs: nil, at: now, effects: &effects)
            return nil
        }
        last.event += 1
        let record = RecordText(
            number: last.event, type: type.name, occurredAt: occurredAt, data: publication.data,
            positions: sequences.next(channels, at: now))
        effects.records.history.append(
            HistoryRecord(record, order: order?.number, keptAt: now))
        effects.publications.append(PublishedEvent(relayed: record, isState: false))
        take(status: publication, toldAs: record.number, at: now, effects: &effects)
        return record.number
    }

    private mutating func answer(
        _ publication: Publication, at now: Timestamp, effects: inout Effects
    ) throws(PublicationRefusal) -> UInt64? {
        let reference: OfferAnswer.Reference
        if let id = publication["offerId"]?.string {
            reference = .id(id)
        } else if let order = publication["orderId"]?.string {
            reference = .order(order)
        } else {
            throw PublicationRefusal(
                .missingField, "offerId or orderId: one is required", field: "offerId")
        }
        let accepts = publication.type.effect == .acceptOffer
        do throws(OfferRefusal) {
            let answer = OfferAnswer(reference, accepts: accepts, by: publication.publisher)
            return try self.answer(answer, at: now, effects: &effects).offer.takenAs
        } catch {
            throw PublicationRefusal(error)
        }
    }

    private mutating func setStatus(
        _ publication: Publication, of order: Order?, at now: Timestamp,
        effects: inout Effects
    ) throws(PublicationRefusal) -> UInt64? {
        guard let order, let word = publication["status"]?.string else {
            throw PublicationRefusal(
                .invalidField, "orderId: there is no such order", field: "orderId")
        }
        guard let status = OrderStatus(spoken: word),
            publication.publisher.role.maySet(status),
            status.rawValue >= order.status.rawValue
                || publication.publisher.role.seesEverything,
            status == order.status || !order.status.isFinal
        else {
            throw PublicationRefusal(
                .invalidOrderStatus,
                "Cannot transition from '\(order.status.spoken(like: word))' to '\(word)'",
                field: "status")
        }
        let words = publication.orderWords
        guard status != order.status else {
            return words.isEmpty ? nil : say(words, of: order, at: now, effects: &effects)
        }
        var fields = OrderFields()
        fields.status = status
        let before = last.event
        do throws(CommandRefusal) {
            _ = try amend(order.id, fields, saying: words, at: now, effects: &effects)
        } catch {
            throw PublicationRefusal(.invalidOrderStatus, error.description, field: "status")
        }
        return last.event > before ? last.event : nil
    }
}

extension Publication {
    /// Whether it is told to channels of which a topic has to name one.
    fileprivate func goesToNamed(_ names: [String]) -> Bool {
        switch type.effect {
        case .relay: true
        // To whom it goes may be left to where drivers are.
        case .orderOffer, .deliveryOffer: !names.isEmpty
        case .position, .orderStatus, .acceptOffer, .declineOffer, .heartbeat, .own: false
        }
    }
}

extension Identity {
    /// Whether the user has a part in the order, as a party or as one of its cafe's people.
    fileprivate func mayActFor(_ order: Order) -> Bool {
        if maySee(order) { return true }
        guard role == .employee || role == .manager, let site else { return false }
        return order.cafe == site || order.restaurant == site
    }
}

extension Role {
    /// Which statuses the role gives an order: a driver brings it, a kitchen makes it.
    fileprivate func maySet(_ status: OrderStatus) -> Bool {
        switch self {
        case .driver: [.pickedUp, .inTransit, .delivered].contains(status)
        case .merchant, .employee, .manager:
            [.confirmed, .preparing, .ready, .delivered, .cancelled].contains(status)
        case .customer: false
        case .support, .administrator, .staff, .foodSafety: true
        }
    }
}

extension OrderStatus {
    /// A status as this program or a cafe's ordering system calls it.
    fileprivate init?(spoken word: String) {
        switch word {
        case "pending": self = .created
        case "completed": self = .delivered
        default:
            guard let status = OrderStatus(name: word) else { return nil }
            self = status
        }
    }

    /// The status in a cafe's words where its people would say it so.
    fileprivate func spoken(like word: String) -> String {
        switch self {
        case .created: "pending"
        case .delivered: "completed"
        default: name
        }
    }
}
