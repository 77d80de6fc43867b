package import Fabric
package import Server

/// Joins Engine.IO with the server: requests and WebSockets of one path in, answers and frames out.
///
/// One thread owns it: the server's.
package final class EngineIOGateway {
    /// The first segment of the path it serves.
    package let path: String
    private var engine: EngineIO
    private var effects = EngineIOEffects()
    private var random = SystemRandomNumberGenerator()
    /// The WebSockets that are Engine.IO's.
    private var sockets: Set<ConnectionID> = []
    private var lookAt: Int64 = .min

    /// Sessions are numbered from here on: no connection of the server's has such a number, because
    /// its generation would have to be as high.
    private static let firstSession = ConnectionNumber(1 << 63)

    /// How often deadlines are to be looked at while there are sessions, in milliseconds.
    package static let tickMilliseconds = 100

    package init(path: String, settings: EngineIOSettings) {
        self.path = path
        engine = EngineIO(settings: settings, firstSession: Self.firstSession)
    }

    package static func isSession(_ connection: ConnectionNumber) -> Bool {
        connection.rawValue >= firstSession.rawValue
    }

    package var sessionCount: Int { engine.sessionCount }

    /// WebSockets that are open, or whose close is under way.
    package var socketCount: Int { sockets.count }

    /// Whether a WebSocket is Engine.IO's.
    package func owns(_ connection: ConnectionID) -> Bool { sockets.contains(connection) }

    // MARK: What the server brought

    /// Takes an event of the server's turn where it is this path's.
    ///
    /// - Parameter now: milliseconds of a clock that is never set.
    /// - Returns: Whether it was.
    package func take(_ event: ServerEvent, of turn: ServerTurn, now: Int64) -> Bool {
        switch event {
        case .request(let request):
            guard serves(request.head.target) else { return false }
            let asked = EngineIORequest(
                request.head, request.token, clientAddress: request.clientAddress)
            engine.receive(asked, body: request.body[...], now: now, random: &random)
        case .upgrade(let request):
            guard serves(request.head.target) else { return false }
            var asked = EngineIORequest(
                request.head, request.token, clientAddress: request.clientAddress)
            asked.isUpgrade = true
            engine.receive(asked, now: now, random: &random)
        case .message(let connection, let kind, let range):
            guard sockets.contains(connection) else { return false }
            let payload = turn.payload(range)
            let socket = ConnectionNumber(connection)
            switch kind {
            case .text: engine.receive(text: payload, on: socket, now: now)
            case .binary: engine.receive(binary: payload, on: socket, now: now)
            }
        case .heard(let connection):
            return sockets.contains(connection)
        case .closed(let connection, _):
            guard sockets.remove(connection) != nil else { return false }
            engine.socketClosed(ConnectionNumber(connection))
        case .abandoned(let token):
            // Answers of others are abandoned too; Engine.IO knows its own.
            engine.abandon(Exchange(token))
            return false
        case .room, .log:
            return false
        }
        return true
    }

    /// The path with and without a slash at its end: clients differ.
    private func serves(_ target: RequestTarget) -> Bool {
        target.segments == [path, ""] || target.segments == [path]
    }

    /// To be called every turn: sends pings and ends what ran out, where it is time to look.
    ///
    /// - Returns: Whether it was.
    @discardableResult
    package func tick(now: Int64) -> Bool {
        guard now >= lookAt else { return false }
        lookAt = now + Int64(Self.tickMilliseconds)
        engine.tick(now: now)
        return true
    }

    // MARK: What is to be sent

    package func send(_ messages: [EngineIOMessage], to session: ConnectionNumber) {
        engine.send(messages, to: session)
    }

    package func noteEvents(for session: ConnectionNumber) { engine.noteEvents(for: session) }

    package func close(_ session: ConnectionNumber, now: Int64) {
        engine.close(session, now: now)
    }

    /// Ends a session because the server ends, behind what waits for it.
    package func part(
        with session: ConnectionNumber, farewell: [EngineIOMessage],
        from source: (ConnectionNumber, inout [UInt8], Int) -> FillResult
    ) {
        engine.part(with: session, farewell: farewell) { source(session, &$0, $1) }
    }

    /// Whether a request asks for a new session.
    package func isHandshake(_ target: RequestTarget) -> Bool {
        serves(target) && target.queryParameter("sid") == nil
    }

    /// Answers the polls that wait, because the server ends.
    package func releasePolls() { engine.releasePolls() }

    /// Has the server do what Engine.IO wants done.
    ///
    /// - Parameters:
    ///   - events: What happened to sessions is added here.
    ///   - heard: Sessions whose clients showed that they live are added here.
    ///   - source: Moves events that wait for a session to the end of the bytes, as frames.
    /// - Returns: Whether there was anything to do.
    package func carryOut(
        on server: WebServer, events: inout [EngineIOEvent], heard: inout [ConnectionNumber],
        from source: (ConnectionNumber, inout [UInt8], Int) -> FillResult
    ) -> Bool {
        engine.takeEffects(into: &effects)
        for action in effects.actions { perform(action, on: server) }
        events += effects.events
        heard += effects.heard
        for session in effects.answerable {
            engine.answerPoll(of: session) { source(session, &$0, $1) }
        }
        for socket in effects.fillable { server.requestWrite(ConnectionID(socket)) }
        return !effects.isEmpty
    }

    private func perform(_ action: EngineIOAction, on server: WebServer) {
        switch action {
        case .answer(let exchange, let answer):
            server.respond(to: RequestToken(exchange), HTTPResponse(answer))
        case .refuse(let exchange, let answer):
            server.refuse(RequestToken(exchange), HTTPResponse(answer))
        case .accept(let exchange):
            // Before it is accepted: what the client sent already comes with the next turn.
            sockets.insert(ConnectionID(exchange.connection))
            guard !server.accept(RequestToken(exchange)) else { return }
            sockets.remove(ConnectionID(exchange.connection))
            engine.socketClosed(exchange.connection)
        case .close(let socket, let code):
            guard let code = Server.CloseCode(rawValue: code) else { return }
            server.close(ConnectionID(socket), code)
        }
    }

    /// Moves what waits for a WebSocket into the buffer.
    ///
    /// - Returns: Whether more waits.
    package func fill(
        _ connection: ConnectionID, into buffer: inout WriteBuffer,
        from source: (ConnectionNumber, inout [UInt8], Int) -> FillResult
    ) -> Bool {
        let socket = ConnectionNumber(connection)
        let session = engine.session(ofSocket: socket)
        let result = engine.fill(socket, into: &buffer.bytes, limit: buffer.capacity) {
            guard let session else { return .drained }
            return source(session, &$0, $1)
        }
        return result == .more
    }
}

