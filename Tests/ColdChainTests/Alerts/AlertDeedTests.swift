import ColdChain
import Testing

private let officer = AlertActor(subject: "maria", role: "food_safety")
private let cook = AlertActor(subject: "ben", role: "merchant")

private func at(_ minutes: Int64) -> Timestamp { Timestamp(milliseconds: minutes * 60_000) }

private func newAlert(_ kind: AlertKind = .excursion(1), isStanding: Bool = true) -> Alert {
    Alert(
        number: 1, kind: kind,
        subject: AlertSubject(
            order: AlertOrder(number: OrderNumber(1), id: "o-1", restaurant: nil, cafe: nil),
            bag: "bag-1", device: "d-1"),
        raisedAt: at(0), evidence: nil, isStanding: isStanding, reviewDue: at(10_000))
}

private func action(_ disposition: Disposition, food: Double? = nil) -> CorrectiveAction {
    CorrectiveAction(
        disposition: disposition, cause: .bagOpened, text: "looked at it", foodCelsius: food)
}

private let ok = "ok"

extension Alert {
    /// Does something on the newest revision, and says how that went.
    @discardableResult
    fileprivate mutating func tries(
        _ deed: StaffDeed, by actor: AlertActor = officer, seen: UInt64? = nil, at now: Int64 = 1
    ) -> String {
        do throws(AlertRefusal) {
            let hasChanged = try perform(
                deed, by: actor, isQualified: actor.role == "food_safety", seen: seen ?? revision,
                at: ColdChainTests.minutes(now), calendar: WorkingCalendar())
            return hasChanged ? ok : "again"
        } catch {
            return error.code
        }
    }
}

func minutes(_ minutes: Int64) -> Timestamp { Timestamp(milliseconds: minutes * 60_000) }

private let release = StaffDeed.release(action(.release), printedName: "Maria Ruiz")
private let probed = StaffDeed.release(action(.release, food: 66), printedName: "Maria Ruiz")
private func close(_ reason: CloseReason) -> StaffDeed {
    .close(reason, text: "done", printedName: "Maria Ruiz")
}

