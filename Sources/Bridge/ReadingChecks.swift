package import ColdChain

/// Which tests readings are put to, and by what parameters.
package struct ReadingChecks: Equatable, Sendable {
    package enum Extent: Equatable, Sendable {
        case all
        /// Only those that look at one value by itself: its range, its marker, its time and the
        /// calibration that was applied.
        case grossRange
    }

    package var extent = Extent.all
    /// For a bag that carries no order, and for what is fixed to no bag.
    package var withoutOrder = QualitySettings(foodClass: nil)
    /// For a bag with an order, by the raw value of its food class less one.
    package var withOrder = FoodClass.allCases.map { QualitySettings(foodClass: $0) }
    /// For two temperature sensors of one bag.
    package var pair = SensorPair.Limits()
    /// For the fixes of vehicles.
    package var displacement = FixDisplacement.Limits.scooter
    /// Channels whose state is made from the log in one turn after a restart, so that no turn waits
    /// long for it; some milliseconds each where a sensor measures every second.
    package var channelsRestoredATurn = 32

    package init() {}
}

/// The settings that hold for a reading, by the profile that decoded it and the food that its bag
/// carries, made once and not for each reading.
struct CheckTable: Sendable {
    private static let columns = FoodClass.allCases.count + 1
    /// Of each profile first the ones without an order.
    private var settings: [QualitySettings] = []

    init(_ bridge: BridgeSettings) {
        for profile in bridge.profiles {
            let own = profile.ranges[.temperature]
            for column in 0..<CheckTable.columns {
                let foodClass = FoodClass(rawValue: UInt8(truncatingIfNeeded: column))
                var settings =
                    column == 0
                    ? bridge.checks.withoutOrder : bridge.checks.withOrder[column - 1]
                settings.futureTolerance = bridge.bounds.futureToleranceMilliseconds
                settings.oldestReading = bridge.bounds.oldestReadingMilliseconds
                if bridge.checks.extent == .grossRange || foodClass == nil {
                    // Nobody knows what is plausible but the profile, if it does.
                    settings.grossRange = own ?? Self.unlessOnly(.grossRange, bridge, settings)
                } else if let own {
                    let plausible = (settings.grossRange ?? own).plausibleSpan
                    settings.grossRange = GrossRange(
                        sensorSpan: own.sensorSpan,
                        plausibleSpan: plausible.clamped(to: own.sensorSpan))
                }
                self.settings.append(settings)
            }
        }
    }

    private static func unlessOnly(
        _ extent: ReadingChecks.Extent, _ bridge: BridgeSettings, _ settings: QualitySettings
    ) -> GrossRange? {
        bridge.checks.extent == extent ? nil : settings.grossRange
    }

    /// - Parameter interval: How often the device measures, in milliseconds; nil where that is not
    ///   known.
    func settings(
        _ profile: ProfileNumber, _ foodClass: FoodClass?, interval: Int64?
    ) -> QualitySettings {
        let column = Int(foodClass?.rawValue ?? 0)
        var settings = settings[profile.rawValue * CheckTable.columns + column]
        if let interval { settings.maximumGap = max(settings.maximumGap, 3 * interval) }
        return settings
    }
}

/// What is kept of every channel, one temperature of one probe of a source, and of the sensors and
/// clocks beside them. Readings find their channel by a place and not by a name.
struct QualityBook: Sendable {
    struct Channel: Sendable {
        var source: SourceNumber
        var probe: UInt8
        var profile: ProfileNumber
        /// The place of the source's next channel; -1 after the last.
        var next = -1
        var state = ChannelQuality()
        /// Whether `state` is that of the log; until then readings are judged alone.
        var isKnown: Bool
        /// The newest reading, and what the log says of it.
        var told: Told?
        /// The place in the list of waiting channels; -1 where it is in none.
        var waiting = -1
        /// The place of the pair of sensors it belongs to; -1 where it has no partner.
        var pair = -1
        var side = SensorPair.Side.first
    }

    struct Told: Sendable {
        var measuredAt: Timestamp
        var receivedAt: Timestamp
        /// As it came.
        var measurement: Measurement
        /// In °C, corrected where a calibration says so.
        var judgedValue: Double
        var timeSource: TimeSource
        var quality: ReadingQuality
        /// Whether that is what it was recorded with in this process, and nothing since.
        var isAsRecorded = false

        /// Whether the reading is this one, come again.
        func isToldOf(_ reading: ChannelReading) -> Bool {
            let isMarker = measurement.value.isNaN && reading.value.isNaN
            return measuredAt == reading.measuredAt
                && (isMarker || measurement.value == reading.value)
        }
    }

    /// A channel with readings that were judged alone, from the first to the last of them.
    struct Waiting: Sendable {
        var channel: Int
        var readings: ClosedRange<Timestamp>

        /// In milliseconds: late readings that lie further apart are asked for one by one, and not
        /// with all that lies between.
        static let longest: Int64 = 86_400_000

        mutating func take(_ time: Timestamp) -> Bool {
            let first = min(readings.lowerBound, time)
            let last = max(readings.upperBound, time)
            guard last.milliseconds(since: first) <= Waiting.longest else { return false }
            readings = first...last
            return true
        }
    }

    struct Pair: Sendable {
        var state = SensorPair()
        var first: Int
        var second: Int
        /// Whether the first sensor spoke before it had a partner: what it said then is in the log.
        var isNew = true
        /// From the first to the last time of measurement of what could not be compared as it came.
        var late: ClosedRange<Timestamp>?
    }

    var channels: [Channel] = []
    /// Of channels that are known: all are asked for at the end of the turn.
    var late: [Waiting] = []
    /// Of channels whose state has yet to be made from the log.
    var unknown: [Waiting] = []
    var pairs: [Pair] = []
    /// Those with `late`, in the order in which they had it.
    var latePairs: [Int] = []
    /// By the place in `SourceTable.State`.
    var clocks: [ClockOffset] = []
    var displacements: [FixDisplacement] = []

    /// Notes that a reading was judged alone.
    mutating func wait(_ place: Int, at time: Timestamp) {
        if channels[place].pair >= 0 { waitForPair(channels[place].pair, at: time) }
        let entry = channels[place].waiting
        if channels[place].isKnown {
            if entry >= 0, late[entry].take(time) { return }
            channels[place].waiting = late.count
            late.append(Waiting(channel: place, readings: time...time))
        } else {
            if entry >= 0, unknown[entry].take(time) { return }
            channels[place].waiting = unknown.count
            unknown.append(Waiting(channel: place, readings: time...time))
        }
    }

    /// Notes that a pair is to be compared by the log.
    mutating func waitForPair(_ pair: Int, at time: Timestamp) {
        if let late = pairs[pair].late {
            pairs[pair].late = min(late.lowerBound, time)...max(late.upperBound, time)
        } else {
            pairs[pair].late = time...time
            latePairs.append(pair)
        }
    }
}
