import Bridge
import ColdChain
import Configuration
import Crypto
import Fabric
import JSONText
import Server
import System
import Wire

/// The loop of the fabric thread: owns the server with every client connection, and the fabric.
///
/// A turn: what clients sent, then what the engine and the reader left, then one write for each
/// connection that something waits for.
final class FabricLoop: FrameSource {
    let server: WebServer
    let socketIO: SocketIOGateway
    let router: APIRouter
    private let mail: Mail
    let parser: JSONTextReader
    private let allowedOrigins: Set<String>
    private let gatherNanoseconds: UInt64
    let log: Log
    var fabric: Fabric
    private var turn = ServerTurn()
    private var effects = FabricEffects()
    private var published: [PublishedEvent] = []
    private var answers: [Answer] = []
    private var pages: [HistoryPage] = []
    private var control: [FabricControl] = []
    /// Requests that wait for an answer of another thread.
    private var waiting: [CommandToken: RequestToken] = [:]
    /// Who waits for what becomes of published messages.
    private var publishing: [CommandToken: PublicationAsker] = [:]
    /// Requests whose answers come in pieces.
    private var streams: [CommandToken: RequestToken] = [:]
    private var pieces: [AnswerPiece] = []
    private var lastToken: UInt64 = 0
    var current = FabricStatus()
    private var lastTick: Int64 = 0
    private var isStopping = false

    /// The name of the WIA dialect (W-1).
    private static let subprotocol = "wia-ind-009-v1"
    /// The longest wait of a turn, in milliseconds: how late a deadline may be noticed.
    private static let waitMilliseconds = 250
    /// Requests that may wait for the engine or the reader at once.
    private static let waitingMaximum = 10_000
    /// How long clients have to answer the close frame when the daemon ends, in milliseconds.
    private static let goodbyeMilliseconds = 2_000

    private init(
        server: WebServer, socketIO: SocketIOGateway, router: APIRouter, parser: JSONTextReader,
        messages: MessageCatalogue, limits: FabricLimits, positions: PositionCoding,
        compression: FrameCompression?,
        allowedOrigins: Set<String>, gatherNanoseconds: UInt64, origin: LogOrigin, mail: Mail,
        log: Log
    ) {
        self.gatherNanoseconds = gatherNanoseconds
        self.server = server
        self.socketIO = socketIO
        self.router = router
        self.parser = parser
        self.allowedOrigins = allowedOrigins
        self.mail = mail
        self.log = log
        fabric = Fabric(
            epoch: origin.epoch, lastNumber: origin.lastEvent, journalFloor: origin.historyFloor,
            limits: limits, positions: positions,
            fields: RecordFields { try? parser.parse($0.span) }, catalogue: messages,
            compression: compression,
            now: FabricLoop.now())
        fabric.restore(origin.orders)
        fabric.restore(origin.history, after: origin.memoryFloor, now: FabricLoop.now())
    }

    /// Starts the thread, and waits until it listens.
    static func start(
        _ configuration: Configuration, keys: [TokenKey], messages: MessageCatalogue,
        origin: LogOrigin, mail: Mail, log: Log
    ) throws(StartError) -> (thread: Thread, port: UInt16) {
        let listening = OneShot<Result<UInt16, StartError>>()
        let thread = try StartError.catching { () throws(SystemError) in
            try Thread(name: "fabric") {
                do throws(StartError) {
                    let server = try WebServer.listening(configuration.server)
                    mail.fabricWaker.set(server.waker)
                    let loop = FabricLoop(
                        server: server, socketIO: .configured(configuration.server),
                        router: try APIRouter(
                            configuration, keys: keys, messages: messages, mail: mail),
                        parser: try JSONTextReader.forClients(configuration.server),
                        messages: messages, limits: FabricLimits(configuration),
                        positions: try .sealed(by: origin.positionKey),
                        compression: .forClients(configuration.server),
                        allowedOrigins: Set(configuration.server.allowedOrigins),
                        gatherNanoseconds: UInt64(
                            clamping: configuration.server.gatherTime.wholeMilliseconds)
                            * 1_000_000,
                        origin: origin, mail: mail, log: log)
                    listening.give(.success(server.port))
                    loop.run()
                } catch {
                    listening.give(.failure(error))
                }
            }
        }
        return (thread, try listening.wait().get())
    }

