internal import Mathematics

extension QartodOracle {
    private static let sphereRadius = 6_371_000.0

    package enum DistanceMethod: Sendable {
        /// On a sphere of 6 371 000 m, as the package `gsw` computes it.
        case haversine
        /// Along the geodesic of the WGS 84 ellipsoid.
        case ellipsoid
    }

    /// `location_test`: NaN stands for a missing coordinate. One of the two missing is bad, both is
    /// missing; on the sphere a way from or to a missing place is one radian, in a series of two 0.
    ///
    /// - Parameter rangeMaximum: In metres from one place to the next.
    package static func location(
        longitudes: [Double], latitudes: [Double], rangeMaximum: Double? = nil,
        method: DistanceMethod = .haversine
    ) throws(OracleError) -> [QualityFlag] {
        guard longitudes.count == latitudes.count else { throw .unequalLengths }
        return longitudes.indices.map { index in
            let (longitude, latitude) = (longitudes[index], latitudes[index])
            if latitude.magnitude > 90 || longitude.magnitude > 180 { return .bad }
            if let rangeMaximum, longitudes.count > 1 {
                var way = 0.0
                if index > 0 {
                    way = distance(
                        (longitudes[index - 1], latitudes[index - 1]), (longitude, latitude), method
                    )
                    if way.isNaN, case .haversine = method {
                        way = longitudes.count > 2 ? sphereRadius : 0
                    }
                }
                if way > rangeMaximum { return .suspect }
            }
            switch (longitude.isFinite, latitude.isFinite) {
            case (true, true): return .good
            case (false, false): return .missing
            default: return .bad
            }
        }
    }

    private static func distance(
        _ first: (longitude: Double, latitude: Double),
        _ second: (longitude: Double, latitude: Double), _ method: DistanceMethod
    ) -> Double {
        switch method {
        case .ellipsoid:
            Geodesic.distance(
                from: Coordinate(latitude: first.latitude, longitude: first.longitude),
                to: Coordinate(latitude: second.latitude, longitude: second.longitude))
        case .haversine: haversine(first, second)
        }
    }

    private static func haversine(
        _ first: (longitude: Double, latitude: Double),
        _ second: (longitude: Double, latitude: Double)
    ) -> Double {
        let radians = Double.pi / 180
        let north = sine((second.latitude - first.latitude) * radians / 2)
        let east = sine((second.longitude - first.longitude) * radians / 2)
        let shrink = cosine(first.latitude * radians) * cosine(second.latitude * radians)
        let a = north * north + shrink * east * east
        return sphereRadius * 2 * arctangent(y: a.squareRoot(), x: (1 - a).squareRoot())
    }

    /// `speed_test` of its `argo` module, thresholds in m/s, intervals in whole seconds rounded
    /// down; where that is 0 the distance itself is compared. The first is not evaluated, and
    /// whatever has a missing coordinate, or follows one, is missing.
    package static func speed(
        longitudes: [Double], latitudes: [Double], times: [Int64], suspectThreshold: Double,
        failThreshold: Double
    ) throws(OracleError) -> [QualityFlag] {
        guard longitudes.count == latitudes.count, longitudes.count == times.count else {
            throw .unequalLengths
        }
        return longitudes.indices.map { index in
            guard index > 0 else { return .notEvaluated }
            let here = (longitude: longitudes[index], latitude: latitudes[index])
            let last = (longitude: longitudes[index - 1], latitude: latitudes[index - 1])
            guard
                here.longitude.isFinite, here.latitude.isFinite, last.longitude.isFinite,
                last.latitude.isFinite
            else { return .missing }
            let way = distance(last, here, .ellipsoid)
            let seconds = wholeSeconds(elapsed(from: times[index - 1], to: times[index]))
            let speed = (seconds == 0 ? way : way / Double(seconds)).magnitude
            if speed > failThreshold { return .bad }
            return speed > suspectThreshold ? .suspect : .good
        }
    }

    package enum FlaggedArea: Sendable {
        case inside
        case outside
    }

    /// `location_bounds_test`: the polygon's border counts as outside.
    ///
    /// - Parameter polygon: Its corners as (longitude, latitude), closed by itself.
    package static func locationBounds(
        longitudes: [Double], latitudes: [Double], polygon: [(Double, Double)],
        flagged: FlaggedArea = .outside
    ) throws(OracleError) -> [QualityFlag] {
        guard polygon.count >= 3 else { throw .tooFewCorners }
        guard longitudes.count == latitudes.count else { throw .unequalLengths }
        return zip(longitudes, latitudes).map { longitude, latitude in
            guard longitude.isFinite, latitude.isFinite else { return .missing }
            let isInside = isInside((longitude, latitude), polygon)
            return isInside == (flagged == .inside) ? .bad : .good
        }
    }

    /// Whether a ray from the point crosses the border an odd number of times.
    private static func isInside(_ point: (Double, Double), _ polygon: [(Double, Double)]) -> Bool {
        var isInside = false
        var previous = polygon[polygon.count - 1]
        for corner in polygon {
            let side =
                (corner.0 - previous.0) * (point.1 - previous.1)
                - (point.0 - previous.0) * (corner.1 - previous.1)
            let isBeside =
                point.0 >= min(previous.0, corner.0) && point.0 <= max(previous.0, corner.0)
                && point.1 >= min(previous.1, corner.1) && point.1 <= max(previous.1, corner.1)
            if side == 0, isBeside { return false }
            if (previous.1 > point.1) != (corner.1 > point.1), (side > 0) == (corner.1 > previous.1)
            {
                isInside.toggle()
            }
            previous = corner
        }
        return isInside
    }
}
