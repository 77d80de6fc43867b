/// A place on the WGS 84 ellipsoid.
package struct Coordinate: Equatable, Sendable {
    /// Degrees north, −90...90; anything else is nowhere, and every distance to it is NaN.
    package var latitude: Double
    /// Degrees east. Any finite number: 190 is −170.
    package var longitude: Double

    package init(latitude: Double, longitude: Double) {
        self.latitude = latitude
        self.longitude = longitude
    }

    /// Whether both are numbers and the latitude is one of the earth.
    package var isSomewhere: Bool {
        latitude.magnitude <= 90 && longitude.isFinite
    }
}

extension Coordinate {
    /// How far `other` is, in metres, along the shortest way on the ellipsoid.
    ///
    /// Up to `Ellipsoid.localReach` by the local metric, beyond it by the geodesic. NaN where one of
    /// the two is nowhere.
    package func distance(to other: Coordinate) -> Double {
        guard isSomewhere, other.isSomewhere else { return .nan }
        let local = Ellipsoid.localDistance(from: self, to: other)
        return local <= Ellipsoid.localReach && latitude.magnitude <= Ellipsoid.localLatitude
            && other.latitude.magnitude <= Ellipsoid.localLatitude
            ? local : Geodesic.distance(from: self, to: other)
    }
}