    /// Runs until it is told to stop, then closes every client with 1001.
    private func run() {
        while !isStopping {
            let began = Clock.monotonicNanoseconds()
            takeTurn()
            gather(since: began)
        }
        socketIO.releasePolls()
        carryOut(now: Self.now())
        server.shutDown(withinMilliseconds: Self.goodbyeMilliseconds)
    }

    /// Lets what comes in quick succession become one turn: a turn has a price of its own, however
    /// little it carries. Nothing waits that comes alone, because only the turn after a
    /// publication is put off.
    private func gather(since began: UInt64) {
        guard !published.isEmpty, gatherNanoseconds > 0 else { return }
        let spent = Clock.monotonicNanoseconds() - began
        if spent < gatherNanoseconds { Clock.sleep(nanoseconds: gatherNanoseconds - spent) }
    }

    private func takeTurn() {
        let wait =
            socketIO.clientCount > 0
            ? EngineIOGateway.tickMilliseconds : Self.waitMilliseconds
        server.serviceOnce(waitMilliseconds: wait, into: &turn)
        let now = Self.now()
        for event in turn.events where !socketIO.take(event, of: turn, now: now.uptime) {
            take(event, now: now)
        }
        takeMail(now: now)
        socketIO.tick(now: now.uptime, for: self)
        if now.uptime - lastTick >= 1_000 {
            lastTick = now.uptime
            fabric.tick(now: now)
        }
        fabric.endRests(now: now)
        carryOut(now: now)
        var source = self
        server.flush(from: &source)
        // A flush may find that memory does not reach back far enough.
        carryOut(now: now)
        report()
    }

    private func carryOut(now: Moment) {
        repeat {
            fabric.takeEffects(into: &effects)
            for connection in effects.ready {
                if EngineIOGateway.isSession(connection) {
                    socketIO.noteEvents(for: connection)
                } else {
                    server.requestWrite(ConnectionID(connection))
                }
            }
            for closing in effects.closings { close(closing, now: now) }
            for read in effects.historyReads { mail.reader.send(.history(read)) }
            renewTokens(now: now)
            carryOut(effects.submissions, now: now)
            for answer in effects.acknowledgements { acknowledge(answer, now: now) }
            report(effects.unconfirmed)
        } while socketIO.carryOut(on: server, for: self, now: now.uptime) || !effects.tokens.isEmpty
            || !effects.submissions.isEmpty || !effects.acknowledgements.isEmpty
    }

    /// The answers ask for no further token.
    private func renewTokens(now: Moment) {
        for offer in effects.tokens {
            let identity = try? router.identity(token: offer.token, now: now.wall).get()
            if identity == nil { current.refusals += 1 }
            fabric.renew(offer.connection, identity: identity, now: now)
        }
    }

    // MARK: What clients send

    private func take(_ event: ServerEvent, now: Moment) {
        switch event {
        case .request(let request): answer(request, now: now)
        case .upgrade(let request): open(request, now: now)
        case .room(let request):
            if let token = stream(of: request) { mail.reader.send(.more(token)) }
        case .abandoned(let request):
            guard let token = stream(of: request) else { return }
            streams[token] = nil
            mail.reader.send(.abandon(token))
        case .message(let connection, let kind, let range):
            receive(kind, range, on: ConnectionNumber(connection), now: now)
        case .heard(let connection):
            fabric.noteActivity(on: ConnectionNumber(connection), now: now)
        case .closed(let connection, _):
            fabric.disconnect(ConnectionNumber(connection))
        case .log(let line):
            if line.isError {
                log.warning("server library", ["text": line.text])
            } else {
                log.debug("server library", ["text": line.text])
            }
        }
    }

    private func answer(_ request: HTTPRequest, now: Moment) {
        guard !EventStreamRequest.isMeant(by: request.head.target) else {
            openStream(request, now: now)
            return
        }
        switch router.action(for: request, now: now.wall) {
        case .respond(let response):
            if response.status == 401 { current.refusals += 1 }
            respond(to: request.token, response)
        case .command(let command):
            forward(request.token) { mail.engine.send(.command(command, $0)) }
        case .publish(let events): publish(events, for: request.token)
        case .replay(let number):
            forward(request.token) { mail.engine.send(.replay(deadLetter: number, $0)) }
        case .duty(let duty):
            forward(request.token) { mail.engine.send(.duty(duty, $0)) }
        case .read(let query):
            forward(request.token) {
                mail.reader.send(.read(ReadRequest(token: $0, query: query)))
            }
        }
    }

