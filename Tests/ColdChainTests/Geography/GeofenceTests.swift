import ColdChain
import Testing

@Suite("Ways and fences")
struct GeofenceTests {
    private static func place(_ latitude: Double, _ longitude: Double) -> Coordinate {
        Coordinate(latitude: latitude, longitude: longitude)
    }

    private static let square = Geofence.polygon([
        place(66, 179.9), place(66, -179.9), place(66.1, -179.9), place(66.1, 179.9),
    ])

    @Test(
        "a polygon may lie across the 180th meridian, and may be wound either way",
        arguments: [
            (66.05, 180.0, true), (66.05, -180, true), (66.05, 179.95, true),
            (66.05, -179.95, true), (66.05, 179.85, false), (66.2, 180, false), (0, 0, false),
            (66, 179.9, true), (.nan, 180, false), (66.05, .infinity, false), (91, 180, false),
        ])
    func polygon(latitude: Double, longitude: Double, isInside: Bool) {
        let place = Self.place(latitude, longitude)
        #expect(Self.square.contains(place) == isInside)
        guard case .polygon(let corners) = Self.square else { return }
        #expect(Geofence.polygon(corners.reversed()).contains(place) == isInside)
    }

    @Test("what is no area holds nothing")
    func nothing() {
        let middle = Self.place(10, 10)
        #expect(!Geofence.polygon([]).contains(middle))
        #expect(!Geofence.polygon([middle, middle]).contains(middle))
        #expect(
            !Geofence.polygon([middle, Self.place(.nan, 0), Self.place(0, 0)]).contains(middle))
        #expect(!Geofence.circle(middle: Self.place(95, 0), radius: 1e9).contains(middle))
        #expect(!Geofence.circle(middle: middle, radius: -1).contains(middle))
        #expect(Geofence.circle(middle: middle, radius: 0).contains(middle))
    }

    @Test("the nearest of a way lies on a leg or at a corner, and counts from its beginning")
    func nearest() throws {
        let way = try #require(
            Polyline([Self.place(0, 0), Self.place(0, 0.01), Self.place(0.01, 0.01)]))
        let leg = 1_113.194_9
        let beside = try #require(way.nearest(to: Self.place(-0.001, 0.005)))
        #expect(abs(beside.distance - 110.574) < 0.01 && abs(beside.along - leg / 2) < 0.01)
        let before = try #require(way.nearest(to: Self.place(0, -0.01)))
        #expect(abs(before.distance - leg) < 0.01 && before.along == 0)
        let behind = try #require(way.nearest(to: Self.place(0.02, 0.01)))
        #expect(abs(behind.along - way.length) < 1e-6)
        #expect(abs(behind.distance - 1_105.743) < 0.01)
        #expect(way.nearest(to: Self.place(.nan, 0)) == nil)
    }

    @Test("a way needs places")
    func empty() {
        #expect(Polyline([]) == nil)
        #expect(Polyline([Self.place(0, .nan)]) == nil)
        #expect(Polyline([Self.place(1, 1)])?.length == 0)
    }
}
