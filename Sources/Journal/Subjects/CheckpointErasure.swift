internal import Bridge
internal import ColdChain

/// Takes a person out of the checkpoints of their orders.
///
/// What was found is evidence and stays: the checkpoint that names the person goes, and the same
/// without them is recorded under a new number.
struct CheckpointErasure {
    /// Stands for whose token it came with.
    static let nobody = "erased"

    private let database: Database
    private let log: CheckpointLog
    private let purges: PurgeLog

    init(_ database: Database, log: CheckpointLog, purges: PurgeLog) {
        self.database = database
        self.log = log
        self.purges = purges
    }

    /// - Returns: How many named the person.
    func erase(
        _ subject: PersonalSubject, inOrders orders: [Int64], _ policy: String, _ now: Timestamp
    ) throws(StoreError) -> Int {
        let find = try database.prepare(JournalReader.checkpointsOfOrder)
        var named: [Checkpoint] = []
        for order in orders {
            find.bind(1, order)
            while try find.step() {
                let checkpoint = try find.checkpoint()
                if subject.erased(from: checkpoint) != checkpoint { named.append(checkpoint) }
            }
        }
        guard !named.isEmpty else { return 0 }
        let remove = try database.prepare("DELETE FROM checkpoints WHERE number = ?1")
        var next = try database.firstFreeNumber(
            after: .checkpointsErasedThrough, in: "checkpoints", column: "number")
        for checkpoint in named {
            remove.bind(1, checkpoint.number)
            try remove.run()
            var without = subject.erased(from: checkpoint)
            without.number = UInt64(bitPattern: next)
            try log.record(without)
            next += 1
        }
        let erased = named.map { Int64(bitPattern: $0.number) }.sorted()
        if let last = erased.last { try database.raise(.checkpointsErasedThrough, to: last) }
        try purges.record(.checkpoint, erased, policy: policy, at: now)
        return erased.count
    }
}

extension PersonalSubject {
    /// The checkpoint without the person: their name where they recorded it or it is their
    /// identifier, and, of a customer, the picture of the delivery.
    fileprivate func erased(from checkpoint: Checkpoint) -> Checkpoint {
        var erased = checkpoint
        if checkpoint.recordedBy == id {
            erased.recordedBy = CheckpointErasure.nobody
            erased.finding.person = nil
        }
        if checkpoint.finding.person == id { erased.finding.person = nil }
        if case .customer = self, checkpoint.finding.kind == .delivery {
            erased.finding.photo = nil
        }
        return erased
    }
}
