import ColdChain
import Fabric
import Testing

@testable import Bridge

@Suite("Judging by event time (B-9, Q-2)")
struct JudgingTests {
    @Test("an alert names order, bag, device, reading and the limit in force")
    func alert() throws {
        var engine = Engine()
        engine.makeOrder()
        engine.receive([Engine.Row(10, 50)], at: 12)
        engine.receive([Engine.Row(20, 58)], at: 22)
        let opened = try #require(engine.alerts.first)
        #expect(opened.order == "o-1" && opened.bag == "bag-1" && opened.device == "bag-1")
        #expect(opened.celsius == 50 && opened.measuredAt == Engine.instant(10))
        #expect(opened.toldAt == Engine.instant(12))
        #expect(opened.excursion.limit == CriticalLimit(minimum: 57))
        #expect(opened.excursion.limitProfile == "us-fda-2022")
        #expect(opened.excursion.foodClass == .hot)
        #expect(engine.alerts.map(\.state) == [.opened, .closed])
        #expect(engine.alerts.last?.celsius == 58)
        #expect(
            engine.events.suffix(4) == [
                "order.temperature_alert", "alert.updated", "order.temperature_alert",
                "alert.updated",
            ])
    }

    @Test("a bag without an order raises no alert")
    func noOrder() {
        var engine = Engine()
        engine.receive([Engine.Row(10, 90)])
        #expect(engine.excursions.isEmpty)
        #expect(engine.temperatures.first.map { $0.isWithinLimit == nil } == true)
    }

    @Test("a class without a limit is kept by every temperature, and nothing is said of it")
    func noLimit() {
        var engine = Engine()
        engine.makeOrder("o-1", .frozen)
        engine.receive([Engine.Row(10, 30)])
        #expect(engine.excursions.isEmpty)
        #expect(engine.temperatures.first.map { $0.isWithinLimit == nil } == true)
    }

    @Test("readings recorded before the bag was bound are judged for its order")
    func lateBinding() {
        var engine = Engine()
        engine.receive([Engine.Row(10, 60), Engine.Row(20, 50), Engine.Row(30, 60)])
        engine.receive([Engine.Row(40, 45)])
        engine.makeOrder("o-1", from: 15, at: 50)
        engine.answerRecalls()
        #expect(engine.excursions == ["20…27 50.0", "32…open 45.0"])
        #expect(engine.alerts.map(\.state) == [.opened, .opened])
    }

    @Test("where a reading came between binding and the answer, nothing is missed")
    func lateBindingOvertaken() {
        var engine = Engine()
        engine.receive([Engine.Row(10, 50), Engine.Row(20, 50), Engine.Row(1_000, 60)])
        engine.makeOrder("o-1", from: 5, at: 1_100)
        engine.receive([Engine.Row(1_100, 60)])
        engine.answerRecalls()
        #expect(engine.excursions == ["10…1000 50.0"])
    }

    @Test("of several probes recalled from the log the one furthest outside counts")
    func recalledProbes() {
        var engine = Engine()
        engine.receive([Engine.Row(10, 60, 50), Engine.Row(20, 50, 60), Engine.Row(30, 60, 60)])
        engine.makeOrder("o-1", from: 5, at: 50)
        engine.answerRecalls()
        #expect(engine.excursions == ["10…27 50.0"])
    }

    @Test("a bad reading in the log decides nothing for an order bound later")
    func recalledBad() {
        var engine = Engine()
        engine.receive([Engine.Row(10, 60), Engine.Row(20, 500), Engine.Row(30, -60)])
        engine.makeOrder("o-1", .hot, from: 5, at: 50)
        engine.answerRecalls()
        engine.makeOrder("o-2", .cold, in: nil, at: 50)
        #expect(engine.excursions.isEmpty)
    }

    @Test("what the bag was handed on before is not judged for the order that asked")
    func recalledAfterHandOver() {
        var engine = Engine()
        engine.receive([Engine.Row(10, 60), Engine.Row(20, 20)])
        engine.makeOrder("o-1", .hot, from: 5, at: 50)
        engine.makeOrder("o-2", .ambient, from: 15, at: 51)
        engine.answerRecalls()
        #expect(engine.excursions.isEmpty)
    }

    @Test("a bag that left its order and came back is judged for both stretches in one answer")
    func twoStretches() {
        var engine = Engine()
        engine.makeOrder("o-1", from: 0)
        engine.makeOrder("o-2", .frozen, from: 100)
        engine.ask(.bindBag(order: "o-1", bag: "bag-1", from: nil), at: 200)
        engine.answerRecalls()
        engine.receive([
            Engine.Row(50, 60), Engine.Row(150, 20), Engine.Row(250, 50), Engine.Row(260, 60),
        ])
        engine.receive([Engine.Row(300, 50)])
        engine.restart()
        #expect(engine.excursions == ["250…257 50.0", "272…open 50.0"])
    }

    @Test("a bag handed on earlier than was known is judged again as far as it was carried")
    func shortened() {
        var engine = Engine()
        engine.makeOrder("o-1", from: 0)
        engine.receive([Engine.Row(10, 50), Engine.Row(30, 50), Engine.Row(12, 60)])
        engine.makeOrder("o-2", .frozen, from: 15, at: 40)
        engine.answerRecalls()
        let excursions = engine.excursions
        #expect(excursions == ["10…11 50.0"])
        let alerts = engine.alerts.count
        engine.restart()
        #expect(engine.excursions == excursions)
        #expect(engine.alerts.count == alerts)
    }

    @Test("an answer that names a source nobody knows is passed over")
    func unknownSource() {
        var engine = Engine()
        engine.makeOrder()
        let reading = Reading(
            source: SourceNumber(5), measurement: Measurement(quantity: .temperature, value: 1),
            measuredAt: Engine.instant(5), timeSource: .device, receivedAt: Engine.instant(5),
            sequence: nil, quality: QualityFlags(), order: nil)
        for source in [0, 5] as [UInt32] {
            var reading = reading
            reading.source = SourceNumber(source)
            engine.bridge.recalled(
                [reading], for: OrderNumber(1), at: Engine.instant(9), effects: &engine.effects)
        }
        engine.bridge.recalled(
            [reading], for: OrderNumber(9), at: Engine.instant(9), effects: &engine.effects)
        #expect(engine.excursions.isEmpty)
    }

    @Test("another food class has what is in the log judged by its limit")
    func otherClass() {
        var engine = Engine()
        engine.makeOrder("o-1", .cold)
        engine.receive([Engine.Row(10, 20), Engine.Row(20, 4), Engine.Row(30, 60)])
        #expect(engine.excursions == ["10…19 20.0", "20…open 60.0"])
        engine.amend("o-1", at: 40) { $0.foodClass = .hot }
        engine.answerRecalls()
        #expect(engine.excursions == ["10…19 20.0", "20…40 60.0", "10…29 4.0"])
        #expect(engine.alerts.suffix(3).map(\.state) == [.opened, .closed, .opened])
        #expect(engine.effects.records.excursions.last?.foodClass == .hot)
    }

    @Test("limits that change while running are applied to what is in the log")
    func reloadedLimits() {
        var engine = Engine()
        engine.makeOrder()
        engine.makeOrder("o-2", .cold, in: "bag-2")
        engine.receive([Engine.Row(10, 58), Engine.Row(20, 61)])
        var settings = engine.bridge.settings
        settings.limits.hot.minimum = 60
        engine.effects.recalls.removeAll()
        engine.bridge.reload(settings, effects: &engine.effects)
        #expect(engine.effects.recalls == [OrderNumber(1)])
        engine.answerRecalls()
        #expect(engine.excursions == ["10…16 58.0"])
        engine.bridge.reload(settings, effects: &engine.effects)
        #expect(engine.effects.recalls.isEmpty)
    }

    @Test(
        "after a restart the same log raises no alert twice",
        arguments: [
            [[(1_000, 60)], [(400, 50)], [(500, 49)]], [[(10, 50), (30, 50)], [(20, 60)]],
            [[(10, 50), (30, 60)], [(100, 50)]], [[(10, 50)], [(10, 60)], [(20, 60)]],
            [[(10, 60)], [(10, 50)]], [[(500, 50)], [(490, 50)], [(495, 60)]],
        ] as [[[(Int64, Double)]]])
    func restart(messages: [[(Int64, Double)]]) {
        var engine = Engine()
        engine.makeOrder()
        for rows in messages { engine.receive(rows.map { Engine.Row($0.0, $0.1) }, at: 2_000) }
        let excursions = engine.excursions
        let alerts = engine.alerts.count
        #expect(alerts > 0)
        engine.restart()
        engine.restart()
        #expect(engine.excursions == excursions)
        #expect(engine.alerts.count == alerts)
    }

    @Test("after a restart an excursion goes on, and ends with the next reading inside")
    func restartGoesOn() {
        var engine = Engine()
        engine.makeOrder()
        engine.receive([Engine.Row(10, 50)])
        engine.restart()
        engine.receive([Engine.Row(20, 45)])
        engine.receive([Engine.Row(30, 60)])
        #expect(engine.excursions == ["10…28 45.0"])
    }

    @Test("an order delivered before its recall was answered is judged after a restart")
    func restartBeforeRecall() {
        var engine = Engine()
        engine.receive([Engine.Row(10, 50), Engine.Row(20, 60)])
        engine.makeOrder("o-1", from: 5, at: 50)
        engine.amend("o-1", at: 51) { $0.status = .delivered }
        engine.restart()
        #expect(engine.excursions == ["10…17 50.0"])
    }

    @Test("late readings of a delivered order are judged after a restart as before it")
    func restartOfFinal() {
        for isRestarted in [false, true] {
            var engine = Engine()
            engine.makeOrder()
            engine.receive([Engine.Row(10, 60), Engine.Row(900, 60)])
            engine.amend("o-1", at: 1_000) { $0.status = .delivered }
            if isRestarted { engine.restart() }
            engine.receive([Engine.Row(500, 50)], at: 1_100)
            #expect(engine.excursions == ["500…900 50.0"])
        }
    }

    @Test(
        "food outside for less than the grace is a minor dip: it is in the log, and nobody is woken"
    )
    func minorDip() {
        var engine = Engine(Engine.patientSettings())
        engine.makeOrder()
        for (second, celsius) in [(0, 60.0), (60, 55), (120, 60), (240, 60)] {
            engine.receive([Engine.Row(Int64(second), celsius)])
        }
        #expect(engine.effects.records.excursions.last?.judged.state == .minorDip)
        #expect(engine.alerts.isEmpty)
    }

    @Test("time alone makes an alarm of food that was outside, no longer than the maximum gap")
    func timer() {
        var engine = Engine(Engine.patientSettings())
        engine.makeOrder()
        engine.receive([Engine.Row(0, 50)])
        #expect(engine.bridge.watches.nextTimer == Engine.instant(60))
        var effects = Effects()
        _ = engine.bridge.wake(at: Engine.instant(59), effects: &effects)
        #expect(effects.records.excursions.isEmpty)
        _ = engine.bridge.wake(at: Engine.instant(60), effects: &effects)
        #expect(effects.records.excursions.map(\.judged.state) == [.active])
        #expect(effects.records.events.map(\.name) == ["order.temperature_alert", "alert.updated"])
    }

    @Test("silence while food is outside is told, closes nothing, and is known after a restart")
    func silence() {
        var engine = Engine(Engine.patientSettings())
        engine.makeOrder()
        engine.receive([Engine.Row(0, 40)])
        engine.receive([Engine.Row(100, 40)])
        for second in stride(from: Int64(100), through: 900, by: 50) {
            _ = engine.bridge.wake(at: Engine.instant(second), effects: &engine.effects)
        }
        #expect(
            engine.orderEvents == ["order.created", "order.temperature_alert", "order.data_loss"])
        // The log answers at a time before the loss was told, as where the clock was set back.
        engine.restart()
        _ = engine.bridge.wake(at: Engine.instant(1_000), effects: &engine.effects)
        #expect(engine.orderEvents.count == 3)
        engine.receive([Engine.Row(1_100, 60)])
        #expect(engine.orderEvents.suffix(1) == ["order.data_loss"])
        #expect(engine.excursions == ["0…open 40.0"])
        engine.receive([Engine.Row(1_220, 60)])
        #expect(engine.excursions == ["0…1220 40.0"])
    }

    @Test("an alarm that late readings do not bear out is corrected, and the alert is kept")
    func corrected() {
        var engine = Engine(Engine.patientSettings())
        engine.makeOrder()
        engine.receive([Engine.Row(0, 55)])
        engine.receive([Engine.Row(290, 55)])
        _ = engine.bridge.wake(at: Engine.instant(301), effects: &engine.effects)
        #expect(engine.alerts.map(\.state) == [.opened])
        engine.receive([Engine.Row(100, 60), Engine.Row(250, 60)], at: 310)
        #expect(engine.alerts.map(\.state) == [.opened, .corrected])
        #expect(engine.bridge.counters.excursionsCorrected == 1)
        engine.restart()
        #expect(engine.alerts.map(\.state) == [.opened, .corrected])
    }

    @Test("what a device had stored is no silence between two of its readings")
    func backlog() {
        var engine = Engine(Engine.patientSettings())
        engine.makeOrder("o-1", from: 0, at: 4_000)
        // An hour later, reading by reading: a dip of 100 s.
        for (second, celsius) in [(0, 60.0), (100, 55), (200, 60), (300, 60), (400, 60)] {
            engine.receive([Engine.Row(Int64(second), celsius)], at: 4_000)
            _ = engine.bridge.wake(at: Engine.instant(4_001), effects: &engine.effects)
        }
        #expect(engine.orderEvents == ["order.created"])
        #expect(engine.effects.records.excursions.last?.judged.state == .minorDip)
        // Where nothing more comes, it is.
        engine.receive([Engine.Row(500, 55)], at: 4_002)
        #expect(engine.orderEvents == ["order.created"])
        _ = engine.bridge.wake(at: Engine.instant(4_008), effects: &engine.effects)
        #expect(
            engine.orderEvents == ["order.created", "order.temperature_alert", "order.data_loss"])
    }
}
