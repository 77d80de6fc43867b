import ColdChain
import Fabric
import Testing

@testable import Bridge

extension Engine {
    fileprivate mutating func note(
        _ broker: String = "north", isConnected: Bool, at seconds: Int64
    ) {
        bridge.noteBroker(
            broker, isConnected: isConnected, at: Engine.instant(seconds), effects: &effects)
    }

    /// The alerts as they are now: kind, what it is about, whether it stands.
    fileprivate var alertsNow: [String] {
        Engine.last(effects.records.alerts.map(\.alert)) { $0.number }.map {
            "\($0.kind.name) \($0.subject.device)\($0.isStanding ? "" : " over")"
        }
    }
}

@Suite("Silence while the broker cannot be reached says nothing of sensors")
struct BrokerAwayTests {
    private typealias Row = Engine.Row

    /// Silent after 100 s, told again after 200, 400, 800 s; heard for 20 s after a start.
    private static func settings(
        endpoints: [EndpointSubscription] = []
    ) -> BridgeSettings {
        var settings = Engine.settings(endpoints: endpoints)
        settings.silence = SilenceSettings(
            silentAfter: 100_000, firstRepeat: 200_000, longestRepeat: 800_000, startPause: 20_000)
        return settings
    }

    /// Three bags with an order that were heard at 50; the broker is connected since 0.
    private func listening(endpoints: [EndpointSubscription] = []) -> Engine {
        var engine = Engine(Self.settings(endpoints: endpoints))
        engine.pass(0...0)
        for broker in ["north", "south"] { engine.note(broker, isConnected: true, at: 0) }
        engine.makeOrder()
        for bag in ["bag-2", "bag-3"] {
            engine.ask(.bindBag(order: "o-1", bag: bag, from: Engine.instant(0)))
        }
        for bag in 1...3 { engine.receive([Row(50, 60)], from: "bag-\(bag)", at: 50) }
        return engine
    }

    @Test("each silence says so, and there is one alert, of the broker; it ends with its return")
    func outage() {
        var engine = listening()
        engine.note(isConnected: false, at: 60)
        engine.pass(60...400)
        let first = (1...3).map { "160 bag-\($0)/0 #1 heard 50 (broker_unreachable)" }
        let again = (1...3).map { "360 bag-\($0)/0 #2 heard 50 (broker_unreachable)" }
        #expect(Set(engine.told) == Set(first + again) && engine.told.count == 6)
        #expect(engine.alertsNow == ["broker_unreachable north"])
        #expect(engine.bridge.silentSensors == 3)
        #expect(engine.silences.allSatisfy { $0.cause == .brokerUnreachable })
        engine.note(isConnected: true, at: 405)
        #expect(engine.alertsNow == ["broker_unreachable north over"])
        // What the broker kept comes: the food was watched all the while.
        for bag in 1...3 { engine.receive([Row(400, 60)], from: "bag-\(bag)", at: 410) }
        engine.pass(410...480)
        #expect(engine.told.suffix(3).allSatisfy { $0.hasSuffix("back 410") })
        #expect(engine.bridge.silentSensors == 0)
        #expect(engine.alertsNow == ["broker_unreachable north over"])
    }

    @Test("who says nothing for its whole patience after the return is silent itself, and alarms")
    func deadAfterAll() {
        var engine = listening()
        engine.note(isConnected: false, at: 60)
        engine.pass(60...200)
        engine.note(isConnected: true, at: 205)
        for bag in 2...3 { engine.receive([Row(204, 60)], from: "bag-\(bag)", at: 206) }
        engine.pass(210...300)
        #expect(engine.alertsNow == ["broker_unreachable north over"])
        for bag in 2...3 { engine.receive([Row(299, 60)], from: "bag-\(bag)", at: 300) }
        engine.pass(305...360)
        #expect(engine.told.last == "305 bag-1/0 #2 heard 50")
        #expect(engine.alertsNow == ["broker_unreachable north over", "silence bag-1"])
        #expect(engine.silences.filter { $0.end == nil }.map(\.cause) == [nil])
        // And then goes on as every silence does.
        engine.pass(370...800)
        #expect(engine.told.contains("760 bag-1/0 #3 heard 50"))
        #expect(!engine.told.contains { $0.contains("bag-1/0 #4") })
    }

