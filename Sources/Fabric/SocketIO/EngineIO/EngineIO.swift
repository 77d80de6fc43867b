import Wire

/// Engine.IO v4 as one value: its sessions, over long-polling and WebSocket.
///
/// The host gives it requests, messages and the time, then takes `EngineIOEffects` once a turn and
/// works them off: actions, events, then `answerPoll` and `fill` for what was named. Both pull events
/// from where they wait (the fabric's outbox of the same session), so that a slow reader's backlog
/// stays there. There is no clock, no socket and no generator inside; one thread owns the value.
package struct EngineIO: ~Copyable {
    /// Moves waiting events to the end of the bytes as WebSocket frames, up to about that many
    /// bytes: what `Fabric.fill` does.
    package typealias EventSource = (inout [UInt8], Int) -> FillResult

    /// What a WebSocket is to Engine.IO.
    enum SocketRole {
        /// The transport of the session at that place.
        case transport(Int)
        /// Being tried by the session at that place.
        case probe(Int)
        /// About to be closed, after these frames.
        case ending([UInt8])
    }

    /// Engine.IO's protocol version, as it stands in a query.
    static let version = "4"

    package let settings: EngineIOSettings
    let origins: CrossOrigin
    var sessions = EngineIOSessionTable()
    var sockets: [ConnectionNumber: SocketRole] = [:]
    /// The places of the sessions whose polls wait.
    var polls: [Exchange: Int] = [:]
    /// Sessions whose POST is answered by the effects that were not taken yet.
    private var posting: [Int] = []
    var secrets = SessionSecret()
    var nextSession: UInt64
    var effects = EngineIOEffects()

    /// - Parameter firstSession: sessions are numbered from here on; the host gives none of these
    ///   numbers to a connection of its own.
    package init(settings: EngineIOSettings, firstSession: ConnectionNumber) {
        self.settings = settings
        origins = CrossOrigin(allowed: settings.allowedOrigins)
        nextSession = firstSession.rawValue
    }

    package var sessionCount: Int { sessions.count }

    /// Exchanges what is to be done for `effects`, which the host has worked off.
    package mutating func takeEffects(into effects: inout EngineIOEffects) {
        for place in posting { sessions[place]?.isPosting = false }
        posting.removeAll(keepingCapacity: true)
        effects.removeAll()
        swap(&effects, &self.effects)
    }

    func session(at place: Int, is number: ConnectionNumber) -> Bool {
        sessions[place]?.number == number
    }

    mutating func notePost(_ place: Int) {
        sessions[place]?.isPosting = true
        posting.append(place)
    }

    mutating func answer(_ request: EngineIORequest, _ answer: EngineIOAnswer) {
        var answer = answer
        answer.fields += origins.fields(for: request.headers)
        effects.actions.append(.answer(request.exchange, answer))
    }

    /// Refuses a request in place of `receive`, for a reason that only the host knows.
    package mutating func refuse(_ request: EngineIORequest, _ refusal: EngineIORefusal) {
        if request.isUpgrade {
            effects.actions.append(.refuse(request.exchange, refusal.upgradeAnswer))
        } else {
            answer(request, refusal.answer)
        }
    }

    /// Answers the poll that waits, where one does.
    mutating func answerPoll(at place: Int, _ payload: PollingPayload) {
        guard let poll = sessions[place]?.poll else { return }
        polls[poll.exchange] = nil
        sessions[place]?.poll = nil
        sessions[place]?.told = poll.mark.map { mark in
            EngineIOSession.Told(
                mark: mark, connection: poll.exchange.connection, payload: payload)
        }
        sessions.flows[place].isNamed = false
        answer(poll, payload)
    }

    mutating func answer(_ poll: EngineIOSession.Poll, _ payload: PollingPayload) {
        var answer = EngineIOAnswer.packets(payload)
        answer.fields += poll.fields
        effects.actions.append(.answer(poll.exchange, answer))
    }

    /// Lets a poll that waits go without anything said.
    mutating func releasePoll(at place: Int) {
        guard sessions[place]?.poll != nil else { return }
        var payload = PollingPayload()
        payload.append(OutgoingPacket(.noop))
        answerPoll(at: place, payload)
    }
}
