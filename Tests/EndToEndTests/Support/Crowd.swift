import Foundation
import InteropSupport
import TestSupport

/// Many clients in every dialect, by PyPI's packages, that come back by themselves.
final class Crowd {
    struct Status: Decodable {
        /// Of the client that has the fewest.
        var alarms: Int
        var following: Int
        var closings: Int
    }

    struct Member: Decodable {
        struct Closing: Decodable {
            var code: String
            var reason: String

            init(from decoder: any Decoder) throws {
                var pair = try decoder.unkeyedContainer()
                if let number = try? pair.decode(Int.self) {
                    code = "\(number)"
                } else {
                    code = try pair.decode(String.self)
                }
                reason = try pair.decode(String.self)
            }
        }

        var dialect: String
        /// Identifiers, in the order in which they came.
        var alarms: [String]
        var closings: [Closing]
        /// How often it could not come in, or its line was cut.
        var lost: Int
    }

    private let program: RunningProgram
    private let folder = TemporaryDirectory()

    /// Waits until all follow the order ORD-1 of customer anna at cafe c1.
    init(_ count: Int, at daemon: Freshwire) throws {
        program = try RunningProgram(
            "crowd.py",
            [
                "127.0.0.1:\(daemon.port)", "\(count)", daemon.token(),
                daemon.token(role: "client", subject: "anna"), folder.file("status"),
            ])
        guard program.announcement == "ready" else {
            throw Unexpected(description: program.announcement)
        }
    }

    var status: Status? { try? decode(folder.read("status")) }

    /// Ends it, and answers how its members fared.
    func finish() throws -> [Member] {
        try decodeLines(program.lastWords())
    }
}
