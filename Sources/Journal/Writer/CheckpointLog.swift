internal import ColdChain

/// Keeps what people find at hand-overs.
struct CheckpointLog {
    private let chain: Chain
    private let add: Statement
    private let select: Statement

    init(_ database: Database, chain: Chain) throws(StoreError) {
        self.chain = chain
        add = try database.prepare(
            """
            INSERT INTO checkpoints(\(RecordKind.checkpoint.columns))
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            """)
        select = try database.prepare(RecordKind.checkpoint.rowsSQL)
    }

    func record(_ checkpoint: Checkpoint) throws(StoreError) {
        let finding = checkpoint.finding
        add.bind(1, checkpoint.number)
        add.bind(2, Int64(checkpoint.order.rawValue))
        add.bind(3, Int64(finding.kind.rawValue))
        add.bind(4, checkpoint.at.milliseconds)
        add.bind(5, checkpoint.recordedAt.milliseconds)
        add.bind(6, checkpoint.recordedBy)
        add.bind(7, finding.person)
        add.bind(8, finding.bag)
        add.bind(9, finding.temperature.map { Int64($0.site.rawValue) })
        add.bind(10, finding.temperature?.celsius)
        add.bind(11, finding.seal.map { Int64($0.rawValue) })
        add.bind(12, finding.photo)
        add.bind(13, finding.priorDangerMinutes)
        try add.run()
        try chain.append(
            .checkpoint, "checkpoint", number: Int64(bitPattern: checkpoint.number),
            readBackBy: select)
    }
}

extension JournalReader {
    static let checkpointsOfOrder = """
        SELECT \(RecordKind.checkpoint.columns) FROM checkpoints INDEXED BY checkpoint_by_order
        WHERE order_number = ?1 ORDER BY number
        """

    /// By the order in which they were recorded.
    func checkpoints(of order: OrderNumber) throws(StoreError) -> [Checkpoint] {
        let rows = try database.prepare(Self.checkpointsOfOrder)
        rows.bind(1, Int64(order.rawValue))
        var checkpoints: [Checkpoint] = []
        while try rows.step() { checkpoints.append(try rows.checkpoint()) }
        return checkpoints
    }
}

extension Statement {
    func checkpoint() throws(StoreError) -> Checkpoint {
        var finding = Checkpoint.Finding(
            kind: try known(Checkpoint.Kind(rawValue: small(2)), 2, "checkpoints.kind"))
        finding.person = optionalText(6)
        finding.bag = optionalText(7)
        if !isNull(8) {
            finding.temperature = Checkpoint.Temperature(
                site: try known(Checkpoint.Site(rawValue: small(8)), 8, "checkpoints.site"),
                celsius: optionalDouble(9) ?? .nan)
        }
        if !isNull(10) {
            finding.seal = try known(
                Checkpoint.Seal(rawValue: small(10)), 10, "checkpoints.seal")
        }
        finding.photo = optionalText(11)
        finding.priorDangerMinutes = optionalDouble(12)
        return Checkpoint(
            number: number(0), order: OrderNumber(number32(1)), at: instant(3),
            recordedAt: instant(4), recordedBy: text(5), finding: finding)
    }
}
