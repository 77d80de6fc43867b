import ColdChain
import Fabric
import JSONText
import Testing
import Wire

@testable import Bridge

private let officer: Identity = {
    var identity = Identity(subject: "maria", role: .foodSafety)
    identity.isQualifiedIndividual = true
    return identity
}()

extension Engine {
    /// Every alert as the log has it now.
    fileprivate var logged: [Alert] {
        var newest: [UInt64: Alert] = [:]
        for record in effects.records.alerts { newest[record.alert.number] = record.alert }
        return newest.values.sorted { $0.number < $1.number }
    }

    fileprivate var changes: [AlertChange] {
        effects.publications.compactMap {
            if case .alertUpdate(let update) = $0.event { update.change } else { nil }
        }
    }

    fileprivate mutating func wake(_ seconds: Int64) -> Timestamp? {
        bridge.wake(at: Engine.instant(seconds), effects: &effects)
    }

    @discardableResult
    fileprivate mutating func act(
        _ deed: StaffDeed, seen: UInt64? = nil, on number: UInt64 = 1,
        by identity: Identity = officer,
        at seconds: Int64 = 100
    ) -> Result<CommandAnswer, CommandRefusal>? {
        let seen = seen ?? logged.first { $0.number == number }?.revision ?? 1
        return ask(
            .staff(StaffAction(alert: number, seen: seen, deed: deed, identity: identity)),
            at: seconds)
    }
}

private let discard = StaffDeed.act(
    CorrectiveAction(disposition: .discard, cause: .bagOpened, text: "thrown away"))

@Suite("Alerts in the bridge (§1.4, §2.3)")
struct AlertTests {
    /// A day without readings is no silence here: what time does to an alert is seen by itself.
    private static func untroubledBySilence() -> BridgeSettings {
        var settings = Engine.settings()
        settings.excursions.maximumGap = 86_400 * ExcursionSettings.second
        return settings
    }

    private func breached(_ settings: BridgeSettings = untroubledBySilence()) -> Engine {
        var engine = Engine(settings)
        engine.makeOrder("o-1", .hot)
        engine.receive([Row(10, 50)])
        return engine
    }

    private typealias Row = Engine.Row

    @Test("an excursion raises an alert with what was measured, and puts the food on hold")
    func raised() throws {
        let engine = breached()
        let alert = try #require(engine.logged.first)
        #expect(engine.logged.count == 1)
        #expect(alert.kind == .excursion(1))
        #expect(alert.subject.order?.id == "o-1")
        #expect(alert.subject.bag == "bag-1")
        #expect(alert.isStanding && !alert.isAcknowledged && alert.disposition == .hold)
        #expect(alert.evidence?.celsius == 50)
        #expect(alert.evidence?.limit == CriticalLimit(minimum: 57))
        #expect(alert.evidence?.limitProfile == "us-fda-2022")
        #expect(engine.events.suffix(2) == ["order.temperature_alert", "alert.updated"])
        #expect(engine.changes == [.raised])
        #expect(engine.effects.records.alerts.first?.action == nil)
    }

    @Test("the end of an excursion ends the condition, and nothing else")
    func ended() throws {
        var engine = breached()
        engine.receive([Row(20, 60)])
        let alert = try #require(engine.logged.first)
        #expect(!alert.isStanding && !alert.isAcknowledged && alert.disposition == .hold)
        let ended = try #require(alert.evidence?.ended)
        #expect(Engine.instant(10) < ended && ended < Engine.instant(20))
        #expect(engine.changes == [.raised, .conditionEnded])
        engine.receive([Row(30, 50)])
        #expect(engine.logged.count == 2)
    }

    @Test("silence while food is outside raises an alert that holds no food, and readings end it")
    func silent() throws {
        var engine = breached(Engine.patientSettings())
        engine.receive([Row(100, 40)])
        for second in stride(from: Int64(150), through: 600, by: 50) { _ = engine.wake(second) }
        let alert = try #require(engine.logged.last)
        #expect(alert.kind == .dataLoss && alert.isStanding && alert.disposition == nil)
        engine.receive([Row(700, 60)])
        #expect(engine.logged.last?.isStanding == false)
    }

