import Bridge
import ColdChain
import Fabric

/// The fabric and whoever listens to it.
///
/// An event of the record class reaches a listener in one of two ways: it is published, in order,
/// or the listener's connection is cut after the event came into the log, and it asks the log when
/// it comes back. A crash cuts every connection by itself; after a failed commit, which may have
/// taken effect, the host must cut them.
struct Subscriber {
    /// Numbers of events that were published.
    private(set) var published: Set<UInt64> = []
    private(set) var lastPublished: UInt64 = 0
    /// The newest event a listener has seen or could ask for.
    private(set) var askedUpTo: UInt64 = 0
    private var newestTemperature: [String: Timestamp] = [:]

    mutating func see(
        _ publication: PublishedEvent, log: Disk, mayGoBack: Set<String>
    ) throws(Violation) {
        if let number = publication.record?.number {
            guard number <= UInt64(log.events.count),
                log.events[Int(number) - 1].event == publication.event
            else { throw Violation("event \(number) is published and not in the log") }
            guard number > lastPublished else {
                throw Violation("event \(number) is published after \(lastPublished)")
            }
            lastPublished = number
            published.insert(number)
        } else if case .temperature(let update) = publication.event {
            let newest = newestTemperature[update.bag] ?? update.measuredAt
            guard update.measuredAt >= newest || mayGoBack.contains(update.bag) else {
                throw Violation("\(update.bag) goes back in time as its listeners see it")
            }
            newestTemperature[update.bag] = update.measuredAt
        }
    }

    /// Every connection is cut; whoever comes back asks the log for what it has not seen.
    mutating func cut(eventsInLog: Int) {
        askedUpTo = UInt64(eventsInLog)
    }

    /// Requires that every event of the log was published, or can be learned of.
    func requireNoSilentGap(eventsInLog: Int) throws(Violation) {
        for number in 1..<UInt64(eventsInLog + 1)
        where !published.contains(number) && number > askedUpTo {
            throw Violation("event \(number) is in the log, and nobody is told")
        }
    }
}
