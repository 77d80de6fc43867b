package import Wire

extension Fabric {
    /// Takes a client's message, which the host has read as JSON.
    ///
    /// - Parameter text: The message as it came, by which its signature is verified.
    package mutating func receive(
        _ message: Result<JSON, UndecodableMessage>, as text: ReceivedText = .none,
        on connection: ConnectionNumber, now: Moment
    ) {
        guard let admission = admitMessage(on: connection, now: now) else { return }
        let place = admission.place
        guard admission.isWithinRate else {
            refuseForRate(message, place, now: now)
            return
        }
        if case .success(let json) = message,
            let fault = signatureFault(of: json, as: text, from: place)
        {
            refuse(fault, of: json, place, now: now)
            return
        }
        switch connections.peers[place]?.dialect {
        case .wia: handleWIA(message, place, now: now)
        case .tableTap: handleTableTap(message, place, now: now)
        case .tracking: handleTracking(message, place, now: now)
        case .booking: handleBooking(message, place, now: now)
        // A stream only listens, and what Socket.IO clients send are events.
        case .eventStream, .socketIO, nil: break
        }
    }

    /// Counts a client's message, by which the client is heard.
    ///
    /// - Returns: Nil where it is not taken, because its connection is gone or is being closed.
    mutating func admitMessage(
        on connection: ConnectionNumber, now: Moment
    ) -> (place: Int, isWithinRate: Bool)? {
        guard let place = connections.place(of: connection), connections.isOpen(place) else {
            return nil
        }
        connections.peers[place]?.heardAt = now.uptime
        statistics.clientMessages += 1
        guard let peer = connections.peers[place], peer.identity.holds(at: now.wall) else {
            expire(place, now: now)
            return nil
        }
        let rate = limits.clients(of: peer.dialect).messages
        switch connections.peers[place]?.rate.take(rate, uptime: now.uptime) {
        case .allowed: return (place, true)
        case .refused: return (place, false)
        case .exhausted, nil:
            close(place, .tooManyMessages)
            return nil
        }
    }

    /// Says so while there is room: a client that floods without reading is ended for its rate,
    /// not for the answers it does not read.
    private mutating func refuseForRate(
        _ message: Result<JSON, UndecodableMessage>, _ place: Int, now: Moment
    ) {
        statistics.refusedClientMessages += 1
        switch connections.peers[place]?.dialect {
        case .wia: refuseWIAForRate(message, place, now: now)
        case .tableTap: refuseTableTapForRate(message, place, now: now)
        case .tracking: _ = offer(control: trackingRateRefusal(now: now), to: place)
        case .booking: _ = offer(control: texts.booking.error(.tooManyMessages), to: place)
        case .eventStream, .socketIO, nil: break
        }
    }
}
