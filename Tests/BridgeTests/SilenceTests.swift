import ColdChain
import Fabric
import Testing
import Wire

@testable import Bridge

extension Engine {
    /// Lets time pass, told every so often.
    mutating func pass(
        _ seconds: ClosedRange<Int64>, step: Int = 10
    ) {
        for second in stride(from: seconds.lowerBound, through: seconds.upperBound, by: step) {
            _ = bridge.wake(at: Engine.instant(second), effects: &effects)
            answerRecalls()
        }
    }

    /// What was told, in few words: when, of whom, which notice, and when it was heard last.
    var told: [String] {
        effects.publications.compactMap {
            guard case .silence(let notice) = $0.event else { return nil }
            let device = notice.device ?? "?"
            let channel = notice.probe.map { "\(device)/\($0)" } ?? device
            let heard = notice.lastHeard.map { "\(seconds($0))" } ?? "never"
            if let returnedAt = notice.returnedAt {
                return "\(seconds(notice.toldAt)) \(channel) back \(seconds(returnedAt))"
            }
            let cause = notice.cause.map { " (\($0))" } ?? ""
            return "\(seconds(notice.toldAt)) \(channel) #\(notice.number) heard \(heard)\(cause)"
        }
    }

    fileprivate var silenceAlerts: [Alert] {
        Engine.last(effects.records.alerts.map(\.alert)) { $0.number }
            .filter { $0.kind == .silence }
    }
}

@Suite("Silence of sensors whose bag carries an order (§2.3)")
struct SilenceTests {
    private typealias Row = Engine.Row

    /// Silent after 100 s, told again after 200, 400, 800 s; heard for 20 s after a start.
    private static func settings() -> BridgeSettings {
        var settings = Engine.settings()
        settings.silence = SilenceSettings(
            silentAfter: 100_000, firstRepeat: 200_000, longestRepeat: 800_000, startPause: 20_000)
        return settings
    }

    private func engine() -> Engine {
        var engine = Engine(Self.settings())
        engine.pass(0...0)
        return engine
    }

    /// bag-1 carries an order and was heard at 0.
    private func listening() -> Engine {
        var engine = engine()
        engine.makeOrder()
        engine.receive([Row(0, 60)])
        return engine
    }

    @Test(
        "B-5: silence is told, again with growing intervals, and its end; an alert stands meanwhile"
    )
    func backOff() throws {
        var engine = listening()
        engine.pass(0...100)
        #expect(engine.told == [])
        engine.pass(110...3_000)
        let notices = [
            "110 bag-1/0 #1 heard 0", "310 bag-1/0 #2 heard 0", "710 bag-1/0 #3 heard 0",
            "1510 bag-1/0 #4 heard 0", "2310 bag-1/0 #5 heard 0",
        ]
        #expect(engine.told == notices)
        #expect(engine.bridge.silentSensors == 1)
        let alert = try #require(engine.silenceAlerts.first)
        #expect(alert.isStanding && alert.subject.device == "bag-1" && alert.disposition == nil)
        engine.receive([Row(3_005, 60)])
        engine.pass(3_010...3_090)
        #expect(engine.told == notices + ["3010 bag-1/0 back 3005"])
        #expect(engine.bridge.silentSensors == 0)
        #expect(engine.silenceAlerts.map(\.isStanding) == [false])
        #expect(engine.silences.map(\.end) == [.init(at: Engine.instant(3_005), reason: .returned)])
        #expect(engine.events.count { $0 == "sensor.silent" } == 5)
        #expect(engine.events.count { $0 == "sensor.returned" } == 1)
        engine.pass(3_100...3_110)
        // Nobody has closed the alert: it is the same one, and to be acknowledged again.
        #expect(engine.silenceAlerts.map(\.isStanding) == [true])
    }

    @Test("a sensor that speaks is never silent, and a bag without an order is not watched")
    func untroubled() {
        var engine = engine()
        engine.makeOrder()
        for second in stride(from: Int64(0), through: 1_000, by: 100) {
            engine.receive([Row(second, 60)])
            engine.receive([Row(0, 60)], from: "bag-2", at: second)
            engine.pass(second...second + 90)
        }
        #expect(engine.told == [])
        #expect(engine.silences == [])
    }

    @Test("one probe that is dead is silent while the other speaks; the device has one alert")
    func deadProbe() {
        var engine = engine()
        engine.makeOrder()
        engine.receive([Row(0, 60, 61)])
        for second in stride(from: Int64(50), through: 200, by: 50) {
            engine.receive([Row(second, 60)])
            engine.pass(second...second + 40)
        }
        #expect(engine.told == ["110 bag-1/1 #1 heard 0"])
        engine.pass(310...310)
        #expect(engine.told.suffix(2) == ["310 bag-1/0 #1 heard 200", "310 bag-1/1 #2 heard 0"])
        #expect(engine.silenceAlerts.count == 1)
        engine.receive([Row(320, 60)])
        engine.pass(320...320)
        #expect(engine.silenceAlerts.map(\.isStanding) == [true])
        engine.receive([Row(330, 60, 60)])
        engine.pass(330...330)
        #expect(engine.silenceAlerts.map(\.isStanding) == [false])
    }

