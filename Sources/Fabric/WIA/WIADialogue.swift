import ColdChain
package import Wire

extension Fabric {
    /// Takes a client's message, which the host has read as JSON.
    package mutating func receive(
        _ message: Result<JSON, UndecodableMessage>, on connection: ConnectionNumber, now: Moment
    ) {
        guard let place = connections.place(of: connection),
            connections.isOpen(place)
        else { return }
        connections.peers[place]?.heardAt = now.uptime
        statistics.clientMessages += 1
        guard let peer = connections.peers[place], peer.identity.holds(at: now.wall) else {
            expire(place, now: now)
            return
        }
        let rate = limits.clients(of: peer.dialect).messages
        let verdict = connections.peers[place]?.rate.take(rate, uptime: now.uptime)
        switch (verdict, peer.dialect) {
        case (.allowed, .tableTap): handleTableTap(message, place, now: now)
        case (.allowed, _): handle(message, place, now: now)
        case (.refused, .tableTap): refuseTableTapForRate(message, place, now: now)
        case (.refused, _): refuseForRate(message, place, now: now)
        case (.exhausted, _), (nil, _): close(place, .tooManyMessages)
        }
    }

    private mutating func handle(
        _ message: Result<JSON, UndecodableMessage>, _ place: Int, now: Moment
    ) {
        switch connections.peers[place]?.dialect {
        case .tracking: handleTracking(message, place, now: now)
        case .booking: handleBooking(message, place, now: now)
        case .eventStream: break
        case .wia, .tableTap, .socketIO, nil: handleWIA(message, place, now: now)
        }
    }

    private mutating func handleWIA(
        _ message: Result<JSON, UndecodableMessage>, _ place: Int, now: Moment
    ) {
        switch message {
        case .failure(.notJSON):
            refuse(WIARefusal(error: .notJSON), place, now: now)
        case .failure(.notText):
            refuse(WIARefusal(error: .notText), place, now: now)
        case .success(let json):
            do throws(WIARefusal) {
                perform(try WIARequest(json, limits: limits), place, now: now)
            } catch {
                refuse(error, place, now: now)
            }
        }
    }

    private mutating func perform(_ request: WIARequest, _ place: Int, now: Moment) {
        switch request {
        case .ping(let id): answer(.pong, to: id, place, now: now)
        case .subscribe(let id, let channel): subscribe(to: channel, id, place, now: now)
        case .reconnect(let id, let last, let channels):
            let resumption = resume(channels, after: last, place)
            answer(.reconnected(resumption), to: id, place, now: now)
            for channel in resumption.followed { offerLastKnownStates(of: channel, to: place) }
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
        if let known = channels.place(of: channel), isSubscribed(place, to: known) {
            leaveAndWithdraw(known, place)
        }
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

    /// Says so while there is room: a client that floods without reading is ended for its rate,
    /// not for the answers it does not read.
    private mutating func refuseForRate(
        _ message: Result<JSON, UndecodableMessage>, _ place: Int, now: Moment
    ) {
        statistics.refusedClientMessages += 1
        switch connections.peers[place]?.dialect {
        case .tracking: _ = offer(control: trackingRateRefusal(now: now), to: place)
        case .booking: _ = offer(control: texts.booking.error(.tooManyMessages), to: place)
        case .eventStream: break
        case .wia, .tableTap, .socketIO, nil: refuseForRateInWIA(message, place, now: now)
        }
    }

    private mutating func refuseForRateInWIA(
        _ message: Result<JSON, UndecodableMessage>, _ place: Int, now: Moment
    ) {
        let id = (try? message.get()).flatMap { WIARequest.id(of: $0, limits: limits) }
        let refusal = WIARefusal(error: .tooManyMessages, id: id)
        _ = offer(control: refusalText(refusal, now: now), to: place)
    }

    /// Puts an answer into the control lane; a reader that leaves its answers unread is closed.
    mutating func send(_ payload: [UInt8], to place: Int) {
        if !offer(control: payload, to: place) { close(place, .slowReader) }
        keepBudget()
    }

    mutating func offer(control payload: [UInt8], to place: Int) -> Bool {
        guard connections.isOpen(place), let dialect = connections.peers[place]?.dialect else {
            return false
        }
        let before = connections.outboxes[place].control.count
        let offer = connections.outboxes[place].offer(
            control: payload, in: dialect, limit: limits.clients(of: dialect).controlBytes)
        controlBytes += connections.outboxes[place].control.count - before
        switch offer {
        case .takenFirst:
            effects.ready.append(connections.outboxes[place].connection)
            return true
        case .taken: return true
        case .merged, .full: return false
        }
    }
}
