import Wire
import YAML

/// Reads the tree of a file into sections, strictly, and goes on after a problem to find them all.
struct TreeReader {
    private(set) var problems: [ConfigurationProblem] = []
    /// Where each key that was read stands, by its path.
    private(set) var marks: [String: Node.Mark] = [:]
    /// The paths of keys whose value was refused, and now hold their default.
    private(set) var refusedPaths: Set<String> = []

    private let fileName: String
    private let variables: [String]
    private let allKeys: [DeclaredKey]

    init(fileName: String, variables: [String], allKeys: [DeclaredKey]) {
        self.fileName = fileName
        self.variables = variables
        self.allKeys = allKeys
    }

    /// Reads a mapping. A section without anything in it stays at its defaults.
    mutating func read<Content: Section>(
        _ node: Node, at path: String, into section: inout Content
    ) {
        let entries: [Node.Entry]
        switch node.content {
        case .mapping(let found): entries = found
        case .scalar where node.isNull: entries = []
        default:
            report([Fault(node.mismatch("a mapping of keys"))], at: path)
            return
        }
        for entry in entries {
            guard let key = Content.keys.first(where: { $0.declaration.name == entry.key }) else {
                reportUnknown(entry, at: path, known: Content.keys.map(\.declaration.name))
                continue
            }
            let keyPath = path.isEmpty ? entry.key : "\(path).\(entry.key)"
            // A value from a variable has no key in the file.
            marks[keyPath] = entry.value.mark.variable == nil ? entry.keyMark : entry.value.mark
            key.read(entry.value, keyPath, &section, &self)
        }
        for key in Content.keys where key.isRequired {
            guard !entries.contains(where: { $0.key == key.declaration.name }) else { continue }
            report([Fault(at: node.mark, "needs the key '\(key.declaration.name)'")], at: path)
        }
    }

    /// Reads a list of mappings; each begins with the defaults of its keys.
    mutating func read<Element: Section>(
        _ node: Node, at path: String, into elements: inout [Element], maximumCount: Int
    ) {
        guard !node.isNull else { return }
        guard case .sequence(let nodes) = node.content else {
            report([Fault(node.mismatch("a list; begin each element with '- '"))], at: path)
            return
        }
        guard nodes.count <= maximumCount else {
            let message = "has \(nodes.count) elements, allowed are \(maximumCount)"
            report([Fault(at: node.mark, message)], at: path)
            return
        }
        elements = nodes.enumerated().map { index, node in
            var element = Element()
            let elementPath = "\(path)[\(index)]"
            marks[elementPath] = node.mark
            read(node, at: elementPath, into: &element)
            return element
        }
    }

    mutating func report(_ faults: [Fault], at path: String) {
        refusedPaths.insert(path)
        let subject = path.isEmpty ? "the file" : path
        problems += faults.map { fault in
            ConfigurationProblem(
                at: place(of: fault.mark), "\(subject) \(fault.message)",
                suggestion: fault.suggestion)
        }
    }

    /// The place that a mark stands for.
    func place(of mark: Node.Mark) -> ConfigurationProblem.Place {
        guard let variable = mark.variable else { return .file(fileName, mark) }
        return variables.indices.contains(variable) ? .variable(variables[variable]) : .nowhere
    }

    private mutating func reportUnknown(_ entry: Node.Entry, at path: String, known: [String]) {
        let message = path.isEmpty ? "there is no key" : "\(path) has no key"
        let suggestion =
            nearestName(to: entry.key, among: known)
            // Perhaps the right key in the wrong section.
            ?? allKeys.first { $0.name == entry.key }?.path
            ?? nearestName(to: entry.key, among: allKeys.map(\.name))
            .flatMap { name in allKeys.first { $0.name == name }?.path }
        problems.append(
            ConfigurationProblem(
                at: place(of: entry.keyMark), "\(message) '\(excerpt(entry.key))'",
                suggestion: suggestion))
    }

    /// A key as it may stand in a message: on one line and not longer than a line.
    private func excerpt(_ key: String) -> String {
        String(key.prefix { !$0.isNewline }.prefix(64))
    }
}
