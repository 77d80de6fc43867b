import ColdChain
import Fabric
import Testing

@testable import Bridge

/// What a watch makes of readings, as a dialogue: minutes and °C in, excursions out.
@Suite("Watch over an order's food (Q-2, Q-4, B-9)")
struct WatchTests {
    struct Dialogue: CustomTestStringConvertible, Sendable {
        var testDescription: String
        /// Minute, °C and what the watch says.
        var steps: [(minute: Int64, celsius: Double, says: String)]
        var excursions: [String]
    }

    static let dialogues: [Dialogue] = [
        Dialogue(
            testDescription: "a reading on the limit is safe",
            steps: [(0, 57, "nothing"), (1, 60, "nothing"), (2, 57, "nothing")], excursions: []),
        Dialogue(
            testDescription:
                "an excursion lasts from the first reading outside to the first inside",
            steps: [
                (0, 60, "nothing"), (1, 56.9, "opened"), (2, 50, "widened"), (3, 55, "nothing"),
                (4, 57, "closed"), (5, 60, "nothing"),
            ], excursions: ["1…4 50.0"]),
        Dialogue(
            testDescription: "leaving the limit again is another excursion",
            steps: [
                (0, 50, "opened"), (1, 60, "closed"), (2, 50, "opened"), (3, 60, "closed"),
            ], excursions: ["0…1 50.0", "2…3 50.0"]),
        Dialogue(
            testDescription: "the same reading again changes nothing",
            steps: [
                (0, 50, "opened"), (0, 50, "nothing"), (1, 60, "closed"), (1, 60, "nothing"),
                (0, 50, "nothing"),
            ], excursions: ["0…1 50.0"]),
        Dialogue(
            testDescription: "silence does not close an excursion",
            steps: [(0, 50, "opened"), (600, 50, "nothing"), (1200, 60, "closed")],
            excursions: ["0…1200 50.0"]),
        Dialogue(
            testDescription: "a late reading outside is an excursion of its own, already closed",
            steps: [(0, 60, "nothing"), (60, 60, "nothing"), (30, 50, "opened")],
            excursions: ["30…30 50.0"]),
        Dialogue(
            testDescription: "late readings outside that lie close together are one excursion",
            steps: [
                (0, 60, "nothing"), (60, 60, "nothing"), (30, 50, "opened"), (33, 49, "widened"),
                (31, 55, "nothing"), (28, 40, "widened"), (45, 50, "opened"),
            ], excursions: ["28…33 40.0", "45…45 50.0"]),
        Dialogue(
            testDescription: "a late reading within the gap before the open excursion begins it",
            steps: [(10, 50, "opened"), (8, 49, "widened"), (11, 60, "closed")],
            excursions: ["8…11 49.0"]),
        Dialogue(
            testDescription: "a late reading inside takes back nothing",
            steps: [(0, 50, "opened"), (10, 50, "nothing"), (5, 60, "nothing")],
            excursions: ["0…open 50.0"]),
        Dialogue(
            testDescription: "a late reading within an excursion widens that and no neighbour",
            steps: [
                (0, 50, "opened"), (10, 60, "closed"), (12, 50, "opened"), (14, 60, "closed"),
                (5, 40, "widened"),
            ], excursions: ["0…10 40.0", "12…14 50.0"]),
        Dialogue(
            testDescription: "a late reading between two excursions joins the nearer",
            steps: [
                (0, 50, "opened"), (10, 60, "closed"), (16, 50, "opened"), (17, 60, "closed"),
                (15, 50, "widened"), (11, 50, "widened"),
            ], excursions: ["0…11 50.0", "15…17 50.0"]),
        Dialogue(
            testDescription: "of two temperatures of one instant the one outside counts",
            steps: [
                (0, 50, "opened"), (5, 50, "nothing"), (5, 60, "nothing"), (6, 50, "nothing"),
                (7, 60, "closed"),
            ], excursions: ["0…7 50.0"]),
        Dialogue(
            testDescription: "also when the one inside was told first",
            steps: [(0, 60, "nothing"), (0, 50, "opened"), (0, 60, "nothing"), (1, 60, "closed")],
            excursions: ["0…1 50.0"]),
        Dialogue(
            testDescription: "what is outside at the instant an excursion ended begins the next",
            steps: [(0, 50, "opened"), (5, 60, "closed"), (5, 50, "opened")],
            excursions: ["0…5 50.0", "5…open 50.0"]),
    ]

