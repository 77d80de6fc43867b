import Configuration
import Testing

/// The report on a text called `f.yaml`, as an operator would get it.
func report(_ text: String, _ environment: [String: String] = [:]) -> ConfigurationReport {
    ConfigurationReport(text: Array(text.utf8), named: "f.yaml", environment: environment)
}

/// The configuration of a text that has to be free of errors.
func configuration(
    _ text: String, _ environment: [String: String] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> Configuration {
    let report = report(text, environment)
    return try #require(report.configuration, "\(report)", sourceLocation: sourceLocation)
}

/// Every error of a text, each as the line that is printed.
func errors(_ text: String, _ environment: [String: String] = [:]) -> [String] {
    report(text, environment).errors.map { "\($0)" }
}

func warnings(_ text: String, _ environment: [String: String] = [:]) -> [String] {
    report(text, environment).warnings.map { "\($0)" }
}

/// The text of a file of the project, by its path from the project's folder.
func projectFile(_ path: String) throws -> String {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let bytes = try TextFile.read("/\(root)/\(path)", limit: 1 << 20)
    return String(decoding: bytes, as: UTF8.self)
}
