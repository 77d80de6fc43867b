import Bridge
import ColdChain
import Fabric
import Intake
import Journal
import System

/// Sends the head of the log to where the store's owner does not keep it: brokers hold it as a
/// retained message, and webhook endpoints are told.
struct HeadPublisher {
    private let topic: String?
    private let eventMilliseconds: Int64
    private let log: Log
    private var payload: [UInt8] = []
    /// By session: whether it still has to be given the payload.
    private var isOwed: [Bool]
    private var isFailing: [Bool]
    private var nextEvent: Timestamp?
    /// Times the head could not be written to its file or given to a broker.
    private(set) var failures = HeadFailures()

    init(_ settings: EngineSettings, log: Log) {
        topic = settings.headTopic
        eventMilliseconds = settings.headEventMilliseconds
        self.log = log
        isOwed = [Bool](repeating: false, count: settings.brokers.count)
        isFailing = isOwed
    }

    /// Takes a head that was signed just now, and owes it to brokers and endpoints.
    mutating func take(
        _ head: SignedHead, at now: Timestamp, bridge: inout Bridge?, effects: inout Effects
    ) {
        if topic != nil {
            payload = Array(head.text.utf8)
            for index in isOwed.indices {
                if isOwed[index] { fail(index, "not connected since the head before") }
                isOwed[index] = true
            }
        }
        if nextEvent.map({ now >= $0 }) ?? true {
            nextEvent = now.advanced(byMilliseconds: eventMilliseconds)
            bridge?.tell(.head(signed: head.text), at: now, effects: &effects)
        }
    }

    /// Notes that the file could not be written.
    mutating func noteFileFailure() {
        failures.file += 1
    }

    /// Gives the head to sessions that are connected and do not have it.
    mutating func publish(to sessions: [BrokerSession]) {
        guard let topic else { return }
        for index in isOwed.indices where isOwed[index] {
            guard case .connected = sessions[index].state else { continue }
            if sessions[index].publish(retained: payload, to: topic) {
                isOwed[index] = false
                isFailing[index] = false
            } else {
                fail(index, "the message cannot be queued")
                isOwed[index] = false
            }
        }
    }

    /// What a session reports that concerns the head: a connection that is lost may have taken the
    /// message with it.
    mutating func note(_ report: BrokerReport, ofSession index: Int) {
        guard topic != nil else { return }
        switch report {
        case .connected: isOwed[index] = !payload.isEmpty
        case .publicationRefused(let code): fail(index, "refused with code \(code)")
        default: break
        }
    }

    /// Every failure is counted, and the first of several in a row is logged.
    private mutating func fail(_ index: Int, _ reason: String) {
        failures.broker += 1
        guard !isFailing[index] else { return }
        isFailing[index] = true
        log.error("head of the log not published", ["reason": reason, "topic": topic ?? ""])
    }
}

struct HeadFailures: Equatable, Sendable {
    var file: UInt64 = 0
    var broker: UInt64 = 0
}
