import Glibc
import Server
import Wire

/// The server's side of the fan-out benchmark.
///
///     FanOutBench PORT CONNECTIONS ROUNDS FRAMES-A-WRITE PAYLOAD-BYTES INTERVAL-MS
///
/// Waits for the connections, prints what memory they hold idle, then sends every one the same
/// prepared frames once a round, as the fabric does with a topic that all have subscribed to. Rounds
/// begin at a fixed interval, as they do in the program it is compared with.
@main
struct FanOutBench {
    static func main() {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        guard numbers.count == 6, let port = UInt16(exactly: numbers[0]) else {
            print(
                "usage: FanOutBench PORT CONNECTIONS ROUNDS FRAMES-A-WRITE PAYLOAD-BYTES INTERVAL-MS"
            )
            return
        }
        var settings = ListenerSettings()
        settings.port = port
        settings.limits.connections = numbers[1] + 16
        do {
            let server = try WebServer(settings)
            var bench = Bench(
                server: server, connections: numbers[1], framesAWrite: numbers[3],
                payloadBytes: numbers[4])
            bench.run(rounds: numbers[2], interval: .milliseconds(numbers[5]))
        } catch {
            print("cannot listen: \(error)")
        }
    }
}

private struct Bench {
    let server: WebServer
    let connections: Int
    var outboxes: TopicOutboxes
    var open: [ConnectionID] = []
    var turn = ServerTurn()

    init(server: WebServer, connections: Int, framesAWrite: Int, payloadBytes: Int) {
        self.server = server
        self.connections = connections
        let frame = ServerFrame.text(
            [UInt8](repeating: UInt8(ascii: "x"), count: payloadBytes))
        outboxes = TopicOutboxes(frame: frame, framesAWrite: framesAWrite)
        open.reserveCapacity(connections)
    }

    mutating func run(rounds: Int, interval: Duration) {
        let before = proportionalBytes()
        say("ready")
        while open.count < connections { takeTurn(waitMilliseconds: 1000) }
        let held = proportionalBytes() - before
        say("idle bytes a connection \(held / connections)")
        idle(seconds: 2)
        let begin = cpuSeconds()
        var next = ContinuousClock.now
        for _ in 0..<rounds {
            next += interval
            wait(until: next)
            runRound()
        }
        let spent = cpuSeconds() - begin
        say("frames \(connections * rounds * outboxes.framesAWrite) cpu \(spent)")
        // What the kernel still holds goes out before the connections are ended.
        for _ in 0..<20 { takeTurn(waitMilliseconds: 50) }
    }

    private mutating func wait(until instant: ContinuousClock.Instant) {
        while true {
            let left = ContinuousClock.now.duration(to: instant)
            guard left > .zero else { return }
            takeTurn(waitMilliseconds: Int(left / .milliseconds(1)) + 1)
        }
    }

    /// One write for every connection; the round is over when nobody lags behind.
    private mutating func runRound() {
        outboxes.waiting = connections
        for connection in open { server.requestWrite(connection) }
        server.flush(from: &outboxes)
        while outboxes.waiting > 0, server.connectionCount >= connections {
            takeTurn(waitMilliseconds: 10)
            server.flush(from: &outboxes)
        }
    }

    /// What the connections cost while nothing happens but a hundred turns a second.
    private mutating func idle(seconds: Int) {
        let begin = cpuSeconds()
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end { takeTurn(waitMilliseconds: 10) }
        say("idle cpu a second \((cpuSeconds() - begin) / Double(seconds))")
    }

    private mutating func takeTurn(waitMilliseconds: Int) {
        server.serviceOnce(waitMilliseconds: waitMilliseconds, into: &turn)
        for event in turn.events {
            switch event {
            case .upgrade(let request):
                if server.accept(request.token) { open.append(request.token.connection) }
            case .request(let request):
                server.respond(to: request.token, HTTPResponse(status: 404))
            case .log(let line):
                say(line.text)
            case .message, .heard, .closed, .room, .abandoned:
                break
            }
        }
    }

    private func say(_ line: String) {
        print(line)
        fflush(nil)
    }
}

/// One topic that every connection has subscribed to.
private struct TopicOutboxes: FrameSource {
    let frame: [UInt8]
    let framesAWrite: Int
    /// Connections that have not been sent this round's frames.
    var waiting = 0

    mutating func fill(_ connection: ConnectionID, into buffer: inout WriteBuffer) -> Bool {
        for _ in 0..<framesAWrite { buffer.append(frame) }
        waiting -= 1
        return false
    }
}

private func cpuSeconds() -> Double {
    var usage = rusage()
    unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
    let microseconds = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
    return Double(seconds) + Double(microseconds) / 1e6
}

/// This process's memory with shared pages divided among their users, in bytes.
private func proportionalBytes() -> Int {
    guard let file = unsafe fopen("/proc/self/smaps_rollup", "r") else { return 0 }
    defer { unsafe fclose(file) }
    var text = [UInt8](repeating: 0, count: 4096)
    let count = unsafe fread(&text, 1, text.count, file)
    for line in String(decoding: text[..<count], as: UTF8.self).split(separator: "\n")
    where line.hasPrefix("Pss:") {
        return line.split(separator: " ").compactMap { Int($0) }.first.map { $0 * 1024 } ?? 0
    }
    return 0
}
