internal import Mathematics

/// The shortest way between two places on the ellipsoid.
///
/// Solved on the auxiliary sphere: the azimuth at which a geodesic leaves the first place decides
/// the longitude at which it meets the second one's latitude, and that longitude grows with the
/// azimuth, so that the azimuth is found by halving wherever the two places lie, opposite ones
/// included (C. F. F. Karney, Algorithms for geodesics, 2013, §4). Lengths are right to 1 µm.
package enum Geodesic {
    /// In metres; NaN where one of the two is nowhere.
    package static func distance(from first: Coordinate, to second: Coordinate) -> Double {
        guard first.isSomewhere, second.isSomewhere else { return .nan }
        let span =
            Ellipsoid.longitudeDifference(from: first.longitude, to: second.longitude).magnitude
            * Ellipsoid.radiansPerDegree
        return Arc(first.latitude, second.latitude, span: span).length
    }
}

/// A point of the auxiliary sphere's meridian, by its reduced latitude.
private struct Reduced {
    var sine: Double
    var cosine: Double

    /// - Parameter latitude: In degrees.
    init(_ latitude: Double) {
        guard latitude.magnitude < 90 else {
            (sine, cosine) = (latitude.sign == .minus ? -1 : 1, 0)
            return
        }
        let angle = latitude * Ellipsoid.radiansPerDegree
        let y = (1 - Ellipsoid.flattening) * Mathematics.sine(angle)
        let x = Mathematics.cosine(angle)
        let norm = (x * x + y * y).squareRoot()
        (sine, cosine) = (y / norm, x / norm)
    }
}

/// The two ends of a geodesic, turned so that the first lies in the south, at least as far from the
/// equator as the second, which is what makes the longitude grow with the azimuth.
private struct Arc {
    var start: Reduced
    var end: Reduced
    /// Of longitude, in radians, 0...π.
    var span: Double

    init(_ latitude: Double, _ other: Double, span: Double) {
        let isSwapped = latitude.magnitude < other.magnitude
        let (far, near) = isSwapped ? (other, latitude) : (latitude, other)
        let turn: Double = far > 0 ? -1 : 1
        start = Reduced(turn * far)
        // A start on the equator counts as just south of it: its angles end at −π, not at π.
        if start.sine == 0 { start.sine = -0.0 }
        end = Reduced(turn * near)
        self.span = span
    }

    /// In metres.
    var length: Double {
        if start.cosine == 0 { return along(sineOfAzimuth: 0, cosineOfAzimuth: 1).length }
        if start.sine == 0, end.sine == 0, span <= (1 - Ellipsoid.flattening) * .pi {
            return Ellipsoid.equatorialRadius * span
        }
        return solved.length
    }

    /// A bound on the halvings. Fifty-six find most azimuths to their last digit; next to the
    /// equator they lie next to due east, and to find their distance from it takes more.
    private static let halvings = 200

    /// The azimuth is told by how far it is turned from due east, which due east tells best.
    private var solved: Path {
        var low = -Double.pi / 2
        var high = Double.pi / 2
        var path = along(sineOfAzimuth: 0, cosineOfAzimuth: 1)
        for _ in 0..<Arc.halvings {
            let turn = (low + high) / 2
            if turn == low || turn == high { break }
            path = along(sineOfAzimuth: cosine(turn), cosineOfAzimuth: -sine(turn))
            if path.span < span { low = turn } else { high = turn }
        }
        return path
    }

    /// The way that leaves the start at an azimuth, as far as the end's latitude.
    private func along(sineOfAzimuth: Double, cosineOfAzimuth: Double) -> Path {
        let startCosine = cosineOfAzimuth * start.cosine
        // The end's cos α · cos β, by those of the sines and cosines that do not cancel.
        let closer =
            start.sine.magnitude < 0.5
            ? (start.sine - end.sine) * (start.sine + end.sine)
            : (end.cosine - start.cosine) * (end.cosine + start.cosine)
        let endSquared = startCosine * startCosine + closer
        let endCosine = max(0, endSquared).squareRoot()
        return Path(
            sineAtEquator: sineOfAzimuth * start.cosine,
            from: (start.sine, startCosine), to: (end.sine, endCosine))
    }
}

/// A stretch of a geodesic, by the azimuth at which its great circle crosses the equator and the
/// angles on the sphere from there to its ends.
private struct Path {
    private let sineAtEquator: Double
    private let kSquared: Double
    private let start: Double
    private let end: Double
    private let spanOnSphere: Double

    init(sineAtEquator: Double, from: (y: Double, x: Double), to: (y: Double, x: Double)) {
        self.sineAtEquator = sineAtEquator
        let ratio = Ellipsoid.equatorialRadius / Ellipsoid.polarRadius
        kSquared = max(0, 1 - sineAtEquator * sineAtEquator) * (ratio * ratio - 1)
        start = arctangent(y: from.y, x: from.x)
        end = arctangent(y: to.y, x: to.x)
        let startLongitude = arctangent(y: sineAtEquator * from.y, x: from.x)
        let endLongitude = arctangent(y: sineAtEquator * to.y, x: to.x)
        spanOnSphere = endLongitude - startLongitude
    }

    /// Of longitude, in radians: the ellipsoid's lags behind the sphere's.
    var span: Double {
        let f = Ellipsoid.flattening
        return spanOnSphere - f * sineAtEquator
            * integral { (2 - f) / (1 + (1 - f) * $0) }
    }

    /// In metres.
    var length: Double { Ellipsoid.polarRadius * integral { $0 } }

    /// Over the angle from the start to the end, of a function of √(1 + k² sin²), which hardly
    /// changes: twelve nodes leave nothing that a number could tell.
    private func integral(_ function: (Double) -> Double) -> Double {
        let half = (end - start) / 2
        let middle = (end + start) / 2
        var sum = 0.0
        for (place, weight) in Path.nodes {
            for side in [middle - half * place, middle + half * place] {
                let sine = sine(side)
                sum += weight * function((1 + kSquared * sine * sine).squareRoot())
            }
        }
        return half * sum
    }

    /// The positive nodes and the weights of the Gauss–Legendre rule of twelve nodes.
    private static let nodes: [(place: Double, weight: Double)] = [
        (0.1252334085114689, 0.2491470458134027),
        (0.3678314989981802, 0.2334925365383546),
        (0.5873179542866175, 0.20316742672306573),
        (0.7699026741943047, 0.16007832854334642),
        (0.9041172563704748, 0.10693932599531907),
        (0.9815606342467192, 0.04717533638651141),
    ]
}