    @Test("a probe of which only markers come is silent: there is no number")
    func marker() {
        var engine = engine()
        engine.makeOrder(in: "A")
        let marker = Measurement(quantity: .temperature, probe: 1, marker: .sensorError)
        for second in stride(from: Int64(0), through: 150, by: 50) {
            engine.relay([Engine.Relayed("A", 60, at: second).with(marker)], at: second)
            engine.pass(second...second + 40)
        }
        #expect(engine.told == ["110 A/1 #1 heard never"])
    }

    @Test("a bag of which no sensor is known is silent from when it carries the order")
    func neverSpoke() throws {
        var engine = engine()
        engine.makeOrder(from: 10)
        engine.pass(20...120)
        #expect(engine.told == ["120 ? #1 heard never"])
        let alert = try #require(engine.silenceAlerts.first)
        #expect(alert.subject.bag == "bag-1" && alert.subject.device == "")
        engine.receive([Row(125, 60)])
        engine.pass(130...130)
        #expect(engine.told.last == "130 ? back 125")
        #expect(engine.silenceAlerts.map(\.isStanding) == [false])
    }

    @Test("two bags of one order that never spoke are two silences with two alerts")
    func twoBags() {
        var engine = engine()
        engine.makeOrder()
        engine.ask(.bindBag(order: "o-1", bag: "bag-2", from: Engine.instant(0)))
        engine.pass(0...110)
        #expect(engine.told.count == 2)
        #expect(Set(engine.silenceAlerts.map(\.subject.bag)) == ["bag-1", "bag-2"])
    }

    @Test(
        "a device that spoke before the order and not since is silent, before and after a restart",
        arguments: [false, true])
    func spokeBefore(isRestarted: Bool) {
        var engine = engine()
        engine.receive([Row(0, 60)])
        engine.makeOrder(from: 50)
        if isRestarted { engine.restart() }
        engine.pass(60...150)
        #expect(engine.told == [])
        engine.pass(160...160)
        #expect(engine.told == ["160 bag-1 #1 heard never"])
    }

    @Test("an order that is bound later is told at once of the silence since it was in the bag")
    func boundLate() {
        var engine = engine()
        engine.receive([Row(10, 60)])
        engine.makeOrder(from: 0, at: 200)
        engine.pass(200...200)
        #expect(engine.told == ["200 bag-1/0 #1 heard 10"])
    }

    @Test("after a restart nothing is told twice, what was told is known, and the back-off goes on")
    func restart() {
        var engine = listening()
        engine.pass(10...150)
        engine.restart()
        engine.pass(160...300)
        #expect(engine.told == ["110 bag-1/0 #1 heard 0"])
        engine.restart()
        engine.receive([Row(305, 60)])
        engine.pass(310...310)
        #expect(engine.told == ["110 bag-1/0 #1 heard 0", "310 bag-1/0 back 305"])
        #expect(engine.silenceAlerts.map(\.isStanding) == [false])
        engine.restart()
        engine.pass(320...400)
        #expect(engine.told.count == 2)
        engine.pass(410...410)
        #expect(engine.told.last == "410 bag-1/0 #1 heard 305")
    }

    @Test("after a stop nothing is silent before the broker has delivered what it kept")
    func startPause() {
        var engine = listening()
        engine.pass(10...50)
        engine.restart()
        // An hour later.
        engine.pass(3_600...3_610)
        #expect(engine.told == [])
        engine.receive([Row(100, 60)], at: 3_610)
        engine.pass(3_620...3_700)
        #expect(engine.told == [])
        engine.restart()
        engine.pass(7_200...7_210)
        #expect(engine.told == [])
        engine.pass(7_220...7_220)
        // Of the notices that were due while nobody could tell only the last is told.
        #expect(engine.told == ["7220 bag-1/0 #6 heard 3610"])
        #expect(engine.silenceAlerts.map(\.isStanding) == [true])
    }

    @Test("what a device had stored ends its silence when it is received, and is none itself")
    func backlog() {
        var engine = listening()
        engine.pass(10...900, step: 5)
        let before = engine.told.count
        for second in stride(from: Int64(20), through: 800, by: 20) {
            engine.receive([Row(second, 60)], at: 905)
            engine.pass(905...905)
        }
        #expect(engine.told.count == before + 1)
        #expect(engine.told.last == "905 bag-1/0 back 905")
        engine.pass(910...1_005)
        #expect(engine.told.count == before + 1)
        engine.pass(1_010...1_010)
        #expect(engine.told.last == "1010 bag-1/0 #1 heard 905")
    }

    @Test("an old reading that is delivered again does not end a silence")
    func redelivered() {
        var engine = listening()
        engine.receive([Row(20, 60)])
        engine.pass(20...130)
        engine.receive([Row(20, 60)], at: 140, isRetained: true)
        engine.receive([Row(5, 60)], at: 140)
        engine.pass(140...140)
        #expect(engine.told == ["130 bag-1/0 #1 heard 20"])
    }

