import ColdChain
import Configuration
import System
import Wire

extension Command {
    static let hold = Command(
        name: "hold", summary: "Shows, places and releases legal holds, which keep records.",
        operands: "list | place | release NUMBER",
        options: [
            Setup.configurationOption,
            Option("order", "ID", "place: records of this order."),
            Option("bag", "ID", "place: of this bag."),
            Option("device", "ID", "place: of this device."),
            Option("from", "TIME", "place: measured from then on, RFC 3339."),
            Option("until", "TIME", "place: measured before."),
            Option("reason", "TEXT", "place: why."),
            Option("expires", "TIME", "place: when it ends by itself (default: when released)."),
            Option("after", "NUMBER", "list: only those after this number."),
        ] + DaemonQuestion.recordsOptions,
        notes: {
            """
            A hold covers records that are all of what it names. It keeps readings and events beyond \
            their age; positions are erased at theirs. Placing and releasing stand in the log.

            """
        },
        examples: [
            (
                "freshwire hold place --order ORD-7 --reason 'complaint 2026-114' --by 'M. Kern'",
                "Keeps everything of the order until the hold is released."
            ),
            ("freshwire hold release 3 --by 'M. Kern'", "Ends it."),
        ]
    ) { (arguments) throws(Failure) -> Int32 in
        let question = DaemonQuestion(
            ofRecords: arguments, try Setup.configuration(arguments))
        let answer: JSON
        switch (arguments.operands.first, arguments.operands.count) {
        case ("list", 1):
            let after = try arguments.integer("after", default: 0, in: 0...Int.max)
            answer = try question.ask("GET", ["holds"], query: "after=\(after)")
        case ("place", 1):
            answer = try question.ask("POST", ["holds"], body: try hold(arguments))
        case ("release", 2):
            answer = try question.ask("DELETE", ["holds", arguments.operands[1]])
        default:
            throw Failure(
                "what shall be done with holds?", hint: "see freshwire hold --help", code: .usage)
        }
        for line in answer["holds"]?.array ?? [answer] {
            StandardStream.output.write(line.text + "\n")
        }
        return 0
    }

    private static func hold(_ arguments: Arguments) throws(Failure) -> JSON {
        var members: [JSON.Member] = []
        let texts = [
            ("order", "orderId"), ("bag", "bagId"), ("device", "deviceId"), ("reason", "reason"),
        ]
        for (option, name) in texts {
            guard let text = arguments[option] else { continue }
            members.append(.init(name, .string(text)))
        }
        for (option, name) in [("from", "from"), ("until", "until"), ("expires", "expiresAt")] {
            guard let instant = try arguments.instant(option) else { continue }
            members.append(.init(name, .string(RFC3339.text(instant.milliseconds))))
        }
        return .object(members)
    }
}