    @Test("a silence from before the outage stays the sensor's own")
    func before() {
        var engine = listening()
        for second in stride(from: Int64(100), through: 200, by: 50) {
            for bag in 2...3 {
                engine.receive([Row(second, 60)], from: "bag-\(bag)", at: second)
            }
            engine.pass(second...second)
        }
        engine.note(isConnected: false, at: 210)
        engine.pass(210...360)
        #expect(engine.told.first == "200 bag-1/0 #1 heard 50")
        #expect(engine.told.contains("360 bag-1/0 #2 heard 50"))
        #expect(engine.told.contains("310 bag-2/0 #1 heard 200 (broker_unreachable)"))
        #expect(engine.alertsNow == ["silence bag-1", "broker_unreachable north"])
    }

    @Test("a broker that comes and goes hides no sensor, and every silence is told in its time")
    func flapping() {
        var engine = listening()
        for second in stride(from: Int64(60), through: 560, by: 50) {
            engine.note(isConnected: false, at: second)
            engine.note(isConnected: true, at: second + 5)
            for bag in 2...3 {
                engine.receive([Row(second, 60)], from: "bag-\(bag)", at: second + 6)
            }
            engine.pass(second + 10...second + 40)
        }
        #expect(
            engine.told == [
                "170 bag-1/0 #1 heard 50 (broker_unreachable)",
                "370 bag-1/0 #2 heard 50 (broker_unreachable)",
            ])
        #expect(engine.alertsNow == ["broker_unreachable north over"])
    }

    @Test("another broker is no excuse for a sensor that was heard by this one")
    func otherBroker() {
        var engine = listening()
        engine.receive([Row(60, 60)], from: "bag-3", at: 60, broker: 1)
        engine.note("south", isConnected: false, at: 70)
        engine.pass(70...170)
        #expect(
            Set(engine.told) == [
                "160 bag-1/0 #1 heard 50", "160 bag-2/0 #1 heard 50",
                "170 bag-3/0 #1 heard 60 (broker_unreachable)",
            ])
        #expect(
            Set(engine.alertsNow) == [
                "silence bag-1", "silence bag-2", "broker_unreachable south",
            ])
    }

    @Test("after a stop, whoever was not heard since the broker is connected may still speak")
    func stop() {
        var engine = listening()
        engine.restart()
        for broker in ["north", "south"] { engine.note(broker, isConnected: false, at: 1_000) }
        engine.pass(1_000...1_000)
        for broker in ["north", "south"] { engine.note(broker, isConnected: true, at: 1_002) }
        engine.pass(1_010...1_030)
        #expect(engine.told.count == 3)
        #expect(engine.told.allSatisfy { $0.hasSuffix("#3 heard 50 (broker_unreachable)") })
        engine.pass(1_040...1_110)
        #expect(engine.told.suffix(3).allSatisfy { $0.hasSuffix("#4 heard 50") })
        #expect(engine.alertsNow.count { $0.hasPrefix("silence") } == 3)
    }

    @Test("the alert goes to webhook endpoints that ask for alerts, though it is of no order")
    func webhook() {
        var engine = listening(endpoints: [
            EndpointSubscription(name: "kitchen", events: ["alert.updated"])
        ])
        engine.note(isConnected: false, at: 60)
        engine.pass(60...200)
        let bodies = engine.effects.records.deliveries.map {
            String(decoding: $0.body, as: UTF8.self)
        }
        #expect(bodies.count == 1)
        #expect(bodies.first?.contains(#""kind":"broker_unreachable""#) == true)
        #expect(bodies.first?.contains(#""deviceId":"north""#) == true)
    }
}
