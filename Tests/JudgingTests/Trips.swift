import ColdChain
import Configuration
import Host
import Wire

/// Files of readings for the tests, and how they are judged.
enum Trips {
    /// 2026-11-20T12:00:00Z.
    static let noon = Timestamp(milliseconds: 1_795_176_000_000)

    static func profile(_ id: String = "us-fda-2022") throws -> JurisdictionProfile {
        try LimitCatalogue().profile(id)
    }

    static func question(
        _ foodClass: FoodClass? = .cold, profile: String = "us-fda-2022"
    ) throws -> TripQuestion {
        let freshness = FreshnessSettings()
        guard let freshness else { throw NoSettings() }
        // Two hours later: what is measured within them is past.
        return TripQuestion(
            foodClass: foodClass, profile: try Self.profile(profile), freshness: freshness,
            now: noon.advanced(byMilliseconds: 7_200_000))
    }

    struct NoSettings: Error {}

    static func file(_ text: String, device: String? = nil) throws(ReadingsFileError)
        -> ReadingsFile
    {
        try ReadingsFile(Array(text.utf8), device: device)
    }

    static func instant(_ seconds: Int) -> String {
        RFC3339.text(noon.advanced(byMilliseconds: Int64(seconds) * 1_000).milliseconds)
    }

    /// A file with a value at each second since noon.
    static func csv(_ rows: [(Int, String)]) -> String {
        "time,temperature\n" + rows.map { "\(instant($0.0)),\($0.1)\n" }.joined()
    }

    /// A value a minute, with the noise that a real sensor has.
    static func minutes(_ range: Range<Int>, _ celsius: Double) -> [(Int, String)] {
        range.map { ($0 * 60, "\(celsius + Double($0 % 3) / 10)") }
    }

    static func judged(
        _ rows: [(Int, String)], _ question: TripQuestion? = nil
    ) throws -> JudgedTrip {
        JudgedTrip(try file(csv(rows)), try question ?? Self.question())
    }
}
