import ColdChain

/// The register of calibrations, as far as later readings need it: all of it, for it is small and
/// readings of the log name entries of any age.
struct CalibrationBook: Sendable {
    private var entries: [CalibrationNumber: CalibrationEntry] = [:]
    private var superseding: [CalibrationNumber: CalibrationNumber] = [:]
    /// The places of devices that have calibrations, by name; a place is never given again.
    private var places: [String: Int] = [:]
    /// By place: a few probes each.
    private var channels: [[ChannelCalibrations]] = []
    /// By place, in the order in which they were entered.
    private var numbers: [[CalibrationNumber]] = []
    private(set) var last: UInt32 = 0

    /// What stands for a device without calibrations.
    static let nowhere = -1

    init(restored: [CalibrationEntry] = []) {
        for entry in restored.sorted(by: { $0.number.rawValue < $1.number.rawValue }) {
            take(entry)
        }
    }

    var count: Int { entries.count }

    subscript(number: CalibrationNumber) -> CalibrationEntry? { entries[number] }

    /// The place of a device; `nowhere` where it has no calibration.
    func place(of device: String) -> Int { places[device] ?? Self.nowhere }

    /// The entries of a device, the oldest first.
    func entries(of device: String) -> [CalibrationEntry] {
        places[device].map { numbers[$0].compactMap { entries[$0] } } ?? []
    }

    /// The entry that took the place of another; nil where it still holds.
    func superseding(_ number: CalibrationNumber) -> CalibrationNumber? { superseding[number] }

    /// Until when an entry is in force, for a reading of the log that names it.
    func dueAt(of number: CalibrationNumber) -> Timestamp? { entries[number]?.calibration?.dueAt }

    mutating func take(_ entry: CalibrationEntry) {
        entries[entry.number] = entry
        last = max(last, entry.number.rawValue)
        if let other = entry.supersedes { superseding[other] = entry.number }
        let place = places[entry.device] ?? channels.count
        if place == channels.count {
            places[entry.device] = place
            channels.append([])
            numbers.append([])
        }
        numbers[place].append(entry.number)
        let channel = channels[place].firstIndex {
            $0.quantity == entry.quantity && $0.probe == entry.probe
        }
        if let channel {
            channels[place][channel].take(entry)
        } else {
            channels[place].append(ChannelCalibrations(first: entry))
        }
    }

    /// Where a channel stands among those of its device; nil where it never had a calibration.
    func channel(_ quantity: Quantity, probe: UInt8, of place: Int) -> Int? {
        guard place >= 0 else { return nil }
        return channels[place].firstIndex { $0.quantity == quantity && $0.probe == probe }
    }

    func apply(
        to value: Double, measuredAt: Timestamp, channel: Int, of place: Int
    ) -> AppliedCalibration? {
        channels[place][channel].apply(to: value, measuredAt: measuredAt)
    }

    /// When the register last said something new of a channel.
    func changedAt(channel: Int, of place: Int) -> Timestamp { channels[place][channel].changedAt }
}