    @Test("an alarm that readings do not bear out ends, and the food stays on hold")
    func corrected() throws {
        var engine = Engine(Engine.patientSettings())
        engine.makeOrder("o-1", .hot)
        engine.receive([Row(0, 55)])
        engine.receive([Row(290, 55)])
        _ = engine.wake(301)
        engine.receive([Row(100, 60), Row(250, 60)], at: 310)
        let alert = try #require(engine.logged.first)
        #expect(engine.changes == [.raised, .conditionEnded])
        #expect(!alert.isStanding && alert.evidence?.isCorrected == true)
        #expect(alert.disposition == .hold)
    }

    @Test("late readings that make it worse put food on hold that was let go")
    func revised() throws {
        var engine = breached()
        engine.receive([Row(200, 60)])
        engine.act(.acknowledge(text: nil), at: 210)
        engine.act(
            .release(
                CorrectiveAction(
                    disposition: .release, cause: .bagOpened, text: "core 64 °C", foodCelsius: 64),
                printedName: "Maria"), at: 220)
        #expect(engine.logged.first?.disposition == .release)
        engine.receive([Row(50, 30)], at: 230)
        let alert = try #require(engine.logged.first)
        #expect(alert.evidence?.peak == 30)
        #expect(alert.disposition == .hold && !alert.isAcknowledged)
        #expect(engine.changes.last == .revised)
    }

    @Test("a breach found late is raised when it is found, not when it was measured")
    func late() throws {
        var engine = Engine()
        engine.receive([Row(10, 50)])
        engine.receive([Row(20, 60)])
        _ = engine.bridge.wake(at: Engine.instant(5_000), effects: &engine.effects)
        engine.makeOrder("o-1", .hot, from: 0, at: 5_000)
        engine.answerRecalls()
        let alert = try #require(engine.logged.first)
        #expect(alert.raisedAt == Engine.instant(5_000))
        #expect(alert.evidence?.began == Engine.instant(10))
        #expect(!alert.isStanding)
    }

    @Test("what staff do is answered, recorded with who did it, and told")
    func deed() throws {
        var engine = breached()
        guard case .success(.alert(let answered))? = engine.act(.acknowledge(text: "seen")) else {
            Issue.record("refused")
            return
        }
        #expect(answered == engine.logged.first)
        let action = try #require(engine.effects.records.alerts.last?.action)
        #expect(action.by == AlertActor(subject: "maria", role: "food_safety"))
        #expect(action.seen == 1 && action.at == Engine.instant(100))
        #expect(engine.changes == [.raised, .acknowledged])
        // The same again, as after a lost answer: the same answer, and nothing new.
        let count = engine.effects.records.alerts.count
        guard case .success(.alert(answered))? = engine.act(.acknowledge(text: "seen"), seen: 1)
        else {
            Issue.record("not answered the same way")
            return
        }
        #expect(engine.effects.records.alerts.count == count)
        let conflict = engine.act(.comment("x"), seen: 1)
        #expect(conflict == .failure(.alert(.changed(revision: 2))))
    }

    @Test("who may not see an alert is told that there is none")
    func access() {
        var engine = Engine()
        var fields = OrderFields()
        fields.id = "o-1"
        fields.foodClass = .hot
        fields.restaurant = "r-1"
        engine.ask(.createOrder(fields))
        engine.ask(.bindBag(order: "o-1", bag: "bag-1", from: Engine.instant(0)))
        engine.receive([Row(10, 50)])
        let hidden: [Identity] = [
            Identity(subject: "c", role: .customer), Identity(subject: "d", role: .driver),
            Identity(subject: "m", role: .merchant, site: "r-2"),
            Identity(subject: "m", role: .merchant),
        ]
        for identity in hidden {
            let refusal = engine.act(.acknowledge(text: nil), by: identity)
            #expect(refusal == .failure(.unknownAlert(1)))
        }
        #expect(engine.act(.comment("x"), on: 2) == .failure(.unknownAlert(2)))
        #expect(engine.act(.comment("x"), on: 0) == .failure(.unknownAlert(0)))
        let own = Identity(subject: "m", role: .merchant, site: "r-1")
        guard case .success? = engine.act(.acknowledge(text: nil), by: own) else {
            Issue.record("refused to its own restaurant")
            return
        }
        let unqualified = engine.act(
            .sign(.reviewed, text: nil, printedName: "M"), by: own)
        #expect(unqualified == .failure(.alert(.notQualified)))
    }

