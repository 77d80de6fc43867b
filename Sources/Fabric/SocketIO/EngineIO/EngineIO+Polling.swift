// Long-polling: one GET that waits, one POST at a time.
extension EngineIO {
    mutating func poll(_ request: EngineIORequest, at place: Int) {
        guard let session = sessions[place] else { return }
        let poll = EngineIOSession.Poll(
            exchange: request.exchange, fields: origins.fields(for: request.headers),
            mark: request.query["t"].flatMap {
                (1...Self.longestMark).contains($0.utf8.count) ? $0 : nil
            })
        guard !isToldAgain(poll, of: session) else { return }
        guard letGo(session.poll, before: poll) else {
            refuse(request, .badRequest)
            end(place, .transportError)
            return
        }
        sessions[place]?.poll = poll
        polls[request.exchange] = place
        if session.isClosing {
            end(place, .forcedClose)
        } else if sessions.flows[place].hasSomething {
            name(place)
        }
    }

    /// Letters of the longest `t` that is taken note of; clients send the time.
    private static let longestMark = 64

    /// The answer to a poll may be lost on its way. HTTP stacks then send a GET once more by
    /// themselves, with the same `t`, and the client never knows: what the lost answer told must be
    /// told again, and nobody has got it twice.
    private mutating func isToldAgain(
        _ poll: EngineIOSession.Poll, of session: EngineIOSession
    ) -> Bool {
        guard session.poll == nil, let told = session.told, told.mark == poll.mark,
            told.connection != poll.exchange.connection
        else { return false }
        answer(poll, told.payload)
        return true
    }

    /// Lets the poll that waits go where it is the same one, sent once more.
    ///
    /// - Returns: False where it is another one: a client may have only one.
    private mutating func letGo(
        _ waiting: EngineIOSession.Poll?, before poll: EngineIOSession.Poll
    ) -> Bool {
        guard let waiting else { return true }
        guard let mark = waiting.mark, mark == poll.mark else { return false }
        polls[waiting.exchange] = nil
        var payload = PollingPayload()
        payload.append(OutgoingPacket(.noop))
        answer(waiting, payload)
        return true
    }

    /// Takes the body of a POST. Its answer counts as under way until the effects are taken.
    mutating func post(
        _ request: EngineIORequest, body: ArraySlice<UInt8>, at place: Int, now: Int64
    ) {
        guard let session = sessions[place] else { return }
        guard !session.isPosting, !isBytes(request.headers.contentType) else {
            refuse(request, .badRequest)
            end(place, .transportError)
            return
        }
        guard body.count <= settings.maxPayload else {
            answer(request, EngineIOAnswer(status: 413))
            end(place, .transportError)
            return
        }
        guard takePackets(of: body, at: place, session.number, now: now) else {
            refuse(request, .badRequest)
            if self.session(at: place, is: session.number) { end(place, .parseError) }
            return
        }
        answer(request, .taken())
        if self.session(at: place, is: session.number) { notePost(place) }
    }

    private func isBytes(_ contentType: String?) -> Bool {
        contentType?.lowercased().hasPrefix("application/octet-stream") == true
    }

    /// False where something in it is no packet that a client may send; what stands before that
    /// was taken.
    private mutating func takePackets(
        of body: ArraySlice<UInt8>, at place: Int, _ session: ConnectionNumber, now: Int64
    ) -> Bool {
        guard (try? UTF8Span(validating: body.span)) != nil else { return false }
        var rest = body
        for _ in 0..<settings.packetsPerPayload {
            let end = rest.firstIndex(of: PollingPayload.separator) ?? rest.endIndex
            guard let packet = EngineIOPacket(polled: rest[..<end]),
                take(packet, at: place, now: now)
            else { return false }
            guard end < rest.endIndex, self.session(at: place, is: session) else { return true }
            rest = rest[(end + 1)...]
        }
        return false
    }

    /// The client of a request is gone before it was answered. A session whose poll ends that way
    /// has ended too.
    package mutating func abandon(_ exchange: Exchange) {
        guard let place = polls.removeValue(forKey: exchange) else { return }
        sessions[place]?.poll = nil
        end(place, .transportError)
    }

    /// Answers the poll of a session with what waits: its own packets, then events, as far as
    /// `packetsPerPoll` and `pollBytes` allow. Nothing happens where no poll waits.
    package mutating func answerPoll(
        of session: ConnectionNumber, from events: EventSource
    ) {
        guard let place = sessions.place(of: session), sessions[place]?.poll != nil else { return }
        sessions.flows[place].isNamed = false
        var payload = queuedPayload(at: place, most: settings.packetsPerPoll)
        if sessions.flows[place].eventsWait, !sessions.flows[place].hasPackets {
            let result = pull(events, into: &payload)
            sessions.flows[place].eventsWait = result == .more
        }
        guard !payload.isEmpty else { return }
        answerPoll(at: place, payload)
    }

    func pull(_ events: EventSource, into payload: inout PollingPayload) -> FillResult {
        var frames: [UInt8] = []
        while payload.bytes.count < settings.pollBytes,
            payload.packets < settings.packetsPerPoll
        {
            frames.removeAll(keepingCapacity: true)
            // A limit that the first frame reaches has frames come one by one, to be counted.
            let result = events(&frames, 1)
            payload.append(frames: frames)
            // A source that has more but gives nothing is asked again at the next poll.
            guard result == .more, !frames.isEmpty else { return result }
        }
        return .more
    }

    /// The session's own packets, or the first of them, which are taken out of it.
    mutating func queuedPayload(at place: Int, most: Int = .max) -> PollingPayload {
        var payload = PollingPayload()
        for packet in sessions[place]?.takeQueue(most: most) ?? [] { payload.append(packet) }
        sessions.flows[place].hasPackets = sessions[place]?.queue.isEmpty == false
        return payload
    }
}
