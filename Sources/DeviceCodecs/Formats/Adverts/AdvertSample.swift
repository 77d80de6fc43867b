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
    /// The first of the measurements of the part that is being read.
    private(set) var partStart: Int

    init(
        _ draft: SampleDraft, from address: BluetoothAddress?, row: Int,
        _ message: MessageContext, in batch: borrowing SampleBatch
    ) {
        self.draft = draft
        self.address = address
        self.row = row
        self.message = message
        start = batch.measurements.count
        partStart = start
    }

    /// Takes the address that the advert's own bytes tell.
    mutating func takeAddress(_ told: BluetoothAddress?) {
        guard let told else { return }
        if let address, address != told { draft.notes.insert(.identityConflict) }
        if address == nil { address = told }
    }

    /// How many measurements of a quantity the part has already: the number of its next probe.
    func count(of quantity: Quantity, in batch: borrowing SampleBatch) -> Int {
        var count = 0
        for index in partStart..<max(partStart, batch.measurements.count)
        where batch.measurements[index].quantity == quantity { count += 1 }
        return count
    }

    /// From here on another part of the advert is read.
    mutating func beginPart(in batch: borrowing SampleBatch) {
        partStart = batch.measurements.count
    }

    /// Joins what the part said to what was said before: a further value of a quantity is that of a
    /// further probe, and the same value again is left out, since gateways that join an advert and
    /// its scan response repeat parts.
    func endPart(in batch: inout SampleBatch) {
        var index = partStart
        while index < batch.measurements.count {
            let new = batch.measurements[index]
            var isTaken = false
            var isRepeated = false
            var further = 0
            for earlier in batch.measurements[start..<index] where earlier.quantity == new.quantity
            {
                further = max(further, Int(earlier.probe) + 1)
                guard earlier.probe == new.probe else { continue }
                isTaken = true
                isRepeated =
                    earlier.marker == new.marker
                    && (new.marker != nil || earlier.value == new.value)
            }
            if isTaken, !isRepeated, let probe = UInt8(exactly: further) {
                batch.measurements[index].probe = probe
            } else if isTaken {
                batch.measurements.remove(at: index)
                continue
            }
            index += 1
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
