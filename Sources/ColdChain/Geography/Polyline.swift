/// A way from place to place, such as a planned route.
package struct Polyline: Equatable, Sendable {
    package let places: [Coordinate]

    /// Where on the way one is, seen from a place beside it.
    package struct Nearest: Equatable, Sendable {
        /// From the place, in metres.
        package var distance: Double
        /// From the beginning of the way, in metres.
        package var along: Double
    }

    /// Nil without a place, or where one of them is nowhere.
    package init?(_ places: [Coordinate]) {
        guard !places.isEmpty, places.allSatisfy(\.isSomewhere) else { return nil }
        self.places = places
    }

    /// In metres.
    package var length: Double {
        zip(places, places.dropFirst()).reduce(0) { $0 + $1.0.distance(to: $1.1) }
    }

    /// The nearest of the way to a place; of equally near ones the first. Nil for one that is
    /// nowhere.
    package func nearest(to place: Coordinate) -> Nearest? {
        guard place.isSomewhere else { return nil }
        var best = Nearest(distance: place.distance(to: places[0]), along: 0)
        var before = 0.0
        let plane = LocalPlane(middle: place)
        for (first, second) in zip(places, places.dropFirst()) {
            let length = first.distance(to: second)
            let (share, distance) = LocalPlane.nearest(
                from: plane.point(first), to: plane.point(second))
            if distance < best.distance {
                best = Nearest(distance: distance, along: before + share * length)
            }
            before += length
        }
        return best
    }
}
