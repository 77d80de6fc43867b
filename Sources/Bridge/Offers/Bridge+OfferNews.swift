import ColdChain
import Fabric
import Wire

/// What the publisher of an offer, the staff and webhooks are told of it.
enum OfferNews {
    case accepted
    case declined(by: String)
    case expired

    fileprivate var type: String {
        switch self {
        case .accepted: "offer_accepted"
        case .declined: "offer_declined"
        case .expired: "offer_expired"
        }
    }

    /// The event's name in the webhook catalogue.
    fileprivate var webhook: String {
        switch self {
        case .accepted: "offer.accepted"
        case .declined: "offer.declined"
        case .expired: "offer.expired"
        }
    }
}

extension Bridge {
    /// Tells the publisher; one who took it, on all devices; staff of what nobody took; and webhooks.
    ///
    /// - Returns: The record's number.
    mutating func tell(
        _ news: OfferNews, of offer: Offer, at now: Timestamp, effects: inout Effects
    ) -> UInt64 {
        var channels = [Channel(.user, offer.publisher)]
        switch news {
        case .accepted:
            if let taker = offer.taker { channels += offer.kind.channels(of: taker) }
        case .declined: break
        case .expired: channels.append(Channel(.alerts, Channel.everySite))
        }
        let data = offer.data(news)
        owe(
            news.webhook, WebhookText.body(event: news.webhook, occurredAt: now, data: data),
            at: now, &effects)
        return tell(
            news.type, data, of: book.number(of: offer.order), to: channels.withoutRepetition,
            at: now, effects: &effects)
    }

    /// Tells an addressee that an offer is over.
    mutating func tell(
        _ type: String, _ offer: Offer, to channels: [Channel], at now: Timestamp,
        effects: inout Effects
    ) {
        tell(
            type, offer.data(nil), of: book.number(of: offer.order), to: channels, at: now,
            effects: &effects)
    }

    /// Tells a record that is no event of the log.
    ///
    /// - Returns: Its number.
    @discardableResult
    mutating func tell(
        _ type: String, _ data: [UInt8], of order: OrderNumber?, to channels: [Channel],
        at now: Timestamp, effects: inout Effects
    ) -> UInt64 {
        last.event += 1
        let record = RecordText(
            number: last.event, type: type, occurredAt: now, data: data,
            positions: sequences.next(channels, at: now))
        effects.records.history.append(HistoryRecord(record, order: order, keptAt: now))
        effects.publications.append(PublishedEvent(relayed: record, isState: false))
        return last.event
    }
}

extension Offer {
    /// What is told of an offer; nil for what addressees who did not get it are told: nothing of who
    /// did.
    fileprivate func data(_ news: OfferNews?) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.object { data in
            data.member("offerId", id)
            data.member("orderId", order)
            data.member("kind", kind.name)
            switch news {
            case nil: data.member("at", instant: (endedAt ?? openedAt).milliseconds)
            case .accepted?:
                data.member("acceptedBy", taker)
                data.member("acceptedAt", instant: (endedAt ?? openedAt).milliseconds)
            case .declined(let addressee)?:
                data.member("declinedBy", addressee)
                data.member("remaining", Int64(remaining.count))
            case .expired?:
                data.member("at", instant: (endedAt ?? openedAt).milliseconds)
                data.member("asked", Int64(addressees.count))
            }
        }
        return writer.bytes
    }
}

extension [Channel] {
    fileprivate var withoutRepetition: [Channel] {
        var seen: Set<Channel> = []
        return filter { seen.insert($0).inserted }
    }
}
