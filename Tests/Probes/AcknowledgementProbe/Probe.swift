import ExitInsideCallback
import Glibc
import Intake

enum Ending: String {
    /// Inside the callback of the first message.
    case insideCallback
    /// After `read`, before `acknowledge`.
    case afterRead
    case afterAcknowledge
    /// Drops the connection as after a store failure, then ends.
    case abandoned
    /// Asks for a clean end although nothing was acknowledged.
    case disconnectedUnacknowledged
    /// Acknowledges whatever comes until nothing has come for a while, and says how many.
    case counted
}

struct Probe: ~Copyable {
    /// As the shell reports a killed process; any number no other ending uses.
    private static let crash: Int32 = 9
    private static let quiet = Duration.milliseconds(300)
    private static let limit = Duration.seconds(20)

    private let ending: Ending
    private let expected: Int
    private let session: BrokerSession
    private var batch = MessageBatch()
    private var outcome = BrokerSession.ReadOutcome.drained
    private var isSubscribed = false
    private var count = 0
    private var lastNews = ContinuousClock.now

    init?(arguments: [String]) {
        guard arguments.count == 5, let port = UInt16(arguments[1]),
            let ending = Ending(rawValue: arguments[3]), let expected = Int(arguments[4])
        else { return nil }
        var settings = BrokerSettings(
            name: "probe", host: "127.0.0.1", port: port, clientIdentifier: "probe",
            subscriptions: [.init("bags/+/readings")])
        settings.protocolVersion = arguments[0] == "5" ? .v5 : .v311
        if arguments[2] != "plain" { settings.tls = .init(authorityFile: arguments[2]) }
        guard
            let session = try? BrokerSession(
                settings, broker: 0, random: SystemRandomNumberGenerator())
        else { return nil }
        self.ending = ending
        self.expected = expected
        self.session = session
    }

    mutating func run() {
        let start = ContinuousClock.now
        while ContinuousClock.now - start < Self.limit {
            var entry = pollfd(fd: session.descriptor, events: Int16(POLLIN), revents: 0)
            unsafe poll(&entry, 1, outcome == .drained ? 20 : 0)
            read()
            end()
            // All that is expected is read before the first acknowledgement.
            if count == 0 || count >= expected { session.acknowledge(now: .now) }
            if ending == .afterAcknowledge, count >= expected, !session.wantsWrite {
                _exit(Self.crash)
            }
        }
        exit(75)
    }

    private mutating func read() {
        let now = ContinuousClock.now
        session.maintain(now: now)
        batch.removeAll()
        if ending == .insideCallback, isSubscribed { exit_inside_callback(1, Self.crash) }
        outcome = .more
        while outcome == .more { outcome = session.read(into: &batch, limit: 100, now: now) }
        exit_inside_callback(0, 0)
        if !batch.isEmpty { lastNews = now }
        count += batch.count
        for report in session.takeReports() {
            lastNews = now
            if case .subscribed = report {
                isSubscribed = true
                if ending != .counted { say("subscribed") }
            }
            if case .dialFailed(let failure, _) = report { say("\(failure)") }
            if case .disconnected(let reason, _) = report { say("\(reason)") }
        }
    }

    /// Not `print`, whose buffer dies with the process.
    private func say(_ text: String) {
        let bytes = Array("\(text)\n".utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe write(1, $0.baseAddress, $0.count) }
    }

    private func end() {
        switch ending {
        case .afterRead where count >= expected:
            _exit(Self.crash)
        case .abandoned where count >= expected:
            session.abandon(now: .now)
            exit(0)
        case .disconnectedUnacknowledged where count >= expected:
            session.disconnect()
            exit(0)
        case .counted where isSubscribed && .now - lastNews > Self.quiet:
            session.disconnect()
            say("\(count)")
            exit(0)
        default: break
        }
    }
}
