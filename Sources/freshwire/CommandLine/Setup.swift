import Configuration
import Host
import System

/// What several commands begin with.
enum Setup {
    static let configurationOption = Command.Option(
        "config", "FILE",
        "The configuration; without it FRESHWIRE_CONFIG names one, or the defaults hold.")

    /// Reads the configuration that a command line and the environment name.
    ///
    /// Everything that is wrong with it is printed, each with its place.
    static func configuration(_ arguments: Arguments) throws(Failure) -> Configuration {
        let report = report(arguments)
        for warning in report.warnings { StandardStream.error.write("\(warning)\n") }
        guard let configuration = report.configuration else {
            for error in report.errors { StandardStream.error.write("\(error)\n") }
            throw Failure(
                "the configuration has \(report.errors.count) error(s)",
                hint: "freshwire config --sample prints every key with its meaning",
                code: .configuration)
        }
        return configuration
    }

    static func report(_ arguments: Arguments) -> ConfigurationReport {
        let environment = Environment.all()
        let file = arguments["config"] ?? environment[ConfigurationEnvironment.fileVariable]
        return ConfigurationReport(file: file, environment: environment)
    }
}

extension LogLevel {
    init(_ level: Configuration.Log.Level) {
        self = LogLevel.allCases.first { $0.name == level.rawValue } ?? .info
    }
}
