import Foundation
import QualityVectors
import Testing

/// A vector of `Tests/Vectors/quality.json`, which names the source and the licence of each.
struct QualityVector: Decodable, Sendable, CustomTestStringConvertible {
    /// A list of flags, one flag, or a distance.
    enum Expected: Decodable {
        case flags([UInt8])
        case metres(Double)

        private enum Key: String, CodingKey {
            case s12_m, wgs84_m
        }

        init(from decoder: any Decoder) throws {
            if let single = try? decoder.singleValueContainer().decode(UInt8.self) {
                self = .flags([single])
            } else if let list = try? decoder.singleValueContainer().decode([UInt8].self) {
                self = .flags(list)
            } else {
                let object = try decoder.container(keyedBy: Key.self)
                self = .metres(
                    try object.decodeIfPresent(Double.self, forKey: .s12_m)
                        ?? object.decode(Double.self, forKey: .wgs84_m))
            }
        }
    }

    var id: String
    var topic: String
    var input: OracleInput
    var expected: Expected

    var testDescription: String { id }

    static let all: [QualityVector] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Vectors/quality.json")
        do {
            return try JSONDecoder().decode([QualityVector].self, from: Data(contentsOf: file))
        } catch {
            Issue.record("the vectors cannot be read: \(error)")
            return []
        }
    }()
}

@Suite("The oracle mode and the vectors of ioos_qc 3.0.0")
struct OracleVectorTests {
    @Test(
        "gives the flags and the distances that each vector expects", arguments: QualityVector.all)
    func vector(_ vector: QualityVector) throws {
        switch vector.expected {
        case .flags(let flags):
            #expect(try OracleTopic.flags(vector.topic, vector.input) == flags)
        case .metres(let metres):
            #expect(abs(try OracleTopic.distance(vector.input) - metres) <= 1e-6)
        }
    }

    @Test("the vectors are all there")
    func count() {
        #expect(QualityVector.all.count == 52)
    }
}
