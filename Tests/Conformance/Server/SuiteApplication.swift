import Fabric
import Host
import JSONText
import Wire

/// What the Socket.IO protocol's suite talks to: in `/` and `/custom` a client is told its own
/// handshake by the event `auth`; in `/` besides `message` comes back as `message-back`, and
/// `message-with-ack` is acknowledged, both with the same arguments.
final class SuiteApplication: SocketIOApplication {
    private static let customNamespace = "/custom"

    private let parser: JSONTextReader
    private var joined: UInt64 = 0

    init(parser: JSONTextReader) {
        self.parser = parser
    }

    func json(_ text: ArraySlice<UInt8>) -> JSON? { try? parser.parse(text.span) }

    func take(
        _ event: SocketIOEvent, of session: ConnectionNumber, _ client: inout SocketIOClient,
        now: Int64
    ) {
        switch event {
        case .connectRequested(let namespace, let auth, _):
            guard [SocketIOPacket.mainNamespace, Self.customNamespace].contains(namespace) else {
                client.session.refuse(namespace, message: "Invalid namespace")
                return
            }
            joined += 1
            client.session.accept(namespace, sid: "client-\(joined)")
            client.session.emit(
                "auth", SocketIOArguments([auth ?? [:]]), namespace: namespace)
        case .event(SocketIOPacket.mainNamespace, "message", let arguments, _):
            client.session.emit("message-back", arguments)
        case .event(SocketIOPacket.mainNamespace, "message-with-ack", let arguments, let number?):
            client.session.acknowledge(number, arguments)
        case .event, .acknowledged, .calledBack, .unacknowledged, .left: break
        }
    }

    func noteActivity(of session: ConnectionNumber) {}

    func forget(_ session: ConnectionNumber) {}

    func fill(
        _ session: ConnectionNumber, into bytes: inout [UInt8], limit: Int
    ) -> FillResult { .drained }
}
