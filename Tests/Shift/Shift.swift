package import Bridge
package import ColdChain
import Simulator
import Wire

/// A fleet's day as a seed makes it: what its sensors measured, and what people did meanwhile.
///
/// It says nothing of when the readings arrive: that is an `Arrivals`' part.
package struct Shift: Sendable {
    package struct Extent: Sendable {
        package var bags: Int
        package var hours: Int
        /// Between two readings of a sensor, in seconds; each has its own.
        package var interval: ClosedRange<Double>

        /// What the requirement names.
        package static let whole = Extent(bags: 200, hours: 8, interval: 55...60)

        package init(bags: Int, hours: Int, interval: ClosedRange<Double> = 30...60) {
            self.bags = bags
            self.hours = hours
            self.interval = interval
        }
    }

    /// A device in a bag: several probes of it measure at once.
    package struct Sensor: Sendable {
        package var bag: String
        /// Index in the settings' profiles.
        package var profile: Int
    }

    /// One sample as its device, or one of two gateways that heard it, tells it.
    package struct Telling: Sendable {
        /// Index in `sensors`.
        package var sensor: Int
        /// When it was measured in truth.
        package var takenAt: Timestamp
        /// By the device's clock; nil where that is not set.
        package var measuredAt: Timestamp?
        package var measurements: [Measurement]
        package var sequence: Int64?
        package var gateway: Int
        /// When it arrived in what happened: later than `takenAt` by the way it takes, or by as long
        /// as the device was offline.
        package var arrivedAt: Timestamp
        /// Whether the time of receipt is a part of what it says, as the clock is not believed.
        package var isPinned: Bool
        /// The telling of the same instant whose value came first.
        package var follows: Int?
    }

    /// What the platform tells.
    package struct Deed: Sendable {
        package var at: Timestamp
        package var command: Command
    }

    package let seed: UInt64
    package let start: Timestamp
    /// When the last reading was measured.
    package let end: Timestamp
    package private(set) var sensors: [Sensor] = []
    /// Of each sensor in the order of `takenAt`.
    package private(set) var tellings: [Telling] = []
    /// In order of time.
    package private(set) var deeds: [Deed] = []
    /// Identifiers of the orders.
    package private(set) var orders: [String] = []

    /// Times at which something is done, or arrives, are whole steps of this, in milliseconds: so
    /// many turns the engine takes.
    package static let step: Int64 = 4_000

    package init(seed: UInt64, extent: Extent) {
        self.seed = seed
        start = Timestamp(milliseconds: 1_795_176_000_000)
        end = start.advanced(byMilliseconds: Int64(extent.hours) * 3_600_000)
        var random = SplitMix64(state: seed)
        for index in 0..<extent.bags {
            var course = BagCourse(
                number: index, from: start, until: end, interval: extent.interval,
                random: SplitMix64(state: random.next()))
            course.play()
            let sensor = sensors.count
            let telling = tellings.count
            sensors += course.sensors
            deeds += course.deeds
            orders += course.orders
            tellings += course.tellings.map { said in
                var said = said
                said.sensor += sensor
                said.follows = said.follows.map { $0 + telling }
                return said
            }
        }
        // Stable, as deeds of one bag may be of one time.
        deeds = deeds.enumerated().sorted {
            ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
        }.map(\.element)
    }

    /// How many readings there are, those that two gateways tell counted twice.
    package var readings: Int { tellings.reduce(0) { $0 + $1.measurements.count } }
}

extension Timestamp {
    /// The first step of the shift that is not before.
    func roundedUp(to step: Int64 = Shift.step) -> Timestamp {
        Timestamp(milliseconds: (milliseconds + step - 1) / step * step)
    }
}
