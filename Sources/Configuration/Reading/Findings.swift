import YAML

/// Collects what is wrong between keys, each of which was right on its own.
struct Findings {
    private(set) var errors: [ConfigurationProblem] = []
    private(set) var warnings: [ConfigurationProblem] = []
    private let reader: TreeReader

    init(after reader: TreeReader) {
        self.reader = reader
    }

    /// Reports an error at the key, unless one of the compared keys could not be read: then what
    /// is compared is a default that nobody chose.
    mutating func error(_ message: String, at path: String, comparing others: [String] = []) {
        guard ([path] + others).allSatisfy(wasRead) else { return }
        errors.append(problem(message, at: path))
    }

    mutating func warning(_ message: String, at path: String, comparing others: [String] = []) {
        guard ([path] + others).allSatisfy(wasRead) else { return }
        warnings.append(problem(message, at: path))
    }

    private func wasRead(_ path: String) -> Bool { !reader.refusedPaths.contains(path) }

    private func problem(_ message: String, at path: String) -> ConfigurationProblem {
        ConfigurationProblem(at: place(of: path), "\(path) \(message)")
    }

    /// Where the key stands, or the nearest part of the file that could hold it.
    private func place(of path: String) -> ConfigurationProblem.Place {
        var path = path[...]
        while true {
            if let mark = reader.marks[String(path)] { return reader.place(of: mark) }
            guard let end = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { break }
            path = path[..<end]
        }
        return .nowhere
    }
}
