import Bridge
import Configuration
import Host
import System
import Wire

extension Command {
    static let subject = Command(
        name: "subject", summary: "Exports or erases what the log holds of a customer or driver.",
        operands: "export | erase",
        options: [
            Setup.configurationOption,
            Option("customer", "ID", "The customer."),
            Option("driver", "ID", "The driver."),
        ] + DaemonQuestion.recordsOptions,
        notes: {
            """
            export reads the log, whether or not the daemon runs; erase asks the running daemon. \
            Nothing is erased while an order of the person is under way, under a legal hold, or has \
            an excursion or an alert that nobody has closed. Messages as they came and undecodable \
            ones are not searched: they go by themselves after 30 days at most.

            """
        },
        examples: [
            (
                "freshwire subject export --customer CUST-4 >cust-4.jsonl",
                "A line of JSON for each of the customer's orders."
            ),
            (
                "freshwire subject erase --driver DRV-2 --by 'M. Kern'",
                "Erases the driver from orders and their earlier states, and their positions."
            ),
        ]
    ) { (arguments) throws(Failure) -> Int32 in
        let configuration = try Setup.configuration(arguments)
        let subject: PersonalSubject
        switch (arguments["customer"], arguments["driver"]) {
        case (let id?, nil): subject = .customer(id)
        case (nil, let id?): subject = .driver(id)
        default: throw Failure("name a --customer or a --driver", code: .usage)
        }
        switch arguments.operands {
        case ["export"]:
            do throws(StartError) {
                let count = try LogExport.records(of: subject, configuration, to: .output)
                StandardStream.error.write("\(count) orders\n")
            } catch {
                throw Failure(error.description, code: .noInput)
            }
        case ["erase"]:
            let question = DaemonQuestion(ofRecords: arguments, configuration)
            let answer = try question.ask("DELETE", ["subjects", subject.path, subject.id])
            StandardStream.output.write(answer.text + "\n")
        default:
            throw Failure(
                "export or erase?", hint: "see freshwire subject --help", code: .usage)
        }
        return 0
    }
}

extension PersonalSubject {
    fileprivate var path: String {
        switch self {
        case .customer: "customers"
        case .driver: "drivers"
        }
    }
}