    private func forward(_ request: RequestToken, _ send: (CommandToken) -> Bool) {
        lastToken += 1
        let token = CommandToken(lastToken)
        guard waiting.count < Self.waitingMaximum, send(token) else {
            respond(to: request, .overloaded)
            return
        }
        waiting[token] = request
    }

    /// - Returns: False where too much waits already.
    func send(_ messages: [JudgedMessage], for asker: PublicationAsker) -> Bool {
        lastToken += 1
        let token = CommandToken(lastToken)
        guard publishing.count < Self.waitingMaximum,
            mail.engine.send(.command(.publish(messages), token))
        else { return false }
        publishing[token] = asker
        return true
    }

    /// Says what nobody confirmed: in the log at once, to staff and webhooks by the engine.
    private func report(_ deliveries: [UnconfirmedDelivery]) {
        guard !deliveries.isEmpty else { return }
        for delivery in deliveries {
            log.warning(
                "critical message not confirmed",
                [
                    "message": delivery.messageID, "type": delivery.type,
                    "recipient": delivery.recipient, "told": "\(delivery.told)",
                ])
        }
        lastToken += 1
        // Nobody waits for the answer.
        if !mail.engine.send(.command(.report(deliveries), CommandToken(lastToken))) {
            log.error("unconfirmed messages could not be reported: the engine is behind")
        }
    }

    /// There are few: a search is as good as an index.
    private func stream(of request: RequestToken) -> CommandToken? {
        streams.first { $0.value == request }?.key
    }

    private func give(_ piece: AnswerPiece) {
        let token = piece.token
        switch piece.content {
        case .begun(let response):
            guard let request = waiting.removeValue(forKey: token) else { return }
            if server.begin(request, HTTPResponse(response)) {
                streams[token] = request
            } else {
                mail.reader.send(.abandon(token))
            }
        case .piece(let bytes, let isLast):
            guard let request = streams[token] else { return }
            if isLast { streams[token] = nil }
            server.send(bytes, isLast: isLast, to: request)
        case .broken:
            guard let request = streams.removeValue(forKey: token) else { return }
            server.breakOff(request)
        }
    }

    func respond(to token: RequestToken, _ response: APIResponse) {
        server.respond(to: token, HTTPResponse(response))
    }

    private func open(_ request: UpgradeRequest, now: Moment) {
        guard let dialect = Dialect(path: request.head.target.segments) else {
            refuse(request, .notFound, reason: "no such path")
            return
        }
        if let origin = request.head.origin, !isAllowed(origin) {
            refuse(request, .forbidden, reason: "origin not allowed")
            return
        }
        if dialect == .tableTap {
            openTableTap(request, now: now)
            return
        }
        let identity = router.identity(
            of: request.head, takesQuery: dialect != .wia, now: now.wall)
        switch identity {
        case .failure(let refusal):
            refuse(request, refusal.response, reason: refusal.reason)
        case .success(let identity):
            let offered = dialect == .wia && request.subprotocols.contains(Self.subprotocol)
            guard server.accept(request.token, subprotocol: offered ? Self.subprotocol : nil)
            else { return }
            fabric.connect(
                ConnectionNumber(request.token.connection), identity: identity, in: dialect,
                now: now)
        }
    }

    /// A token that is not accepted is answered in a message: a browser's client would not see the
    /// status of an HTTP answer, and come back with the same token for ever.
    private func openTableTap(_ request: UpgradeRequest, now: Moment) {
        let connection = ConnectionNumber(request.token.connection)
        let identity = router.identity(
            of: request.head, takesQuery: true, now: now.wall)
        guard server.accept(request.token, subprotocol: nil) else { return }
        switch identity {
        case .success(let identity):
            fabric.connect(connection, identity: identity, in: .tableTap, now: now)
        case .failure(let refusal):
            current.refusals += 1
            log.info(
                "websocket refused",
                ["client": request.clientAddress, "reason": refusal.reason])
            fabric.turnAway(connection, in: .tableTap, now: now)
        }
    }

    /// A browser tells where its page is from; other programs tell nothing.
    func isAllowed(_ origin: String) -> Bool {
        allowedOrigins.contains("*") || allowedOrigins.contains(origin)
    }

