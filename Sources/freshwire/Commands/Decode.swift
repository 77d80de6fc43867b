import ColdChain
import Configuration
import DeviceCodecs
import Host
import System

extension Command {
    static let decode = Command(
        name: "decode", summary: "Decodes one payload and prints every value, unit and reason.",
        operands: "FILE",
        options: [
            Setup.configurationOption,
            Option("topic", "TOPIC", "The topic it came by; it decides the device profile."),
            Option("profile", "VENDOR/MODEL", "The profile to decode by, whatever the topic."),
            Option("model", "VENDOR/MODEL", "What the device is that a network's message is of."),
            Option("port", "N", "The LoRaWAN port of a frame that is given by itself."),
            Option("hex", nil, "FILE holds hexadecimal digits."),
            Option("received", "TIME", "When it arrived, RFC 3339 (default: now)."),
        ],
        examples: [
            (
                "echo '{\"temperature\":61.3}' | freshwire decode --topic bags/BAG-1/readings -",
                "Shows what Freshwire makes of a bag's reading; - is standard input."
            ),
            (
                "echo CBF60B0D0376010ADD7FFF | freshwire decode --profile dragino/lht65 --port 2 "
                    + "--hex -",
                "Decodes the frame of a LoRaWAN device by itself."
            ),
        ],
        run: Decode.run)
}

/// `freshwire decode`: a dry run of one message.
enum Decode {
    static func run(_ arguments: Arguments) throws(Failure) -> Int32 {
        let file = try arguments.operand("FILE", for: "decode")
        guard arguments["topic"] != nil || arguments["profile"] != nil else {
            throw Failure(
                "--topic or --profile is needed",
                hint: "such as --topic bags/BAG-1/readings, or --profile generic/bag",
                code: .usage)
        }
        let port = try arguments.integer("port", default: 0, in: 0...255)
        let now = Timestamp(milliseconds: Clock.wallMilliseconds())
        let receivedAt = try arguments.instant("received") ?? now
        let configuration = try Setup.configuration(arguments)
        let question = DryRunQuestion(
            profile: arguments["profile"], topic: arguments["topic"],
            payload: try payload(file, isHexadecimal: arguments.has("hex")), port: port,
            receivedAt: receivedAt, model: arguments["model"])
        do throws(StartError) {
            var dryRun = try DryRun(
                try ProfileCatalogue(configuration.devices), codecs: configuration.codecs,
                deviceKeys: deviceKeys(configuration))
            let answer = dryRun.answer(question)
            StandardStream.output.write(answer.json + [UInt8(ascii: "\n")])
            return answer.outcome == .decoded ? 0 : ExitCode.failure.rawValue
        } catch {
            throw Failure(error.description, code: .configuration)
        }
    }

    /// None where the file is not this user's to read, which most messages do not need.
    private static func deviceKeys(_ configuration: Configuration) -> [AdvertKey] {
        do throws(StartError) {
            return try DeviceKeys.load(configuration.devices)
        } catch {
            StandardStream.error.write("warning: \(error); encrypted adverts stay closed\n")
            return []
        }
    }

    private static func payload(
        _ file: String, isHexadecimal: Bool
    ) throws(Failure) -> [UInt8] {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = file == "-" ? try File.readInput() : try File.read(file)
        } catch {
            throw Failure(error.description, code: .noInput)
        }
        guard isHexadecimal else { return bytes }
        guard let decoded = TextCoding.bytes(hex: String(decoding: bytes, as: UTF8.self)) else {
            throw Failure(
                "\(file) does not hold pairs of hexadecimal digits",
                hint: "without --hex it is taken as it is", code: .noInput)
        }
        return decoded
    }
}
