import ColdChain
import Testing
import Wire

@testable import Bridge

@Suite("Hand-overs of an order (Q-5)")
struct CheckpointTests {
    private static func fields(
        _ kind: Checkpoint.Kind = .pickup, bag: String? = nil, at seconds: Int64? = nil
    ) -> CheckpointFields {
        var finding = Checkpoint.Finding(kind: kind)
        finding.bag = bag
        return CheckpointFields(
            finding: finding, at: seconds.map(Engine.instant), recordedBy: "staff")
    }

    private static func refusal(
        _ result: Result<CommandAnswer, CommandRefusal>?
    ) -> CommandRefusal? {
        if case .failure(let refusal)? = result { refusal } else { nil }
    }

    @Test("Each is recorded under a number of its own, also after a restart and after delivery")
    func recorded() {
        var engine = Engine()
        engine.makeOrder(in: "bag-1", from: 100)
        engine.ask(.recordCheckpoint(order: "o-1", Self.fields(bag: "bag-1", at: 150)), at: 200)
        engine.amend("o-1", at: 300) { $0.status = .delivered }
        engine.restart()
        engine.ask(.recordCheckpoint(order: "o-1", Self.fields(.delivery)), at: 310)
        let records = engine.effects.records.checkpoints
        #expect(records.map(\.number) == [1, 2])
        #expect(records.map(\.at) == [Engine.instant(150), Engine.instant(310)])
        #expect(records.map(\.recordedAt) == [Engine.instant(200), Engine.instant(310)])
        #expect(records.map(\.recordedBy) == ["staff", "staff"])
        #expect(records.map(\.finding.bag) == ["bag-1", nil])
    }

    @Test("What cannot be is refused, and nothing is recorded")
    func refused() {
        var engine = Engine()
        engine.makeOrder(in: "bag-1", from: 100)
        func ask(_ order: String, _ fields: CheckpointFields) -> CommandRefusal? {
            Self.refusal(engine.ask(.recordCheckpoint(order: order, fields), at: 10_000_000))
        }
        #expect(ask("o-2", Self.fields()) == .unknownOrder("o-2"))
        for (fields, field) in [
            (Self.fields(at: 10_000_100), "at"), (Self.fields(at: 0), "at"),
            (Self.fields(bag: "bag-2"), "bagId"),
        ] {
            guard case .invalid(let named, _)? = ask("o-1", fields) else {
                Issue.record("\(fields) was not refused")
                continue
            }
            #expect(named == field)
        }
        #expect(engine.effects.records.checkpoints.isEmpty)
    }

    @Test("Everything that can be found is understood")
    func everything() throws {
        let body: JSON = [
            "kind": "hand_over", "at": "1970-01-01T00:00:01Z", "person": "Åsa", "bagId": "b",
            "temperature": ["site": "surface", "value": -18.5], "seal": "broken", "photo": "p",
            "priorDangerMinutes": 90,
        ]
        let command = try CommandText.checkpoint(body, order: "o", recordedBy: "s")
        guard case .recordCheckpoint("o", let fields) = command else {
            Issue.record("\(command)")
            return
        }
        #expect(fields.at == Timestamp(milliseconds: 1_000) && fields.recordedBy == "s")
        #expect(fields.finding.kind == .handOver && fields.finding.person == "Åsa")
        #expect(
            fields.finding.temperature == Checkpoint.Temperature(site: .surface, celsius: -18.5))
        #expect(fields.finding.seal == .broken && fields.finding.photo == "p")
        #expect(fields.finding.bag == "b" && fields.finding.priorDangerMinutes == 90)
    }

    @Test(
        "What is not understood is refused by name",
        arguments: [
            ([], "body"), ([:], "kind"), (["kind": "theft"], "kind"),
            (["kind": "pickup", "at": "noon"], "at"), (["kind": "pickup", "x": 1], "x"),
            (["kind": "pickup", "seal": "glued"], "seal"),
            (["kind": "pickup", "person": ""], "person"),
            (["kind": "pickup", "person": "a\u{1}"], "person"),
            (["kind": "pickup", "photo": 5], "photo"),
            (["kind": "pickup", "temperature": 4], "temperature"),
            (["kind": "pickup", "temperature": ["value": 4]], "temperature"),
            (["kind": "pickup", "temperature": ["site": "core", "value": 151]], "temperature"),
            (["kind": "pickup", "temperature": ["site": "nose", "value": 4]], "site"),
            (["kind": "pickup", "temperature": ["site": "core", "value": "4"]], "temperature"),
            (["kind": "pickup", "priorDangerMinutes": -1], "priorDangerMinutes"),
            (["kind": "pickup", "priorDangerMinutes": 10_081], "priorDangerMinutes"),
            (
                .object([JSON.Member("kind", "pickup"), JSON.Member("kind", "pickup")]), "kind"
            ),
        ] as [(JSON, String)])
    func refusedFields(body: JSON, field: String) {
        do throws(CommandRefusal) {
            _ = try CommandText.checkpoint(body, order: "o", recordedBy: "s")
            Issue.record("nothing was refused")
        } catch {
            guard case .invalid(let named, _) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(named == field)
        }
    }
}
