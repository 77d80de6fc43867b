import ColdChain
import Wire

extension Fabric {
    mutating func handleWIA(
        _ message: Result<JSON, UndecodableMessage>, _ place: Int, now: Moment
    ) {
        switch message {
        case .failure(.notJSON):
            refuse(WIARefusal(error: .notJSON), place, now: now)
        case .failure(.notText):
            refuse(WIARefusal(error: .notText), place, now: now)
        case .success(let json):
            do throws(WIARefusal) {
                perform(
                    try WIARequest(json, limits: limits, catalogue: texts.catalogue), place,
                    now: now)
            } catch {
                refuse(error, place, now: now)
            }
        }
    }

    private mutating func perform(_ request: WIARequest, _ place: Int, now: Moment) {
        switch request {
        case .ping(let id): answer(.pong, to: id, place, now: now)
        case .subscribe(let id, let channel, let confirms):
            if confirms { connections.peers[place]?.confirms = true }
            subscribe(to: channel, id, place, now: now)
        case .confirm(_, let messages): confirm(messages, place, now: now)
        case .reconnect(let id, let last, let channels):
            let resumption = resume(channels, after: last, place)
            answer(.reconnected(resumption), to: id, place, now: now)
            for channel in resumption.followed { offerLastKnownStates(of: channel, to: place) }
        case .publish(let offer): publish([offer], to: offer.id, offer.type, place, now: now)
        case .bulkUpdate(let id, let offers):
            publish(offers, to: id, "bulk_update", place, now: now)
        case .unsubscribe(let id, let channel): unsubscribe(from: channel, id, place, now: now)
        }
    }

    /// The acknowledgement is written when the connection is in the fan-out set, and the last known
    /// states wait behind it: no event falls between the two.
    private mutating func subscribe(
        to channel: Channel, _ id: String, _ place: Int, now: Moment
    ) {
        if let refusal = follow(channel, place) {
            let error = WIARefusal(error: WIAError(refusal), id: id)
            refuse(error, of: channel, place, now: now)
            return
        }
        answer(.subscribed(channel), to: id, place, now: now)
        offerLastKnownStates(of: channel, to: place)
    }

    /// Leaving a channel that was never joined is acknowledged too: it is what the client wants.
    private mutating func unsubscribe(
        from channel: Channel, _ id: String, _ place: Int, now: Moment
    ) {
        unfollow(channel, place)
        answer(.unsubscribed(channel), to: id, place, now: now)
    }

    private mutating func answer(
        _ answer: WIAAnswer, to id: String, _ place: Int, now: Moment
    ) {
        send(texts.wia.answer(answer, to: id, at: now.wall), to: place)
    }

    private mutating func refuse(
        _ refusal: WIARefusal, of channel: Channel? = nil, _ place: Int, now: Moment
    ) {
        statistics.refusedClientMessages += 1
        send(refusalText(refusal, of: channel, now: now), to: place)
    }

    private mutating func refusalText(
        _ refusal: WIARefusal, of channel: Channel? = nil, now: Moment
    ) -> [UInt8] {
        let error = WIAAnswer.error(refusal.error, channel: channel)
        guard let id = refusal.id else {
            return texts.wia.notice(error, id: nextPassingID(), at: now.wall)
        }
        return texts.wia.answer(error, to: id, at: now.wall)
    }

    mutating func refuseWIAForRate(
        _ message: Result<JSON, UndecodableMessage>, _ place: Int, now: Moment
    ) {
        let id = (try? message.get()).flatMap { WIARequest.id(of: $0, limits: limits) }
        let refusal = WIARefusal(error: .tooManyMessages, id: id)
        _ = offer(control: refusalText(refusal, now: now), to: place)
    }
}
