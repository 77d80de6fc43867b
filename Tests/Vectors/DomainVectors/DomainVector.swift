package import Foundation
import QualityVectors

/// A vector of the food-safety domain: `{id, topic, input, expected, tolerance}`, and with it
/// `source`, `kind`, `license` and `note`, which people read.
package struct DomainVector: Sendable, CustomStringConvertible {
    package let id: String
    package let topic: String
    fileprivate let expected: Answer
    fileprivate let tolerance: Tolerance
    /// What the product is asked, or why the input asks nothing.
    fileprivate let question: Result<any Question, InputError>

    package var description: String { id }

    /// What came of a vector.
    package enum Outcome: Equatable, Sendable {
        /// All that is expected was found, but for what names a reference's own other ways.
        case passed(notCompared: [String])
        case failed(String)
    }

    /// Runs the product's own code on the input.
    package var outcome: Outcome {
        do {
            let asked = try question.get()
            let beside = expected.names.filter { asked.isBeside($0, in: topic) }
            let wanted = expected.without(beside)
            let found = try asked.answer(topic, expecting: wanted)
            let words = wanted.difference(from: found, tolerance)
            return words.map { .failed($0) } ?? .passed(notCompared: beside)
        } catch {
            return .failed("\(error)")
        }
    }

    /// The vectors of a file; elements of other shapes are left out.
    package static func all(in json: Data) throws -> [DomainVector] {
        try OracleInput.decoder.decode([Element].self, from: json).compactMap(\.vector)
    }
}

/// What a topic's input asks of the product.
protocol Question: Decodable, Sendable {
    /// - Parameter expected: Some topics expect what the name says, such as `gap_flags_30s`.
    func answer(_ topic: String, expecting expected: Answer) throws -> Answer

    /// Whether an expected member tells what another way gives, for comparison: nothing of the
    /// product.
    func isBeside(_ name: String, in topic: String) -> Bool
}

extension Question {
    func isBeside(_ name: String, in topic: String) -> Bool { false }
}

/// An element of a file, whatever its shape.
private struct Element: Decodable {
    var vector: DomainVector?

    private enum Key: String, CodingKey {
        case id, topic, input, expected, tolerance
    }

    init(from decoder: any Decoder) throws {
        guard let members = try? decoder.container(keyedBy: Key.self),
            let id = try? members.decode(String.self, forKey: .id),
            let topic = try? members.decode(String.self, forKey: .topic)
        else { return }
        vector = DomainVector(
            id: id, topic: topic,
            expected: try members.decodeIfPresent(Answer.self, forKey: .expected) ?? .none,
            tolerance: Tolerance(try members.decodeIfPresent(Answer.self, forKey: .tolerance)),
            question: Self.question(topic, members))
    }

    private static func question(
        _ topic: String, _ members: KeyedDecodingContainer<Key>
    ) -> Result<any Question, InputError> {
        guard let type = DomainVector.questionType(of: topic) else {
            return .failure(InputError(description: "no code for \(topic) yet"))
        }
        do {
            return .success(try type.init(from: members.superDecoder(forKey: .input)))
        } catch {
            return .failure(InputError(description: "the input cannot be read: \(error)"))
        }
    }
}

extension DomainVector {
    fileprivate static func questionType(of topic: String) -> (any Question.Type)? {
        switch topic {
        case _ where topic.hasPrefix("qc."): OracleInput.self
        case "time_in_range.linear", "time_in_range.step_hold": TimeInRangeQuestion.self
        case "mkt": KineticMeanQuestion.self
        case "freshness": FreshnessQuestion.self
        case "unit.f_to_c": FahrenheitQuestion.self
        case "cooling.fit_k": CoolingRateQuestion.self
        case "cooling.fit_exp_rise": ExponentialRiseQuestion.self
        case "cooling.time_to_breach": BreachQuestion.self
        case "growth.cpm_gamma": GrowthRateQuestion.self
        case "growth.log10_increase_no_lag": GrowthQuestion.self
        case "geodesic.inverse", "geodesic.vs_sphere": GeodesicQuestion.self
        case "polyline.distance": PolylineQuestion.self
        case "geofence.circle", "geofence.polygon", "geofence.polyline": GeofenceQuestion.self
        case "geofence.segment_crossing": CrossingQuestion.self
        case "track.real_car": TrackQuestion.self
        case "regulation.limit": RegulationQuestion.self
        default: nil
        }
    }
}

extension Answer {
    fileprivate func without(_ names: [String]) -> Answer {
        guard case .members(let members) = self else { return self }
        return .members(members.filter { !names.contains($0.key) })
    }
}

extension OracleInput: Question {
    func answer(_ topic: String, expecting expected: Answer) throws -> Answer {
        Answer(flags: try OracleTopic.flags(topic, self))
    }
}
