internal import Bridge
package import ColdChain

/// Keeps the register of calibrations.
struct CalibrationLog {
    private let chain: Chain
    private let add: Statement
    private let select: Statement

    init(_ database: Database, chain: Chain) throws(StoreError) {
        self.chain = chain
        add = try database.prepare(
            """
            INSERT INTO calibrations(\(RecordKind.calibration.columns))
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
            """)
        select = try database.prepare(RecordKind.calibration.rowsSQL)
    }

    func record(_ entry: CalibrationEntry) throws(StoreError) {
        let number = Int64(entry.number.rawValue)
        let calibration = entry.calibration
        add.bind(1, number)
        add.bind(2, entry.device)
        add.bind(3, Int64(entry.quantity.rawValue))
        add.bind(4, Int64(entry.probe))
        add.bind(5, entry.enteredAt.milliseconds)
        add.bind(6, entry.enteredBy)
        add.bind(7, entry.supersedes.map { Int64($0.rawValue) })
        add.bind(8, entry.reason)
        add.bind(9, calibration?.madeAt.milliseconds)
        add.bind(10, calibration?.dueAt.milliseconds)
        add.bind(11, calibration?.method)
        add.bind(12, calibration?.reference)
        add.bind(13, calibration?.laboratory)
        add.bind(14, calibration?.certificate)
        add.bind(15, calibration?.table.text)
        add.bind(16, calibration?.uncertainty.expanded)
        add.bind(17, calibration?.uncertainty.coverageFactor)
        try add.run()
        try chain.append(.calibration, "calibration", number: number, readBackBy: select)
    }
}

extension OpenStore {
    func restoreCalibrations(_ state: inout RestoredState) throws(StoreError) {
        let rows = try database.prepare(
            "SELECT \(RecordKind.calibration.columns) FROM calibrations ORDER BY number")
        while try rows.step() { state.calibrations.append(try rows.calibrationEntry()) }
    }
}

extension JournalReader {
    /// A device's entries of the register, the oldest first.
    package func calibrations(ofDevice device: String) throws(StoreError) -> [CalibrationEntry] {
        let rows = try database.prepare(
            """
            SELECT \(RecordKind.calibration.columns)
            FROM calibrations INDEXED BY calibration_by_device WHERE device = ?1 ORDER BY number
            """)
        rows.bind(1, device)
        var entries: [CalibrationEntry] = []
        while try rows.step() { entries.append(try rows.calibrationEntry()) }
        return entries
    }
}

extension Statement {
    /// Of the columns of `RecordKind.calibration`.
    fileprivate func calibrationEntry() throws(StoreError) -> CalibrationEntry {
        CalibrationEntry(
            number: CalibrationNumber(number32(0)), device: text(1),
            quantity: try known(Quantity(rawValue: small(2)), 2, "calibrations.quantity"),
            probe: small(3), enteredAt: instant(4), enteredBy: text(5),
            supersedes: optionalInteger(6).map {
                CalibrationNumber(UInt32(truncatingIfNeeded: $0))
            },
            reason: optionalText(7), calibration: isNull(8) ? nil : try calibration())
    }

    private func calibration() throws(StoreError) -> Calibration {
        Calibration(
            madeAt: instant(8), dueAt: instant(9), method: text(10), reference: text(11),
            laboratory: optionalText(12), certificate: optionalText(13),
            table: try known(ErrorTable(text: text(14)), 14, "calibrations.points"),
            uncertainty: try known(
                CalibrationUncertainty(
                    expanded: optionalDouble(15) ?? .nan, coverageFactor: optionalDouble(16) ?? .nan
                ), 15, "calibrations.expanded_uncertainty"))
    }
}

extension ErrorTable {
    /// Reference and indicated temperature of each point, each in the shortest form that reads back
    /// as the same number.
    fileprivate var text: String {
        points.map { "\($0.reference) \($0.indicated)" }.joined(separator: "; ")
    }

    fileprivate init?(text: String) {
        var points: [Point] = []
        for part in text.split(separator: ";") {
            let numbers = part.split(separator: " ").map { Double($0) }
            guard numbers.count == 2, let reference = numbers[0], let indicated = numbers[1] else {
                return nil
            }
            points.append(Point(reference: reference, indicated: indicated))
        }
        guard let table = try? ErrorTable(points) else { return nil }
        self = table
    }
}
