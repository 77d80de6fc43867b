import Server
import System
import Wire

/// What other people's conformance suites are run against:
///
///     FRESHWIRE_CONFORMANCE=1 freshwire-conformance PORT
///
/// - `/echo`: a WebSocket that answers every message with itself, up to 16 MiB;
/// - `/engine.io/`: Engine.IO v4 that does the same;
/// - `/socket.io/`: Socket.IO v5, see `SuiteApplication`.
///
/// It is no part of a release: it lets everybody in, so it listens on the loopback interface only,
/// and only where the environment says that it is meant to.
@main
struct ConformanceServer {
    private static let switchName = "FRESHWIRE_CONFORMANCE"

    static func main() {
        guard Environment.value(switchName) == "1" else {
            end("set \(switchName)=1 to run a server that lets everybody in")
        }
        guard let port = CommandLine.arguments.dropFirst().first.flatMap(UInt16.init) else {
            end("usage: \(switchName)=1 freshwire-conformance PORT")
        }
        do {
            let server = try WebServer(settings(port: port))
            let loop = try SuiteLoop(server)
            StandardStream.output.write("listening on \(server.port)\n")
            loop.run()
        } catch {
            end("cannot listen: \(error)")
        }
    }

    private static func settings(port: UInt16) -> ListenerSettings {
        var settings = ListenerSettings()
        settings.address = "127.0.0.1"
        settings.port = port
        settings.limits.messageBytes = 16 << 20
        // The suites send some messages in thousands of pieces.
        settings.limits.fragments = settings.limits.messageBytes
        // Engine.IO itself says what is too long.
        settings.limits.bodyBytes = 16 << 20
        settings.everyMethodPaths = [SuiteLoop.engineIOPath, SuiteLoop.socketIOPath]
        return settings
    }

    private static func end(_ message: String) -> Never {
        StandardStream.error.write("freshwire-conformance: \(message)\n")
        Exit.now(1)
    }
}