    @Test("three expected intervals must be missing, also where they are made known later")
    func expectedInterval() {
        func interval(_ seconds: Int) -> DeviceFields {
            var fields = DeviceFields()
            fields.expectedIntervalSeconds = .set(seconds)
            return fields
        }
        var engine = listening()
        engine.ask(.updateDevice(id: "bag-1", interval(100)), at: 1)
        engine.pass(10...300)
        #expect(engine.told == [])
        engine.pass(310...310)
        #expect(engine.told == ["310 bag-1/0 #1 heard 0"])
        engine.receive([Row(320, 60)])
        engine.pass(320...500)
        engine.ask(.updateDevice(id: "bag-1", interval(10)), at: 500)
        engine.pass(500...500)
        #expect(engine.told.last == "500 bag-1/0 #1 heard 320")
    }

    @Test("the end of the order ends the watch, and is no return")
    func orderEnds() {
        var engine = listening()
        engine.pass(10...150)
        engine.amend("o-1", at: 160) { $0.status = .delivered }
        engine.pass(160...2_000)
        #expect(engine.told == ["110 bag-1/0 #1 heard 0"])
        #expect(
            engine.silences.map(\.end) == [.init(at: Engine.instant(160), reason: .orderEnded)])
        #expect(engine.silenceAlerts.map(\.isStanding) == [false])
        #expect(engine.bridge.silentSensors == 0)
    }

    @Test("a bag that goes over to another order is silent for that one, from when it carries it")
    func nextOrder() {
        var engine = listening()
        engine.pass(10...150)
        engine.makeOrder("o-2", from: 160)
        engine.pass(160...270)
        #expect(engine.told == ["110 bag-1/0 #1 heard 0", "270 bag-1 #1 heard never"])
        #expect(engine.silences.map(\.end?.reason) == [.orderEnded, nil])
    }

    @Test("a device that is taken out of the bag is not expected; a bag without one is silent")
    func takenOut() {
        var engine = listening()
        engine.pass(10...110)
        engine.ask(.removeDevice(id: "bag-1"), at: 115)
        engine.pass(115...115)
        #expect(engine.silences.map(\.end?.reason) == [.notExpected, nil])
        #expect(engine.told == ["110 bag-1/0 #1 heard 0", "115 ? #1 heard 0"])
        // It speaks all the same, and is registered again.
        engine.receive([Row(120, 60)])
        engine.pass(120...120)
        #expect(engine.told.last == "120 ? back 120")
        #expect(engine.silenceAlerts.map(\.isStanding) == [false, false])
    }

    @Test("a device that is decoded by another profile from now on is the same one")
    func otherProfile() {
        var engine = engine()
        engine.makeOrder(in: "A")
        engine.relay([Engine.Relayed("A", 60, at: 0, profile: 2)], at: 0)
        for second in stride(from: Int64(50), through: 200, by: 50) {
            engine.relay([Engine.Relayed("A", 60, at: second, profile: 0)], at: second)
            engine.pass(second...second + 40)
        }
        #expect(engine.told == [])
        #expect(engine.effects.records.sources.count == 2)
    }

    @Test("other settings hold from the next look on")
    func reload() {
        var engine = listening()
        engine.pass(10...50)
        var settings = Self.settings()
        settings.silence = SilenceSettings(silentAfter: 40_000)
        engine.bridge.reload(settings, effects: &engine.effects)
        engine.pass(51...51)
        #expect(engine.told == ["51 bag-1/0 #1 heard 0"])
    }

    @Test("where the clock is set back, what was heard counts as of now")
    func clockSetBack() {
        var engine = engine()
        engine.makeOrder()
        engine.receive([Row(10_000, 60)], at: 10_000)
        engine.pass(100...100)
        engine.bridge.silences.lookAtAll()
        engine.pass(110...260)
        #expect(engine.told == ["210 bag-1/0 #1 heard 100"])
    }

    @Test("readings put one entry of the queue off, however many there are")
    func oneEntry() {
        var engine = listening()
        var looks = 0
        for second in Int64(1)...1_000 {
            engine.receive([Row(second, 60)])
            if let due = engine.bridge.silences.nextTimer, due <= Engine.instant(second) {
                looks += 1
            }
            engine.pass(second...second)
        }
        #expect(looks <= 20)
        #expect(engine.told == [])
    }

    @Test("a hundred thousand bags that fall silent are told, each once")
    func many() {
        var book = SilenceBook()
        let count = 100_000
        for bag in 0..<count {
            book.begin(bag, OrderNumber(UInt32(bag + 1)), from: Engine.start)
            book.look(at: bag, Engine.instant(Int64(bag % 600)))
            book.look(at: bag, Engine.instant(Int64(bag % 600) + 1))
        }
        var found = Set<Int>()
        while let bag = book.nextDue(at: Engine.instant(299)) {
            #expect(found.insert(bag).inserted && bag % 600 <= 299)
        }
        #expect(found.count == (0..<count).count { $0 % 600 <= 299 })
        #expect(book.nextTimer == Engine.instant(300))
    }
}
