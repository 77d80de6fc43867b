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
        case .subscribe(let id, let channel, let wishes, let confirms):
            if confirms { beginConfirming(place) }
            subscribe(to: channel, wishes, id, place, now: now)
        case .confirm(_, let messages): confirm(messages, place, now: now)
        case .reconnect(let id, let last, let channels, let wishes):
            shapeStates(wishes, place)
            let resumption = resume(channels, after: last, place)
            answer(.reconnected(resumption), to: id, place, now: now)
            for channel in resumption.followed { offerLastKnownStates(of: channel, to: place) }
        case .publish(let offer): publish([offer], to: offer.id, offer.type, place, now: now)
        case .bulkUpdate(let id, let offers):
            publish(offers, to: id, "bulk_update", place, now: now)
        case .unsubscribe(let id, let channel): unsubscribe(from: channel, id, place, now: now)
        case .authenticate(let id, let token):
            offer(token: token, to: ReplyAddress(messageID: id), place)
        case .synchronize(let id, let digests):
            answer(.synchronized(synchronisation(digests, place)), to: id, place, now: now)
        }
    }

    /// The acknowledgement is written when the connection is in the fan-out set, and the last known
    /// states wait behind it: no event falls between the two.
    private mutating func subscribe(
        to channel: Channel, _ wishes: StateWishes, _ id: String, _ place: Int, now: Moment
    ) {
        if let refusal = follow(channel, place) {
            let error = WIARefusal(error: WIAError(refusal), id: id)
            refuse(error, of: channel, place, now: now)
            return
        }
        shapeStates(wishes, place)
        answer(.subscribed(channel), to: id, place, now: now)
        offerLastKnownStates(of: channel, to: place)
    }

    /// Leaving a channel that was never joined is acknowledged too: it is what the client wants.
    private mutating func unsubscribe(
        from channel: Channel, _ id: String, _ place: Int, now: Moment
    ) {
        unfollow(channel, place)
        forgetToldStates(place)
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

    mutating func tellWIA(
        _ notice: TokenNotice, to address: ReplyAddress, _ place: Int, now: Moment
    ) {
        switch notice {
        case .expiring(let end):
            let id = nextPassingID()
            send(texts.wia.notice(.tokenExpiring(at: end), id: id, at: now.wall), to: place)
        case .renewed(let end):
            answer(.authenticated(until: end), to: address.messageID ?? "", place, now: now)
        case .refused:
            let refusal = WIARefusal(error: .authenticationFailed, id: address.messageID)
            refuse(refusal, place, now: now)
        case .expired: break
        }
    }

    mutating func refuseWIASignature(
        _ fault: SignatureFault, of message: JSON, _ place: Int, now: Moment
    ) {
        let error: WIAError = fault == .missing ? .missingSignature : .wrongSignature
        let id = WIARequest.id(of: message, limits: limits)
        refuse(WIARefusal(error: error, id: id), place, now: now)
    }

    mutating func refuseWIAForRate(
        _ message: Result<JSON, UndecodableMessage>, _ place: Int, now: Moment
    ) {
        let id = (try? message.get()).flatMap { WIARequest.id(of: $0, limits: limits) }
        let refusal = WIARefusal(error: .tooManyMessages, id: id)
        _ = offer(control: refusalText(refusal, now: now), to: place)
    }
}
