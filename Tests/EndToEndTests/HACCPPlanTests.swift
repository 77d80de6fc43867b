import Foundation
import TestSupport
import Testing

/// The plan that food is watched by, as a food-safety officer asks for it.
@Suite struct HACCPPlanTests {
    struct Answer: Decodable {
        struct Plan: Decodable {
            struct Point: Decodable { var id: String }
            struct Record: Decodable {
                var id: String
                var table: String
                var endpoint: String?
            }
            var id: String
            var version: Int
            var controlPoints: [Point]
            var records: [Record]
        }
        struct InForce: Decodable {
            struct Limits: Decodable {
                var profile: String
                var edition: String
            }
            struct Point: Decodable {
                struct Limit: Decodable {
                    var foodClass: String
                    var minimum: Double?
                    var maximum: Double?
                    var source: String?
                    var hasLimit: Bool
                    var isVerified: Bool
                }
                var id: String
                var limits: [Limit]
                var tests: [Test]?
            }
            struct Test: Decodable {
                var foodClass: String
                var applied: String
            }
            struct Excursions: Decodable {
                var graceSeconds: Double
                var criticalMarginKelvin: Double
            }
            struct Record: Decodable {
                var id: String
                var retentionDays: Int?
            }
            var limits: Limits
            var controlPoints: [Point]
            var excursions: Excursions
            var records: [Record]
        }
        struct Logged: Decodable {
            var version: Int
            var sha256: String
        }
        var sha256: String
        var isApproved: Bool
        var plan: Plan
        var inForce: InForce
        var logged: [Logged]
    }

    private struct Row: Decodable {
        var version: Int
        var hash: String
        var plan: String
    }

    private struct Name: Decodable { var name: String }

    private let broker: Mosquitto
    private let daemon: Freshwire
    private let token: String

    init() throws {
        var settings = Freshwire.Settings()
        settings.sections = ["limits:", "  profile: uk"]
        (broker, daemon) = try Freshwire.ready(settings)
        token = try daemon.token(role: "food_safety")
    }

    private func answer() throws -> Answer {
        try daemon.request("/v1/haccp/plan", token: token).decoded()
    }

    /// What Python makes of JSON: written anew with its members sorted, and the SHA-256 of that.
    private func canonical(_ json: String, member: String?) throws -> [String] {
        let program = """
            import hashlib, json, sys
            data = json.load(open(sys.argv[1]))
            if len(sys.argv) > 2: data = data[sys.argv[2]]
            text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            print(hashlib.sha256(text.encode()).hexdigest(), text, sep="\\n")
            """
        daemon.folder.write(json, to: "plan.json")
        let ran = try Ran(
            "python3",
            ["-c", program, daemon.folder.file("plan.json")] + (member.map { [$0] } ?? []))
        try #require(ran.end == .exit(0), "\(ran.errors)")
        return ran.output.split(separator: "\n").map(String.init)
    }

    @Test("Q-3: the plan is answered with the limits, the settings and the retention in force")
    func answered() throws {
        let answer = try answer()
        #expect(answer.plan.id == "insulated-bag-delivery" && !answer.isApproved)
        let inForce = answer.inForce
        #expect(inForce.limits.profile == "uk" && inForce.limits.edition.contains("2006/31"))
        #expect(inForce.controlPoints.map(\.id) == answer.plan.controlPoints.map(\.id))
        let limits = inForce.controlPoints.flatMap(\.limits)
        #expect(limits.first { $0.foodClass == "hot" }?.minimum == 63)
        #expect(limits.first { $0.foodClass == "cold" }?.maximum == 8)
        let frozen = try #require(limits.first { $0.foodClass == "frozen" })
        #expect(frozen.maximum == -18 && !frozen.isVerified)
        #expect(limits.first { $0.foodClass == "ambient" }?.hasLimit == false)
        #expect(inForce.controlPoints.first?.tests?.map(\.applied) == ["gross_range"])
        #expect(inForce.controlPoints.last?.tests == nil)
        #expect(inForce.excursions.graceSeconds == 0)
        #expect(inForce.excursions.criticalMarginKelvin == 5)
        #expect(inForce.records.first { $0.id == "temperatures" }?.retentionDays == 90)
        let log = try #require(inForce.records.first { $0.id == "deviations" })
        #expect(log.retentionDays == nil)
        // What the plan names is there.
        let tables: [Name] = try daemon.rows("SELECT name FROM sqlite_schema")
        for record in answer.plan.records {
            #expect(tables.contains { $0.name == record.table }, "\(record.table)")
            guard let endpoint = record.endpoint else { continue }
            let path = endpoint.dropFirst("GET ".count)
                .replacingOccurrences(of: "{id}", with: "no-such-order")
            let body = try daemon.request(path, token: token).body
            #expect(!body.contains(#""code":"not_found""#), "\(endpoint)")
        }
    }

