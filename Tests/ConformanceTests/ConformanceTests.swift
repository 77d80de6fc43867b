import Foundation
import InteropSupport
import TestSupport
import Testing

/// The conformance server, as clients see it that we did not write.
@Suite struct ConformanceTests {
    /// The built program on a port of its own.
    private final class Server {
        let port = LoopbackPort.free()
        private let process: ChildProcess

        init() throws {
            process = try ChildProcess(
                "env",
                [
                    "FRESHWIRE_CONFORMANCE=1", BuiltProgram.path("freshwire-conformance"),
                    "\(port)",
                ])
            try #require(eventually(within: .seconds(30)) { LoopbackPort.accepts(port) })
        }
    }

    /// Runs a program whose lines are `ok NAME` or `failed NAME: REASON`.
    private func run(_ program: String) throws -> [Substring] {
        let server = try Server()
        let checks = try RunningProgram(program, ["\(server.port)"])
        let rest = checks.rest()
        return [checks.announcement[...]] + rest.split(separator: "\n")
    }

    @Test("S-1: requests of Engine.IO, refusals, limits and the change to a WebSocket")
    func engineIO() throws {
        let lines = try run("engineio_http.py")
        #expect(lines.filter { !$0.hasPrefix("ok ") } == [])
        #expect(lines.count == 31)
    }

    @Test("S-1: python-socketio by polling, by WebSocket and with an upgrade")
    func socketIO() throws {
        let lines = try run("socketio_clients.py")
        #expect(lines.filter { !$0.hasPrefix("ok ") } == [])
        #expect(lines.count == 28)
    }

    @Test("Who does not ask for a server that lets everybody in does not get one")
    func isRefused() throws {
        let process = try ChildProcess(
            "env",
            [
                "--unset=FRESHWIRE_CONFORMANCE", BuiltProgram.path("freshwire-conformance"),
                "\(LoopbackPort.free())",
            ])
        #expect(try process.wait() == .exit(1))
    }
}
