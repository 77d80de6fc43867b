import YAML

/// What came of reading a configuration: the values in effect, or everything that is in the way.
package struct ConfigurationReport: Sendable {
    /// The largest configuration file that is read.
    package static let maximumFileBytes = YAML.Limits.standard.bytes

    /// Nil where there are errors: a configuration is taken as a whole or not at all.
    package var configuration: Configuration? { errors.isEmpty ? candidate : nil }
    package private(set) var errors: [ConfigurationProblem]
    package private(set) var warnings: [ConfigurationProblem]

    private let candidate: Configuration
    private let reader: TreeReader

    /// Reads the file, if one is named, and the environment; nothing else is looked at.
    package init(file path: String?, environment: [String: String]) {
        guard let path else {
            self.init(text: [], named: "", environment: environment)
            return
        }
        do throws(TextFileError) {
            let text = try TextFile.read(path, limit: Self.maximumFileBytes)
            self.init(text: text, named: path, environment: environment)
        } catch {
            self.init(text: [], named: path, environment: environment)
            errors.insert(ConfigurationProblem(at: .nowhere, "\(error)"), at: 0)
        }
    }

    /// Reads the text of a file; `name` is how messages call it.
    package init(text: [UInt8], named name: String, environment: [String: String]) {
        var root: Node?
        var problems: [ConfigurationProblem] = []
        do throws(YAMLError) {
            root = try YAML.parse(text)
        } catch {
            problems.append(ConfigurationProblem(at: .file(name, error.mark), error.message))
        }
        let keys = Configuration.declaredKeys
        let overlay = ConfigurationEnvironment.Overlay(of: environment, over: root, keys: keys)
        var reader = TreeReader(fileName: name, variables: overlay.variables, allKeys: keys)
        var configuration = Configuration()
        if let root = overlay.root { reader.read(root, at: "", into: &configuration) }
        var findings = Findings(after: reader)
        // Of a text that could not be parsed nothing is known that could be compared.
        if problems.isEmpty { configuration.check(&findings) }
        candidate = configuration
        self.reader = reader
        errors = (problems + overlay.problems + reader.problems + findings.errors).sortedByPlace()
        warnings = findings.warnings.sortedByPlace()
    }

    /// Looks at each file that the configuration names: one that cannot be read is an error, a
    /// private one that others than its owner can read a warning.
    package mutating func checkFiles() {
        var findings = Findings(after: reader)
        for value in candidate.tree.values() {
            for file in value.files {
                do throws(TextFileError) {
                    if let strangers = try TextFile.strangers(of: file.path), file.isPrivate {
                        findings.warning(
                            "names \(file.path), which \(strangers) can read: chmod 600",
                            at: value.path)
                    }
                } catch {
                    findings.error("names a file that is of no use: \(error)", at: value.path)
                }
            }
        }
        errors = (errors + findings.errors).sortedByPlace()
        warnings = (warnings + findings.warnings).sortedByPlace()
    }
}

extension ConfigurationReport: CustomStringConvertible {
    /// One line a problem, errors first.
    package var description: String {
        (errors.map { "\($0)" } + warnings.map { "warning: \($0)" }).joined(separator: "\n")
    }
}
