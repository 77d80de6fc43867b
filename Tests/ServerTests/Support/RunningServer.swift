import Foundation
import Server
import Synchronization
import Wire

/// A server on a thread of its own, with an owner whose answers the tests know.
///
/// - `GET /hello` → 200 `hello`; `POST /echo` → the body; `GET /large?bytes=n` → n times `x`;
///   `GET /pieces?count=n&bytes=m` → n pieces of m times `x`, broken off while `breaks` are left;
///   `GET /stream?count=n&bytes=m` → n outbox entries of m times `x`, more than one a write where
///   they fit, ended after them with `ends`, and otherwise by one more, `late`, when the test says;
///   `GET /later` → 200 when the test says so; `POST /ordered`, whose requests are taken in order, →
///   the body when the test says so, the last one first, or with `now` at once; another method on `/hello` → 405; else 404.
/// - WebSockets on any path are accepted, with `wia-ind-009-v1` where it is offered; `/foreign`
///   answers a subprotocol nobody offered; `/refuse` is refused with 403.
/// - Messages are echoed; `push N` sends N numbered messages, `close C` closes with the code C.
final class RunningServer: Sendable {
    struct Seen: Sendable {
        var closures: [Closure] = []
        var requests: [HTTPRequest] = []
        var accepted = 0
        var pieces = 0
        var abandoned = 0
        var streams = 0
        /// How many entries of outboxes were given to be written.
        var given = 0
    }

    static let subprotocol = "wia-ind-009-v1"

    let port: Int
    private let waker: ServerWaker
    private let mailbox: Mailbox

    init(_ change: (inout ListenerSettings) -> Void = { _ in }) throws {
        var settings = ListenerSettings()
        change(&settings)
        let mailbox = Mailbox()
        let frozen = settings
        Thread.detachNewThread { serve(frozen, mailbox) }
        let start = try mailbox.started()
        port = start.port
        waker = start.waker
        self.mailbox = mailbox
    }

    deinit {
        shutDown(withinMilliseconds: 100)
    }

    /// What happened so far.
    var seen: Seen { mailbox.state.withLock { $0.seen } }

    /// Waits until the owner has seen something, and no longer than given.
    func wait(seconds: Int = 30, until isSeen: (Seen) -> Bool) -> Bool {
        for _ in 0..<seconds * 100 {
            if isSeen(seen) { return true }
            Thread.sleep(forTimeInterval: 0.01)
        }
        return false
    }

    /// Has the requests for `/later` answered.
    func answerLater() {
        mailbox.state.withLock { $0.answersLater = true }
        waker.wake()
    }

    /// Ends the server and waits for it.
    func shutDown(withinMilliseconds limit: Int) {
        mailbox.state.withLock { $0.shutsDownWithin = limit }
        waker.wake()
        mailbox.hasEnded.wait()
        mailbox.hasEnded.signal()
    }
}

/// What test and server thread exchange.
private final class Mailbox: Sendable {
    struct State {
        var seen = RunningServer.Seen()
        var start: Result<(port: Int, waker: ServerWaker), ServerStartFault>?
        var answersLater = false
        var shutsDownWithin: Int?
    }

    let state = Mutex(State())
    let hasStarted = DispatchSemaphore(value: 0)
    let hasEnded = DispatchSemaphore(value: 0)

    func started() throws -> (port: Int, waker: ServerWaker) {
        hasStarted.wait()
        guard let start = state.withLock({ $0.start }) else { throw CancellationError() }
        return try start.get()
    }
}

private func serve(_ settings: ListenerSettings, _ mailbox: Mailbox) {
    do {
        let server = try WebServer(settings)
        server.takesInOrder = { $0 == .post && $1 == ["ordered"] }
        mailbox.state.withLock { $0.start = .success((Int(server.port), server.waker)) }
        mailbox.hasStarted.signal()
        var owner = Owner(server: server, mailbox: mailbox)
        owner.run()
    } catch {
        mailbox.state.withLock { $0.start = .failure(error) }
        mailbox.hasStarted.signal()
    }
    mailbox.hasEnded.signal()
}

/// What an answer in pieces is yet to be given.
private struct GivenPieces {
    var body: [UInt8]
    var left: Int
    /// How many are left when the owner gives up.
    var breaks: Int?
}

private struct Owner: FrameSource {
    let server: WebServer
    let mailbox: Mailbox
    var outboxes: [ConnectionID: [[UInt8]]] = [:]
    var later: [RequestToken] = []
    var ordered: [HTTPRequest] = []
    var streams: [ConnectionID] = []
    var pieces: [RequestToken: GivenPieces] = [:]

    init(server: WebServer, mailbox: Mailbox) {
        self.server = server
        self.mailbox = mailbox
    }

    mutating func run() {
        var turn = ServerTurn()
        while true {
            server.serviceOnce(waitMilliseconds: 60_000, into: &turn)
            for event in turn.events { take(event, turn) }
            let (answers, limit) = mailbox.state.withLock { ($0.answersLater, $0.shutsDownWithin) }
            if answers {
                for token in later {
                    server.respond(to: token, HTTPResponse(status: 200, body: Array("later".utf8)))
                }
                later = []
                for request in ordered.reversed() {
                    server.respond(
                        to: request.token, HTTPResponse(status: 200, body: request.body))
                }
                ordered = []
                for connection in streams {
                    send(Array("late".utf8), to: connection)
                    server.close(connection, .normal)
                }
                streams = []
            }
            server.flush(from: &self)
            if let limit {
                server.shutDown(withinMilliseconds: limit)
                return
            }
        }
    }

