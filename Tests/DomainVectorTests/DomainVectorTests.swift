import DomainVectors
import Foundation
import Testing

/// `Tests/Vectors/domain.json` names the source and the licence of each vector.
@Suite("The food-safety domain and the vectors of other programs (B-5, Q-1, Q-2)")
struct DomainVectorTests {
    static let all: [DomainVector] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Vectors/domain.json")
        do {
            return try DomainVector.all(in: Data(contentsOf: file))
        } catch {
            Issue.record("the vectors cannot be read: \(error)")
            return []
        }
    }()

    @Test("each vector's answer is found by the product's own code", arguments: all)
    func vector(_ vector: DomainVector) {
        if case .failed(let words) = vector.outcome { Issue.record("\(vector.id): \(words)") }
    }

    @Test("the vectors are all there")
    func count() {
        #expect(Self.all.count == 119)
        #expect(Set(Self.all.map(\.topic)).count == 33)
    }

    private func outcome(
        _ topic: String, _ input: String, _ expected: String, tolerance: String = "null"
    ) throws -> DomainVector.Outcome {
        let text = """
            [{"id": "own", "topic": "\(topic)", "input": \(input), "expected": \(expected),
              "tolerance": \(tolerance)}]
            """
        return try #require(try DomainVector.all(in: Data(text.utf8)).first).outcome
    }

    @Test(
        "a wrong expectation fails, whatever its shape",
        arguments: [
            ("unit.f_to_c", #"{"f": 135}"#, "57.2", "1e-6"),
            ("unit.f_to_c", #"{"f": 135}"#, #""none""#, "1e-6"),
            ("unit.f_to_c", #"{"f": 135}"#, "null", "null"),
            (
                "freshness",
                #"{"time_in_safe_range_s": 0, "total_transit_time_s": 0, "transit_time_s": 0, "max_recommended_time_s": 1}"#,
                "0", "100"
            ),
            ("qc.time_gap", #"{"t_s": [0, 60], "fail_span_s": 300}"#, "[1, 4]", "null"),
            ("qc.time_gap", #"{"t_s": [0, 60], "fail_span_s": 300}"#, "[1]", "null"),
            (
                "time_in_range.linear",
                #"{"t_s": [0, 60], "temp_c": [4, 4], "max_c": 5, "max_gap_s": 300}"#,
                #"{"safe_s": 59.9}"#, "1e-6"
            ),
            (
                "time_in_range.linear",
                #"{"t_s": [0, 60], "temp_c": [4, 4], "max_c": 5, "max_gap_s": 300}"#,
                #"{"something_else": 1}"#, "1e9"
            ),
            (
                "geofence.circle", #"{"center": [0, 0], "radius_m": 100, "points": [[0, 0]]}"#,
                "[false]", "null"
            ),
            (
                "regulation.limit", #"{"rule": "UK Sch.4", "quantity": "cold_hold_max_c"}"#, "5",
                "null"
            ),
            ("regulation.limit", #"{"rule": "XX", "quantity": "cold_hold_max_c"}"#, "5", "null"),
            ("no.such_topic", "{}", "1", "null"), ("mkt", #"{"temp_c": "warm"}"#, "1", "null"),
        ])
    func wrong(topic: String, input: String, expected: String, tolerance: String) throws {
        let outcome = try outcome(topic, input, expected, tolerance: tolerance)
        guard case .failed = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test("elements of another shape are no vectors, and spoil none")
    func others() throws {
        let text =
            #"[1, {"id": "a"}, {"id": "b", "topic": "unit.f_to_c", "input": {"f": 41}, "expected": 5}]"#
        let vectors = try DomainVector.all(in: Data(text.utf8))
        #expect(vectors.map(\.id) == ["b"])
        #expect(vectors.first?.outcome == .passed(notCompared: []))
    }
}
