import Configuration
import Host
import System

extension Command {
    static let placeKey = Command(
        name: "place-key",
        summary: "Makes the key that customers' places are sealed with, or a new one.",
        operands: "[FILE]",
        options: [Setup.configurationOption],
        notes: {
            """
            Without FILE it is the configured one. A file that is there gets a new key in front: it \
            seals what comes, and the others open what they sealed before. The daemon reads the \
            file when it opens the log.

            """
        },
        examples: [
            (
                "freshwire place-key /etc/freshwire/place-keys",
                "Makes the file, readable by its owner, before places.key_file names it."
            )
        ]
    ) { (arguments) throws(Failure) -> Int32 in
        guard arguments.operands.count <= 1 else {
            throw Failure(
                "freshwire place-key takes one FILE", hint: "see freshwire place-key --help",
                code: .usage)
        }
        let configuration = try Setup.configuration(arguments)
        do throws(StartError) {
            let renewed = try PlaceKeyRenewal.renew(arguments.operands.first, configuration)
            StandardStream.output.write("\(renewed.path): \(renewed.keys) keys\n")
            return 0
        } catch {
            throw Failure(error.description, code: .noInput)
        }
    }
}
