import ColdChain
import Fabric
import Wire

extension Bridge {
    /// Tells what is said of an order whose status stays. Nothing happened to the order, so it is no
    /// event of the log, and no webhook.
    mutating func say(
        _ words: [JSON.Member], of order: Order, at now: Timestamp, effects: inout Effects
    ) -> UInt64? {
        let event = Event.order(OrderChange(order: order, previousStatus: order.status))
        let positions = sequences.next(event.channels(of: order), at: now)
        guard
            let record = RecordText(
                event, number: last.event + 1, at: now, positions: positions, saying: words)
        else { return nil }
        last.event += 1
        effects.records.history.append(HistoryRecord(record, order: order.number, keptAt: now))
        effects.publications.append(PublishedEvent(event, record))
        return last.event
    }
}

extension Event {
    /// What an event says by itself, with its number in the log.
    func numberedData(_ number: UInt64) -> [UInt8] {
        WebhookText.numbered(recordData() ?? Array("{}".utf8), number)
    }
}