    private static func question(
        _ minute: Int64, _ celsius: Double, _ number: UInt64, isFollowed: Bool = false
    ) -> Watch.Question {
        Watch.Question(
            celsius: celsius, measuredAt: Timestamp(milliseconds: minute * 60_000),
            limit: CriticalLimit(minimum: 57), foodClass: .hot, limitProfile: "us-fda-2022",
            gap: 300_000, number: number, isFollowed: isFollowed)
    }

    private static func name(_ finding: Watch.Finding) -> String {
        switch finding {
        case .nothing: "nothing"
        case .opened: "opened"
        case .widened: "widened"
        case .closed: "closed"
        case .superseded: "superseded"
        }
    }

    private static func shown(_ watch: Watch) -> [String] {
        watch.excursions.map { excursion in
            let end = excursion.closedAt.map { "\($0.milliseconds / 60_000)" } ?? "open"
            return "\(excursion.openedAt.milliseconds / 60_000)…\(end) \(excursion.peak)"
        }
    }

    private static func watch(after dialogue: Dialogue, says: ((Int, String) -> Void)? = nil)
        -> Watch
    {
        var watch = Watch(order: OrderNumber(1), source: SourceNumber(1))
        for (index, step) in dialogue.steps.enumerated() {
            let number = UInt64(watch.excursions.count + 1)
            let finding = watch.judge(question(step.minute, step.celsius, number))
            says?(index, name(finding))
        }
        return watch
    }

    @Test("a watch", arguments: dialogues)
    func judges(_ dialogue: Dialogue) {
        let watch = WatchTests.watch(after: dialogue) { index, says in
            #expect(says == dialogue.steps[index].says, "step \(index)")
        }
        #expect(WatchTests.shown(watch) == dialogue.excursions)
    }

    @Test("begun again from the log, a watch tells of nothing twice", arguments: dialogues)
    func beginsAgain(_ dialogue: Dialogue) {
        let before = WatchTests.watch(after: dialogue)
        var watch = Watch(
            order: OrderNumber(1), source: SourceNumber(1), excursions: before.excursions.shuffled()
        )
        // The log, in order of event time; of one instant the furthest outside.
        let log = dialogue.steps.sorted { ($0.minute, $0.celsius) < ($1.minute, $1.celsius) }
        var instants: [(minute: Int64, celsius: Double)] = []
        for row in log where instants.last?.minute != row.minute {
            instants.append((row.minute, row.celsius))
        }
        watch.resume(
            lastOutside: instants.last { $0.celsius < 57 }.map {
                Timestamp(milliseconds: $0.minute * 60_000)
            }, by: CriticalLimit(minimum: 57))
        for (minute, celsius) in instants {
            let finding = watch.judge(
                WatchTests.question(
                    minute, celsius, 99, isFollowed: minute != instants.last?.minute))
            #expect(finding == .nothing, "minute \(minute)")
        }
        #expect(watch.excursions == before.excursions)
        #expect(watch.newestJudged == before.newestJudged)
    }

    @Test("where the limit has changed, what was open by the old one ends, and all is judged anew")
    func changedLimit() {
        var watch = Watch(order: OrderNumber(1), source: SourceNumber(1))
        let says = [(1, 50, 57), (2, 45, 57), (1, 50, 47), (2, 45, 47), (2, 45, 47), (3, 50, 47)]
            .map { (minute: Int64, celsius: Double, minimum: Double) in
                if minute == 1 && minimum == 47 {
                    watch.forgetJudged()
                    watch.resume(lastOutside: nil, by: CriticalLimit(minimum: minimum))
                }
                var question = WatchTests.question(
                    minute, celsius, UInt64(watch.excursions.count + 1))
                question.limit = CriticalLimit(minimum: minimum)
                return WatchTests.name(watch.judge(question))
            }
        #expect(says == ["opened", "widened", "superseded", "opened", "nothing", "closed"])
        #expect(WatchTests.shown(watch) == ["1…1 45.0", "2…3 45.0"])
    }
}
