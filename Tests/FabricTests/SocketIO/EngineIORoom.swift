import Fabric
import Testing
import Wire

/// Engine.IO with a host around it, and clients that say what they get.
final class EngineIORoom {
    static let firstSession: UInt64 = 1 << 63

    var engine: EngineIO
    var now: Int64 = 5_000_000
    private(set) var answers: [Exchange: EngineIOAnswer] = [:]
    private(set) var refused: Set<Exchange> = []
    private(set) var accepted: Set<ConnectionNumber> = []
    private(set) var closeCodes: [ConnectionNumber: UInt16] = [:]
    private(set) var events: [EngineIOEvent] = []
    /// What each WebSocket got, binary messages as `<hexadecimal>`.
    private(set) var received: [ConnectionNumber: [String]] = [:]
    /// Frames that wait outside for a session, as in the fabric's outboxes.
    var outboxes: [ConnectionNumber: [[UInt8]]] = [:]
    /// WebSockets that take no bytes.
    var choked: Set<ConnectionNumber> = []
    private var fillable: Set<ConnectionNumber> = []
    private var random: SplitMix64
    private var effects = EngineIOEffects()
    private var connections: UInt64 = 0

    init(_ settings: EngineIOSettings = EngineIOSettings(), seed: UInt64 = 1) {
        engine = EngineIO(
            settings: settings, firstSession: ConnectionNumber(Self.firstSession))
        random = SplitMix64(state: seed)
    }

    // MARK: The host's part

    /// Works off what the engine wants done until it wants nothing more.
    func settle() {
        repeat {
            engine.takeEffects(into: &effects)
            let todo = effects
            for action in todo.actions { perform(action) }
            events += todo.events
            for session in todo.answerable {
                engine.answerPoll(of: session) { take(session, into: &$0, limit: $1) }
            }
            fillable.formUnion(todo.fillable)
            flush()
            if todo == EngineIOEffects() { return }
        } while true
    }

    private func perform(_ action: EngineIOAction) {
        switch action {
        case .answer(let exchange, let answer):
            #expect(answers[exchange] == nil, "one answer to a request")
            answers[exchange] = answer
        case .refuse(let exchange, let answer):
            refused.insert(exchange)
            answers[exchange] = answer
        case .accept(let exchange):
            #expect(accepted.insert(exchange.connection).inserted)
        case .close(let socket, let code):
            #expect(accepted.contains(socket) && closeCodes[socket] == nil)
            fill(socket)
            closeCodes[socket] = code
        }
    }

    private func flush() {
        for socket in fillable.sorted(by: { $0.rawValue < $1.rawValue })
        where !choked.contains(socket) {
            fill(socket)
            fillable.remove(socket)
        }
    }

    private func fill(_ socket: ConnectionNumber) {
        guard closeCodes[socket] == nil else { return }
        let session = engine.session(ofSocket: socket)
        var result = FillResult.more
        while result == .more {
            var bytes: [UInt8] = []
            result = engine.fill(socket, into: &bytes, limit: 4096) { bytes, limit in
                guard let session else { return .drained }
                return take(session, into: &bytes, limit: limit)
            }
            received[socket, default: []] += Self.messages(in: bytes)
        }
    }

    /// What the fabric's `fill` does.
    private func take(
        _ session: ConnectionNumber, into bytes: inout [UInt8], limit: Int
    ) -> FillResult {
        var written = 0
        while let frame = outboxes[session]?.first {
            guard written == 0 || written + frame.count <= limit else { return .more }
            bytes += frame
            written += frame.count
            outboxes[session]?.removeFirst()
        }
        return .drained
    }

    static func messages(in bytes: [UInt8]) -> [String] {
        var messages: [String] = []
        var rest = bytes[...]
        while let first = rest.popFirst(), let short = rest.popFirst() {
            var length = Int(short)
            if short >= 126 {
                let field = rest.prefix(short == 126 ? 2 : 8)
                length = field.reduce(0) { $0 << 8 | Int($1) }
                rest = rest.dropFirst(field.count)
            }
            #expect(rest.count >= length, "a frame was cut")
            let payload = rest.prefix(length)
            messages.append(
                first == 0x81
                    ? String(decoding: payload, as: UTF8.self) : "<\(hexadecimal(payload))>")
            rest = rest.dropFirst(length)
        }
        return messages
    }

    func wait(_ milliseconds: Int64, step: Int64 = 50) {
        var left = milliseconds
        while left > 0 {
            now += min(step, left)
            left -= step
            engine.tick(now: now)
            settle()
        }
    }

    // MARK: The clients' part

    func exchange() -> Exchange {
        connections += 1
        return Exchange(connection: ConnectionNumber(connections), serial: 1)
    }