    @Test("nobody acknowledges: it is escalated by the timer after 5, 15 and 30 minutes")
    func escalated() {
        var engine = breached()
        #expect(engine.wake(11) == Engine.instant(310))
        #expect(engine.wake(310) == Engine.instant(910))
        #expect(engine.logged.first?.escalationStep == 1)
        // What is left to wait for is silence.
        #expect(engine.wake(2_000) ?? Engine.instant(90_000) > Engine.instant(80_000))
        #expect(engine.logged.first?.escalationStep == 3)
        #expect(engine.changes == [.raised, .escalated, .escalated])
    }

    @Test("after a restart it is escalated as if there had been none, and raised no second time")
    func restarted() {
        var engine = breached()
        _ = engine.bridge.wake(at: Engine.instant(400), effects: &engine.effects)
        engine.restart()
        #expect(engine.logged.map(\.number) == [1])
        let next = engine.bridge.wake(at: Engine.instant(401), effects: &engine.effects)
        #expect(next == Engine.instant(910))
        engine.act(.acknowledge(text: nil))
        engine.restart()
        let quiet = engine.bridge.wake(at: Engine.instant(9_000), effects: &engine.effects)
        #expect(quiet ?? Engine.instant(90_000) > Engine.instant(80_000))
        #expect(engine.changes == [.raised, .escalated, .acknowledged])
        engine.receive([Row(9_010, 60)])
        #expect(engine.logged.first?.isStanding == false)
    }

    @Test("new delays hold for alerts that wait already")
    func reloaded() {
        var engine = breached()
        var settings = Self.untroubledBySilence()
        settings.alerts.escalation = EscalationChain(delays: [60_000])
        engine.bridge.reload(settings, effects: &engine.effects)
        let next = engine.bridge.wake(at: Engine.instant(11), effects: &engine.effects)
        #expect(next == Engine.instant(70))
    }

    @Test("a review that nobody made in time is told once, over a restart, too; a new one again")
    func reviewMissed() throws {
        var settings = Self.untroubledBySilence()
        settings.alerts.escalation = EscalationChain(delays: [])
        var engine = breached(settings)
        engine.receive([Row(20, 60)])
        engine.act(.acknowledge(text: nil))
        engine.act(discard)
        let due = try #require(engine.logged.first?.reviewDue)
        let last = engine.seconds(due)
        let next = engine.wake(last - 1)
        #expect(next.map { $0 <= due } == true)
        #expect(engine.changes.last == .actionRecorded)
        _ = engine.wake(last)
        #expect(engine.changes.last == .reviewOverdue)
        let missed = try #require(engine.logged.first)
        #expect(missed.isReviewOverdue)
        #expect(AlertText.alert(try JSONText.parse(AlertText.state(of: missed).span)) == missed)
        let told = engine.changes.count
        _ = engine.wake(last + 60)
        engine.restart()
        _ = engine.wake(last + 120)
        #expect(engine.changes.count == told)
        #expect(engine.bridge.counters.alertReviewsMissed == 0, "told before the restart")
        engine.act(.sign(.reviewed, text: nil, printedName: "Maria"), at: last + 200)
        #expect(engine.logged.first?.isReviewOverdue == false)
        engine.act(discard, at: last + 300)
        let again = try #require(engine.logged.first?.reviewDue)
        _ = engine.wake(engine.seconds(again))
        #expect(engine.changes.count { $0 == .reviewOverdue } == 2)
    }

