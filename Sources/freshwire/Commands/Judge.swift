import ColdChain
import Configuration
import Host
import System
import Wire

extension Command {
    static let judge = Command(
        name: "judge",
        summary: "Judges a file of one bag's readings: flags, excursions, freshness, verdict.",
        operands: "FILE",
        options: [
            Setup.configurationOption,
            Option("class", "CLASS", "What was carried: hot, cold, frozen or ambient."),
            Option(
                "profile", "ID", "The limits to judge by (default: those of the configuration)."),
            Option(
                "limits", "FOLDER", "A folder with profiles of one's own, beside the program's."),
            Option(
                "product", "NAME", "The product, where the profile has a limit of its own for it."),
            Option("site", "NAME", "The site, likewise."),
            Option("minimum", "CELSIUS", "A lowest temperature in place of the profile's."),
            Option("maximum", "CELSIUS", "A highest temperature in place of the profile's."),
            Option("from", "TIME", "When it was picked up, RFC 3339 (default: first reading)."),
            Option("until", "TIME", "When it was delivered (default: last reading)."),
            Option("prepared", "TIME", "When it was prepared; counts its age."),
            Option("prior-danger", "MINUTES", "Time in danger before this trip, as handed over."),
            Option("recommended", "MINUTES", "The longest recommended transit (default: 60)."),
            Option("interval", "SECONDS", "How often the sensor measures (default: 60)."),
            Option("resolution", "CELSIUS", "The sensor's step (default: not known)."),
            Option(
                "sensor", "PARTS",
                "Whose error values to look for: ds18b20, one-wire, sht, 16-bit, zero; by commas."),
            Option("device", "NAME", "Whose readings, where the file holds several devices'."),
            Option("oracle", nil, "Prints the flags of ioos_qc 3.0.0's tests instead."),
            Option("json", nil, "Prints JSON."),
        ],
        examples: [
            (
                "freshwire judge --class cold trip.csv",
                "Judges time;temperature rows from the first to the last; - is standard input."
            ),
            (
                "freshwire judge --class hot --profile uk --from 2026-11-20T12:00:00Z "
                    + "--until 2026-11-20T12:40:00Z bag.json",
                "By the United Kingdom's limits, from pick-up to delivery."
            ),
            (
                "freshwire export | freshwire judge --class cold --device probe-7 --json -",
                "What one device logged."
            ),
        ],
        run: Judge.run)
}

/// `freshwire judge`: what the product makes of a log.
enum Judge {
    static func run(_ arguments: Arguments) throws(Failure) -> Int32 {
        let path = try arguments.operand("FILE", for: "judge")
        let question = try question(arguments)
        do throws(ReadingsFileError) {
            let file = try ReadingsFile(path: path, device: arguments["device"])
            if arguments.has("oracle") {
                let trip = try OracleTrip(file, question)
                write(arguments, trip.text, trip.json)
            } else {
                let trip = JudgedTrip(file, question)
                write(arguments, trip.text, trip.json)
            }
            return 0
        } catch {
            throw Failure(error.description, hint: error.hint, code: .noInput)
        }
    }

    private static func write(
        _ arguments: Arguments, _ text: @autoclosure () -> String,
        _ json: @autoclosure () -> [UInt8]
    ) {
        StandardStream.output.write(
            arguments.has("json") ? json() + [UInt8(ascii: "\n")] : Array(text().utf8))
    }

    private static func question(_ arguments: Arguments) throws(Failure) -> TripQuestion {
        let foodClass = try foodClass(arguments)
        let minutes = try arguments.number("recommended", in: 1...240) ?? 60
        guard
            let freshness = FreshnessSettings(
                longestRecommendedTime: Int64((minutes * 60_000_000).rounded()))
        else { throw Failure("--recommended must be a time up to 240 minutes", code: .usage) }
        var question = TripQuestion(
            foodClass: foodClass, profile: try profile(arguments), freshness: freshness,
            now: Timestamp(milliseconds: Clock.wallMilliseconds()))
        question.product = arguments["product"]
        question.site = arguments["site"]
        question.ownLimit = try ownLimit(arguments)
        question.from = try arguments.instant("from")
        question.until = try arguments.instant("until")
        question.preparedAt = try arguments.instant("prepared")
        question.priorDangerMinutes = try arguments.number("prior-danger", in: 0...100_000)
        let seconds = try arguments.number("interval", in: 0.1...86_400) ?? 60
        question.interval = Int64((seconds * 1_000).rounded())
        question.resolution = try arguments.number("resolution", in: 0...10) ?? 0
        question.sentinels = try sentinels(arguments)
        return question
    }

    private static func foodClass(_ arguments: Arguments) throws(Failure) -> FoodClass? {
        guard let name = arguments["class"] else { return nil }
        if let foodClass = FoodClass(name: name) { return foodClass }
        throw Failure(
            "there is no class '\(name)'", hint: "hot, cold, frozen or ambient", code: .usage)
    }

    private static func profile(_ arguments: Arguments) throws(Failure) -> JurisdictionProfile {
        let catalogue: LimitCatalogue
        do throws(StartError) {
            catalogue = try LimitCatalogue(directory: arguments["limits"])
        } catch {
            throw Failure(error.description, code: .configuration)
        }
        let id: String
        if let chosen = arguments["profile"] {
            id = chosen
        } else {
            id = try Setup.configuration(arguments).limits.profile
        }
        do throws(ConfigurationProblem) {
            return try catalogue.profile(id)
        } catch {
            throw Failure(
                "\(error)",
                hint: "there are " + catalogue.profiles.map(\.id).joined(separator: ", "),
                code: .usage)
        }
    }

    private static func ownLimit(_ arguments: Arguments) throws(Failure) -> CriticalLimit? {
        let span = -90.0...150
        let minimum = try arguments.number("minimum", in: span)
        let maximum = try arguments.number("maximum", in: span)
        guard minimum != nil || maximum != nil else { return nil }
        if let minimum, let maximum, minimum > maximum {
            throw Failure(
                "--minimum lies above --maximum: no temperature keeps both", code: .usage)
        }
        return CriticalLimit(minimum: minimum, maximum: maximum)
    }

    private static func sentinels(_ arguments: Arguments) throws(Failure) -> SensorSentinels {
        let parts: [(name: String, sentinels: SensorSentinels)] = [
            ("ds18b20", [.ds18b20, .oneWire]), ("one-wire", .oneWire), ("sht", .sht),
            ("16-bit", .sixteenBits), ("zero", .zeroDefault),
        ]
        var found: SensorSentinels = []
        for name in (arguments["sensor"] ?? "").split(separator: ",") {
            guard let part = parts.first(where: { $0.name == name.lowercased() }) else {
                throw Failure(
                    "--sensor knows no '\(name)'",
                    hint: parts.map(\.name).joined(separator: ", "), code: .usage)
            }
            found.formUnion(part.sentinels)
        }
        return found
    }
}

extension Arguments {
    /// The number of an option, or nil where it is not given.
    fileprivate func number(
        _ option: String, in range: ClosedRange<Double>
    ) throws(Failure) -> Double? {
        guard let text = self[option] else { return nil }
        guard let number = Double(text), range.contains(number) else {
            throw Failure(
                "--\(option) must be a number from \(range.lowerBound) to \(range.upperBound)",
                code: .usage)
        }
        return number
    }
}
