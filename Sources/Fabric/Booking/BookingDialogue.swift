import Wire

extension Fabric {
    mutating func handleBooking(
        _ message: Result<JSON, UndecodableMessage>, _ place: Int, now: Moment
    ) {
        switch message {
        case .failure(.notJSON): refuseBooking(.notJSON, of: nil, place)
        case .failure(.notText): refuseBooking(.notText, of: nil, place)
        case .success(let json):
            do throws(BookingRefusal) {
                perform(
                    try BookingRequest(json, limits: limits, catalogue: texts.catalogue), place,
                    now: now)
            } catch {
                refuseBooking(error, of: nil, place)
            }
        }
    }

    private mutating func perform(_ request: BookingRequest, _ place: Int, now: Moment) {
        switch request {
        case .publish(let type, let members): publish(type, members, place, now: now)
        case .ping: send(texts.booking.pong(at: now.wall), to: place)
        case .confirm(let messages): confirm(messages, place, now: now)
        case .subscribe(let channel, let lowData, let confirms):
            if confirms { beginConfirming(place) }
            subscribe(to: channel, lowData: lowData, place)
        case .unsubscribe(let channel):
            unfollow(channel, place)
            send(texts.booking.unsubscribed(channel), to: place)
        case .authenticate(let token): offer(token: token, place)
        case .resume(let channels, let last, let lowData):
            setPace(lowData: lowData, place)
            let resumption = resume(channels, after: last, place)
            send(texts.booking.resumed(resumption), to: place)
            for channel in resumption.followed { offerLastKnownStates(of: channel, to: place) }
        }
    }

    private mutating func subscribe(to channel: Channel, lowData: Bool?, _ place: Int) {
        if let refusal = follow(channel, place) {
            refuseBooking(BookingRefusal(refusal), of: channel, place)
            return
        }
        setPace(lowData: lowData, place)
        let position = positionOfEverythingTold(place)
        send(texts.booking.subscribed(channel, at: position), to: place)
        offerLastKnownStates(of: channel, to: place)
    }

    private mutating func setPace(lowData: Bool?, _ place: Int) {
        guard let lowData else { return }
        setPace(
            interval: lowData ? limits.lowDataInterval : limits.locationInterval, place)
    }

    mutating func tellBooking(_ notice: TokenNotice, _ place: Int, now: Moment) {
        switch notice {
        case .expiring(let end):
            send(texts.booking.tokenExpiring(at: end, now: now.wall), to: place)
        case .renewed(let end): send(texts.booking.authenticated(until: end), to: place)
        case .refused: refuseBooking(.authenticationFailed, of: nil, place)
        case .expired: break
        }
    }

    private mutating func refuseBooking(
        _ refusal: BookingRefusal, of channel: Channel?, _ place: Int
    ) {
        statistics.refusedClientMessages += 1
        send(texts.booking.error(refusal, channel), to: place)
    }
}
