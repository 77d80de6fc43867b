import Glibc
import Server
import Wire

/// Answers every WebSocket message with itself, for conformance suites that ask for an echo.
///
///     EchoServer PORT [LARGEST-MESSAGE-BYTES [compressed]]
///
/// It takes any path and the first subprotocol offered, prints its port, and runs until it is killed.
/// `compressed` lets clients agree on compression.
@main
struct EchoServer {
    static func main() {
        var settings = ListenerSettings()
        settings.port = argument(1).flatMap(UInt16.init) ?? 0
        settings.limits.messageBytes = argument(2).flatMap(Int.init) ?? 16 * 1024 * 1024
        // The suite sends some messages in thousands of pieces.
        settings.limits.fragments = settings.limits.messageBytes
        // The suite takes a ping that it does not expect for the end of its case.
        settings.limits.pingInterval = .seconds(3600)
        settings.compresses = argument(3) == "compressed"
        do {
            let server = try WebServer(settings)
            let compressor = try MessageCompressor()
            print("listening on \(server.port)")
            // Whoever reads it through a pipe waits for it.
            fflush(nil)
            run(server, compressor)
        } catch {
            print("cannot listen: \(error)")
        }
    }

    private static func argument(_ index: Int) -> String? {
        CommandLine.arguments.count > index ? CommandLine.arguments[index] : nil
    }

    private static func run(_ server: WebServer, _ compressor: MessageCompressor) {
        var turn = ServerTurn()
        var outboxes = EchoOutboxes(compressor: compressor)
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
                    outboxes.messages[connection] = nil
                case .log(let line):
                    print(line.text)
                }
            }
            server.flush(from: &outboxes)
        }
    }
}

/// The messages that each connection is still to be sent.
private struct EchoOutboxes: FrameSource {
    struct Message {
        var opcode: ServerFrame.Opcode
        var payload: [UInt8]
    }

    let compressor: MessageCompressor
    var messages: [ConnectionID: [Message]] = [:]

    mutating func add(
        _ kind: MessageKind, _ payload: ArraySlice<UInt8>, to connection: ConnectionID
    ) {
        let opcode: ServerFrame.Opcode = kind == .text ? .text : .binary
        messages[connection, default: []].append(
            Message(opcode: opcode, payload: Array(payload)))
    }

    mutating func fill(_ connection: ConnectionID, into buffer: inout WriteBuffer) -> Bool {
        guard var waiting = messages.removeValue(forKey: connection) else { return false }
        var taken = 0
        while taken < waiting.count, !buffer.isFull {
            append(waiting[taken], to: &buffer)
            taken += 1
        }
        guard taken < waiting.count else { return false }
        waiting.removeFirst(taken)
        messages[connection] = waiting
        return true
    }

    private func append(_ message: Message, to buffer: inout WriteBuffer) {
        if message.payload.count <= buffer.compressibleBytes,
            let frame = compressor.frame(message.opcode, message.payload.span)
        {
            buffer.append(frame)
        } else {
            ServerFrame.append(message.opcode, payload: message.payload, to: &buffer.bytes)
        }
    }
}
