import Foundation
import InteropSupport
import TestSupport
import Testing

/// A platform that sends request after request on one connection and reads the answers behind them.
@Suite struct PipelinedRequestTests {
    private struct Line: Decodable {
        var status: Int
        var body: String
    }

    private struct OrderStatus: Decodable {
        var status: String
    }

    /// The answers to requests that are sent at once, in the order in which they come.
    private func answers(of daemon: Freshwire, to requests: [[String]]) throws -> [Line] {
        let texts = requests.map { request in
            let body = request.count > 2 ? request[2] : "null"
            return #"["\#(request[0])","\#(request[1])",\#(body)]"#
        }
        let program = try RunningProgram(
            "pipelined.py",
            ["\(daemon.port)", try daemon.token(), "[\(texts.joined(separator: ","))]"])
        return try decodeLines(program.announcement + "\n" + program.lastWords())
    }

    @Test("Q-9: changes that do not wait for one another are one commit, and answered in order")
    func changes() throws {
        let (broker, daemon) = try Freshwire.ready()
        defer { withExtendedLifetime(broker) {} }
        try daemon.createOrder("ORD-1", foodClass: "hot", bags: [])
        let statuses = ["confirmed", "preparing", "ready", "picked_up", "in_transit"]
        let changes = (0..<200).map {
            ["PATCH", "/v1/orders/ORD-1", #"{"status":"\#(statuses[$0 % 5])"}"#]
        }
        let before = try daemon.metric("freshwire_commits_total") ?? 0
        let answers = try answers(
            of: daemon,
            to: changes + [
                ["PATCH", "/v1/orders/ORD-1", #"{"status":"eaten"}"#],
                ["PATCH", "/v1/orders/ORD-2", #"{"status":"ready"}"#],
                ["GET", "/v1/orders/ORD-1"],
                ["PATCH", "/v1/orders/ORD-1", #"{"status":"delivered"}"#],
                ["GET", "/v1/orders/ORD-1"],
            ])
        #expect(
            answers.map(\.status) == Array(repeating: 200, count: 200) + [400, 404, 200, 200, 200])
        for (number, answer) in answers.prefix(200).enumerated() {
            #expect(try decode(answer.body, as: OrderStatus.self).status == statuses[number % 5])
        }
        // Who asks after a change sees it.
        #expect(try decode(answers[202].body, as: OrderStatus.self).status == "in_transit")
        #expect(try decode(answers[204].body, as: OrderStatus.self).status == "delivered")
        let commits = (try daemon.metric("freshwire_commits_total") ?? 0) - before
        #expect(commits < 100, "\(commits) commits of 201 changes")
    }
}
