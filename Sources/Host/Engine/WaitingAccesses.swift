import Bridge
import System

/// What is to be in the audit and is not durable yet, though the store be away meanwhile.
struct WaitingAccesses {
    private(set) var records: [AccessRecord] = []

    /// What a large staff looks at in hours.
    private static let limit = 100_000

    mutating func keep(_ new: [AccessRecord], _ log: Log) {
        let room = Self.limit - records.count
        records += new.prefix(room)
        guard new.count > room else { return }
        log.error("accesses not in the audit", ["count": "\(new.count - room)"])
    }

    mutating func removeAll() { records.removeAll(keepingCapacity: true) }
}
