import Foundation
import Host
import InteropSupport
import TestSupport
import Testing

/// The documents that say what is served, held against the program that serves it.
@Suite struct DescriptionTests {
    /// Runs a program whose lines are `ok NAME` or `failed NAME: REASON`.
    private func run(_ program: String, _ arguments: [String]) throws -> [Substring] {
        let checks = try RunningProgram(program, arguments)
        return [checks.announcement[...]] + checks.rest().split(separator: "\n")
    }

    @Test("Q-9, Q-11, Q-13: OpenAPI describes what is served and sent, and nothing else is")
    func openAPI() throws {
        let folder = TemporaryDirectory()
        let routes = ServedPaths.all.map { path -> [String: Any] in
            ["path": path.template, "methods": path.methodNames]
        }
        let json = try JSONSerialization.data(withJSONObject: routes)
        folder.write(String(decoding: json, as: UTF8.self), to: "routes")
        let lines = try run("described.py", [Freshwire.program, folder.file("routes")])
        #expect(lines.filter { !$0.hasPrefix("ok ") } == [])
        #expect(lines.count == 30)
    }

    @Test("W-1, T-1, Q-10, S-1, K-1, Q-13: AsyncAPI describes every message of every dialect")
    func asyncAPI() throws {
        let lines = try run("described_live.py", [Freshwire.program])
        #expect(lines.filter { !$0.hasPrefix("ok ") } == [])
        #expect(lines.count == 7)
    }
}
