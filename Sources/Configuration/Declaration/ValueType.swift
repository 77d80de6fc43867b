import Wire
import YAML

/// Why what stands at a node cannot be the value of its key.
struct Fault: Sendable {
    var mark: Node.Mark
    /// A clause that follows the key's name: `is 70000, allowed is 0…65535`.
    var message: String
    /// What was probably meant.
    var suggestion: String?

    init(at mark: Node.Mark, _ message: String, suggestion: String? = nil) {
        self.mark = mark
        self.message = message
        self.suggestion = suggestion
    }

    init(_ error: ScalarError) {
        self.init(at: error.mark, "needs \(error.expected), found \(error.found)")
    }
}

/// A file that the value of a key names.
struct NamedFile: Equatable, Sendable {
    var path: String
    /// Whether others than its owner must not read it.
    var isPrivate: Bool
}

/// What a value may be, how it is read from a file, and how it is written into one.
struct ValueType<Value: Equatable & Sendable>: Sendable {
    /// For people: `whole number, 1…5000`.
    let name: String
    private(set) var isText = false
    private(set) var isList = false
    private(set) var isSecret = false
    let read: @Sendable (Node, inout [Fault]) -> Value?
    let text: @Sendable (Value) -> String
    /// The paths of files that the value names.
    private(set) var files: @Sendable (Value) -> [NamedFile] = { _ in [] }

    /// A type of one scalar. `refusal` says why a well-formed value is not accepted.
    private init(
        _ name: String, isText: Bool = false, isSecret: Bool = false,
        scalar: @escaping @Sendable (Node) throws(ScalarError) -> Value,
        text: @escaping @Sendable (Value) -> String,
        refusal: @escaping @Sendable (Value) -> String?
    ) {
        self.name = name
        self.isText = isText
        self.isSecret = isSecret
        self.text = text
        read = { node, faults in
            do throws(ScalarError) {
                let value = try scalar(node)
                guard let refusal = refusal(value) else { return value }
                faults.append(Fault(at: node.mark, refusal))
            } catch {
                faults.append(Fault(error))
            }
            return nil
        }
    }

    /// A list of scalars, each of the type `element`; every wrong element is reported.
    ///
    /// - Parameter mayRepeat: Whether an element may be there twice: it may in a sequence of waits,
    ///   in a set of names it is a mistake.
    static func list<Element>(
        of element: ValueType<Element>, count: ClosedRange<Int>, mayRepeat: Bool = false
    ) -> ValueType where Value == [Element] {
        ValueType(listName: "list (\(count.text)) of \(element.name)", element, count, mayRepeat)
    }

    private init<Element>(
        listName: String, _ element: ValueType<Element>, _ count: ClosedRange<Int>,
        _ mayRepeat: Bool
    ) where Value == [Element] {
        name = listName
        isText = element.isText
        isList = true
        text = { values in "[\(values.map(element.text).joined(separator: ", "))]" }
        files = { values in values.flatMap(element.files) }
        read = { node, faults in
            guard case .sequence(let nodes) = node.content else {
                faults.append(Fault(node.mismatch("a list such as [a, b]")))
                return nil
            }
            guard count.contains(nodes.count) else {
                faults.append(
                    Fault(
                        at: node.mark, "has \(nodes.count) elements, allowed are \(count.text)"))
                return nil
            }
            var values: [Element] = []
            for node in nodes {
                guard let value = element.read(node, &faults) else { continue }
                if !mayRepeat && values.contains(value) {
                    faults.append(Fault(at: node.mark, "names \(element.text(value)) twice"))
                }
                values.append(value)
            }
            return values
        }
    }
}

// MARK: - Numbers, durations, sizes

extension ValueType where Value == Int {
    static func integer(_ range: ClosedRange<Int>) -> ValueType {
        integer(name: "whole number, \(range.text)") { value in
            range.contains(value) ? nil : "is \(value), allowed is \(range.text)"
        }
    }

    /// A whole number for which `refusal` says why it is not accepted.
    static func integer(
        name: String, refusal: @escaping @Sendable (Int) -> String?
    ) -> ValueType {
        ValueType(
            name, scalar: { node throws(ScalarError) in Int(clamping: try node.int()) },
            text: { "\($0)" }, refusal: refusal)
    }

    /// A count of bytes.
    static func size(_ range: ClosedRange<Int>) -> ValueType {
        func written(_ value: Int) -> String { Notation.text(byteCount: Int64(value)) }
        let allowed = "\(written(range.lowerBound))…\(written(range.upperBound))"
        return ValueType(
            "size, \(allowed)",
            scalar: { node throws(ScalarError) in Int(clamping: try node.byteCount()) },
            text: { Notation.text(byteCount: Int64($0)) },
            refusal: { value in
                guard !range.contains(value) else { return nil }
                return "is \(Notation.text(byteCount: Int64(value))), allowed is \(allowed)"
            })
    }
}

extension ValueType where Value == Int {
    /// A duration of whole days.
    static func days(_ range: ClosedRange<Int>) -> ValueType {
        let allowed = "\(range.lowerBound)d…\(range.upperBound)d"
        return ValueType(
            "duration in whole days, \(allowed)",
            scalar: { node throws(ScalarError) in
                let seconds = try node.duration().components.seconds
                guard seconds % 86_400 == 0 else { throw node.mismatch("whole days such as 90d") }
                return Int(clamping: seconds / 86_400)
            },
            text: { "\($0)d" },
            refusal: { value in
                range.contains(value) ? nil : "is \(value)d, allowed is \(allowed)"
            })
    }
}

