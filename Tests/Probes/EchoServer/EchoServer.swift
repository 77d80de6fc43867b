import Server
import Wire

/// Answers every WebSocket message with itself, for conformance suites that ask for an echo.
///
///     EchoServer PORT [LARGEST-MESSAGE-BYTES]
///
/// It takes any path and the first subprotocol offered, prints its port, and runs until it is killed.
@main
struct EchoServer {
    static func main() {
        var settings = ListenerSettings()
        settings.port = argument(1).flatMap(UInt16.init) ?? 0
        settings.limits.messageBytes = argument(2).flatMap(Int.init) ?? 16 * 1024 * 1024
        // The suite sends some messages in thousands of pieces.
        settings.limits.fragments = settings.limits.messageBytes
        do {
            let server = try WebServer(settings)
            print("listening on \(server.port)")
            run(server)
        } catch {
            print("cannot listen: \(error)")
        }
    }

    private static func argument(_ index: Int) -> String? {
        CommandLine.arguments.count > index ? CommandLine.arguments[index] : nil
    }

    private static func run(_ server: WebServer) {
        var turn = ServerTurn()
        var outboxes = EchoOutboxes()
        while true {
            server.serviceOnce(waitMilliseconds: 1000, into: &turn)
            for event in turn.events {
                switch event {
                case .upgrade(let request):
                    server.accept(request.token, subprotocol: request.subprotocols.first)
                case .request(let request):
                    server.respond(to: request.token, HTTPResponse(status: 404))
                case .message(let connection, let kind, let range):
                    outboxes.add(kind, turn.payload(range), to: connection)
                    server.requestWrite(connection)
                case .heard, .room, .abandoned: break
                case .closed(let connection, _):
                    outboxes.frames[connection] = nil
                case .log(let line):
                    print(line.text)
                }
            }
            server.flush(from: &outboxes)
        }
    }
}

/// The frames that each connection is still to be sent.
private struct EchoOutboxes: FrameSource {
    var frames: [ConnectionID: [[UInt8]]] = [:]

    mutating func add(
        _ kind: MessageKind, _ payload: ArraySlice<UInt8>, to connection: ConnectionID
    ) {
        var frame: [UInt8] = []
        ServerFrame.append(kind == .text ? .text : .binary, payload: payload, to: &frame)
        frames[connection, default: []].append(frame)
    }

    mutating func fill(_ connection: ConnectionID, into buffer: inout WriteBuffer) -> Bool {
        guard var waiting = frames.removeValue(forKey: connection) else { return false }
        var taken = 0
        while taken < waiting.count, !buffer.isFull {
            buffer.append(waiting[taken])
            taken += 1
        }
        guard taken < waiting.count else { return false }
        waiting.removeFirst(taken)
        frames[connection] = waiting
        return true
    }
}