    @Test("where there are too many alerts, closed ones are forgotten first")
    func bounded() {
        var settings = Engine.settings()
        settings.bounds.alertsMaximum = 2
        var engine = breached(settings)
        engine.receive([Row(20, 60)])
        engine.act(.acknowledge(text: nil))
        engine.act(discard)
        engine.act(.close(.resolved, text: "gone", printedName: "M"))
        for round in 1...2 {
            engine.receive([Row(Int64(round) * 20 + 20, 50)])
            engine.receive([Row(Int64(round) * 20 + 30, 60)])
        }
        #expect(engine.bridge.alertsInMemory == 2)
        #expect(engine.act(.comment("x"), on: 1) == .failure(.settledAlert(1)))
        guard case .success? = engine.act(.comment("x"), on: 2) else {
            Issue.record("an open one is forgotten")
            return
        }
    }

    @Test("a due queue gives every number in the order of its instant", arguments: 0..<20)
    func queue(_ seed: Int) {
        var random = Int64(seed) &* 7_919 &+ 1
        var queue = DueQueue()
        var instants: [Int64] = []
        for number in 0..<200 {
            random = (random &* 1_103_515_245 &+ 12_345) & 0x7FFF_FFFF
            instants.append(random % 50)
            queue.add(Timestamp(milliseconds: random % 50), UInt64(number))
        }
        var seen: [Int64] = []
        while let number = queue.removeFirst(notAfter: Timestamp(milliseconds: 100)) {
            seen.append(instants[Int(number)])
        }
        #expect(seen == instants.sorted())
    }
}

@Suite("Alerts as text")
struct AlertTextTests {
    @Test("what is written of an alert reads back as the same alert")
    func roundTrip() throws {
        var engine = Engine()
        engine.makeOrder("o-1", .hot)
        engine.receive([Engine.Row(10, 50.25)])
        engine.receive([Engine.Row(20, 60)])
        let deeds: [StaffDeed] = [
            .acknowledge(text: "\"quoted\" \u{1F336}\n"), .assign(to: nil), .comment("x"),
            .act(
                CorrectiveAction(
                    disposition: .hold, cause: .equipmentFailure, text: "held",
                    isolatedAt: Engine.instant(1), recurrencePrevention: "new bag",
                    foodCelsius: -0.5)),
            .release(
                CorrectiveAction(disposition: .release, cause: .other, text: "fine"),
                printedName: "Maria Ruiz"),
            .close(.resolved, text: "done", printedName: "Maria Ruiz"),
            .sign(.reviewed, text: "all of it", printedName: "Maria Ruiz"),
        ]
        for deed in deeds { engine.act(deed) }
        #expect(engine.effects.records.alerts.count == 9)
        for record in engine.effects.records.alerts {
            let text = AlertText.state(of: record.alert)
            #expect(AlertText.alert(try JSONText.parse(text.span)) == record.alert)
        }
    }

    @Test("a text that lacks something is no alert")
    func lacking() throws {
        var engine = Engine()
        engine.makeOrder("o-1", .hot)
        engine.receive([Engine.Row(10, 50)])
        engine.act(.acknowledge(text: nil))
        let alert = try #require(engine.effects.records.alerts.last?.alert)
        let json = try JSONText.parse(AlertText.state(of: alert).span)
        let members = try #require(json.members)
        let optional = [
            "excursionless", "acknowledged", "closed", "disposition", "reviewDue", "evidence",
            "acknowledgement", "orderId",
        ]
        for (index, member) in members.enumerated() where !optional.contains(member.name) {
            var rest = members
            rest.remove(at: index)
            if ["restaurantId", "cafeId"].contains(member.name) { continue }
            #expect(AlertText.alert(.object(rest)) == nil, "\(member.name)")
            rest.insert(.init(member.name, .object([])), at: index)
            #expect(AlertText.alert(.object(rest)) == nil, "\(member.name)")
        }
    }
}

