import ColdChain
import Host
import JSONText
import Testing
import Wire

@Suite("Oracle mode says what ioos_qc 3.0.0 says of a file")
struct OracleTripTests {
    private func flags(_ trip: OracleTrip, _ test: String) throws -> [UInt8] {
        let column = try #require(trip.columns.first { $0.test == test })
        return try column.flags.get().map(\.rawValue)
    }

    /// Computed with ioos_qc 3.0.0, spike_test with the differential method and 2 and 5.
    @Test("the package's spikes of a bag")
    func spikes() throws {
        let values = [
            "4.1", "4.2", "4.1", "4.3", "4.2", "19.8", "4.3", "4.4", "4.4", "4.5", "4.6", "4.6",
            "", "4.8", "4.9", "5.2",
        ]
        let rows = values.enumerated().map { ($0.offset * 60, $0.element) }
        let trip = try OracleTrip(Trips.file(Trips.csv(rows)), Trips.question())
        #expect(try flags(trip, "spike") == [2, 1, 1, 1, 1, 4, 1, 1, 1, 1, 1, 2, 9, 2, 1, 2])
        #expect(try flags(trip, "gap") == Array(repeating: 1, count: 16))
        #expect(trip.rollup[5] == .bad)
        #expect(trip.text.contains("rate_of_change"))
        let json = try JSONText.parse(trip.json)
        #expect(json["readings"]?.array?[5]["flags"]?["spike"]?.integer == 4)
    }

    @Test("a series that the package refuses is told so, by each test that refuses it")
    func refused() throws {
        let trip = try OracleTrip(Trips.file(Trips.csv([(0, "4")])), Trips.question())
        let gap = try #require(trip.columns.first { $0.test == "gap" })
        #expect(throws: OracleError.tooFewElements(needed: 2)) { try gap.flags.get() }
        #expect(trip.text.contains("gap: the series is refused, at least 2 elements are needed"))
        // One value varies by nothing: the package calls that attenuated.
        #expect(trip.rollup == [.bad])
    }

    @Test("times beyond its nanoseconds are refused")
    func beyond() throws {
        let file = try Trips.file("time,temperature\n2263-01-01T00:00:00Z,4\n")
        #expect(throws: ReadingsFileError.self) {
            _ = try OracleTrip(file, Trips.question())
        }
    }
}
