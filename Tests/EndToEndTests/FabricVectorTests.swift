import Foundation
import InteropSupport
import TestSupport
import Testing

/// The vectors of `Tests/Vectors/fabric`, run by clients we did not write against the daemon.
@Suite("Vectors of the fabric (Q-13)") struct FabricVectorTests {
    private struct Matrix: Decodable {
        struct Vector: Decodable {
            var id: String
            var result: String
            var detail: String?
        }

        struct Row: Decodable {
            var requirement: String
            var result: String
            var remark: String?
            var vectors: [Vector]
        }

        var rows: [Row]
    }

    private struct Run {
        var end: ChildProcess.End?
        var text: String
        var matrix: Matrix
    }

    private func run(_ arguments: [String]) throws -> Run {
        let (python, script) = try Python.command("fabric_vectors.py")
        let folder = TemporaryDirectory()
        let process = try ChildProcess(
            python.path,
            script + ["--program", Freshwire.program, "--json", folder.file("matrix.json")]
                + arguments,
            output: folder.file("matrix"), errors: folder.file("errors"))
        let end = try process.wait(atMost: .seconds(600))
        let text = folder.read("matrix") + folder.read("errors")
        return Run(end: end, text: text, matrix: try decode(folder.read("matrix.json")))
    }

    @Test("every vector passes, and every requirement has one of each kind, or a reason")
    func matrix() throws {
        let run = try run([])
        #expect(run.end == .exit(0), "\(run.text)")
        #expect(run.matrix.rows.count == 52)
        for row in run.matrix.rows {
            let isKnown = ["PASS", "PARTLY", "UNMET"].contains(row.result)
            #expect(isKnown, "\(row.requirement) \(row.result)")
            #expect(row.result == "PASS" || row.remark != nil, "\(row.requirement)")
        }
    }

    @Test("a vector that says what is not so fails, and the run with it")
    func wrongVectors() throws {
        let folder = TemporaryDirectory()
        folder.write(WrongVectors.file, to: "wrong.json")
        folder.write("W-4 it is not met\nright-but-unmet it is not met\n", to: "unmet.txt")
        let run = try run(["--unmet", folder.file("unmet.txt"), folder.file("wrong.json")])
        #expect(run.end == .exit(1))
        let vectors = run.matrix.rows.flatMap(\.vectors)
        #expect(vectors.count == WrongVectors.steps.count + 2)
        for vector in vectors where vector.id != "right-of-an-unmet-row" {
            #expect(vector.result == "FAIL", "\(vector.id)")
            #expect(vector.detail?.isEmpty == false)
        }
        let results = Dictionary(
            uniqueKeysWithValues: run.matrix.rows.map { ($0.requirement, $0.result) })
        #expect(results["W-2"] == "FAIL")
        #expect(results["W-4"] == "UNMET")
        #expect(results["W-5"] == "MISSING")
        #expect(results["T-1"] == "MISSING")
    }
}

/// Each asks for a subscription and a ping, and expects what does not come.
private enum WrongVectors {
    private static let ping =
        #"{"send": {"type": "ping", "id": "p", "timestamp": "2025-12-27T12:00:00Z"}}"#
    private static let pong =
        #""type": "pong", "id": "p", "timestamp": "$time", "payload": {"serverTime": "$time"}"#

    static let steps = [
        "another-value": #"\#(ping), {"expect": {\#(pong.replacing("pong", with: "ping"))}}"#,
        "a-member-more":
            #"\#(ping), {"expect": {"type": "pong", "id": "p", "timestamp": "$time"}}"#,
        "a-member-less": #"\#(ping), {"expect": {\#(pong), "signature": "$text"}}"#,
        "another-kind": #"\#(ping), {"expect": {\#(pong.replacing("$time", with: "$int"))}}"#,
        "no-such-instant":
            #"\#(ping), {"expect": {\#(pong.replacing("$time", with: "$start-1h"))}}"#,
        "nothing": #"\#(ping), {"nothing": 10000}"#,
        "silence": #"{"expect": {\#(pong)}, "within": 300}"#,
        "not-closed": #"\#(ping), {"closed": 3005}"#,
        "refused": #"{"connect": "websocket", "as": "other", "token": "anna", "refused": 401}"#,
        "status": #"{"http": {"path": "/v1/orders/none"}, "answers": {"status": 200}}"#,
        "order":
            #"\#(ping), {"send": {"type": "ping", "id": "q"}}, {"expect": {\#(pong.replacing(#""p""#, with: #""q""#))}}"#,
        "unknown-step": #"{"expects": {}}"#,
        "unknown-wildcard": #"\#(ping), {"expect": {\#(pong.replacing("$time", with: "$thing"))}}"#,
    ]

    private static func vector(_ id: String, _ requirement: String, _ steps: String) -> String {
        #"""
        {"id": "\#(id)", "requirement": "\#(requirement)", "polarity": "positive", "source": "ours",
         "says": "what is not so", "given": {"tokens": {"anna": {"role": "customer", "sub": "anna"}}},
         "steps": [{"connect": "websocket", "token": "anna", "protocols": ["wia-ind-009-v1"]}, \#(steps)]}
        """#
    }

    static var file: String {
        let right = #"\#(ping), {"expect": {\#(pong)}}"#
        let vectors =
            steps.map { vector($0.key, "W-2", $0.value) } + [
                vector("right-but-unmet", "W-2", right),
                vector("right-of-an-unmet-row", "W-4", right),
            ]
        return #"{"vectors": [\#(vectors.joined(separator: ",\n"))]}"#
    }
}
