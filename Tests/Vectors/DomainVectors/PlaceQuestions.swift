import ColdChain
import QualityVectors

/// How far two places lie apart.
struct GeodesicQuestion: Question {
    var lat1: Double
    var lon1: Double
    var lat2: Double
    var lon2: Double

    func answer(_ topic: String, expecting expected: Answer) throws -> Answer {
        let first = Coordinate(latitude: lat1, longitude: lon1)
        let second = Coordinate(latitude: lat2, longitude: lon2)
        let metres = Geodesic.distance(from: first, to: second)
        // What the product uses for what is near has to agree where it says so.
        guard metres > Ellipsoid.localReach || (first.distance(to: second) - metres).magnitude < 0.1
        else { throw InputError(description: "the local distance differs from the geodesic's") }
        return .members(["s12_m": .number(metres), "wgs84_m": .number(metres)])
    }

    /// Spheres are what is warned of; directions are nothing that the product tells.
    func isBeside(_ name: String, in topic: String) -> Bool {
        name.hasPrefix("sphere_") || name.hasPrefix("azi")
    }
}

/// How far a place lies from a way.
struct PolylineQuestion: Question {
    var lat: Double
    var lon: Double
    var line: [[Double]]

    func answer(_ topic: String, expecting expected: Answer) throws -> Answer {
        guard let line = Polyline(try places(line)),
            let nearest = line.nearest(to: Coordinate(latitude: lat, longitude: lon))
        else { throw InputError(description: "the way has no places") }
        if case .number = expected { return .number(nearest.distance) }
        return .members([
            "distance_m": .number(nearest.distance), "along_m": .number(nearest.along),
            "length_m": .number(line.length),
        ])
    }
}

/// Which places lie within an area.
struct GeofenceQuestion: Question {
    var center: [Double]?
    var radius_m: Double?
    var ring: [[Double]]?
    var line: [[Double]]?
    var distance_m: Double?
    var points: [[Double]]

    func answer(_ topic: String, expecting expected: Answer) throws -> Answer {
        let fence = try fence
        return Answer(truths: try places(points).map { fence.contains($0) })
    }

    private var fence: Geofence {
        get throws {
            if let center, let radius_m {
                return .circle(middle: try place(center), radius: radius_m)
            }
            if let ring { return .polygon(try places(ring)) }
            guard let line, let distance_m, let way = Polyline(try places(line)) else {
                throw InputError(description: "neither a circle nor a ring nor a way")
            }
            return .corridor(way, reach: distance_m)
        }
    }
}

/// Which ways from place to place go through a circle.
struct CrossingQuestion: Question {
    var center: [Double]
    var radius_m: Double
    var segments: [[[Double]]]

    func answer(_ topic: String, expecting expected: Answer) throws -> Answer {
        let middle = try place(center)
        return Answer(
            truths: try segments.map { segment in
                let way = Polyline(try places(segment))
                return way?.nearest(to: middle).map { $0.distance <= radius_m } ?? false
            })
    }
}

/// A vehicle's recorded way.
struct TrackQuestion: Question {
    var points: [[Double]]
    var columns: [String]?

    func answer(_ topic: String, expecting expected: Answer) throws -> Answer {
        let times = try column("t_s", 0)
        let track = zip(try column("lat", 1), try column("lon", 2)).map {
            Coordinate(latitude: $0, longitude: $1)
        }
        guard let first = track.first, let last = track.last, let way = Polyline(track),
            let start = times.first, let end = times.last
        else { throw InputError(description: "the track has no places") }
        let legs = zip(track, track.dropFirst()).map { $0.distance(to: $1) }
        let speeds = zip(legs, zip(times, times.dropFirst())).map { $0 / ($1.1 - $1.0) }
        var members: [String: Answer] = [
            "n": .number(Double(track.count)), "duration_s": .number(end - start),
            "length_wgs84_m": .number(way.length),
            "straight_line_m": .number(first.distance(to: last)),
            "max_segment_speed_mps": Answer(speeds.filter(\.isFinite).max()),
        ]
        for name in expected.names {
            if let flags = try flags(name, times, track) { members[name] = Answer(flags: flags) }
        }
        if let gaps = members.first(where: { $0.key.hasPrefix("gap_flags") }),
            case .list(let flags) = gaps.value
        {
            members["n_gap_fail"] = .number(Double(flags.count { $0 == .number(4) }))
        }
        return .members(members)
    }

    /// By another program's own way of measuring.
    func isBeside(_ name: String, in topic: String) -> Bool { name.hasPrefix("length_gpxpy") }

    /// The thresholds are in the name: `speed_flags_20_40`, `gap_flags_30s`.
    private func flags(
        _ name: String, _ times: [Double], _ track: [Coordinate]
    ) throws -> [UInt8]? {
        let numbers = name.split { !$0.isNumber && $0 != "." }.compactMap { Double($0) }
        let nanoseconds = try times.map { try OracleInput.nanoseconds($0) }
        if name.hasPrefix("speed_flags"), numbers.count == 2 {
            return try QartodOracle.speed(
                longitudes: track.map(\.longitude), latitudes: track.map(\.latitude),
                times: nanoseconds, suspectThreshold: numbers[0], failThreshold: numbers[1]
            ).map(\.rawValue)
        }
        guard name.hasPrefix("gap_flags"), numbers.count == 1 else { return nil }
        return try QartodOracle.timeGap(nanoseconds, failSpanHours: numbers[0] / 3_600)
            .map(\.rawValue)
    }

    private func column(_ name: String, _ usual: Int) throws -> [Double] {
        let index = columns?.firstIndex(of: name) ?? usual
        return try points.map { row in
            guard row.indices.contains(index) else {
                throw InputError(description: "a point has no \(name)")
            }
            return row[index]
        }
    }
}

/// Latitude and longitude.
private func place(_ pair: [Double]) throws -> Coordinate {
    guard pair.count == 2 else { throw InputError(description: "a place has two numbers") }
    return Coordinate(latitude: pair[0], longitude: pair[1])
}

private func places(_ pairs: [[Double]]) throws -> [Coordinate] { try pairs.map(place) }
