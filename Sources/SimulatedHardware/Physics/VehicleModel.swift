package import ColdChain
internal import Glibc
package import Wire

/// A vehicle that drives a closed route of straight legs at a speed that varies a little.
package struct VehicleModel: Sendable {
    package let name: String
    private let route: [Place]
    /// Metres a second.
    private let cruisingSpeed: Double
    private var leg = 0
    /// Metres driven on the present leg.
    private var driven = 0.0
    private var speed: Double

    /// Metres a degree of latitude, on a sphere of the earth's mean radius (6,371,008.8 m).
    private static let metresADegree = 111_195.08

    /// - Parameter route: At least two places; the last leg leads back to the first.
    package init(name: String, route: [Place], cruisingSpeed: Double) {
        self.name = name
        self.route = route
        self.cruisingSpeed = cruisingSpeed
        speed = cruisingSpeed
    }

    /// Six places of a town, as a route for who names none.
    package static func townRoute(using random: inout SplitMix64) -> [Place] {
        let centre = Place(latitude: 52.5200, longitude: 13.4050)
        return (0..<6).map { _ in
            Place(
                latitude: centre.latitude + Double.random(in: -0.02...0.02, using: &random),
                longitude: centre.longitude + Double.random(in: -0.03...0.03, using: &random))
        }
    }

    /// Lets `seconds` pass; `push` of −1...1 makes it slower or faster for that long.
    package mutating func advance(bySeconds seconds: Double, push: Double) {
        speed = max(0, min(cruisingSpeed * 1.3, speed + push * cruisingSpeed * 0.15))
        driven += speed * seconds
        var length = distance(from: start, to: end)
        while driven >= length {
            driven -= length
            leg = (leg + 1) % route.count
            length = max(distance(from: start, to: end), 1)
        }
    }

    /// Where it is, as a receiver with a few metres of error sees it.
    package var position: Position {
        let share = driven / max(distance(from: start, to: end), 1)
        let east = (end.longitude - start.longitude) * cos(start.latitude * .pi / 180)
        let heading = atan2(east, end.latitude - start.latitude) * 180 / .pi
        return Position(
            latitude: rounded(start.latitude + (end.latitude - start.latitude) * share),
            longitude: rounded(start.longitude + (end.longitude - start.longitude) * share),
            speed: speed, heading: (heading + 360).truncatingRemainder(dividingBy: 360).rounded(),
            accuracy: 6)
    }

    private var start: Place { route[leg] }
    private var end: Place { route[(leg + 1) % route.count] }

    /// To a millionth of a degree: about 0.1 m.
    private func rounded(_ degrees: Double) -> Double {
        (degrees * 1_000_000).rounded() / 1_000_000
    }

    /// Equirectangular: exact enough for a town.
    private func distance(from: Place, to: Place) -> Double {
        let north = (to.latitude - from.latitude) * Self.metresADegree
        let east =
            (to.longitude - from.longitude) * Self.metresADegree
            * cos(from.latitude * .pi / 180)
        return (north * north + east * east).squareRoot()
    }
}