    private func refuse(_ request: UpgradeRequest, _ response: APIResponse, reason: String) {
        current.refusals += 1
        log.info(
            "websocket refused", ["client": request.clientAddress, "reason": reason])
        server.refuse(request.token, HTTPResponse(response))
    }

    private func receive(
        _ kind: MessageKind, _ range: Range<Int>, on connection: ConnectionNumber, now: Moment
    ) {
        guard kind == .text else {
            fabric.receive(.failure(.notText), on: connection, now: now)
            return
        }
        do throws(JSONSyntaxError) {
            let json = try parser.parse(Array(turn.payload(range)).span)
            fabric.receive(.success(json), on: connection, now: now)
        } catch {
            fabric.receive(.failure(.notJSON), on: connection, now: now)
        }
    }

    // MARK: What other threads leave

    private func takeMail(now: Moment) {
        mail.publications.receive(into: &published)
        if !published.isEmpty { fabric.publish(published, now: now) }
        if mail.hasLostPublications.get() {
            mail.hasLostPublications.set(false)
            fabric.closeAll(.historyLost)
        }
        mail.answers.receive(into: &answers)
        for answer in answers {
            if let asker = publishing.removeValue(forKey: answer.token) {
                conclude(asker, answer.fates, now: now)
                continue
            }
            guard let request = waiting.removeValue(forKey: answer.token) else { continue }
            respond(to: request, answer.response)
        }
        mail.pieces.receive(into: &pieces)
        for piece in pieces { give(piece) }
        // The bytes are the server's now.
        pieces.removeAll()
        mail.historyPages.receive(into: &pages)
        for page in pages { fabric.take(page) }
        mail.fabricControl.receive(into: &control)
        for message in control where message == .stop { isStopping = true }
    }

    private func close(_ closing: Closing, now: Moment) {
        guard !EngineIOGateway.isSession(closing.connection) else {
            close(socketIO: closing, now: now.uptime)
            return
        }
        guard let code = Server.CloseCode(rawValue: closing.code.rawValue) else { return }
        server.close(ConnectionID(closing.connection), code, reason: closing.code.reason)
    }

    func fill(_ connection: ConnectionID, into buffer: inout WriteBuffer) -> Bool {
        if socketIO.owns(connection) { return socketIO.fill(connection, into: &buffer, for: self) }
        let result = fabric.fill(
            ConnectionNumber(connection), into: &buffer.bytes, limit: buffer.capacity,
            compressibleBytes: buffer.compressibleBytes)
        return result == .more
    }

    private func report() {
        current.connections = UInt64(fabric.connectionCount)
        current.outboxBytes = UInt64(fabric.outboxBytes)
        current.statistics = fabric.statistics
        mail.fabricStatus.set(current)
    }

    static func now() -> Moment {
        Moment(
            wall: Timestamp(milliseconds: Clock.wallMilliseconds()),
            uptime: Int64(Clock.monotonicNanoseconds() / 1_000_000))
    }
}

/// What the fabric thread is told besides its mail.
enum FabricControl: Equatable, Sendable {
    case stop
}

extension Dialect {
    /// The dialect that is spoken over a WebSocket of a path.
    init?(path: [String]) {
        switch path {
        case ["v1", "realtime"]: self = .wia
        case ["v1"]: self = .tableTap
        case ["tracking"]: self = .tracking
        case ["realtime"]: self = .booking
        default: return nil
        }
    }
}

extension ConnectionNumber {
    init(_ connection: ConnectionID) {
        self.init(UInt64(connection.generation) << 32 | UInt64(connection.slot))
    }
}

extension ConnectionID {
    init(_ connection: ConnectionNumber) {
        self.init(
            slot: UInt32(truncatingIfNeeded: connection.rawValue),
            generation: UInt32(truncatingIfNeeded: connection.rawValue >> 32))
    }
}

extension HTTPResponse {
    init(_ response: APIResponse) {
        var fields = response.headers.map { Field($0.name, $0.value) }
        fields.append(Field("Content-Type", response.contentType))
        // Answers hold what only their bearer may see, and are old the next moment.
        fields.append(Field("Cache-Control", "no-store"))
        self.init(status: response.status, fields: fields, body: response.body)
    }
}
