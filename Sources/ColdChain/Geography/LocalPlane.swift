internal import Mathematics

/// The surroundings of a place, laid flat: every other place lies in the direction and at the
/// distance that the way to it begins with and has.
///
/// Meant for what is near, such as a planned route or a fence: up to `Ellipsoid.localReach` a
/// direction is right to a millimetre at 5 km, and beyond it to less.
struct LocalPlane {
    /// In metres from the middle.
    struct Point: Equatable {
        var east: Double
        var north: Double
    }

    let middle: Coordinate

    func point(_ place: Coordinate) -> Point {
        let offset = Ellipsoid.localOffset(from: middle, to: place)
        let flat =
            (offset.eastward * offset.eastward + offset.northward * offset.northward).squareRoot()
        guard flat > 0 else { return Point(east: 0, north: 0) }
        // Meridians lean towards each other: halfway the way has turned by half of that.
        let turn =
            Ellipsoid.longitudeDifference(from: middle.longitude, to: place.longitude)
            * Ellipsoid.radiansPerDegree / 2
            * sine((middle.latitude + place.latitude) / 2 * Ellipsoid.radiansPerDegree)
        let scale = middle.distance(to: place) / flat
        return Point(
            east: scale * (offset.eastward * cosine(turn) - offset.northward * sine(turn)),
            north: scale * (offset.northward * cosine(turn) + offset.eastward * sine(turn)))
    }

    /// The place of a line nearest to the middle, as a share of the line, and how far it is.
    static func nearest(from first: Point, to second: Point) -> (share: Double, distance: Double) {
        let (east, north) = (second.east - first.east, second.north - first.north)
        let square = east * east + north * north
        let share =
            square > 0 ? min(max(-(first.east * east + first.north * north) / square, 0), 1) : 0
        let nearest = Point(east: first.east + share * east, north: first.north + share * north)
        return (share, (nearest.east * nearest.east + nearest.north * nearest.north).squareRoot())
    }
}
