import ColdChain
import Fabric
import Testing

@testable import Bridge

@Suite("An excursion whose sensor is lost (§2.3)")
struct LostSensorTests {
    private typealias Row = Engine.Row

    private static let officer: Identity = {
        var identity = Identity(subject: "maria", role: .foodSafety)
        identity.isQualifiedIndividual = true
        return identity
    }()

    /// Food outside its limit since 10 s, and nothing heard since.
    private func silent() -> Engine {
        var engine = Engine(Engine.settings())
        engine.makeOrder("o-1", .hot)
        engine.receive([Row(10, 50)])
        act(.acknowledge(text: nil), &engine, at: 20)
        act(
            .act(CorrectiveAction(disposition: .discard, cause: .sensorFault, text: "thrown away")),
            &engine, at: 30)
        return engine
    }

    @discardableResult
    private func act(
        _ deed: StaffDeed, _ engine: inout Engine, at seconds: Int64
    ) -> Result<CommandAnswer, CommandRefusal>? {
        let alert = engine.effects.records.alerts.last { $0.alert.number == 1 }?.alert
        return engine.ask(
            .staff(
                StaffAction(
                    alert: 1, seen: alert?.revision ?? 1, deed: deed, identity: Self.officer)),
            at: seconds)
    }

    private static let close = StaffDeed.close(
        .sensorUnavailable, text: "The sensor is gone.", printedName: "Maria Ruiz")

    private func excursion(_ engine: Engine) -> Excursion? {
        engine.effects.records.excursions.last
    }

    @Test("closing its alert as sensor_unavailable ends the excursion, and says why")
    func ended() throws {
        var engine = silent()
        #expect(engine.excursions == ["10…open 50.0"])
        guard case .success? = act(Self.close, &engine, at: 400) else {
            Issue.record("it was refused")
            return
        }
        let ended = try #require(excursion(engine))
        #expect(ended.judged.closeReason == .sensorUnavailable)
        #expect(ended.closedAt == Engine.instant(400))
        #expect(engine.alerts.map(\.state) == [.opened, .closed])
        #expect(engine.alerts.last?.excursion.judged.closeReason == .sensorUnavailable)
        let raised = Set(
            engine.effects.records.alerts.map(\.alert).filter { $0.kind == .excursion(1) }.map(
                \.number))
        #expect(raised == [1], "what was signed raises no alert")
        #expect(engine.bridge.counters.excursionsClosed == 1)
    }

    @Test("a sensor that was heard a short time ago is not given up")
    func heard() {
        var engine = silent()
        #expect(act(Self.close, &engine, at: 310) == .failure(.alert(.sensorHeard)))
        #expect(engine.excursions == ["10…open 50.0"])
        #expect(engine.effects.records.alerts.last?.alert.isClosed == false)
        guard case .success? = act(Self.close, &engine, at: 311) else {
            Issue.record("it was refused")
            return
        }
        #expect(engine.excursions == ["10…311 50.0"])
    }

    @Test("the same request again ends nothing twice")
    func again() {
        var engine = silent()
        act(Self.close, &engine, at: 400)
        let records = engine.effects.records.excursions.count
        let seen =
            (engine.effects.records.alerts.last { $0.alert.number == 1 }?.alert.revision ?? 1) - 1
        let answer = engine.ask(
            .staff(StaffAction(alert: 1, seen: seen, deed: Self.close, identity: Self.officer)),
            at: 410)
        guard case .success? = answer else {
            Issue.record("it was refused")
            return
        }
        #expect(engine.effects.records.excursions.count == records)
    }

    @Test("a restart leaves it as it was signed, and so does time", arguments: [true, false])
    func restarted(beforeSigning: Bool) throws {
        var engine = silent()
        if beforeSigning { engine.restart() }
        act(Self.close, &engine, at: 400)
        let signed = excursion(engine)
        engine.restart()
        for second in stride(from: Int64(450), through: 2_000, by: 50) {
            _ = engine.bridge.wake(at: Engine.instant(second), effects: &engine.effects)
        }
        #expect(engine.excursions == ["10…400 50.0"])
        #expect(excursion(engine) == signed)
        #expect(engine.alerts.map(\.state).last == .closed)
    }

    @Test("it is signed after a restart, before the log has told the order's readings")
    func beforeRecall() throws {
        var engine = silent()
        var restored = RestoredState()
        let records = engine.effects.records
        restored.sources = records.sources
        restored.orders = records.orders.suffix(1)
        restored.custody = records.custody
        restored.excursions = records.excursions.suffix(1)
        restored.alerts = records.alerts.suffix(1).map(\.alert)
        restored.lastAlert = 1
        restored.lastExcursion = 1
        restored.lastOrder = 1
        restored.lastSource = 1
        engine.effects.recalls.removeAll()
        engine.bridge = Bridge(
            settings: Engine.settings(), restored: restored, seed: 3, effects: &engine.effects)
        // `ask` answers what is asked of the log only after the command.
        act(Self.close, &engine, at: 400)
        #expect(engine.excursions == ["10…400 50.0"])
        #expect(excursion(engine)?.judged.closeReason == .sensorUnavailable)
    }

    @Test("readings that come after all are judged as ever, and raise what must be looked at anew")
    func returned() {
        var engine = silent()
        act(Self.close, &engine, at: 400)
        engine.receive([Row(500, 45)])
        #expect(engine.excursions.count == 2)
        #expect(engine.effects.records.alerts.last?.alert.number != 1)
        #expect(engine.effects.records.alerts.contains { $0.alert.kind == .excursion(2) })
    }
}