    private mutating func take(_ event: ServerEvent, _ turn: ServerTurn) {
        switch event {
        case .request(let request):
            mailbox.state.withLock { $0.seen.requests.append(request) }
            answer(request)
        case .upgrade(let request):
            open(request)
        case .message(let connection, let kind, let range):
            take(kind, Array(turn.payload(range)), from: connection)
        case .closed(let connection, let closure):
            outboxes[connection] = nil
            mailbox.state.withLock { $0.seen.closures.append(closure) }
        case .room(let token):
            givePiece(to: token)
        case .abandoned(let token):
            pieces[token] = nil
            mailbox.state.withLock { $0.seen.abandoned += 1 }
        case .heard, .log:
            break
        }
    }

    private mutating func beginPieces(_ request: HTTPRequest) {
        let number = { (name: String) in
            request.head.target.queryParameter(name).flatMap { Int($0) }
        }
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: number("bytes") ?? 0)
        let given = GivenPieces(
            body: body, left: (number("count") ?? 1) - 1, breaks: number("breaks"))
        guard server.begin(request.token, HTTPResponse(status: 200, body: body)) else { return }
        pieces[request.token] = given
        mailbox.state.withLock { $0.seen.pieces += 1 }
    }

    private mutating func beginStream(_ request: HTTPRequest) {
        let target = request.head.target
        let number = { (name: String) in target.queryParameter(name).flatMap { Int($0) } ?? 0 }
        let fields = [HTTPResponse.Field("Content-Type", "text/event-stream")]
        guard server.stream(request.token, HTTPResponse(status: 200, fields: fields)) else {
            return
        }
        mailbox.state.withLock { $0.seen.streams += 1 }
        let connection = request.token.connection
        let entry = [UInt8](repeating: UInt8(ascii: "x"), count: number("bytes"))
        for _ in 0..<number("count") { send(entry, to: connection) }
        if target.queryParameter("ends") != nil {
            server.close(connection, .normal)
        } else {
            streams.append(connection)
        }
    }

    private mutating func givePiece(to token: RequestToken) {
        guard var given = pieces[token] else { return }
        if given.left == given.breaks {
            pieces[token] = nil
            server.breakOff(token)
            return
        }
        let isEnd = given.left <= 0
        given.left -= 1
        pieces[token] = isEnd ? nil : given
        server.send(isEnd ? [] : given.body, isLast: isEnd, to: token)
        mailbox.state.withLock { $0.seen.pieces += 1 }
    }

    private mutating func answer(_ request: HTTPRequest) {
        let target = request.head.target
        let response: HTTPResponse
        switch (request.head.method, target.path) {
        case (.get, "/hello"), (.head, "/hello"):
            response = HTTPResponse(status: 200, body: Array("hello".utf8))
        case (_, "/hello"):
            response = HTTPResponse(status: 405, fields: [.init("Allow", "GET, HEAD")])
        case (.post, "/ordered") where target.query != "now":
            ordered.append(request)
            return
        case (.post, "/echo"), (.post, "/ordered"):
            response = HTTPResponse(status: 200, body: request.body)
        case (.get, "/large"):
            let count = target.queryParameter("bytes").flatMap { Int($0) } ?? 0
            response = HTTPResponse(
                status: 200, body: [UInt8](repeating: UInt8(ascii: "x"), count: count))
        case (.get, "/pieces"):
            beginPieces(request)
            return
        case (.get, "/stream"):
            beginStream(request)
            return
        case (.get, "/later"):
            later.append(request.token)
            return
        default:
            response = HTTPResponse(status: 404, json: Array(#"{"error":"not found"}"#.utf8))
        }
        server.respond(to: request.token, response)
    }

    private func open(_ request: UpgradeRequest) {
        switch request.head.target.path {
        case "/refuse":
            server.refuse(
                request.token, HTTPResponse(status: 403, json: Array(#"{"error":"no"}"#.utf8)))
            return
        case "/foreign":
            server.accept(request.token, subprotocol: "never-offered")
        default:
            let chosen = request.subprotocols.first { $0 == RunningServer.subprotocol }
            server.accept(request.token, subprotocol: chosen)
        }
        mailbox.state.withLock { $0.seen.accepted += 1 }
    }

    private mutating func take(
        _ kind: MessageKind, _ payload: [UInt8], from connection: ConnectionID
    ) {
        let words = String(decoding: payload.prefix(64), as: UTF8.self).split(separator: " ")
        let number = words.count == 2 ? UInt16(words[1]) : nil
        if let number, words[0] == "close", let code = CloseCode(rawValue: number) {
            send(ServerFrame.text(Array("last".utf8)), to: connection)
            server.close(connection, code, reason: "as asked")
        } else if let number, words[0] == "push" {
            for index in 0..<number {
                send(ServerFrame.text(Array("message \(index)".utf8)), to: connection)
            }
        } else {
            let echo = kind == .text ? ServerFrame.text(payload) : ServerFrame.binary(payload)
            send(echo, to: connection)
        }
    }

    private mutating func send(_ frame: [UInt8], to connection: ConnectionID) {
        outboxes[connection, default: []].append(frame)
        server.requestWrite(connection)
    }

    mutating func fill(_ connection: ConnectionID, into buffer: inout WriteBuffer) -> Bool {
        guard var frames = outboxes.removeValue(forKey: connection) else { return false }
        var taken = 0
        while taken < frames.count, !buffer.isFull {
            buffer.append(frames[taken])
            taken += 1
        }
        mailbox.state.withLock { $0.seen.given += taken }
        guard taken < frames.count else { return false }
        frames.removeFirst(taken)
        outboxes[connection] = frames
        return true
    }
}
