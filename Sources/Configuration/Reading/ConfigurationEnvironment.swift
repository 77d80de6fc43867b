import Wire
import YAML

/// The environment variables that override keys of the file.
///
/// `FRESHWIRE_SERVER_PORT` sets `server.port`. A key of a list's elements is set without the list's
/// name, `FRESHWIRE_MQTT_HOST` for `mqtt.brokers[].host`: it goes to the list's only element, which
/// is made where the file has none, and is an error where the file has several. A value that is a
/// list itself is written with commas between its elements.
package enum ConfigurationEnvironment {
    package static let prefix = "FRESHWIRE_"

    /// Names the configuration file; belongs to the command line and overrides no key.
    package static let fileVariable = "FRESHWIRE_CONFIG"

    /// The tree of a file with the variables' values in their places.
    struct Overlay {
        private(set) var root: Node?
        private(set) var problems: [ConfigurationProblem] = []
        /// The variables that were put in, in the order of their marks.
        private(set) var variables: [String] = []

        init(of environment: [String: String], over root: Node?, keys: [DeclaredKey]) {
            self.root = root
            let ours = environment.filter {
                $0.key.hasPrefix(ConfigurationEnvironment.prefix)
                    && $0.key != ConfigurationEnvironment.fileVariable
            }
            // Sorted, so that problems come in the same order in every run.
            for (name, text) in ours.sorted(by: { $0.key < $1.key }) {
                guard let key = keys.first(where: { $0.variable == name }) else {
                    let suggestion = nearestName(to: name, among: keys.map(\.variable))
                    let problem = ConfigurationProblem(
                        at: .variable(name), "is no variable of Freshwire", suggestion: suggestion)
                    problems.append(problem)
                    continue
                }
                put(text, for: key, from: name)
            }
        }

        private mutating func put(_ text: String, for key: DeclaredKey, from name: String) {
            guard !text.isEmpty else {
                let problem = ConfigurationProblem(
                    at: .variable(name), "is empty; unset it or give it a value")
                problems.append(problem)
                return
            }
            let mark = Node.Mark(variable: variables.count)
            variables.append(name)
            do throws(ConfigurationProblem) {
                root = try Self.node(
                    root, setting: key.steps[...], to: Self.value(text, of: key.value, at: mark),
                    at: mark, variable: name)
            } catch {
                problems.append(error)
            }
        }

        private static func value(
            _ text: String, of declaration: ValueDeclaration, at mark: Node.Mark
        ) -> Node {
            func scalar(_ text: Substring) -> Node {
                Node(.scalar(String(text), isPlain: !declaration.isText), at: mark)
            }
            guard declaration.isList else { return scalar(text[...]) }
            let elements = text.split(separator: ",", omittingEmptySubsequences: false)
            return Node(.sequence(elements.map { scalar($0.trimmingSpaces) }), at: mark)
        }

        /// The node with `value` at the end of `steps`, which are made where they are missing.
        ///
        /// Where a step stands on something it cannot lead into, the node stays as it is: reading
        /// it reports that.
        private static func node(
            _ node: Node?, setting steps: ArraySlice<String>, to value: Node, at mark: Node.Mark,
            variable: String
        ) throws(ConfigurationProblem) -> Node {
            guard let step = steps.first else { return value }
            let list = step.hasSuffix("[]") ? step.dropLast(2) : nil
            let name = list.map { String($0) } ?? step
            var parent = node ?? Node(.mapping([]), at: mark)
            if parent.isNull { parent.content = .mapping([]) }
            guard case .mapping(var entries) = parent.content else { return parent }
            let index = entries.firstIndex { $0.key == name }
            let child = index.map { entries[$0].value }
            let changed =
                list == nil
                ? try Self.node(
                    child, setting: steps.dropFirst(), to: value, at: mark, variable: variable)
                : try onlyElement(
                    of: child, name, setting: steps.dropFirst(), to: value, at: mark,
                    variable: variable)
            if let index {
                entries[index].value = changed
            } else {
                entries.append(Node.Entry(key: name, keyMark: mark, value: changed))
            }
            parent.content = .mapping(entries)
            return parent
        }

        private static func onlyElement(
            of node: Node?, _ name: String, setting steps: ArraySlice<String>, to value: Node,
            at mark: Node.Mark, variable: String
        ) throws(ConfigurationProblem) -> Node {
            var list = node ?? Node(.sequence([]), at: mark)
            if list.isNull { list.content = .sequence([]) }
            guard case .sequence(let elements) = list.content else { return list }
            guard elements.count <= 1 else {
                throw ConfigurationProblem(
                    at: .variable(variable),
                    "could mean any of the \(elements.count) \(name) in the file; set it there")
            }
            let element = try Self.node(
                elements.first, setting: steps, to: value, at: mark, variable: variable)
            list.content = .sequence([element])
            return list
        }
    }
}

extension Node.Mark {
    /// A mark for what comes from a variable. Line 0 is in no file; the column counts variables.
    fileprivate init(variable index: Int) {
        self.init(line: 0, column: index)
    }

    /// The number of the variable that this stands for; nil for a place in the file.
    var variable: Int? { line == 0 ? column : nil }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var trimmed = drop { $0 == " " }
        while trimmed.last == " " { trimmed.removeLast() }
        return trimmed
    }
}
