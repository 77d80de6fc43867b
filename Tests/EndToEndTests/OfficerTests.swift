import Foundation
import InteropSupport
import TestSupport
import Testing

/// What a food-safety officer does about a breach, over REST with a broker and a daemon as they are,
/// and what an auditor finds of it afterwards in every export.
@Suite struct OfficerTests {
    private struct Alert: Decodable {
        var number: Int
        var revision: Int
        var standing: Bool
    }

    private struct Answered: Decodable {
        var alert: Alert
        var stateHash: String?
    }

    private struct Page: Decodable {
        var alerts: [Answered]
    }

    private struct Line: Decodable {
        struct Step: Decodable {
            var action: String
            var by: String
            var stateHash: String
            var printedName: String?
        }
        struct Evidence: Decodable {
            var temperature: Double
        }
        var stateHash: String
        var alert: Alert
        var raised: Evidence
        var history: [Step]
    }

    private struct Event: Decodable {
        struct Deed: Decodable {
            var disposition: String?
            var text: String?
            var foodCelsius: Double?
            var printedName: String?
            var meaning: String?
            var signedStateHash: String?
            var by: String
            var at: String

            enum CodingKeys: String, CodingKey {
                case disposition = "freshwire:disposition"
                case text = "freshwire:text"
                case foodCelsius = "freshwire:foodCelsius"
                case printedName = "freshwire:printedName"
                case meaning = "freshwire:meaning"
                case signedStateHash = "freshwire:signedStateHash"
                case by = "freshwire:by"
                case at = "freshwire:at"
            }
        }
        struct Alert: Decodable {
            var number: Int
            var measured: Double
            var acknowledgedBy: String?
            var actions: [Deed]
            var signatures: [Deed]

            enum CodingKeys: String, CodingKey {
                case number = "freshwire:alert"
                case measured = "freshwire:measuredCelsius"
                case acknowledgedBy = "freshwire:acknowledgedBy"
                case actions = "freshwire:correctiveActions"
                case signatures = "freshwire:signatures"
            }
        }
        var bizStep: String
        var limit: Double?
        var alerts: [Alert]?

        enum CodingKeys: String, CodingKey {
            case bizStep
            case limit = "freshwire:limitMaximumCelsius"
            case alerts = "freshwire:alerts"
        }
    }

    private let broker: Mosquitto
    private let daemon: Freshwire
    private let officer: String

    init() throws {
        (broker, daemon) = try Freshwire.ready()
        let made = try daemon.command(
            "token", "--role", "food_safety", "--subject", "maria", "--name", "Maria Ruiz")
        officer = made.output.trimmingCharacters(in: .newlines)
    }

    private func alerts(_ query: String) throws -> [Answered] {
        let answer = try daemon.request("/v1/alerts?\(query)", token: officer)
        guard answer.status == 200 else { throw Unexpected(description: answer.body) }
        return try answer.decoded(Page.self).alerts
    }

    /// Does something at the revision the alert is at.
    private func post(_ verb: String, _ body: String) throws {
        let seen = try daemon.request("/v1/alerts/1", token: officer).decoded(Answered.self)
        let answer = try daemon.request(
            "/v1/alerts/1/\(verb)", method: "POST", token: officer,
            body: "{\"revision\":\(seen.alert.revision),\(body)}")
        guard answer.status == 200 else { throw Unexpected(description: answer.body) }
    }

