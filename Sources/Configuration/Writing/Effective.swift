extension Configuration {
    /// The values in effect as a configuration file. Keys that are unset are left out, secrets are
    /// shown as comments: read back, the text gives the same configuration without its secrets.
    package var effectiveText: String {
        Self.lines(tree).joined(separator: "\n") + "\n"
    }

    private static func lines(_ branches: [ValueTree.Branch]) -> [String] {
        branches.flatMap { branch -> [String] in
            let name = branch.declaration.name
            switch branch.values {
            case .value(text: nil, files: _): return []
            case .value(text: let text?, files: _):
                guard !branch.declaration.isSecret else { return ["# \(name): (hidden)"] }
                return ["\(name): \(text)"]
            case .section(let branches):
                let lines = lines(branches)
                return lines.isEmpty ? [] : ["\(name):"] + lines.map { "  \($0)" }
            case .list(let elements, _):
                guard !elements.isEmpty else { return ["\(name): []"] }
                return ["\(name):"] + elements.flatMap(element)
            }
        }
    }

    /// The lines of one element of a list, whose first line carries the dash.
    private static func element(_ branches: [ValueTree.Branch]) -> [String] {
        lines(branches).enumerated().map { index, line in
            index == 0 ? "  - \(line)" : "    \(line)"
        }
    }
}

extension Declaration {
    fileprivate var isSecret: Bool {
        guard case .value(let value) = content else { return false }
        return value.isSecret
    }
}

/// A value with the path that leads to it, `mqtt.brokers[0].host`.
struct PlacedValue: Sendable {
    var path: String
    var text: String?
    var files: [NamedFile]
}

extension [ValueTree.Branch] {
    /// Every value below these branches, in the order of declaration.
    func values(below path: String = "") -> [PlacedValue] {
        flatMap { branch -> [PlacedValue] in
            let name = branch.declaration.name
            let path = path.isEmpty ? name : "\(path).\(name)"
            return switch branch.values {
            case .value(let text, let files): [PlacedValue(path: path, text: text, files: files)]
            case .section(let branches): branches.values(below: path)
            case .list(let elements, _):
                elements.enumerated().flatMap { index, element in
                    element.values(below: "\(path)[\(index)]")
                }
            }
        }
    }
}
