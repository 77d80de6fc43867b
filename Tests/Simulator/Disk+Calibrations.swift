import Bridge
import ColdChain

/// The register of calibrations as the log has it.
struct LoggedCalibrations {
    private struct Channel: Hashable {
        var device: String
        var quantity: Quantity
        var probe: UInt8
    }

    private(set) var entries: [CalibrationEntry] = []
    private var channels: [Channel: ChannelCalibrations] = [:]

    mutating func take(_ entry: CalibrationEntry) throws(Violation) {
        guard Int(entry.number.rawValue) == entries.count + 1 else {
            throw Violation("calibration \(entry.number.rawValue) follows \(entries.count)")
        }
        entries.append(entry)
        let key = Channel(device: entry.device, quantity: entry.quantity, probe: entry.probe)
        if channels[key] == nil {
            channels[key] = ChannelCalibrations(first: entry)
        } else {
            channels[key]?.take(entry)
        }
    }

    /// Requires that a reading is corrected by what the log had of its sensor before, and by nothing
    /// else.
    func requireApplied(to reading: Reading, of source: Source) throws(Violation) {
        let measurement = reading.measurement
        let key = Channel(
            device: source.device, quantity: measurement.quantity, probe: measurement.probe)
        let expected =
            reading.quality[.grossRange] == .bad || measurement.marker != nil
            ? nil
            : channels[key]?.apply(to: measurement.value, measuredAt: reading.measuredAt)
        guard reading.correction == expected?.correction else {
            throw Violation(
                "\(measurement.value) °C of \(source.device) is recorded with "
                    + "\(String(describing: reading.correction)) in place of "
                    + "\(String(describing: expected?.correction))")
        }
    }
}
