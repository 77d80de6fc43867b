import ColdChain
import Configuration
import Crypto
import Fabric
import JSONText
import Server
import System
import Wire

// Socket.IO clients: who they are, and what they and the fabric tell each other.
extension FabricLoop: SocketIOApplication {
    /// The first segment of Socket.IO's path.
    static let socketIOPath = "socket.io"

    func json(_ text: ArraySlice<UInt8>) -> JSON? { try? parser.parse(text.span) }

    func take(
        _ event: SocketIOEvent, of session: ConnectionNumber, _ client: inout SocketIOClient,
        now: Int64
    ) {
        switch event {
        case .connectRequested(SocketIOPacket.mainNamespace, let auth, let recovery):
            welcome(session, &client, auth: auth, recovery: recovery)
        case .connectRequested(let namespace, _, _):
            client.session.refuse(namespace, message: "Invalid namespace")
        case .event(_, let name, let arguments, let acknowledgement):
            let outcome = fabric.receive(
                event: name, arguments.values, acknowledgement: acknowledgement, on: session,
                now: Self.now())
            guard let outcome else { return }
            if let acknowledgement {
                client.session.acknowledge(acknowledgement, SocketIOArguments([outcome]))
            } else if outcome["status"] == "error" {
                client.session.emit("error", SocketIOArguments([outcome]))
            }
        case .left(_, let departure):
            fabric.disconnect(
                socketIO: session, isRecoverable: departure == .withSession, now: Self.now())
        case .calledBack(let number, let arguments):
            fabric.receive(
                callback: number, arguments.values, on: session, now: Self.now())
        case .acknowledged, .unacknowledged: break
        }
    }

    private func welcome(
        _ session: ConnectionNumber, _ client: inout SocketIOClient, auth: JSON?,
        recovery: RecoveryRequest?
    ) {
        let now = Self.now()
        switch identity(of: client.handshake, auth: auth, now: now.wall) {
        case .failure(let refusal):
            refuse(
                &client, "Unauthorized", ["status": .integer(Int64(refusal.response.status))],
                reason: refusal.reason)
            current.note(
                AdmissionFailure(status: refusal.response.status), Platform(client.handshake))
        case .success(let verified):
            let identity = verified.coming(from: client.handshake.clientAddress)
            do throws(SocketIORefusal) {
                let welcome = try fabric.connect(
                    session, identity: identity, names: newNames(), auth: auth,
                    recovery: recovery, on: Platform(client.handshake), now: now)
                if let most = client.handshake.query["maxUpdatesPerSecond"].flatMap(Double.init) {
                    fabric.limitUpdates(of: session, toPerSecond: most)
                }
                client.session.accept(
                    SocketIOPacket.mainNamespace, sid: welcome.names.sid,
                    recoverableAs: welcome.names.pid)
                client.session.emit("session:ready", SocketIOArguments(welcome.ready))
            } catch {
                refuse(
                    &client, error.code.reason, ["code": .integer(Int64(error.code.rawValue))],
                    reason: error.code.reason)
            }
        }
    }

    private func refuse(
        _ client: inout SocketIOClient, _ message: String, _ data: JSON, reason: String
    ) {
        log.info(
            "socket.io client refused",
            ["client": client.handshake.clientAddress, "reason": reason])
        client.session.refuse(SocketIOPacket.mainNamespace, message: message, data: data)
        client.refusals += 1
        client.isToBeClosed = client.refusals >= Self.admissionTrials
    }

    /// How often a client may ask to be let in: each time its token is verified anew.
    private static let admissionTrials = 3

    /// A token in the packet is preferred, because one in the query stands in every request of a
    /// polling client, and in the logs of whatever lies between.
    private func identity(
        of handshake: EngineIOHandshake, auth: JSON?, now: Timestamp
    ) -> Result<Identity, AccessRefusal> {
        if let token = auth?["token"]?.string ?? handshake.query["token"] {
            return router.tokens.identity(token: token, now: now)
        }
        return router.tokens.identity(
            authorization: handshake.headers.authorization, now: now)
    }

    private func newNames() -> SocketIONames {
        SocketIONames(sid: randomName(), pid: randomName())
    }

    /// Fifteen random bytes, which are 20 letters and cannot be guessed.
    private func randomName() -> String {
        var random = SystemRandomNumberGenerator()
        return Base64.urlSafe.encode(
            (0..<15).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    }

    /// Answers an event that could not be answered at once.
    func acknowledge(_ answer: SocketIOAcknowledgement, now: Moment) {
        socketIO.tell(answer.connection) { session in
            if let acknowledgement = answer.acknowledgement {
                session.acknowledge(acknowledgement, SocketIOArguments([answer.argument]))
            } else if answer.argument["status"] == "error" {
                session.emit("error", SocketIOArguments([answer.argument]))
            }
        }
    }

    func noteActivity(of session: ConnectionNumber) {
        fabric.noteActivity(on: session, now: Self.now())
    }

    func forget(_ session: ConnectionNumber) {
        fabric.disconnect(socketIO: session, isRecoverable: true, now: Self.now())
    }

    func fill(
        _ session: ConnectionNumber, into bytes: inout [UInt8], limit: Int
    ) -> FillResult {
        fabric.fill(session, into: &bytes, limit: limit)
    }

    /// Ends a client's session. It comes back by itself, unless it leaves the namespace first.
    func close(socketIO closing: Closing, now: Int64) {
        let code = closing.code
        let tell = { (session: inout SocketIOSession) in
            var members: [JSON.Member] = [
                .init("code", .integer(Int64(code.rawValue))),
                .init("reason", .string(code.reason)),
                .init("reconnect", .bool(code.mayReconnect)),
            ]
            if let retry = closing.retry { members.append(.init("retryAfter", .integer(retry))) }
            session.emit("session:closing", SocketIOArguments([.object(members)]))
            if !code.mayReconnect { session.disconnect(SocketIOPacket.mainNamespace) }
        }
        if code == .goingAway {
            socketIO.part(with: closing.connection, for: self, farewell: tell)
        } else {
            socketIO.close(closing.connection, now: now, farewell: tell)
        }
    }
}

extension SocketIOGateway {
    /// As the configuration says.
    static func configured(_ server: Configuration.Server) -> SocketIOGateway {
        var settings = EngineIOSettings()
        // Clients are told how much they may send, and keep to it.
        settings.maxPayload = min(server.messageBytes, server.bodyBytes, settings.maxPayload)
        settings.sessions = server.connectionsMaximum
        settings.allowedOrigins = Set(server.allowedOrigins)
        // The fabric gives up who is silent: a pong must come before that.
        settings.pingInterval = min(
            settings.pingInterval, server.heartbeatInterval.wholeMilliseconds)
        var limits = SocketIOLimits()
        limits.connectTimeout = server.authenticationTime.wholeMilliseconds
        limits.attachments = server.attachmentsMaximum
        return SocketIOGateway(
            path: FabricLoop.socketIOPath, settings: settings, limits: limits)
    }
}

extension Platform {
    init(_ handshake: EngineIOHandshake) {
        self.init(
            name: handshake.query["platform"], userAgent: handshake.headers.userAgent)
    }
}
