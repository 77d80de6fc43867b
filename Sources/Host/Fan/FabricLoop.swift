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
    var router: APIRouter
    let mail: Mail
    let parser: JSONTextReader
    let allowedOrigins: Set<String>
    private var gathering: GatherWindow
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
    var publishing: [CommandToken: PublicationAsker] = [:]
    /// Requests whose answers come in pieces.
    private var streams: [CommandToken: RequestToken] = [:]
    private var pieces: [AnswerPiece] = []
    var lastToken: UInt64 = 0
    var current = FabricStatus()
    /// What this turn delivers.
    var delivered: [TimedDeliveries] = []
    private var lastTick: Int64 = 0
    var isStopping = false
    /// How long clients are let go, in milliseconds.
    let drainMilliseconds: Int64
    /// When the last of them are to be gone, by the uptime clock; nil until they are let go.
    var drainEndsAt: Int64?

    /// The longest wait of a turn, in milliseconds: how late a deadline may be noticed.
    private static let waitMilliseconds = 250
    /// Requests that may wait for the engine or the reader at once.
    static let waitingMaximum = 10_000
    /// How long clients have to answer the close frame when the daemon ends, in milliseconds.
    private static let goodbyeMilliseconds = 2_000

    private init(
        server: WebServer, socketIO: SocketIOGateway, router: APIRouter, parser: JSONTextReader,
        messages: MessageCatalogue, limits: FabricLimits, positions: PositionCoding,
        compression: FrameCompression?, signing: MessageSigning?, sealing: FieldSealing?,
        allowedOrigins: Set<String>, gathering: GatherWindow, drainMilliseconds: Int64,
        origin: LogOrigin, mail: Mail, log: Log
    ) {
        self.gathering = gathering
        self.drainMilliseconds = drainMilliseconds
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
            compression: compression, signing: signing, sealing: sealing, now: FabricLoop.now())
        fabric.restore(origin.orders, versions: origin.orderVersions)
        fabric.restore(origin.history, after: origin.memoryFloor, now: FabricLoop.now())
    }

    /// Starts the thread, and waits until it listens.
    static func start(
        _ configuration: Configuration, tokens: TokenSettings, messages: MessageCatalogue,
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
                            configuration, tokens: tokens, messages: messages, mail: mail),
                        parser: try JSONTextReader.forClients(configuration.server),
                        messages: messages, limits: FabricLimits(configuration),
                        positions: try .sealed(by: origin.positionKey),
                        compression: .forClients(configuration.server),
                        signing: try .configured(configuration.server.signatures),
                        sealing: try .configured(configuration.server.sealing),
                        allowedOrigins: Set(configuration.server.allowedOrigins),
                        gathering: GatherWindow(
                            milliseconds: configuration.server.gatherTime.wholeMilliseconds),
                        drainMilliseconds: configuration.server.drainTime.wholeMilliseconds,
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

    /// Runs until it is told to stop; by then clients were let go.
    private func run() {
        while !isStopping {
            takeTurn(waitMilliseconds: idleWait)
            let began = Clock.monotonicNanoseconds()
            flush()
            gather(after: began)
        }
        // What was gathered last.
        flush()
        socketIO.releasePolls()
        carryOut(now: Self.now())
        server.shutDown(withinMilliseconds: Self.goodbyeMilliseconds)
    }

    /// Lets writes gather, and answers requests meanwhile.
    private func gather(after began: UInt64) {
        guard let window = gathering.begin(after: began) else { return }
        while !isStopping {
            let now = Clock.monotonicNanoseconds()
            guard now < window.end else { return }
            guard window.servesRequests else {
                Clock.sleep(nanoseconds: window.end - now)
                return
            }
            takeTurn(
                waitMilliseconds: Int((window.end - now) / 1_000_000) + 1, holdsWrites: true)
        }
    }

    private var idleWait: Int {
        let isBusy = socketIO.clientCount > 0 || drainEndsAt != nil
        return isBusy ? EngineIOGateway.tickMilliseconds : Self.waitMilliseconds
    }

    /// - Parameter holdsWrites: Whether the wait is not cut short by what is to be written.
    private func takeTurn(waitMilliseconds: Int, holdsWrites: Bool = false) {
        server.serviceOnce(
            waitMilliseconds: waitMilliseconds, holdsWrites: holdsWrites, into: &turn)
        let now = Self.now()
        for event in turn.events
        where !turnsAway(event) && !socketIO.take(event, of: turn, now: now.uptime) {
            take(event, now: now)
        }
        takeMail(now: now)
        socketIO.tick(now: now.uptime, for: self)
        if now.uptime - lastTick >= 1_000 {
            lastTick = now.uptime
            fabric.tick(now: now)
        }
        fabric.endRests(now: now)
        drain(now: now)
        carryOut(now: now)
    }

    private func flush() {
        var source = self
        server.flush(from: &source)
        measureDeliveries()
        // A flush may find that memory does not reach back far enough.
        carryOut(now: Self.now())
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
            record(effects.accesses, at: now.wall)
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
            let identity = try? router.tokens.identity(token: offer.token, now: now.wall).get()
            if identity == nil { current.note(.unauthorized, .unknown) }
            fabric.renew(offer.connection, identity: identity, now: now)
        }
    }

    // MARK: What clients send

    private func take(_ event: ServerEvent, now: Moment) {
        switch event {
        case .request(let request):
            gathering.noteRequest()
            answer(request, now: now)
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
        let head = request.head
        if let refusal = ServedPaths.refusal(of: head.method, head.target.segments) {
            respond(to: request.token, refusal)
            return
        }
        guard !EventStreamRequest.isMeant(by: head.target) else {
            openStream(request, now: now)
            return
        }
        let decision = router.decision(on: request, now: now.wall, uptime: now.uptime)
        if let reason = decision.refusal {
            log.info("request refused", ["client": request.clientAddress, "reason": reason])
        }
        if let access = decision.access { record([access], at: now.wall) }
        switch decision.action {
        case .respond(let response):
            if response.status == 401 { current.refusals += 1 }
            respond(to: request.token, response)
        case .command(let command):
            forward(request.token) { mail.engine.send(.command(command, $0)) }
        case .publish(let events): publish(events, for: request.token)
        case .inspect(let identity):
            respond(to: request.token, answerOfFabric(to: request, by: identity, now: now))
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

    private func receive(
        _ kind: MessageKind, _ range: Range<Int>, on connection: ConnectionNumber, now: Moment
    ) {
        guard kind == .text else {
            fabric.receive(binary: Array(turn.payload(range)), on: connection, now: now)
            return
        }
        do throws(JSONSyntaxError) {
            let text = Array(turn.payload(range))
            let json = try parser.parse(text.span)
            fabric.receive(.success(json), as: ReceivedText(text), on: connection, now: now)
        } catch {
            fabric.receive(.failure(.notJSON), on: connection, now: now)
        }
    }

    // MARK: What other threads leave

    private func takeMail(now: Moment) {
        mail.publications.receive(into: &published)
        if !published.isEmpty {
            gathering.notePublication()
            publish(published, now: now)
        }
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
        for message in control { take(message, now: now) }
    }

    private func close(_ closing: Closing, now: Moment) {
        guard !EngineIOGateway.isSession(closing.connection) else {
            close(socketIO: closing, now: now.uptime)
            return
        }
        guard let code = Server.CloseCode(rawValue: closing.code.rawValue) else { return }
        server.close(ConnectionID(closing.connection), code, reason: closing.reason)
    }

    func fill(_ connection: ConnectionID, into buffer: inout WriteBuffer) -> Bool {
        if socketIO.owns(connection) { return socketIO.fill(connection, into: &buffer, for: self) }
        let result = fabric.fill(
            ConnectionNumber(connection), into: &buffer.bytes, limit: buffer.capacity,
            compressibleBytes: buffer.compressibleBytes)
        return result == .more
    }

    static func now() -> Moment {
        Moment(
            wall: Timestamp(milliseconds: Clock.wallMilliseconds()),
            uptime: Int64(Clock.monotonicNanoseconds() / 1_000_000))
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
