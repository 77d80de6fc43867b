import ColdChain
import Wire

extension Fabric {
    mutating func handleTracking(
        _ message: Result<JSON, UndecodableMessage>, _ place: Int, now: Moment
    ) {
        switch message {
        case .failure(.notJSON): refuseTracking(.notJSON, of: nil, place, now: now)
        case .failure(.notText): refuseTracking(.notText, of: nil, place, now: now)
        case .success(let json):
            do throws(TrackingRefusal) {
                perform(try TrackingRequest(json, limits: limits), place, now: now)
            } catch {
                // What is sent back is bounded like what is subscribed to.
                let order = json["orderId"]?.string
                    .flatMap { $0.utf8.count <= limits.channelNameBytes ? $0 : nil }
                refuseTracking(error, of: order, place, now: now)
            }
        }
    }

    private mutating func perform(_ request: TrackingRequest, _ place: Int, now: Moment) {
        switch request {
        case .ping: answerTracking(.pong, of: nil, place, now: now)
        case .confirm(let messages): confirm(messages, place, now: now)
        case .subscribe(let order, let user, let lastMessage, let confirms):
            if confirms { beginConfirming(place) }
            subscribe(to: order, as: user, after: lastMessage, place, now: now)
        case .unsubscribe(let order):
            unfollow(Channel(.order, order), place)
            answerTracking(.unsubscribed, of: order, place, now: now)
        case .authenticate(let token): offer(token: token, place)
        }
    }

    private mutating func subscribe(
        to order: String, as user: String?, after message: String?, _ place: Int, now: Moment
    ) {
        guard let peer = connections.peers[place] else { return }
        guard user == nil || user == peer.identity.subject || peer.identity.role.seesEverything
        else {
            refuseTracking(.accessDenied, of: order, place, now: now)
            return
        }
        // A cursor counts for the whole connection: what it follows already would be told again.
        guard message == nil || peer.subscriptions.isEmpty else {
            refuseTracking(.lateResumption, of: order, place, now: now)
            return
        }
        let channel = Channel(.order, order)
        let resumption = resume([channel], after: message, place)
        if let refused = resumption.refused.first {
            refuseTracking(TrackingRefusal(refused.refusal), of: order, place, now: now)
            return
        }
        let isWhole = message.map { _ in resumption.isWhole }
        answerTracking(
            .subscribed(directory[order]?.status, isWhole: isWhole), of: order, place, now: now)
        offerLastKnownStates(of: channel, to: place)
    }

    private mutating func refuseTracking(
        _ refusal: TrackingRefusal, of order: String?, _ place: Int, now: Moment
    ) {
        statistics.refusedClientMessages += 1
        answerTracking(.error(refusal), of: order, place, now: now)
    }

    private mutating func answerTracking(
        _ answer: TrackingAnswer, of order: String?, _ place: Int, now: Moment
    ) {
        send(texts.tracking.answer(answer, order: order, at: now.wall), to: place)
    }

    mutating func tellTrackingRevoked(_ channel: Channel, _ place: Int, now: Moment) {
        answerTracking(.error(.revoked), of: channel.subject, place, now: now)
    }

    mutating func tellTracking(_ notice: TokenNotice, _ place: Int, now: Moment) {
        switch notice {
        case .expiring(let end):
            let left = TokenNotice.secondsLeft(until: end, at: now.wall)
            answerTracking(
                .tokenExpiring(at: end, secondsLeft: left), of: nil, place, now: now)
        case .renewed(let end):
            answerTracking(.authenticated(until: end), of: nil, place, now: now)
        case .refused: refuseTracking(.authenticationFailed, of: nil, place, now: now)
        case .expired: break
        }
    }

    mutating func trackingRateRefusal(now: Moment) -> [UInt8] {
        texts.tracking.answer(.error(.tooManyMessages), order: nil, at: now.wall)
    }
}
