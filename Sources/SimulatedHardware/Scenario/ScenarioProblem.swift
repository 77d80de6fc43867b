import Wire
package import YAML

/// What has to be mended in a scenario file.
package struct ScenarioProblem: Error, Equatable, Sendable {
    package var mark: Node.Mark
    package var message: String
    /// What was probably meant.
    package var suggestion: String?

    init(at mark: Node.Mark, _ message: String, suggestion: String? = nil) {
        self.mark = mark
        self.message = message
        self.suggestion = suggestion
    }
}

extension ScenarioProblem: CustomStringConvertible {
    /// `4:3: a fleet has no key 'intervall' (did you mean 'interval'?)`.
    package var description: String {
        let hint = didYouMeanAside(suggestion)
        return "\(mark.line):\(mark.column): \(message)\(hint)"
    }
}

/// A mapping of a scenario file; a key that is not declared is refused at the start.
struct ScenarioMapping {
    /// `the scenario`, `a fleet`: what the mapping is of.
    let subject: String
    let mark: Node.Mark
    private let entries: [Node.Entry]

    init(
        _ node: Node, _ subject: String, keys: [ScenarioKey], of format: DeviceFormat? = nil
    ) throws(ScenarioProblem) {
        guard case .mapping(let entries) = node.content else {
            throw ScenarioProblem(at: node.mark, node.mismatch("a mapping of keys").message)
        }
        for entry in entries {
            guard let key = keys.first(where: { $0.name == entry.key }) else {
                throw ScenarioProblem(
                    at: entry.keyMark,
                    "\(subject) has no key '\(entry.key.prefix { !$0.isNewline }.prefix(64))'",
                    suggestion: nearestName(to: entry.key, among: keys.map(\.name)))
            }
            if let format, !key.applies(to: format) {
                throw ScenarioProblem(
                    at: entry.keyMark, "'\(key.name)' is nothing that \(format.rawValue) has")
            }
        }
        self.subject = subject
        mark = node.mark
        self.entries = entries
    }

    func entry(_ key: String) -> Node.Entry? { entries.first { $0.key == key } }

    func node(_ key: String) -> Node? { entry(key)?.value }

    var all: [Node.Entry] { entries }

    func required(_ key: String) throws(ScenarioProblem) -> Node {
        guard let node = node(key) else {
            throw ScenarioProblem(at: mark, "\(subject) needs the key '\(key)'")
        }
        return node
    }

    func integer(
        _ key: String, in range: ClosedRange<Int64>, default standard: Int64
    ) throws(ScenarioProblem) -> Int64 {
        guard let node = node(key) else { return standard }
        let value = try node.value { node throws(ScalarError) in try node.int() }
        guard range.contains(value) else {
            throw ScenarioProblem(
                at: node.mark,
                "\(key) is \(value), allowed is \(range.lowerBound)…\(range.upperBound)")
        }
        return value
    }

    func number(
        _ key: String, in range: ClosedRange<Double>, default standard: Double
    ) throws(ScenarioProblem) -> Double {
        guard let node = node(key) else { return standard }
        return try node.number(key, in: range)
    }

    func truth(_ key: String, default standard: Bool) throws(ScenarioProblem) -> Bool {
        guard let node = node(key) else { return standard }
        return try node.value { node throws(ScalarError) in try node.bool() }
    }

    func text(_ key: String, default standard: String) throws(ScenarioProblem) -> String {
        guard let node = node(key) else { return standard }
        return try node.text(key)
    }

    func milliseconds(
        _ key: String, in range: ClosedRange<Int64>
    ) throws(ScenarioProblem) -> Int64? {
        guard let node = node(key) else { return nil }
        return try node.milliseconds(key, in: range)
    }
}

extension Node {
    func value<Value>(
        _ read: (Node) throws(ScalarError) -> Value
    ) throws(ScenarioProblem) -> Value {
        do {
            return try read(self)
        } catch {
            throw ScenarioProblem(at: error.mark, error.message)
        }
    }

    func number(
        _ name: String, in range: ClosedRange<Double>
    ) throws(ScenarioProblem) -> Double {
        let value = try value { node throws(ScalarError) in try node.double() }
        guard range.contains(value) else {
            throw ScenarioProblem(
                at: mark, "\(name) is \(value), allowed is \(range.lowerBound)…\(range.upperBound)")
        }
        return value
    }

    /// A text of one line that a name or a topic can be.
    func text(_ name: String) throws(ScenarioProblem) -> String {
        let text = try value { node throws(ScalarError) in try node.string() }
        let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        guard !text.isEmpty, text.utf8.count <= 256, isPlain else {
            throw ScenarioProblem(at: mark, "\(name) needs one line of 1 to 256 bytes")
        }
        return text
    }

    func milliseconds(
        _ name: String, in range: ClosedRange<Int64>
    ) throws(ScenarioProblem) -> Int64 {
        let duration = try value { node throws(ScalarError) in try node.duration() }
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        let milliseconds = overflow ? Int64.max : whole + attoseconds / 1_000_000_000_000_000
        guard range.contains(milliseconds) else {
            let allowed = [range.lowerBound, range.upperBound]
                .map { Notation.text(.milliseconds($0)) }.joined(separator: "…")
            throw ScenarioProblem(at: mark, "\(name) is out of range, allowed is \(allowed)")
        }
        return milliseconds
    }

    func list(_ name: String) throws(ScenarioProblem) -> [Node] {
        guard case .sequence(let nodes) = content else {
            throw ScenarioProblem(at: mark, "\(name): " + mismatch("a list").message)
        }
        return nodes
    }
}