    func request(
        _ method: EngineIORequest.Method, _ query: String, isUpgrade: Bool = false,
        _ change: (inout EngineIORequest) -> Void = { _ in }
    ) -> EngineIORequest {
        var request = EngineIORequest(
            exchange: exchange(), method: method, query: QueryString(query),
            clientAddress: "192.0.2.1")
        request.isUpgrade = isUpgrade
        change(&request)
        return request
    }

    func give(_ request: EngineIORequest, body: String = "") {
        engine.receive(request, body: Array(body.utf8)[...], now: now, random: &random)
    }

    @discardableResult
    func get(
        _ query: String, _ change: (inout EngineIORequest) -> Void = { _ in }
    ) -> Exchange {
        let request = request(.get, query, change)
        give(request)
        settle()
        return request.exchange
    }

    @discardableResult
    func poll(_ sid: String) -> Exchange { get("EIO=4&transport=polling&sid=\(sid)") }

    @discardableResult
    func post(_ sid: String, _ body: String, type: String? = nil) -> Exchange {
        let request = request(.post, "EIO=4&transport=polling&sid=\(sid)") {
            $0.headers.contentType = type
        }
        give(request, body: body)
        settle()
        return request.exchange
    }

    func socket(
        _ query: String, _ change: (inout EngineIORequest) -> Void = { _ in }
    ) -> (ConnectionNumber, Exchange) {
        let request = request(.get, query, isUpgrade: true, change)
        give(request)
        settle()
        return (request.exchange.connection, request.exchange)
    }

    func upgrade(_ sid: String) -> ConnectionNumber {
        socket("EIO=4&transport=websocket&sid=\(sid)").0
    }

    func say(_ text: String, on socket: ConnectionNumber) {
        engine.receive(text: Array(text.utf8)[...], on: socket, now: now)
        settle()
    }

    /// Opens a session by polling.
    func open(_ more: String = "") -> (session: ConnectionNumber, sid: String) {
        let exchange = get("EIO=4&transport=polling\(more)")
        let sid = Self.sid(in: body(exchange))
        return (lastOpened, sid)
    }

    /// Opens a session by WebSocket.
    func openSocket() -> (session: ConnectionNumber, socket: ConnectionNumber) {
        let (socket, _) = socket("EIO=4&transport=websocket")
        return (lastOpened, socket)
    }

    /// Opens a session by polling and changes over.
    func openUpgraded() -> (session: ConnectionNumber, sid: String, socket: ConnectionNumber) {
        let (session, sid) = open()
        let socket = upgrade(sid)
        say("2probe", on: socket)
        say("5", on: socket)
        return (session, sid, socket)
    }

    static func sid(in opening: String) -> String {
        JSONReading.value(of: opening.utf8.dropFirst())?["sid"]?.string ?? "?"
    }

    // MARK: What came of it

    private var lastOpened: ConnectionNumber {
        for case .opened(let session, _) in events.reversed() { return session }
        return ConnectionNumber(0)
    }

    func body(_ exchange: Exchange) -> String {
        answers[exchange].map { String(decoding: $0.body, as: UTF8.self) } ?? "(none)"
    }

    func status(_ exchange: Exchange) -> Int? { answers[exchange]?.status }

    func field(_ name: String, _ exchange: Exchange) -> String? {
        answers[exchange]?.fields.first { $0.name == name }?.value
    }

    func closure(of session: ConnectionNumber) -> EngineIOClosure? {
        var closures: [EngineIOClosure] = []
        for case .closed(session, let closure) in events { closures.append(closure) }
        #expect(closures.count <= 1)
        return closures.first
    }

    func messages(of session: ConnectionNumber) -> [String] {
        events.compactMap { event in
            switch event {
            case .message(session, .text(let text)): String(decoding: text, as: UTF8.self)
            case .message(session, .binary(let bytes)): "<\(hexadecimal(bytes))>"
            default: nil
            }
        }
    }

    /// Takes and gives what a WebSocket got since the last time.
    func taken(on socket: ConnectionNumber) -> [String] {
        defer { received[socket] = [] }
        return received[socket] ?? []
    }

    func publish(_ texts: [String], to session: ConnectionNumber) {
        for text in texts {
            var frame: [UInt8] = []
            EngineIOFrame.append(message: text.utf8, to: &frame)
            outboxes[session, default: []].append(frame)
        }
        engine.noteEvents(for: session)
        settle()
    }

    // The engine is not copyable, which expectations cannot take.
    func isWritable(_ session: ConnectionNumber) -> Bool { engine.isWritable(session) }

    func session(ofSocket socket: ConnectionNumber) -> ConnectionNumber? {
        engine.session(ofSocket: socket)
    }

    func send(_ texts: String..., to session: ConnectionNumber) {
        engine.send(texts.map { .text($0) }, to: session)
        settle()
    }
}