@Suite("What staff write (§1.4)")
struct AlertCommandTextTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var verb: String
        var body: String
        var name: String?
        /// The field at fault; nil where it is understood.
        var fault: String?
        var testDescription: String { "\(verb) \(body)" }
    }

    static let cases = [
        Case(verb: "acknowledge", body: #"{"revision":1}"#),
        Case(verb: "acknowledge", body: #"{"revision":1,"text":"x"}"#),
        Case(verb: "acknowledge", body: "{}", fault: "revision"),
        Case(verb: "acknowledge", body: "[]", fault: "body"),
        Case(verb: "acknowledge", body: #"{"revision":0}"#, fault: "revision"),
        Case(verb: "acknowledge", body: #"{"revision":"1"}"#, fault: "revision"),
        Case(verb: "acknowledge", body: #"{"revision":1,"by":"eve"}"#, fault: "by"),
        Case(verb: "acknowledge", body: #"{"revision":1,"revision":2}"#, fault: "revision"),
        Case(verb: "assign", body: #"{"revision":1,"assignee":"ben"}"#),
        Case(verb: "assign", body: #"{"revision":1,"assignee":null}"#),
        Case(verb: "assign", body: #"{"revision":1}"#, fault: "assignee"),
        Case(verb: "comment", body: #"{"revision":1}"#, fault: "text"),
        Case(verb: "comment", body: #"{"revision":1,"text":7}"#, fault: "text"),
        Case(
            verb: "action",
            body: #"{"revision":1,"disposition":"discard","cause":"other","text":"x"}"#),
        Case(
            verb: "action", body: #"{"revision":1,"disposition":"eat","cause":"other","text":"x"}"#,
            fault: "disposition"),
        Case(
            verb: "action", body: #"{"revision":1,"disposition":"hold","text":"x"}"#,
            fault: "cause"),
        Case(
            verb: "action",
            body:
                #"{"revision":1,"disposition":"hold","cause":"other","text":"x","foodTemperature":"6"}"#,
            fault: "foodTemperature"),
        Case(
            verb: "action",
            body:
                #"{"revision":1,"disposition":"hold","cause":"other","text":"x","productIsolatedAt":"now"}"#,
            fault: "productIsolatedAt"),
        Case(
            verb: "release", body: #"{"revision":1,"cause":"other","text":"x"}"#,
            fault: "printedName"),
        Case(verb: "release", body: #"{"revision":1,"cause":"other","text":"x"}"#, name: "Maria"),
        Case(
            verb: "release",
            body: #"{"revision":1,"cause":"other","text":"x","printedName":"Eve"}"#, name: "Maria",
            fault: "printedName"),
        Case(
            verb: "close",
            body: #"{"revision":1,"reason":"sensor_unavailable","text":"x","printedName":"Eve"}"#),
        Case(
            verb: "close", body: #"{"revision":1,"reason":"bored","text":"x","printedName":"Eve"}"#,
            fault: "reason"),
        Case(verb: "sign", body: #"{"revision":1,"meaning":"reviewed","printedName":"Eve"}"#),
        Case(
            verb: "sign", body: #"{"revision":1,"meaning":"released","printedName":"Eve"}"#,
            fault: "meaning"),
        Case(verb: "ignore", body: #"{"revision":1}"#, fault: "path"),
    ]

    @Test("a body is understood, or refused by the field at fault", arguments: cases)
    func table(_ test: Case) throws {
        var identity = officer
        identity.personName = test.name
        let json = try JSONText.parse(Array(test.body.utf8).span)
        do throws(CommandRefusal) {
            let command = try CommandText.staffAction(
                json, verb: test.verb, alert: 4, by: identity)
            #expect(test.fault == nil)
            guard case .staff(let action) = command else {
                Issue.record("another command")
                return
            }
            #expect(action.alert == 4 && action.seen == 1 && action.identity == identity)
        } catch {
            guard case .invalid(let field, _) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(field == test.fault)
        }
    }
}