@Suite("What people may do about an alert (§1.4, §2.3)")
struct AlertDeedTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        /// What was done before, and whether the condition had ended first.
        var before: [StaffDeed] = []
        var isStanding = true
        var deed: StaffDeed
        var by = officer
        var kind = AlertKind.excursion(1)
        var says: String
    }

    static let cases: [Case] = {
        let seen = StaffDeed.acknowledge(text: nil)
        let discard = StaffDeed.act(action(.discard))
        return [
            Case(testDescription: "acknowledge", deed: seen, by: cook, says: ok),
            Case(
                testDescription: "acknowledge twice", before: [seen], deed: .acknowledge(text: "x"),
                by: cook, says: "acknowledged_already"),
            Case(testDescription: "assign", deed: .assign(to: "ben"), by: cook, says: ok),
            Case(testDescription: "assign to a blank", deed: .assign(to: " "), says: "invalid"),
            Case(testDescription: "comment", deed: .comment("x"), by: cook, says: ok),
            Case(testDescription: "an empty comment", deed: .comment(" \n"), says: "invalid"),
            Case(
                testDescription: "a comment too long",
                deed: .comment(String(repeating: "x", count: 4_001)), says: "invalid"),
            Case(testDescription: "a NUL", deed: .comment("a\0b"), says: "invalid"),
            Case(testDescription: "discard", deed: discard, by: cook, says: ok),
            Case(
                testDescription: "an action without words",
                deed: .act(CorrectiveAction(disposition: .discard, cause: .other, text: "")),
                says: "invalid"),
            Case(
                testDescription: "a release by action", deed: .act(action(.release)),
                says: "invalid"),
            Case(
                testDescription: "food of 400 °C", deed: .act(action(.hold, food: 400)),
                says: "invalid"),
            Case(
                testDescription: "food of NaN", deed: .act(action(.hold, food: .nan)),
                says: "invalid"),
            Case(
                testDescription: "release by a cook", before: [seen], deed: probed, by: cook,
                says: "not_qualified"),
            Case(
                testDescription: "release unacknowledged", isStanding: false, deed: release,
                says: "not_acknowledged"),
            Case(
                testDescription: "release while it stands", before: [seen], deed: release,
                says: "condition_stands"),
            Case(
                testDescription: "release of food that was measured, while it stands",
                before: [seen], deed: probed, says: ok),
            Case(
                testDescription: "release after its end", before: [seen], isStanding: false,
                deed: release, says: ok),
            Case(
                testDescription: "release of what is thrown away", before: [seen, discard],
                isStanding: false, deed: release, says: "nothing_on_hold"),
            Case(
                testDescription: "release without a name", before: [seen], isStanding: false,
                deed: .release(action(.release), printedName: ""), says: "invalid"),
            Case(
                testDescription: "close unacknowledged", isStanding: false, deed: close(.resolved),
                says: "not_acknowledged"),
            Case(
                testDescription: "close with food on hold", before: [seen], isStanding: false,
                deed: close(.resolved), says: "food_on_hold"),
            Case(
                testDescription: "close while it stands", before: [seen, discard],
                deed: close(.resolved), says: "condition_stands"),
            Case(
                testDescription: "close where nothing measures any more", before: [seen, discard],
                deed: close(.sensorUnavailable), says: ok),
            Case(
                testDescription: "close as unavailable by a cook", before: [seen, discard],
                deed: close(.sensorUnavailable), by: cook, says: "not_qualified"),
            Case(
                testDescription: "close what is done", before: [seen, discard], isStanding: false,
                deed: close(.resolved), says: ok),
            Case(
                testDescription: "close a silence without an action", before: [seen],
                isStanding: false, deed: close(.resolved), kind: .silence, says: "no_action"),
            Case(
                testDescription: "close a silence as a false alarm", before: [seen],
                isStanding: false, deed: close(.falseAlarm), kind: .silence, says: ok),
            Case(
                testDescription: "close twice", before: [seen, discard, close(.sensorUnavailable)],
                deed: close(.resolved), says: "alert_closed"),
            Case(
                testDescription: "act on a closed one",
                before: [seen, discard, close(.sensorUnavailable)], deed: discard,
                says: "alert_closed"),
            Case(
                testDescription: "comment on a closed one",
                before: [seen, discard, close(.sensorUnavailable)], deed: .comment("x"), says: ok),
            Case(
                testDescription: "review a closed one",
                before: [seen, discard, close(.sensorUnavailable)],
                deed: .sign(.reviewed, text: nil, printedName: "M"), says: ok),
            Case(
                testDescription: "sign by a cook",
                deed: .sign(.approved, text: nil, printedName: "B"),
                by: cook, says: "not_qualified"),
            Case(
                testDescription: "sign that it is released",
                deed: .sign(.released, text: nil, printedName: "M"), says: "invalid"),
        ]
    }()

    @Test(
        "a deed is done or refused with the reason, and a refusal changes nothing", arguments: cases
    )
    func table(_ test: Case) {
        var alert = newAlert(test.kind)
        if !test.isStanding { _ = alert.take(isStanding: false, evidence: nil, at: at(1)) }
        for deed in test.before { #expect(alert.tries(deed) == ok) }
        let before = alert
        #expect(alert.tries(test.deed, by: test.by) == test.says)
        #expect((alert == before) == (test.says != ok))
        if test.says == ok { #expect(alert.revision == before.revision + 1) }
    }

    @Test("what is decided on an older revision is refused, and says the newer one")
    func conflict() {
        var alert = newAlert()
        #expect(alert.tries(.comment("one"), by: cook, seen: 1) == ok)
        #expect(alert.tries(.comment("two"), by: officer, seen: 1) == "revision_conflict")
        #expect(alert.tries(.comment("two"), by: officer, seen: 9) == "revision_conflict")
        #expect(alert.revision == 2)
    }

    @Test("the same again from the same revision is done once, whatever came after it")
    func again() {
        let deeds: [StaffDeed] = [
            .acknowledge(text: "on my way"), .assign(to: "ben"), .comment("x"),
            .act(action(.hold)), probed, close(.sensorUnavailable),
            .sign(.reviewed, text: "fine", printedName: "Maria Ruiz"),
        ]
        var alert = newAlert()
        for (step, deed) in deeds.enumerated() {
            #expect(alert.tries(deed, seen: UInt64(step) + 1) == ok)
        }
        for (step, deed) in deeds.enumerated() {
            #expect(alert.tries(deed, seen: UInt64(step) + 1) == "again", "\(deed)")
            // Of somebody else it is another thing.
            let other = AlertActor(subject: "eve", role: "food_safety")
            #expect(alert.tries(deed, by: other, seen: UInt64(step) + 1) == "revision_conflict")
        }
        #expect(alert.revision == 8)
        #expect(alert.tries(.comment("on my way"), seen: 1) == "revision_conflict")
    }

    @Test("ISA-18.2: an end acknowledges nothing, an acknowledgement ends nothing")
    func twoBits() {
        var alert = newAlert()
        #expect(alert.take(isStanding: false, evidence: nil, at: at(2)) == .conditionEnded)
        #expect(!alert.isAcknowledged && !alert.isStanding && !alert.isClosed)
        #expect(alert.disposition == .hold)
        #expect(alert.tries(.acknowledge(text: nil), by: cook) == ok)
        #expect(alert.isAcknowledged && !alert.isClosed && alert.disposition == .hold)
        #expect(alert.take(isStanding: false, evidence: nil, at: at(3)) == nil)
        // It comes back: the food is on hold again, and somebody must look again.
        #expect(alert.tries(.act(action(.reheat))) == ok)
        #expect(alert.take(isStanding: true, evidence: nil, at: at(4)) == .returned)
        #expect(!alert.isAcknowledged && alert.disposition == .hold)
        #expect(alert.unacknowledgedSince == at(4))
    }

    @Test("only an excursion puts food on hold by itself")
    func hold() {
        #expect(newAlert().disposition == .hold)
        #expect(newAlert(.silence).disposition == nil)
        #expect(newAlert(.dataLoss).disposition == nil)
    }

    @Test("a closed alert takes no condition any more")
    func afterClosing() {
        var alert = newAlert()
        for deed in [.acknowledge(text: nil), .act(action(.discard)), close(.sensorUnavailable)] {
            #expect(alert.tries(deed) == ok)
        }
        #expect(alert.take(isStanding: false, evidence: nil, at: at(5)) == nil)
        #expect(alert.isStanding)
    }

    @Test("a review is owed until it is signed, and again after a further action")
    func review() {
        var alert = newAlert()
        #expect(alert.tries(.sign(.approved, text: nil, printedName: "M")) == ok)
        #expect(alert.reviewDue == at(10_000))
        #expect(alert.tries(.sign(.reviewed, text: nil, printedName: "M")) == ok)
        #expect(alert.reviewDue == nil)
        #expect(alert.tries(.act(action(.hold)), at: 60) == ok)
        #expect(alert.reviewDue == WorkingCalendar().reviewDue(after: at(60)))
    }

    @Test("an alert takes 500 entries, and can be closed all the same")
    func full() {
        var alert = newAlert()
        alert.tries(.acknowledge(text: nil))
        alert.tries(.act(action(.discard)))
        for number in 0..<499 {
            let said = alert.tries(.comment("\(number)"))
            #expect(said == ok)
        }
        #expect(alert.tries(.comment("one more")) == "alert_full")
        #expect(alert.tries(close(.sensorUnavailable)) == ok)
    }
}

@Suite("Escalation (§2.3)")
struct EscalationTests {
    @Test(
        "it goes a step up after 5, 15 and 30 minutes without acknowledgement",
        arguments: [(0, 0), (4, 0), (5, 1), (14, 1), (15, 2), (29, 2), (30, 3), (100_000, 3)])
    func steps(_ minute: Int, _ step: Int) {
        var alert = newAlert()
        #expect(alert.escalate(by: EscalationChain(), at: at(Int64(minute))) == (step > 0))
        #expect(alert.escalationStep == step)
        #expect(alert.revision == (step > 0 ? 2 : 1))
        let next = alert.escalationDue(by: EscalationChain())
        #expect(next == (step < 3 ? at([5, 15, 30][step]) : nil))
    }

    @Test("an acknowledgement ends it; a condition that comes back begins it anew")
    func acknowledged() {
        var alert = newAlert()
        let isEscalated = alert.escalate(by: EscalationChain(), at: at(6))
        #expect(isEscalated)
        alert.tries(.acknowledge(text: nil), at: 7)
        #expect(alert.escalationDue(by: EscalationChain()) == nil)
        _ = alert.take(isStanding: false, evidence: nil, at: at(8))
        _ = alert.take(isStanding: true, evidence: nil, at: at(100))
        #expect(alert.escalationStep == 0)
        #expect(alert.escalationDue(by: EscalationChain()) == at(105))
    }

    @Test("delays are put in order; without any nothing is escalated")
    func odd() {
        #expect(EscalationChain(delays: [9, -1, 3]).delays == [0, 3, 9])
        #expect(newAlert().escalationDue(by: EscalationChain(delays: [])) == nil)
    }
}

@Suite("Working days")
struct WorkingCalendarTests {
    private static let day: Int64 = 86_400_000
    /// 2026-11-20, a Friday.
    private static let friday = CalendarDay(daysSince1970: 20_777)

    @Test("days have the right names, before 1970 too")
    func weekdays() {
        #expect(Self.friday.weekday == .friday)
        #expect(CalendarDay(daysSince1970: 0).weekday == .thursday)
        #expect(CalendarDay(daysSince1970: -1).weekday == .wednesday)
        #expect(CalendarDay(daysSince1970: -4).weekday == .sunday)
        #expect(CalendarDay(daysSince1970: -11).weekday == .sunday)
    }

    struct Case: Sendable {
        var reviewDays: Int
        var holidays: [Int64] = []
        var days = WorkingCalendar.standardWorkingDays
        var offset = 0
        /// Hours after the Friday began in UTC.
        var hour: Int64
        /// Days after the Friday, at whose end (local) it is due.
        var due: Int64
    }

    static let cases: [Case] = [
        // Mon 23, Tue, Wed, Thu, Fri 27, Mon 30, Tue 1 December.
        Case(reviewDays: 7, hour: 12, due: 11),
        Case(reviewDays: 7, hour: 0, due: 11),
        // Thanksgiving, the 26th.
        Case(reviewDays: 7, holidays: [6], hour: 12, due: 12),
        // A holiday on a Saturday changes nothing.
        Case(reviewDays: 7, holidays: [1], hour: 12, due: 11),
        Case(reviewDays: 1, hour: 12, due: 3),
        Case(reviewDays: 0, hour: 12, due: 0),
        Case(reviewDays: 1, days: Set(Weekday.allCases), hour: 12, due: 1),
        // 23:30 in UTC is Saturday an hour further east, and 0:30 is Thursday in America.
        Case(reviewDays: 1, days: Set(Weekday.allCases), offset: 60, hour: 23, due: 2),
        Case(reviewDays: 1, days: Set(Weekday.allCases), offset: -300, hour: 0, due: 0),
        // A calendar without working days counts every day.
        Case(reviewDays: 3, days: [], hour: 12, due: 3),
    ]

    @Test("a review is due at the end of the last working day", arguments: cases)
    func due(_ test: Case) {
        let start = Self.friday.daysSince1970 * Self.day
        let calendar = WorkingCalendar(
            reviewDays: test.reviewDays, workingDays: test.days,
            holidays: Set(
                test.holidays.map {
                    CalendarDay(daysSince1970: Self.friday.daysSince1970 + $0)
                }), offsetMinutes: test.offset)
        let made = Timestamp(milliseconds: start + test.hour * 3_600_000 + 1_800_000)
        let end = start + (test.due + 1) * Self.day - Int64(test.offset) * 60_000
        #expect(calendar.reviewDue(after: made) == Timestamp(milliseconds: end))
    }

    @Test("an instant at either end of time has an answer", arguments: [Int64.min, Int64.max])
    func extremes(_ instant: Int64) {
        let due = WorkingCalendar(offsetMinutes: 840).reviewDue(
            after: Timestamp(milliseconds: instant))
        #expect(due >= Timestamp(milliseconds: instant) || instant == .max)
    }
}
