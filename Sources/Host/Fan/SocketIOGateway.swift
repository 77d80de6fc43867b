package import Fabric
package import Server
package import Wire

/// What Socket.IO clients talk to.
package protocol SocketIOApplication: AnyObject {
    /// Reads JSON text; nil where it is none.
    func json(_ text: ArraySlice<UInt8>) -> JSON?

    /// Takes what a client did. What it is to be told at once is told by `client`.
    func take(
        _ event: SocketIOEvent, of session: ConnectionNumber, _ client: inout SocketIOClient,
        now: Int64)

    /// The client has shown that it lives.
    func noteActivity(of session: ConnectionNumber)

    /// The client is gone. Where it had joined a namespace, `left` came before.
    func forget(_ session: ConnectionNumber)

    /// Moves events that wait for a client to the end of the bytes, as frames.
    func fill(
        _ session: ConnectionNumber, into bytes: inout [UInt8], limit: Int
    ) -> FillResult
}

/// One client: its Socket.IO session and how it came.
package struct SocketIOClient {
    package var session: SocketIOSession
    package let handshake: EngineIOHandshake
    /// How often it was not let in.
    package var refusals = 0
    /// Set to end its Engine.IO session after what it was told.
    package var isToBeClosed = false
}

/// Joins Socket.IO with the server: whole conversations for an application.
package final class SocketIOGateway {
    private let engineIO: EngineIOGateway
    private let limits: SocketIOLimits
    private var clients: [ConnectionNumber: SocketIOClient] = [:]
    private var effects = SocketIOEffects()
    private var events: [EngineIOEvent] = []
    private var heard: [ConnectionNumber] = []

    package init(path: String, settings: EngineIOSettings, limits: SocketIOLimits) {
        engineIO = EngineIOGateway(path: path, settings: settings)
        self.limits = limits
    }

    package var clientCount: Int { clients.count }

    package var socketCount: Int { engineIO.socketCount }

    package func owns(_ connection: ConnectionID) -> Bool { engineIO.owns(connection) }

    package func take(_ event: ServerEvent, of turn: ServerTurn, now: Int64) -> Bool {
        engineIO.take(event, of: turn, now: now)
    }

    package func noteEvents(for session: ConnectionNumber) { engineIO.noteEvents(for: session) }

    package func releasePolls() { engineIO.releasePolls() }

    /// To be called every turn: ends what ran out.
    package func tick(now: Int64, for application: some SocketIOApplication) {
        guard engineIO.tick(now: now) else { return }
        let timed = clients.filter { $0.value.session.isTimed }.keys
        for session in timed {
            clients[session]?.session.tick(now: now)
            work(session, for: application, now: now)
        }
    }

    /// Has the server and the application do what the clients' messages ask for.
    ///
    /// - Returns: Whether there was anything to do: then there may be more.
    package func carryOut(
        on server: WebServer, for application: some SocketIOApplication, now: Int64
    ) -> Bool {
        let hasWorked = engineIO.carryOut(on: server, events: &events, heard: &heard) {
            application.fill($0, into: &$1, limit: $2)
        }
        for session in heard { application.noteActivity(of: session) }
        heard.removeAll(keepingCapacity: true)
        for event in events { take(event, for: application, now: now) }
        events.removeAll(keepingCapacity: true)
        return hasWorked
    }

    package func fill(
        _ connection: ConnectionID, into buffer: inout WriteBuffer,
        for application: some SocketIOApplication
    ) -> Bool {
        engineIO.fill(connection, into: &buffer) { application.fill($0, into: &$1, limit: $2) }
    }

    /// Tells a client something of the host's.
    package func tell(
        _ session: ConnectionNumber, _ message: (inout SocketIOSession) -> Void
    ) {
        guard var client = clients.removeValue(forKey: session) else { return }
        message(&client.session)
        client.session.takeEffects(into: &effects)
        engineIO.send(effects.messages, to: session)
        clients[session] = client
    }

    /// Tells a client something of the host's, and ends its session.
    package func close(
        _ session: ConnectionNumber, now: Int64, farewell: (inout SocketIOSession) -> Void
    ) {
        guard var client = clients.removeValue(forKey: session) else { return }
        farewell(&client.session)
        client.session.takeEffects(into: &effects)
        engineIO.send(effects.messages, to: session)
        clients[session] = client
        engineIO.close(session, now: now)
    }

    /// Tells a client that the server ends, behind what waits for it, and ends its session.
    package func part(
        with session: ConnectionNumber, for application: some SocketIOApplication,
        farewell: (inout SocketIOSession) -> Void
    ) {
        guard var client = clients.removeValue(forKey: session) else { return }
        farewell(&client.session)
        client.session.takeEffects(into: &effects)
        clients[session] = client
        engineIO.part(with: session, farewell: effects.messages) {
            application.fill($0, into: &$1, limit: $2)
        }
    }

    package func isHandshake(_ target: RequestTarget) -> Bool { engineIO.isHandshake(target) }

    private func take(
        _ event: EngineIOEvent, for application: some SocketIOApplication, now: Int64
    ) {
        switch event {
        case .opened(let session, let handshake):
            clients[session] = SocketIOClient(
                session: SocketIOSession(limits: limits, now: now), handshake: handshake)
        case .message(let session, .text(let text)):
            clients[session]?.session.receive(text: text[...], now: now) { application.json($0) }
            work(session, for: application, now: now)
        case .message(let session, .binary(let bytes)):
            clients[session]?.session.receive(binary: bytes)
            work(session, for: application, now: now)
        case .closed(let session, _):
            clients[session]?.session.end()
            work(session, for: application, now: now)
            clients[session] = nil
            application.forget(session)
        }
    }

    /// Hands up what a client's messages mean, and sends what it is told.
    private func work(
        _ session: ConnectionNumber, for application: some SocketIOApplication, now: Int64
    ) {
        // Out of the table, so that it is not copied when it changes.
        guard var client = clients.removeValue(forKey: session) else { return }
        client.session.takeEffects(into: &effects)
        engineIO.send(effects.messages, to: session)
        var closes = effects.closes
        for event in effects.events { application.take(event, of: session, &client, now: now) }
        client.session.takeEffects(into: &effects)
        engineIO.send(effects.messages, to: session)
        closes = closes || effects.closes || client.isToBeClosed
        clients[session] = client
        if closes { engineIO.close(session, now: now) }
    }
}