    /// A breach, and all that is to be done about it.
    private func work() throws {
        try daemon.createOrder(
            "ORD-1", foodClass: "cold", bags: ["BAG-1"],
            fields: #","restaurantId":"R-1","customerId":"C-1""#)
        try broker.publish(temperature: 9.5, ofBag: "BAG-1")
        try #require(try eventually { try alerts("state=open&order=ORD-1").count == 1 })
        try post("acknowledge", #""text":"on my way""#)
        try post(
            "action",
            #""disposition":"discard","cause":"bag_opened","text":"=Lid open; thrown away.","#
                + #""foodTemperature":11.5,"preventRecurrence":"New lid.""#)
        try broker.publish(temperature: 4, ofBag: "BAG-1")
        try #require(try eventually { try alerts("standing=false").count == 1 })
        try post("close", #""reason":"resolved","text":"Done.""#)
        try post("sign", #""meaning":"reviewed","printedName":"Maria Ruiz""#)
    }

    @Test("who may sign, and under which name, is in the token that the command line makes")
    func tokens() throws {
        try daemon.createOrder("ORD-3", foodClass: "cold", bags: ["BAG-3"])
        try broker.publish(temperature: 9.5, ofBag: "BAG-3")
        try #require(try eventually { try alerts("order=ORD-3").count == 1 })
        let body = #"{"revision":1,"meaning":"approved","printedName":"Eve"}"#
        let cases: [([String], Int)] = [
            ([], 403), (["--scope", "other"], 403), (["--scope", "other,food_safety"], 200),
            (["--scope", "food_safety", "--name", "Ben Okri"], 400),
        ]
        for (arguments, status) in cases {
            let made = try Ran(
                Freshwire.program,
                ["token", "--config", daemon.configurationFile, "--subject", "ben"] + arguments)
            let answer = try daemon.request(
                "/v1/alerts/1/sign", method: "POST",
                token: made.output.trimmingCharacters(in: .newlines), body: body)
            #expect(answer.status == status, "\(arguments): \(answer.body)")
        }
    }

    /// The export over REST, which must be what the command writes.
    private func exported(_ path: String, _ arguments: [String]) throws -> String {
        let answer = try daemon.request("/v1/export/\(path)", token: officer)
        guard answer.status == 200 else { throw Unexpected(description: answer.body) }
        let command = try Ran(
            Freshwire.program,
            ["export", "--config", daemon.configurationFile] + arguments)
        #expect(command.end == .exit(0), "\(command.errors)")
        func comparable(_ text: String) -> String {
            text.replacing(#/"creationDate":"[^"]*"/#, with: "")
        }
        #expect(comparable(answer.body) == comparable(command.output))
        return answer.body
    }

    @Test("a breach is worked on, and who, when, limit, value, action and signature are exported")
    func wholeCase() throws {
        try work()
        let hashes = try expectTable()
        try expectLines(hashes)
        try expectEvents(hashes)
        try expectOthersAreNotNamed()
        let verified = try daemon.command("verify")
        #expect(verified.end == .exit(0), "\(verified.output)\(verified.errors)")
        let printed = try Python.output(of: "verify_log.py", [daemon.storeFile])
        #expect(String(decoding: printed, as: UTF8.self).contains("\"findings\": []"))
    }

    /// CSV, read by a foreign parser; answers the hash of what each step was done to.
    private func expectTable() throws -> [String] {
        let text = try exported(
            "alerts?format=csv&order=ORD-1",
            ["--what", "alerts", "--format", "csv", "--order", "ORD-1"])
        let file = daemon.folder.write(text, to: "alerts.csv")
        let rows: [[String]] = try JSONDecoder().decode(
            [[String]].self, from: Python.output(of: "exports.py", ["csv", file]))
        let header = try #require(rows.first)
        let records = rows.dropFirst().map {
            Dictionary(uniqueKeysWithValues: zip(header, $0))
        }
        #expect(rows.allSatisfy { $0.count == header.count })
        #expect(
            records.map { $0["action"] } == [
                "acknowledged", "action_recorded", "closed", "signed",
            ])
        for record in records {
            #expect(record["order"] == "ORD-1" && record["bag"] == "BAG-1")
            #expect(record["limit_maximum"] == "5" && record["limit_minimum"] == "")
            #expect(record["limit_profile"] == "us-fda-2022" && record["unit"] == "°C")
            #expect(record["measured_value"] == "9.5", "as it was when it was raised")
            #expect(record["peak_value"] == "9.5" && record["kind"] == "excursion")
            #expect(record["acknowledged_by"] == "maria" && record["closed_reason"] == "resolved")
            #expect(record["action_by"] == "maria" && record["action_role"] == "food_safety")
            #expect(record["action_at_utc"]?.hasSuffix("Z") == true)
            #expect(record["began_at_utc"] != "" && record["ended_at_utc"] != "")
        }
        let acted = records[1]
        #expect(acted["disposition"] == "discard" && acted["cause"] == "bag_opened")
        #expect(acted["text"] == "'=Lid open; thrown away.")
        #expect(acted["food_temperature"] == "11.5" && acted["prevent_recurrence"] == "New lid.")
        #expect(records.map { $0["meaning"] } == ["", "", "closed", "reviewed"])
        #expect(records[3]["printed_name"] == "Maria Ruiz")
        #expect(records[2]["reason"] == "resolved")
        let hashes = records.compactMap { $0["action_state_sha256"] }
        #expect(Set(hashes).count == 4 && hashes.allSatisfy { $0.count == 64 })
        return hashes
    }

    private func expectLines(_ hashes: [String]) throws {
        let text = try exported(
            "alerts?bag=BAG-1", ["--what", "alerts", "--bag", "BAG-1"])
        let lines: [Line] = try decodeLines(text)
        let line = try #require(lines.first)
        #expect(lines.count == 1 && line.alert.number == 1)
        #expect(line.raised.temperature == 9.5)
        #expect(line.history.map(\.stateHash) == hashes)
        #expect(line.history.last?.printedName == "Maria Ruiz")
        // What is exported of an alert is what its number answers.
        let whole = try daemon.request("/v1/alerts/1", token: officer)
        #expect(line.stateHash == (try whole.decoded(Answered.self)).stateHash)
        #expect(text.hasPrefix(whole.body.trimmingCharacters(in: .newlines).dropLast()))
    }

    private func events(_ text: String) throws -> [Event] {
        let file = daemon.folder.write(text, to: "events.json")
        let epoch = try Ran("sqlite3", ["-readonly", daemon.storeFile, "SELECT epoch FROM store"])
        let name = epoch.output.trimmingCharacters(in: .newlines)
        return try JSONDecoder().decode(
            [Event].self, from: Python.output(of: "exports.py", ["epcis", file, name]))
    }

    private func expectEvents(_ hashes: [String]) throws {
        let text = try exported(
            "orders/ORD-1?format=epcis", ["--format", "epcis", "--order", "ORD-1"])
        let event = try #require(try events(text).first { $0.bizStep == "inspecting" })
        #expect(event.limit == 5)
        let alert = try #require(event.alerts?.first)
        #expect(event.alerts?.count == 1 && alert.number == 1)
        #expect(alert.measured == 9.5 && alert.acknowledgedBy == "maria")
        #expect(alert.actions.map(\.disposition) == ["discard"])
        #expect(alert.actions.first?.foodCelsius == 11.5)
        #expect(alert.actions.first?.by == "maria")
        #expect(alert.signatures.map(\.meaning) == ["closed", "reviewed"])
        #expect(alert.signatures.map(\.printedName) == ["Maria Ruiz", "Maria Ruiz"])
        #expect(alert.signatures.map(\.signedStateHash) == Array(hashes.suffix(2)))
    }

    /// Who ate the food may see its excursions; what staff did about them is not theirs to see.
    private func expectOthersAreNotNamed() throws {
        let customer = try daemon.token(role: "customer", subject: "C-1")
        let answer = try daemon.request("/v1/export/orders/ORD-1?format=epcis", token: customer)
        #expect(answer.status == 200 && answer.body.contains("inspecting"))
        #expect(!answer.body.contains("maria") && !answer.body.contains("freshwire:alerts"))
        #expect(try daemon.request("/v1/export/alerts", token: customer).status == 403)
        for (site, status) in [("R-1", 200), ("R-2", 404)] {
            let token = try daemon.token(role: "merchant", subject: "m", site: site)
            let answer = try daemon.request(
                "/v1/export/orders/ORD-1?format=epcis", token: token)
            #expect(answer.status == status)
            #expect(answer.body.contains("Maria Ruiz") == (status == 200))
            // Of alerts a merchant gets those of its own site's orders.
            let all = try daemon.request("/v1/export/alerts", token: token)
            #expect(all.status == 200, "\(all.body)")
            #expect(all.body.contains("Maria Ruiz") == (status == 200))
            let one = try daemon.request("/v1/export/alerts?order=ORD-1", token: token)
            #expect(one.status == status)
            #expect(try daemon.request("/v1/export/readings", token: token).status == 403)
        }
        let nowhere = try daemon.token(role: "merchant", subject: "m")
        #expect(try daemon.request("/v1/export/alerts", token: nowhere).status == 403)
        #expect(try daemon.request("/v1/export/alerts").status == 401)
    }

    @Test("an alert that nobody has touched has a record, and what cannot be exported is refused")
    func untouched() throws {
        try daemon.createOrder("ORD-2", foodClass: "cold", bags: ["BAG-2"])
        try broker.publish(temperature: 9.5, ofBag: "BAG-2")
        try #require(try eventually { try alerts("order=ORD-2").count == 1 })
        let text = try daemon.request("/v1/export/alerts?format=csv", token: officer).body
        let lines = text.split(separator: "\r\n")
        #expect(lines.count == 2)
        #expect(lines[0].split(separator: ",", omittingEmptySubsequences: false).count == 44)
        #expect(lines[1].split(separator: ",", omittingEmptySubsequences: false).count == 44)
        let future = try daemon.request(
            "/v1/export/alerts?from=2200-01-01T00:00:00Z", token: officer)
        #expect(future.status == 200 && future.body.isEmpty)
        for (query, status) in [
            ("format=epcis", 400), ("form=csv", 400), ("order=ORD-9", 404), ("from=x", 400),
        ] {
            let answer = try daemon.request("/v1/export/alerts?\(query)", token: officer)
            #expect(answer.status == status, "\(query): \(answer.body)")
        }
        #expect(
            try daemon.request("/v1/export/alerts", method: "POST", token: officer).status == 405)
        for arguments in [["--what", "people"], ["--what", "alerts", "--format", "epcis"]] {
            let ran = try Ran(
                Freshwire.program, ["export", "--config", daemon.configurationFile] + arguments)
            #expect(ran.end == .exit(64))
        }
    }
}
