/// Whether a vehicle can have come to where its fix says since its last good one.
///
/// A fix that cannot be is compared with nothing: a jump away and back fails once. Where the vehicle
/// was moved in earnest, as by a ferry, a few fixes that agree with each other are believed again.
package struct FixDisplacement: Equatable, Sendable {
    package struct Limits: Equatable, Sendable {
        /// In m/s; faster is suspect.
        package var suspectSpeed: Double
        /// In m/s; faster is bad.
        package var badSpeed: Double
        /// In milliseconds; a last good fix that is older says nothing.
        package var longest: Int64 = 600_000
        /// In milliseconds; fixes closer than that tell no speed.
        package var shortest: Int64 = 1000
        /// So many fixes that agree with each other…
        package var agreeing = 3
        /// …over so many milliseconds are believed.
        package var agreeingFor: Int64 = 20_000

        package init(suspectSpeed: Double, badSpeed: Double) {
            self.suspectSpeed = suspectSpeed
            self.badSpeed = badSpeed
        }

        package static let bicycle = Limits(suspectSpeed: 12, badSpeed: 20)
        package static let scooter = Limits(suspectSpeed: 25, badSpeed: 40)
        package static let car = Limits(suspectSpeed: 40, badSpeed: 60)
    }

    private struct Place: Equatable, Sendable {
        var coordinate: Coordinate
        var measuredAt: Timestamp
    }

    private var lastGood: Place?
    /// The first and the last of the fixes that agree with each other, and how many there are.
    private var candidates: (first: Timestamp, last: Place, count: Int)?

    package init() {}

    package static func == (left: FixDisplacement, right: FixDisplacement) -> Bool {
        left.lastGood == right.lastGood && left.candidates?.first == right.candidates?.first
            && left.candidates?.last == right.candidates?.last
            && left.candidates?.count == right.candidates?.count
    }

    /// Where no delivery passes, and what receivers without a fix send: 0°, 0° and what is nearer to
    /// it than 0.0001°.
    package static func isNullIsland(_ coordinate: Coordinate) -> Bool {
        coordinate.latitude.magnitude < 1e-4 && coordinate.longitude.magnitude < 1e-4
    }

    /// The gross range of a position: bad where there is no such place, and at null island.
    package static func placeFlag(of coordinate: Coordinate) -> QualityFlag {
        guard coordinate.isSomewhere, coordinate.longitude.magnitude <= 180 else {
            let isMissing = coordinate.latitude.isNaN && coordinate.longitude.isNaN
            return isMissing ? .missing : .bad
        }
        return isNullIsland(coordinate) ? .bad : .good
    }

    /// Takes the next fix by time of measurement.
    package mutating func take(
        _ coordinate: Coordinate, at time: Timestamp, limits: Limits
    ) -> QualityFinding {
        guard Self.placeFlag(of: coordinate) == .good else {
            return QualityFinding(.notEvaluated, .noGoodFix)
        }
        let place = Place(coordinate: coordinate, measuredAt: time)
        guard let lastGood else { return believe(place) }
        let interval = time.milliseconds(since: lastGood.measuredAt)
        // Too close together, or not later: the last good one stays.
        if interval < limits.shortest { return QualityFinding(.notEvaluated, .noGoodFix) }
        if interval > limits.longest { return believe(place) }
        let speed = Self.speed(from: lastGood, to: place)
        if speed <= limits.badSpeed {
            candidates = nil
            self.lastGood = place
            return speed > limits.suspectSpeed
                ? QualityFinding(.suspect, .implausibleSpeed) : .good
        }
        gather(place, limits)
        return QualityFinding(.bad, .implausibleSpeed)
    }

    /// The first fix, and the first after a long silence.
    private mutating func believe(_ place: Place) -> QualityFinding {
        lastGood = place
        candidates = nil
        return QualityFinding(.notEvaluated, .noGoodFix)
    }

    private mutating func gather(_ place: Place, _ limits: Limits) {
        guard let known = candidates else {
            candidates = (place.measuredAt, place, 1)
            return
        }
        let interval = place.measuredAt.milliseconds(since: known.last.measuredAt)
        if interval < limits.shortest { return }
        guard interval <= limits.longest,
            Self.speed(from: known.last, to: place) <= limits.badSpeed
        else {
            candidates = (place.measuredAt, place, 1)
            return
        }
        candidates = (known.first, place, min(known.count, limits.agreeing) + 1)
        let span = place.measuredAt.milliseconds(since: known.first)
        if known.count + 1 >= limits.agreeing, span >= limits.agreeingFor {
            lastGood = place
            candidates = nil
        }
    }

    /// In m/s; the second is the later one.
    private static func speed(from first: Place, to second: Place) -> Double {
        let interval = second.measuredAt.milliseconds(since: first.measuredAt)
        return first.coordinate.distance(to: second.coordinate) * 1000 / Double(interval)
    }
}
