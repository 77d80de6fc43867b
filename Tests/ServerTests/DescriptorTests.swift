import Foundation
import Server
import Synchronization
import Testing

/// Each test has a process of its own, in which no other test opens or closes anything.
@Suite("Descriptors")
struct DescriptorTests {
    @Test("Servers that start and end on several threads close nothing that is not theirs")
    func closesOnlyItsOwn() async {
        await #expect(processExitsWith: .success) {
            let hasEnded = Mutex(false)
            let witnesses = (0..<3).map { _ in
                WorkThread { () -> [String] in
                    var faults: [String] = []
                    while !hasEnded.withLock({ $0 }) { faults += PipeWitness.faults() }
                    return faults
                }
            }
            let owners = (0..<3).map { _ in
                WorkThread { for _ in 0..<40 { serveOnce() } }
            }
            for owner in owners { _ = owner.result() }
            hasEnded.withLock { $0 = true }
            for witness in witnesses { #expect(witness.result() == []) }
        }
    }

    @Test("Two hundred servers after each other keep no more descriptors than one")
    func leavesNoneOpen() async {
        await #expect(processExitsWith: .success) {
            serveOnce()
            let before = openDescriptors()
            for _ in 0..<200 { serveOnce() }
            #expect(openDescriptors() < before + othersDescriptors)
        }
    }

    @Test("Five servers at once keep descriptors for five, however often they start again")
    func keepsForAsManyAsThereWere() async {
        await #expect(processExitsWith: .success) {
            serveTogether(5)
            let before = openDescriptors()
            for _ in 0..<40 { serveTogether(5) }
            #expect(openDescriptors() < before + othersDescriptors)
        }
    }

    @Test("Out of descriptors, a server says so, waits a while, and then takes who came")
    func outOfDescriptors() async {
        await #expect(processExitsWith: .success) {
            var limit = rlimit()
            limit.rlim_cur = 400
            limit.rlim_max = 400
            #expect(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            let server = try WebServer(ListenerSettings())
            // Clients of the same process, which take all there are.
            var crowd: [RawClient] = []
            while let client = try? RawClient(port: Int(server.port)) { crowd.append(client) }
            #expect(crowd.count > 200)
            var lines: [String] = []
            let (requests, turns) = serve(server, milliseconds: 900, lines: &lines)
            #expect(requests == 0)
            #expect(lines.count == 1)
            #expect(lines.first?.contains("no connections are taken") == true)
            // It looks at its deadlines four times a second, and has nothing else to do.
            #expect(turns < 10)
            let last = crowd.popLast()
            crowd.removeAll()
            last?.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(serve(server, milliseconds: 5000, lines: &lines).requests == 1)
            #expect(lines.count == 1)
        }
    }

    @Test("What one server was told about TLS does not hold for the next one")
    func nothingSticks() async {
        await #expect(processExitsWith: .success) {
            for _ in 0..<3 {
                let certificate = try Certificate()
                let secure = try RunningServer {
                    $0.tls = TransportSecurity(
                        certificateFile: certificate.certificateFile,
                        privateKeyFile: certificate.privateKeyFile)
                }
                let address = "https://localhost:\(secure.port)/hello"
                let answer = try Tool.output([
                    "curl", "--silent", "--cacert", certificate.certificateFile, address,
                ])
                #expect(answer == "hello")
                secure.shutDown(withinMilliseconds: 100)
                let plain = try RunningServer()
                let client = try RawClient(port: plain.port)
                client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try client.readHead().hasPrefix("HTTP/1.1 200 "))
                plain.shutDown(withinMilliseconds: 100)
            }
        }
    }
}

/// Turns a server until a request comes, but no longer than given.
private func serve(
    _ server: WebServer, milliseconds: Int, lines: inout [String]
) -> (requests: Int, turns: Int) {
    let end = ContinuousClock.now + .milliseconds(milliseconds)
    var turn = ServerTurn()
    var (requests, turns) = (0, 0)
    while requests == 0, ContinuousClock.now < end {
        server.serviceOnce(waitMilliseconds: milliseconds, into: &turn)
        turns += 1
        for event in turn.events {
            switch event {
            case .request: requests += 1
            case .log(let line): lines.append(line.text)
            default: break
            }
        }
    }
    return (requests, turns)
}

/// Descriptors that Dispatch may have opened meanwhile.
private let othersDescriptors = 10

private func openDescriptors() -> Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count ?? .max
}

private func serveTogether(_ count: Int) {
    do {
        let servers = try (0..<count).map { _ in try WebServer(ListenerSettings()) }
        for server in servers { server.shutDown(withinMilliseconds: 0) }
    } catch {
        Issue.record(error)
    }
}

/// Starts a server, has it take a connection, and ends both.
private func serveOnce() {
    do {
        let server = try WebServer(ListenerSettings())
        let client = try RawClient(port: Int(server.port))
        client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        var turn = ServerTurn()
        for _ in 0..<100 where turn.events.isEmpty {
            server.serviceOnce(waitMilliseconds: 100, into: &turn)
        }
        #expect(server.connectionCount == 1)
        server.shutDown(withinMilliseconds: 0)
    } catch {
        Issue.record(error)
    }
}

/// Somebody else in the process, who opens, uses and closes descriptors.
private enum PipeWitness {
    /// What was wrong with descriptors that nobody else has any business with.
    static func faults() -> [String] {
        var pipes: [[CInt]] = []
        for _ in 0..<8 {
            var ends: [CInt] = [-1, -1]
            guard unsafe pipe(&ends) == 0 else { return ["pipe: \(errno)"] }
            pipes.append(ends)
        }
        // Long enough for a close that comes late to come within it.
        usleep(500)
        var faults: [String] = []
        for ends in pipes {
            var byte: UInt8 = 7
            guard unsafe write(ends[1], &byte, 1) == 1 else { return ["write: \(errno)"] }
            if unsafe read(ends[0], &byte, 1) != 1 { faults.append("read: \(errno)") }
            for end in ends where close(end) != 0 { faults.append("close: \(errno)") }
        }
        return faults
    }
}

/// A thread that ends with a result.
private final class WorkThread<Result: Sendable>: Sendable {
    private let ended = DispatchSemaphore(value: 0)
    private let value = Mutex<Result?>(nil)

    init(_ work: @escaping @Sendable () -> Result) {
        Thread.detachNewThread {
            let result = work()
            self.value.withLock { $0 = result }
            self.ended.signal()
        }
    }

    func result() -> Result? {
        ended.wait()
        return value.withLock { $0 }
    }
}
