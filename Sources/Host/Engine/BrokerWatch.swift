import Intake
import System

/// Keeps count of what one broker's session reports, and logs it.
struct BrokerWatch {
    let name: String
    private let log: Log
    private var connections: UInt64 = 0
    /// The broker's counter when we first saw it, and when we last did.
    private var droppedBefore: UInt64?
    private var dropped: UInt64 = 0
    private var stored: UInt64?
    private var trouble: String? = "not connected yet"

    init(name: String, log: Log) {
        self.name = name
        self.log = log
    }

    mutating func take(_ report: BrokerReport) {
        switch report {
        case .connected(let sessionPresent):
            connections += 1
            trouble = "not subscribed yet"
            log.info(
                "broker connected",
                ["broker": name, "session": sessionPresent ? "resumed" : "new"])
        case .subscribed:
            trouble = nil
            log.info("broker subscribed", ["broker": name])
        case .disconnected(let reason, let retryIn):
            trouble = "\(reason)"
            log.warning(
                "broker disconnected",
                ["broker": name, "reason": "\(reason)", "retry_in": shown(retryIn)])
        case .dialFailed(let failure, let retryIn):
            trouble = "\(failure)"
            log.warning(
                "broker not reached",
                ["broker": name, "reason": "\(failure)", "retry_in": shown(retryIn)])
        case .subscriptionRefused(let filter, let code):
            trouble = "subscription \(filter) refused"
            log.error(
                "subscription refused: its messages never come",
                ["broker": name, "filter": filter, "code": "\(code)"])
        case .subscriptionFailed(let filter):
            trouble = "subscription \(filter) failed"
            log.error("subscription failed", ["broker": name, "filter": filter])
        case .subscriptionWeakened(let filter):
            log.warning(
                "subscription granted at QoS 0: the broker may drop messages",
                ["broker": name, "filter": filter])
        case .takeoverSuspected(let disconnects):
            log.error(
                "another client seems to use our client identifier",
                ["broker": name, "disconnects": "\(disconnects)"])
        case .brokerDropped(let count): note(dropped: count)
        case .brokerStored(let count): stored = count
        case .discarded(let count):
            log.warning("QoS 0 messages discarded", ["broker": name, "count": "\(count)"])
        case .publicationRefused: break
        case .reportsDropped(let count):
            log.warning("reports dropped", ["broker": name, "count": "\(count)"])
        }
    }

    func status(of session: BrokerSession) -> EngineStatus.Broker {
        // A connection without its subscriptions brings nothing.
        var isConnected = false
        if case .connected = session.state, trouble == nil { isConnected = true }
        return EngineStatus.Broker(
            name: name, isConnected: isConnected, connections: connections, dropped: dropped,
            stored: stored, trouble: trouble)
    }

    /// A counter that is smaller than before belongs to a broker that was started again.
    private mutating func note(dropped count: UInt64) {
        defer { droppedBefore = count }
        guard let before = droppedBefore, count > before else { return }
        dropped += count - before
        log.error(
            "the broker dropped messages: readings may be lost",
            ["broker": name, "count": "\(count - before)", "hint": "raise max_queued_messages"])
    }

    private func shown(_ retryIn: Duration?) -> String {
        retryIn.map { "\($0)" } ?? "never"
    }
}
