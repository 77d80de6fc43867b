import Foundation
import Server
import Testing

@Suite("Starting, waking and ending")
struct LifecycleTests {
    @Test("WebSockets are closed with 1001 when the server ends, and the port is free again")
    func shutDown() throws {
        let server = try RunningServer()
        let clients = try (0..<3).map { _ in try RawClient.webSocket(port: server.port) }
        let closer = Thread { server.shutDown(withinMilliseconds: 4000) }
        closer.start()
        for client in clients {
            let frame = try client.readFrame()
            #expect(frame.opcode == 8)
            #expect(frame.code == 1001)
            client.send(RawClient.frame(8, [3, 233]))
            #expect(try client.readToEnd().isEmpty)
        }
        server.shutDown(withinMilliseconds: 4000)
        #expect(throws: RawClient.Failure.self) { try RawClient(port: server.port) }
    }

    @Test("Clients that do not answer cannot hold up the end")
    func boundedShutDown() throws {
        let server = try RunningServer()
        let silent = try RawClient.webSocket(port: server.port)
        let asking = try RawClient(port: server.port)
        asking.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(server.wait { $0.requests.count == 1 })
        let began = ContinuousClock.now
        server.shutDown(withinMilliseconds: 500)
        #expect(began.duration(to: .now) < .seconds(3))
        #expect(try silent.readFrame().code == 1001)
    }

    @Test("Waking ends a long wait, and does nothing once the server is gone")
    func waking() throws {
        let server = try RunningServer()
        let client = try RawClient(port: server.port)
        client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(server.wait { $0.requests.count == 1 })
        server.answerLater()
        #expect(try client.readHead().hasPrefix("HTTP/1.1 200 "))
        server.shutDown(withinMilliseconds: 100)
        server.answerLater()
    }

    @Test("Many threads may wake at once while the server ends")
    func wakingWhileEnding() throws {
        for _ in 0..<20 {
            let server = try RunningServer()
            let threads = (0..<4).map { _ in
                Thread { for _ in 0..<200 { server.answerLater() } }
            }
            for thread in threads { thread.start() }
            server.shutDown(withinMilliseconds: 50)
            while threads.contains(where: { !$0.isFinished }) {
                Thread.sleep(forTimeInterval: 0.005)
            }
        }
    }

    @Test("An address in use, not this machine's, or not numeric is refused with the reason")
    func addressInUse() throws {
        let server = try RunningServer()
        let reasons = [
            ("127.0.0.1", UInt16(server.port), "address already in use"),
            ("192.0.2.1", 0, "address not available"),
            ("2001:db8::1", 0, "address not available"),
            ("localhost", 0, "not a numeric address"),
            ("", 0, "not a numeric address"),
        ]
        for (address, port, reason) in reasons {
            let fault = ServerStartFault.refused(address: address, port: port, log: [reason])
            #expect(throws: fault) {
                try RunningServer {
                    $0.address = address
                    $0.port = port
                }
            }
        }
        let client = try RawClient(port: server.port)
        client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.readHead().hasPrefix("HTTP/1.1 200 "))
    }

    @Test("The peer's address is told without its port, on one family and on both")
    func clientAddress() throws {
        for address in ["127.0.0.1", "0.0.0.0", "::"] {
            let server = try RunningServer { $0.address = address }
            let client = try RawClient(port: server.port)
            client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = try client.readHead()
            #expect(server.seen.requests.map(\.clientAddress) == ["127.0.0.1"])
        }
    }

    @Test("A certificate that cannot be read, and a key that is not its own, are refused")
    func badCertificate() throws {
        let one = try Certificate()
        let other = try Certificate()
        #expect(throws: ServerStartFault.unreadableFile("/nowhere.pem")) {
            try RunningServer {
                $0.tls = TransportSecurity(
                    certificateFile: "/nowhere.pem", privateKeyFile: one.privateKeyFile)
            }
        }
        #expect(throws: ServerStartFault.self) {
            try RunningServer {
                $0.tls = TransportSecurity(
                    certificateFile: one.certificateFile, privateKeyFile: other.privateKeyFile)
            }
        }
    }
}