extension ValueType where Value == Double {
    static func number(_ range: ClosedRange<Double>) -> ValueType {
        let allowed = "\(numberText(range.lowerBound))…\(numberText(range.upperBound))"
        return ValueType(
            "number, \(allowed)",
            scalar: { node throws(ScalarError) in try node.double() },
            text: { numberText($0) },
            refusal: { value in
                range.contains(value) ? nil : "is \(numberText(value)), allowed is \(allowed)"
            })
    }
}

extension ValueType where Value == Duration {
    static func duration(_ range: ClosedRange<Duration>) -> ValueType {
        let allowed = "\(Notation.text(range.lowerBound))…\(Notation.text(range.upperBound))"
        return ValueType(
            "duration, \(allowed)",
            scalar: { node throws(ScalarError) in try node.duration() },
            text: { Notation.text($0) },
            refusal: { value in
                guard !range.contains(value) else { return nil }
                return "is \(Notation.text(value)), allowed is \(allowed)"
            })
    }
}

extension ValueType where Value == Bool {
    static var truth: ValueType {
        ValueType(
            "true or false", scalar: { node throws(ScalarError) in try node.bool() },
            text: { $0 ? "true" : "false" }, refusal: { _ in nil })
    }
}

// MARK: - Texts

extension ValueType where Value == String {
    /// A text of 1 to `maximumBytes` bytes without control characters, for which `refusal` says why
    /// it is not accepted.
    static func text(
        _ name: String = "text", maximumBytes: Int = 1024,
        refusal: @escaping @Sendable (String) -> String? = { _ in nil }
    ) -> ValueType {
        ValueType(
            name, isText: true, scalar: { node throws(ScalarError) in try node.string() },
            text: { quotedIfNeeded($0) },
            refusal: { value in
                if value.isEmpty { return "is empty" }
                if value.utf8.count > maximumBytes { return "is longer than \(maximumBytes) bytes" }
                if value.unicodeScalars.contains(where: {
                    $0.properties.generalCategory == .control
                }) {
                    return "holds a control character"
                }
                return refusal(value)
            })
    }

    /// A file that has to be there when the daemon starts.
    static var file: ValueType {
        path("path of a file", isPrivate: false)
    }

    /// A file that holds a secret, and so is nobody else's to read.
    static var privateFile: ValueType {
        path("path of a private file", isPrivate: true)
    }

    /// A file that the daemon writes; it need not be there.
    static var writtenFile: ValueType {
        text("path of a file", maximumBytes: maximumPathBytes)
    }

    private static func path(_ name: String, isPrivate: Bool) -> ValueType {
        var type = text(name, maximumBytes: maximumPathBytes)
        type.files = { [NamedFile(path: $0, isPrivate: isPrivate)] }
        return type
    }

    /// A directory; whether it has to exist is for its user to say.
    static var directory: ValueType { text("path of a directory", maximumBytes: maximumPathBytes) }

    /// A program; it need not be there, so that a daemon can do without it.
    static var program: ValueType { text("path of a program", maximumBytes: maximumPathBytes) }

    /// A device profile by its identity.
    static var model: ValueType { text("vendor/model", maximumBytes: 128) }

    /// Linux's PATH_MAX without the NUL.
    private static var maximumPathBytes: Int { 4095 }
}

extension ValueType where Value == ConfiguredSecret {
    /// A text that is never printed, of at least `minimumBytes` bytes.
    static func secret(minimumBytes: Int) -> ValueType {
        ValueType(
            "secret text of at least \(minimumBytes) bytes", isText: true, isSecret: true,
            scalar: { node throws(ScalarError) in ConfiguredSecret(Array(try node.string().utf8)) },
            text: { quotedIfNeeded(String(decoding: $0.revealed, as: UTF8.self)) },
            refusal: { secret in
                guard secret.revealed.count < minimumBytes else { return nil }
                return "is shorter than \(minimumBytes) bytes, which can be guessed"
            })
    }
}

// MARK: - Choices

/// A value that is one of a few names.
protocol Choice: CaseIterable, Equatable, RawRepresentable<String>, Sendable {}

extension ValueType where Value: Choice {
    static var choice: ValueType {
        let names = Value.allCases.map(\.rawValue)
        let type = ValueType<String>.text(names.joined(separator: " or "))
        return ValueType(
            choiceName: type.name,
            read: { node, faults in
                guard let name = type.read(node, &faults) else { return nil }
                if let value = Value(rawValue: name) { return value }
                faults.append(
                    Fault(
                        at: node.mark,
                        "is '\(name)', allowed is \(names.joined(separator: " or "))",
                        suggestion: nearestName(to: name, among: names)))
                return nil
            },
            text: { quotedIfNeeded($0.rawValue) })
    }

    private init(
        choiceName: String, read: @escaping @Sendable (Node, inout [Fault]) -> Value?,
        text: @escaping @Sendable (Value) -> String
    ) {
        name = choiceName
        isText = true
        self.read = read
        self.text = text
    }
}

extension ClosedRange<Int> {
    fileprivate var text: String { "\(lowerBound)…\(upperBound)" }
}