    @Test("only who may see everything is told, and the plan is not changed here")
    func refused() throws {
        let path = "/v1/haccp/plan"
        #expect(try daemon.request(path).status == 401)
        let driver = try daemon.token(role: "driver", subject: "d-1")
        #expect(try daemon.request(path, token: driver).status == 403)
        #expect(try daemon.request(path, method: "POST", token: token, body: "{}").status == 405)
        #expect(try daemon.request("/v1/haccp/plans", token: token).status == 404)
    }

    @Test("Q-3: the log has every plan that was in force, whole, by a hash that others find too")
    func logged() throws {
        let text = try daemon.request("/v1/haccp/plan", token: token).body
        let first: Answer = try decode(text)
        let query =
            "SELECT version, lower(hex(hash)) AS hash, plan FROM haccp_plans ORDER BY number"
        let rows: [Row] = try daemon.rows(query)
        #expect(rows.map(\.hash) == [first.sha256])
        #expect(try canonical(text, member: "plan") == [first.sha256, rows[0].plan])
        // A plan of one's own, taken over while it runs.
        let own = daemon.folder.file("plan.yaml")
        let shipped = try String(
            contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../HACCP/insulated-bag-delivery.yaml"), encoding: .utf8)
        let mine = shipped.replacing("version: 1\n", with: "version: 2\n").replacing(
            "scope: >-",
            with: "approved_by: {name: A. Kim, role: food safety, on: \"2026-11-22\"}\nscope: >-")
        daemon.folder.write(mine, to: "plan.yaml")
        daemon.settings.sections += ["haccp:", "  plan_file: \(own)"]
        daemon.writeConfiguration()
        daemon.send(signal: SIGHUP)
        #expect(try eventually { try answer().plan.version == 2 })
        let second = try answer()
        #expect(second.isApproved && second.sha256 != first.sha256)
        #expect(eventually { (try? answer().logged.map(\.version)) == [2, 1] })
        // One that does not fit changes nothing.
        daemon.folder.write(mine.replacing("step: waiting", with: "step: wait"), to: "plan.yaml")
        daemon.send(signal: SIGHUP)
        #expect(eventually { daemon.log.contains("HACCP plan not taken over") })
        #expect(try answer().sha256 == second.sha256)
        let checked = try daemon.command("check")
        #expect(checked.end == .exit(78))
        let line =
            mine.prefix(upTo: try #require(mine.firstRange(of: "step: waiting")).lowerBound)
            .count { $0 == "\n" } + 1
        #expect(
            checked.errors.contains("\(own):\(line):11: there is no step called 'wait'"),
            "\(checked.errors)")
        daemon.folder.write(mine, to: "plan.yaml")
        _ = try daemon.stop()
        try daemon.start()
        try #require(eventually { daemon.isReady })
        #expect(try answer().logged.map(\.sha256) == [second.sha256, first.sha256])
        #expect(try daemon.command("verify").end == .exit(0))
    }
}
