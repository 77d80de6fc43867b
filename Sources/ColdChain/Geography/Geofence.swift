/// An area that vehicles go into and out of. Its border belongs to it.
package enum Geofence: Equatable, Sendable {
    /// The radius in metres.
    case circle(middle: Coordinate, radius: Double)
    /// Closed by itself; it may lie across the 180th meridian, and not around a pole.
    case polygon([Coordinate])
    /// What lies no further than so many metres from a way.
    case corridor(Polyline, reach: Double)

    /// False for a place that is nowhere.
    package func contains(_ place: Coordinate) -> Bool {
        guard place.isSomewhere else { return false }
        switch self {
        case .circle(let middle, let radius): return middle.distance(to: place) <= radius
        case .polygon(let corners): return Self.isInside(place, corners)
        case .corridor(let line, let reach):
            return line.nearest(to: place).map { $0.distance <= reach } ?? false
        }
    }

    /// Whether a ray from the place crosses the border an odd number of times.
    private static func isInside(_ place: Coordinate, _ corners: [Coordinate]) -> Bool {
        guard corners.count >= 3, corners.allSatisfy(\.isSomewhere) else { return false }
        let plane = LocalPlane(middle: place)
        let points = corners.map(plane.point)
        var isInside = false
        var previous = points[points.count - 1]
        for corner in points {
            if LocalPlane.nearest(from: previous, to: corner).distance == 0 { return true }
            if (previous.north > 0) != (corner.north > 0) {
                let side = previous.east * corner.north - corner.east * previous.north
                if (side > 0) == (corner.north > previous.north) { isInside.toggle() }
            }
            previous = corner
        }
        return isInside
    }
}
