import Foundation
import QualityVectors

/// Judges series as the oracle mode does: for each line of standard input, a topic of the vectors
/// and its input in JSON, it prints a line with the flags, the metres, or the error.
@main
enum QualityOracle {
    private struct Request: Decodable {
        var topic: String
        var input: OracleInput
    }

    private struct Answer: Encodable {
        var flags: [UInt8]?
        var metres: Double?
        var error: String?
    }

    static func main() throws {
        let decoder = OracleInput.decoder
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        while let line = readLine() {
            let answer = try encoder.encode(answer(to: line, decoder))
            FileHandle.standardOutput.write(answer + [0x0A])
        }
    }

    private static func answer(to line: String, _ decoder: JSONDecoder) -> Answer {
        do {
            let request = try decoder.decode(Request.self, from: Data(line.utf8))
            return request.topic.hasPrefix("geodesic.")
                ? Answer(metres: try OracleTopic.distance(request.input))
                : Answer(flags: try OracleTopic.flags(request.topic, request.input))
        } catch {
            return Answer(error: "\(error)")
        }
    }
}