extension EngineIOEffects {
    fileprivate var isEmpty: Bool {
        actions.isEmpty && events.isEmpty && heard.isEmpty && answerable.isEmpty
            && fillable.isEmpty
    }
}

extension EngineIORequest {
    fileprivate init(_ head: RequestHead, _ token: RequestToken, clientAddress: String) {
        let method: Method =
            switch head.method {
            case .get: .get
            case .post: .post
            case .options: .options
            case .head, .patch, .delete, .other: .other
            }
        self.init(
            exchange: Exchange(token), method: method, query: QueryString(head.target.query),
            clientAddress: clientAddress)
        headers.host = head.host
        headers.origin = head.origin
        headers.contentType = head.contentType
        headers.authorization = head.authorization
        headers.userAgent = head.userAgent
    }
}

extension Exchange {
    fileprivate init(_ token: RequestToken) {
        self.init(connection: ConnectionNumber(token.connection), serial: token.serial)
    }
}

extension RequestToken {
    fileprivate init(_ exchange: Exchange) {
        self.init(connection: ConnectionID(exchange.connection), serial: exchange.serial)
    }
}

extension HTTPResponse {
    fileprivate init(_ answer: EngineIOAnswer) {
        self.init(
            status: answer.status, fields: answer.fields.map { Field($0.name, $0.value) },
            body: answer.body)
    }
}
