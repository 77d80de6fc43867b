internal import Bridge
internal import ColdChain
internal import Fabric

/// Keeps records as the fabric tells them, for as long as they may be told again.
struct HistoryLog {
    /// Rows that one erasure looks at.
    private static let slice = 1_000

    private let database: Database
    private let add: Statement
    private let addChannel: Statement
    private let lastOld: Statement
    private let erase: Statement
    private let eraseChannels: Statement
    private let addPublication: Statement
    private let erasePublications: Statement
    private let countRelayed: Statement

    init(_ database: Database) throws(StoreError) {
        self.database = database
        add = try database.prepare(
            """
            INSERT INTO history(number, order_number, type, occurred_at, kept_at, data)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """)
        addChannel = try database.prepare(
            "INSERT INTO history_channels(channel, number, sequence) VALUES (?1, ?2, ?3)")
        lastOld = try database.prepare(
            """
            SELECT number, kept_at FROM history ORDER BY number LIMIT \(Self.slice)
            """)
        erase = try database.prepare("DELETE FROM history WHERE number <= ?1")
        addPublication = try database.prepare(
            """
            INSERT OR REPLACE INTO publications(publisher, message, number) VALUES (?1, ?2, ?3)
            """)
        erasePublications = try database.prepare("DELETE FROM publications WHERE number <= ?1")
        countRelayed = try database.prepareAddition(to: .numbersRelayed)
        eraseChannels = try database.prepare("DELETE FROM history_channels WHERE number <= ?1")
    }

    func record(_ entry: HistoryRecord) throws(StoreError) {
        guard let number = entry.record.number else { return }
        add.bind(1, number)
        add.bind(2, entry.order.map { Int64($0.rawValue) })
        add.bind(3, entry.record.type)
        add.bind(4, entry.record.occurredAt.milliseconds)
        add.bind(5, entry.keptAt.milliseconds)
        add.bind(6, text: entry.record.data)
        try add.run()
        for position in entry.record.positions {
            addChannel.bind(1, position.channel.name)
            addChannel.bind(2, number)
            addChannel.bind(3, position.sequence)
            try addChannel.run()
        }
    }

    /// Notes what a message was published under.
    func record(_ publication: PublicationRecord) throws(StoreError) {
        addPublication.bind(1, publication.mark.publisher)
        addPublication.bind(2, publication.mark.message)
        addPublication.bind(3, publication.number)
        try addPublication.run()
    }

    /// Counts records that are no events of the log.
    func count(relayed: Int) throws(StoreError) {
        guard relayed > 0 else { return }
        countRelayed.bind(1, relayed)
        try countRelayed.run()
    }

    /// Erases the oldest records, those kept before `cutoff`; answers how many.
    func eraseSlice(before cutoff: Timestamp) throws(StoreError) -> Int {
        var last: Int64?
        var count = 0
        while try lastOld.step() {
            guard lastOld.instant(1) < cutoff else { break }
            last = lastOld.integer(0)
            count += 1
        }
        lastOld.reset()
        guard let last else { return 0 }
        erase.bind(1, last)
        try erase.run()
        eraseChannels.bind(1, last)
        try eraseChannels.run()
        erasePublications.bind(1, last)
        try erasePublications.run()
        try database.raise(.historyErasedThrough, to: last)
        return count
    }
}
