/// The calibrations that hold for one quantity of one probe of a device.
package struct ChannelCalibrations: Equatable, Sendable {
    private struct Held: Equatable, Sendable {
        var number: CalibrationNumber
        var madeAt: Timestamp
        var dueAt: Timestamp
        var table: ErrorTable
    }

    package let quantity: Quantity
    package let probe: UInt8
    /// When an entry was last made.
    package private(set) var changedAt: Timestamp
    /// By when they were made; of one instant by number.
    private var held: [Held] = []

    package init(first entry: CalibrationEntry) {
        quantity = entry.quantity
        probe = entry.probe
        changedAt = entry.enteredAt
        take(entry)
    }

    /// Takes the next entry of the register.
    package mutating func take(_ entry: CalibrationEntry) {
        changedAt = max(changedAt, entry.enteredAt)
        if let superseded = entry.supersedes { held.removeAll { $0.number == superseded } }
        guard let calibration = entry.calibration else { return }
        let place = held.firstIndex { $0.madeAt > calibration.madeAt } ?? held.endIndex
        held.insert(
            Held(
                number: entry.number, madeAt: calibration.madeAt, dueAt: calibration.dueAt,
                table: calibration.table),
            at: place)
    }

    /// What the newest calibration before a measurement makes of it; nil where there is none, or
    /// what was measured is no number.
    package func apply(to value: Double, measuredAt: Timestamp) -> AppliedCalibration? {
        var index = held.count
        while index > 0, held[index - 1].madeAt > measuredAt { index -= 1 }
        guard index > 0, let corrected = held[index - 1].table.corrected(value) else { return nil }
        return AppliedCalibration(
            correction: Correction(calibration: held[index - 1].number, value: corrected),
            dueAt: held[index - 1].dueAt,
            isBeyondTable: !held[index - 1].table.covers(value))
    }
}

/// A correction, and what else is to be said of a reading because of its calibration.
package struct AppliedCalibration: Equatable, Sendable {
    package var correction: Correction
    package var dueAt: Timestamp
    /// Whether the value lies beyond the points of the table, whose ends then hold.
    package var isBeyondTable: Bool

    package init(correction: Correction, dueAt: Timestamp, isBeyondTable: Bool) {
        self.correction = correction
        self.dueAt = dueAt
        self.isBeyondTable = isBeyondTable
    }
}

extension QualitySettings {
    /// Whether a number may be corrected: one that no sensor can have measured, or that may stand for
    /// no measurement, must not become one by a correction.
    ///
    /// It is the same for a value wherever it stands in the series, so that late readings change
    /// nothing of it.
    package func isCorrectable(_ value: Double) -> Bool {
        QualitySettings.grossRangeFinding(for: value, in: grossRange).flag != .bad
            && sentinels.finding(for: value, isFirst: true) == nil
    }
}
