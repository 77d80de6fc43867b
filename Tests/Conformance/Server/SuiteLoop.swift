import Fabric
import Host
import JSONText
import Server
import System
import Wire

/// Turns the server for as long as the process lives.
final class SuiteLoop: FrameSource {
    static let engineIOPath = "engine.io"
    static let socketIOPath = "socket.io"

    private let server: WebServer
    private var turn = ServerTurn()
    private var echo = EchoOutboxes()
    private let engineIO = EngineIOGateway(path: engineIOPath, settings: .suite)
    private let socketIO: SocketIOGateway
    private let application: SuiteApplication
    private var events: [EngineIOEvent] = []
    private var heard: [ConnectionNumber] = []

    init(_ server: WebServer) throws(JSONSyntaxError) {
        self.server = server
        var limits = SocketIOLimits()
        limits.connectTimeout = 1_000
        socketIO = SocketIOGateway(
            path: Self.socketIOPath, settings: .suite, limits: limits)
        application = SuiteApplication(parser: try JSONTextReader())
    }

    func run() -> Never {
        while true {
            server.serviceOnce(waitMilliseconds: 50, into: &turn)
            let now = Int64(Clock.monotonicNanoseconds() / 1_000_000)
            for event in turn.events { take(event, now: now) }
            engineIO.tick(now: now)
            socketIO.tick(now: now, for: application)
            while carryOut(now: now) {}
            var source = self
            server.flush(from: &source)
        }
    }

    private func carryOut(now: Int64) -> Bool {
        let hasWorked = engineIO.carryOut(on: server, events: &events, heard: &heard) {
            _, _, _ in .drained
        }
        for case .message(let session, let message) in events {
            engineIO.send([message], to: session)
        }
        events = []
        heard = []
        return socketIO.carryOut(on: server, for: application, now: now) || hasWorked
    }

    private func take(_ event: ServerEvent, now: Int64) {
        guard !engineIO.take(event, of: turn, now: now),
            !socketIO.take(event, of: turn, now: now)
        else { return }
        switch event {
        case .upgrade(let request) where request.head.target.segments == ["echo"]:
            server.accept(request.token, subprotocol: request.subprotocols.first)
        case .upgrade(let request):
            server.refuse(request.token, HTTPResponse(status: 404))
        case .request(let request):
            server.respond(to: request.token, HTTPResponse(status: 404))
        case .message(let connection, let kind, let range):
            echo.add(kind, turn.payload(range), to: connection)
            server.requestWrite(connection)
        case .closed(let connection, _): echo.forget(connection)
        case .log(let line): print(line.text)
        case .heard, .room, .abandoned: break
        }
    }

    func fill(_ connection: ConnectionID, into buffer: inout WriteBuffer) -> Bool {
        if engineIO.owns(connection) {
            return engineIO.fill(connection, into: &buffer) { _, _, _ in .drained }
        }
        if socketIO.owns(connection) {
            return socketIO.fill(connection, into: &buffer, for: application)
        }
        return echo.fill(connection, into: &buffer)
    }
}

extension EngineIOSettings {
    /// The timings that the protocol's own suites are written for.
    fileprivate static var suite: EngineIOSettings {
        var settings = EngineIOSettings()
        settings.pingInterval = 300
        settings.pingTimeout = 200
        settings.maxPayload = 1_000_000
        // An answer is as long as the message: several full ones may wait.
        settings.bufferedBytes = 16 << 20
        return settings
    }
}
