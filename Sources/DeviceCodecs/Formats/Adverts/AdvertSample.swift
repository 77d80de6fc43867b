import ColdChain

/// The sample that an advert is decoded to, while its parts are read one after the other.
struct AdvertSample {
    var draft: SampleDraft
    let message: MessageContext
    /// Of the sender, as the gateway tells it or else the advert itself.
    private(set) var address: BluetoothAddress?
    /// The row of the gateway's message, for what has to be rejected.
    let row: Int
    /// The first of the sample's measurements.
    let start: Int

    init(
        _ draft: SampleDraft, from address: BluetoothAddress?, row: Int,
        _ message: MessageContext, in batch: borrowing SampleBatch
    ) {
        self.draft = draft
        self.address = address
        self.row = row
        self.message = message
        start = batch.measurements.count
    }

    /// Takes the address that the advert's own bytes tell.
    mutating func takeAddress(_ told: BluetoothAddress?) {
        guard let told else { return }
        if let address, address != told { draft.notes.insert(.identityConflict) }
        if address == nil { address = told }
    }

    /// How many measurements of a quantity there are already: the number of its next probe.
    func count(of quantity: Quantity, in batch: borrowing SampleBatch) -> Int {
        var count = 0
        for index in start..<max(start, batch.measurements.count)
        where batch.measurements[index].quantity == quantity { count += 1 }
        return count
    }

    /// Removes from the measurements from `later` on those that an earlier part of the advert made
    /// already: gateways that join an advert and its scan response repeat parts.
    func removeRepetitions(from later: Int, in batch: inout SampleBatch) {
        guard start < later else { return }
        var index = later
        while index < batch.measurements.count {
            let new = batch.measurements[index]
            let isRepeated = batch.measurements[start..<later].contains {
                $0.quantity == new.quantity && $0.probe == new.probe
            }
            if isRepeated { batch.measurements.remove(at: index) } else { index += 1 }
        }
    }

    /// Makes a sample of what was read, if anything was.
    consuming func close(into batch: inout SampleBatch) {
        guard start < batch.measurements.count || draft.position != nil else { return }
        if draft.device == nil, let address {
            draft.device = batch.keepAddress(address.bytes.span)
        }
        batch.close(draft, from: start)
    }
}
