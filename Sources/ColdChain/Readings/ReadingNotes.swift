/// What is to be known of how a reading or a fix came about. The bits are stored; none is ever
/// given another meaning.
package struct ReadingNotes: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The device's clock was not set; its time was not used.
    package static let clockUnset = ReadingNotes(rawValue: 1 << 0)
    /// The clock was too far from the time of receipt to be believed; its time was not used.
    package static let clockFarOff = ReadingNotes(rawValue: 1 << 1)
    /// The time was 1024 weeks early, as after a rollover of the GPS week, and was put right.
    package static let weekRollover = ReadingNotes(rawValue: 1 << 2)
    /// The time came without a zone. It was used only where the profile names the zone.
    package static let zoneUnknown = ReadingNotes(rawValue: 1 << 3)
    /// The time was told as an age, and counted back from the time of receipt.
    package static let relativeTime = ReadingNotes(rawValue: 1 << 4)
    /// The device or its gateway says that it kept the reading until it could send it.
    package static let buffered = ReadingNotes(rawValue: 1 << 5)
    /// The receiver had no fix: the position is an old one, or none.
    package static let noFix = ReadingNotes(rawValue: 1 << 6)
    /// The payload names another device than the topic does.
    package static let identityConflict = ReadingNotes(rawValue: 1 << 7)
    /// The position comes from cells or networks, or was made coarse on purpose.
    package static let coarsePosition = ReadingNotes(rawValue: 1 << 8)
    /// The message says that it was made up for a test.
    package static let simulated = ReadingNotes(rawValue: 1 << 9)
    /// The device sends when something happens and not at intervals: its silence says nothing.
    package static let eventDriven = ReadingNotes(rawValue: 1 << 10)
    /// The value lies beyond the points of its sensor's calibration: the error at the nearest one was
    /// taken off.
    package static let beyondCalibration = ReadingNotes(rawValue: 1 << 11)

    package static let names: [(note: ReadingNotes, name: String)] = [
        (.clockUnset, "clock_unset"), (.clockFarOff, "clock_far_off"),
        (.weekRollover, "week_rollover"), (.zoneUnknown, "zone_unknown"),
        (.relativeTime, "relative_time"), (.buffered, "buffered"), (.noFix, "no_fix"),
        (.identityConflict, "identity_conflict"), (.coarsePosition, "coarse_position"),
        (.simulated, "simulated"), (.eventDriven, "event_driven"),
        (.beyondCalibration, "beyond_calibration"),
    ]

    /// The names of the notes that are set, in the order of their bits.
    package var names: [String] {
        Self.names.filter { contains($0.note) }.map(\.name)
    }
}
