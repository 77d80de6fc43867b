internal import Mathematics

/// The WGS 84 ellipsoid.
package enum Ellipsoid {
    /// Half the equator's diameter, in metres.
    package static let equatorialRadius = 6_378_137.0
    /// By how much the poles are nearer, of one.
    package static let flattening = 1 / 298.257223563
    /// Half the distance of the poles, in metres.
    package static let polarRadius = equatorialRadius * (1 - flattening)
    static let eccentricitySquared = flattening * (2 - flattening)

    /// How far the local metric is used, in metres. Against the geodesic it is at most 0.07 m off
    /// at 20 km, 0.0011 m at 5 km and 1e-10 of the distance at 100 m, between 70° S and 70° N.
    package static let localReach = 20_000.0
    /// Up to which degree of latitude that was measured.
    package static let localLatitude = 70.0

    static let radiansPerDegree = Double.pi / 180

    /// The distance in metres by the ellipsoid's two radii of curvature at the middle latitude.
    package static func localDistance(from first: Coordinate, to second: Coordinate) -> Double {
        let offset = localOffset(from: first, to: second)
        return (offset.eastward * offset.eastward + offset.northward * offset.northward)
            .squareRoot()
    }

    /// How far the second lies east and north of the first, in metres, by the directions that
    /// hold halfway between them.
    static func localOffset(
        from first: Coordinate, to second: Coordinate
    ) -> (eastward: Double, northward: Double) {
        let middle = (first.latitude + second.latitude) / 2 * radiansPerDegree
        let sineOfMiddle = sine(middle)
        let w = 1 - eccentricitySquared * sineOfMiddle * sineOfMiddle
        let acrossMeridian = equatorialRadius / w.squareRoot()
        let alongMeridian = acrossMeridian * (1 - eccentricitySquared) / w
        let eastward =
            acrossMeridian * cosine(middle) * radiansPerDegree
            * longitudeDifference(from: first.longitude, to: second.longitude)
        let northward = alongMeridian * radiansPerDegree * (second.latitude - first.latitude)
        return (eastward, northward)
    }

    /// Degrees east from one meridian to another, −180...180.
    static func longitudeDifference(from first: Double, to second: Double) -> Double {
        (second.remainder(dividingBy: 360) - first.remainder(dividingBy: 360))
            .remainder(dividingBy: 360)
    }
}
