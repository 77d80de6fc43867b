package import ColdChain

/// What a command says of a calibration; `enteredBy` is whose token it came with.
package struct CalibrationFields: Equatable, Sendable {
    /// Nil for that of the superseded entry, or else temperature and probe 0.
    package var quantity: Quantity?
    package var probe: UInt8?
    package var supersedes: CalibrationNumber?
    package var reason: String?
    /// Nil where an entry is only taken back.
    package var calibration: Calibration?
    package var enteredBy: String

    package init(calibration: Calibration?, enteredBy: String) {
        self.calibration = calibration
        self.enteredBy = enteredBy
    }
}

extension Bridge {
    /// Enters a calibration of a device, or takes one back: what is received from now on is corrected
    /// by it.
    ///
    /// The same request again, as after a lost answer, is answered the same way.
    mutating func enterCalibration(
        of id: String, _ fields: CalibrationFields, at now: Timestamp, effects: inout Effects
    ) throws(CommandRefusal) -> CalibrationEntry {
        // A mistake can be taken back also of a device that is no longer registered.
        guard devices[id] != nil || calibrations.place(of: id) >= 0 else {
            throw .unknownDevice(id)
        }
        let before = try superseded(by: fields, of: id)
        var entry = CalibrationEntry(
            number: CalibrationNumber(calibrations.last), device: id,
            quantity: fields.quantity ?? before?.quantity ?? .temperature,
            probe: fields.probe ?? before?.probe ?? 0, enteredAt: now,
            enteredBy: fields.enteredBy, supersedes: fields.supersedes, reason: fields.reason,
            calibration: fields.calibration)
        if let known = holding(entry) { return known }
        try check(entry, insteadOf: before)
        if let calibration = fields.calibration { try check(calibration, at: now) }
        guard calibrations.entries(of: id).count < Bridge.calibrationsOfDevice,
            calibrations.count < settings.bounds.calibrationsMaximum
        else {
            throw .invalid(field: "body", reason: "the register of calibrations is full")
        }
        entry.number = CalibrationNumber(calibrations.last + 1)
        calibrations.take(entry)
        // Its sources learn of the place when the device is heard next.
        sources.forgetCurrent(Array(id.utf8).span)
        effects.records.calibrations.append(entry)
        return entry
    }

    /// A device is calibrated once a year or twice; this is a century of corrections.
    private static let calibrationsOfDevice = 500
    /// In milliseconds, of 366 days each: who sets a later due date has mistaken the year.
    private static let longestInForce: Int64 = 10 * 366 * 86_400_000

    /// The entry that is to hold no longer.
    private func superseded(
        by fields: CalibrationFields, of id: String
    ) throws(CommandRefusal) -> CalibrationEntry? {
        guard let number = fields.supersedes else { return nil }
        guard let entry = calibrations[number], entry.device == id else {
            throw .invalid(
                field: "supersedes", reason: "there is no calibration of \(id) with that number")
        }
        return entry
    }

    /// An entry that says the same and still holds.
    private func holding(_ entry: CalibrationEntry) -> CalibrationEntry? {
        calibrations.entries(of: entry.device).last { known in
            var same = known
            same.number = entry.number
            same.enteredAt = entry.enteredAt
            same.enteredBy = entry.enteredBy
            return same == entry && calibrations.superseding(known.number) == nil
        }
    }

    private func check(
        _ entry: CalibrationEntry, insteadOf before: CalibrationEntry?
    ) throws(CommandRefusal) {
        guard entry.quantity == .temperature else {
            throw .invalid(field: "quantity", reason: "only temperatures are corrected")
        }
        guard let before else { return try checkProbe(entry.probe, of: entry.device) }
        guard before.calibration != nil else {
            throw .invalid(
                field: "supersedes", reason: "it took another one back: enter that one anew")
        }
        if let other = calibrations.superseding(before.number) {
            throw .invalid(
                field: "supersedes", reason: "calibration \(other.rawValue) has superseded it")
        }
        guard before.quantity == entry.quantity, before.probe == entry.probe else {
            throw .invalid(
                field: "probe",
                reason: "that calibration is of probe \(before.probe): take it back, and enter "
                    + "this one by itself")
        }
    }

    /// Before a device is heard anybody may say what it has; afterwards it was heard with the probe,
    /// or the number is a mistake.
    private func checkProbe(_ probe: UInt8, of id: String) throws(CommandRefusal) {
        let heard = heardProbes(of: id)
        guard heard.isEmpty || heard.contains(probe) else {
            let names = heard.sorted().map(String.init).joined(separator: ", ")
            throw .invalid(
                field: "probe",
                reason: "the device has not been heard with it since the start, only with \(names)")
        }
    }

    private func heardProbes(of id: String) -> Set<UInt8> {
        var probes: Set<UInt8> = []
        for state in sources.states where state.source.device == id {
            var next = state.channel ?? -1
            while next >= 0 {
                probes.insert(quality.channels[next].probe)
                next = quality.channels[next].next
            }
        }
        return probes
    }

    private func check(
        _ calibration: Calibration, at now: Timestamp
    ) throws(CommandRefusal) {
        guard calibration.madeAt.milliseconds >= 0,
            now.milliseconds(since: calibration.madeAt)
                >= -settings.bounds.futureToleranceMilliseconds
        else {
            throw .invalid(field: "madeAt", reason: "it lies in the future, or before 1970")
        }
        let inForce = calibration.dueAt.milliseconds(since: calibration.madeAt)
        guard inForce > 0 else {
            throw .invalid(field: "dueAt", reason: "it must lie after madeAt")
        }
        guard inForce <= Bridge.longestInForce else {
            throw .invalid(field: "dueAt", reason: "it lies more than ten years after madeAt")
        }
    }

    // MARK: Readings

    /// What the register makes of a measurement; nil where it has nothing to say of it.
    func applied(to measurement: Measurement, _ row: Row) -> AppliedCalibration? {
        let place = sources[row.source].calibrations
        guard place >= 0, measurement.marker == nil,
            let channel = calibrations.channel(
                measurement.quantity, probe: measurement.probe, of: place)
        else { return nil }
        let checks = checkTable.settings(row.profile, row.foodClass, interval: nil)
        guard checks.isCorrectable(measurement.value) else { return nil }
        return calibrations.apply(
            to: measurement.value, measuredAt: row.measuredAt, channel: channel, of: place)
    }

    /// Whether the log may have the reading already, from when the register said something else of its
    /// channel: then the log's answer is what counts.
    func mayBeRecordedOtherwise(_ measurement: Measurement, _ row: Row) -> Bool {
        let place = sources[row.source].calibrations
        guard place >= 0,
            let channel = calibrations.channel(
                measurement.quantity, probe: measurement.probe, of: place)
        else { return false }
        let ahead = row.measuredAt.milliseconds(
            since: calibrations.changedAt(channel: channel, of: place))
        return ahead <= settings.bounds.futureToleranceMilliseconds
    }
}
