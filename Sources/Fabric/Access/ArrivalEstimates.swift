import ColdChain
import Wire

extension Fabric {
    /// Takes note of when an order arrives, as the platform says: that is told with the driver's
    /// positions from then on (Q-10, W-2).
    mutating func noteEstimate(of record: RecordText) {
        guard record.type == "eta_update",
            let estimate = texts.fields.value(of: record)?["newEta"]?.string
                .flatMap({ RFC3339.parse($0) })
        else { return }
        for position in record.positions where position.channel.kind == .order {
            let order = position.channel.subject
            texts.orders.note(estimate: Timestamp(milliseconds: estimate), of: order)
            forgetPositionTexts(of: order)
        }
    }

    /// What is told of an order with its positions has changed.
    mutating func forgetPositionTexts(of order: String) {
        guard let place = channels.place(of: Channel(.order, order)) else { return }
        for state in channels.entries[place].states {
            for dialect in [Dialect.tracking, .wia, .eventStream] {
                states.forgetFrame(Int(state), in: dialect)
            }
        }
    }
}
