import ColdChain
package import YAML

extension Profile {
    /// Reads a profile from the text of its file. `file` is the name that errors carry.
    package init(parsing text: [UInt8], file: String) throws(ProfileError) {
        let node: Node?
        do {
            node = try parse(text)
        } catch {
            throw ProfileError(file: file, mark: error.mark, .text(error.message))
        }
        guard let node else {
            let start = Node.Mark(line: 1, column: 1)
            throw ProfileError(file: file, mark: start, .text("the file is empty"))
        }
        try self.init(node, file: file)
    }

    /// Reads a profile and tries its examples; one whose examples fail is refused.
    package init(_ node: Node, file: String) throws(ProfileError) {
        let profile = try ProfileReader(node, file: file).profile()
        try profile.tryExamples(of: node, file: file)
        self = profile
    }
}

/// Reads the keys of a profile.
private struct ProfileReader {
    let mapping: StrictMapping

    init(_ node: Node, file: String) throws(ProfileError) {
        mapping = try StrictMapping(
            node, of: file,
            keys: [
                "id", "version", "description", "topic", "format", "fields", "time", "sequence",
                "expected_interval", "probe_position", "examples",
            ])
    }

    func profile() throws(ProfileError) -> Profile {
        _ = try mapping.word(try mapping.required("format"), among: ["json"]) { $0 }
        let profile = Profile(
            id: try id(), version: try version(), summary: try text("description"),
            topic: try topic(), fields: try fields(), time: try time(), sequence: try sequence(),
            expectedInterval: try expectedInterval(), probePosition: try probePosition(),
            examples: try examples())
        try checkPaths(profile)
        return profile
    }

    private func text(_ key: String) throws(ProfileError) -> String {
        try mapping.required(key) { node throws(ScalarError) in try node.string() }
    }

    private func id() throws(ProfileError) -> String {
        let id = try text("id")
        let parts = id.split(separator: "/", omittingEmptySubsequences: false)
        let isName = parts.allSatisfy { part in
            !part.isEmpty
                && part.utf8.allSatisfy { byte in
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                        || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                }
        }
        guard parts.count == 2, isName else {
            let words = "expected vendor/model in lower case such as generic/bag, found '\(id)'"
            throw mapping.refusal(try mapping.required("id"), words)
        }
        return id
    }

    private func version() throws(ProfileError) -> Int {
        let number = try mapping.required("version") { node throws(ScalarError) in
            try node.int()
        }
        guard (1...1_000_000).contains(number) else {
            throw mapping.refusal(try mapping.required("version"), "versions count from 1")
        }
        return Int(number)
    }

    private func topic() throws(ProfileError) -> TopicPattern {
        let text = try text("topic")
        do {
            return try TopicPattern(text)
        } catch {
            throw mapping.refusal(try mapping.required("topic"), error.description)
        }
    }

    private func expectedInterval() throws(ProfileError) -> Duration? {
        guard
            let interval = try mapping.value(
                "expected_interval", { node throws(ScalarError) in try node.duration() })
        else { return nil }
        guard interval > .zero else {
            throw mapping.refusal(
                try mapping.required("expected_interval"), "the interval has to be above zero")
        }
        return interval
    }

    private func probePosition() throws(ProfileError) -> Profile.ProbePosition? {
        guard let node = mapping.node("probe_position") else { return nil }
        return try mapping.word(node, among: Profile.ProbePosition.allCases) { $0.rawValue }
    }

    private func time() throws(ProfileError) -> Profile.TimeField? {
        guard let node = mapping.node("time") else { return nil }
        let time = try StrictMapping(node, of: mapping.file, keys: ["path", "kind", "text"])
        let kind = try time.word(try time.required("kind"), among: Profile.TimeKind.allCases) {
            $0.rawValue
        }
        let acceptsNumericText = try time.acceptsNumericText()
        guard kind != .rfc3339 || !acceptsNumericText else {
            throw time.refusal(
                try time.required("text"), "an RFC 3339 time is text as it is; remove 'text'")
        }
        return Profile.TimeField(
            path: try time.path(), kind: kind, acceptsNumericText: acceptsNumericText)
    }

    private func sequence() throws(ProfileError) -> Profile.SequenceField? {
        guard let node = mapping.node("sequence") else { return nil }
        let sequence = try StrictMapping(node, of: mapping.file, keys: ["path", "text"])
        return Profile.SequenceField(
            path: try sequence.path(), acceptsNumericText: try sequence.acceptsNumericText())
    }

    private func fields() throws(ProfileError) -> [Profile.Field] {
        let node = try mapping.required("fields")
        let fields = try StrictMapping(node, of: mapping.file, keys: FieldTarget.all.map(\.name))
        var read: [Profile.Field] = []
        for (name, _, value) in fields.keys {
            guard let target = FieldTarget(name: name) else { continue }
            read.append(try FieldReader(value, target, file: mapping.file).field())
        }
        guard !read.isEmpty else { throw mapping.refusal(node, "a profile needs a field") }
        let targets = read.map(\.target)
        let isLocated = targets.contains(.latitude) && targets.contains(.longitude)
        guard isLocated || !targets.contains(where: \.isPosition) else {
            throw mapping.refusal(node, "a position needs both 'lat' and 'lon'")
        }
        return read
    }

    private func examples() throws(ProfileError) -> [ProfileExample] {
        guard let node = mapping.node("examples") else { return [] }
        var examples: [ProfileExample] = []
        for example in try mapping.list(node) {
            examples.append(try ExampleReader(example, file: mapping.file).example())
        }
        return examples
    }

    /// Two fields out of one member are a slip; one of them would be read as the other.
    private func checkPaths(_ profile: Profile) throws(ProfileError) {
        var paths = profile.fields.map(\.path)
        if let time = profile.time { paths.append(time.path) }
        if let sequence = profile.sequence { paths.append(sequence.path) }
        guard Set(paths).count == paths.count else {
            throw mapping.refusal(
                try mapping.required("fields"), "two fields of the profile have the same path")
        }
    }
}

/// Reads one field of a profile.
private struct FieldReader {
    let mapping: StrictMapping
    let target: FieldTarget

    init(_ node: Node, _ target: FieldTarget, file: String) throws(ProfileError) {
        let keys = ["path", "unit", "text"] + (target.isPosition ? [] : ["range", "plausible"])
        mapping = try StrictMapping(node, of: file, keys: keys)
        self.target = target
    }

    func field() throws(ProfileError) -> Profile.Field {
        let unit = try mapping.word(try mapping.required("unit"), among: target.units) {
            $0.rawValue
        }
        return Profile.Field(
            target: target, path: try mapping.path(), unit: unit,
            acceptsNumericText: try mapping.acceptsNumericText(), range: try range(in: unit))
    }

    /// The spans are written in the field's own unit.
    private func range(in unit: FieldUnit) throws(ProfileError) -> GrossRange? {
        guard let sensorSpan = try span("range", in: unit) else {
            if let node = mapping.node("plausible") {
                throw mapping.refusal(
                    node, "'plausible' needs 'range', what the sensor can measure")
            }
            return nil
        }
        guard let plausible = try span("plausible", in: unit) else {
            return GrossRange(sensorSpan: sensorSpan)
        }
        guard let range = GrossRange(sensorSpan: sensorSpan, plausibleSpan: plausible) else {
            throw mapping.refusal(
                try mapping.required("plausible"), "'plausible' has to lie within 'range'")
        }
        return range
    }

    private func span(
        _ key: String, in unit: FieldUnit
    ) throws(ProfileError) -> ClosedRange<Double>? {
        guard let node = mapping.node(key) else { return nil }
        let ends = try mapping.list(node)
        guard ends.count == 2 else {
            throw mapping.refusal(node, "expected two numbers such as [-40, 85]")
        }
        let lower = try mapping.scalar(ends[0]) { node throws(ScalarError) in try node.double() }
        let upper = try mapping.scalar(ends[1]) { node throws(ScalarError) in try node.double() }
        guard lower < upper else {
            throw mapping.refusal(node, "the first number has to be the smaller one")
        }
        return unit.canonical(lower)...unit.canonical(upper)
    }
}

extension StrictMapping {
    /// Deep enough for every message seen; a bound on the depth of the field tree.
    private static let maximumPathLength = 8

    /// `a.b` or, where a name holds a dot, the list `[a, b.c]`.
    fileprivate func path() throws(ProfileError) -> [String] {
        let node = try required("path")
        var names: [String] = []
        if case .sequence(let nodes) = node.content {
            for name in nodes {
                names.append(try scalar(name) { node throws(ScalarError) in try node.string() })
            }
        } else {
            let text = try scalar(node) { node throws(ScalarError) in try node.string() }
            names = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        }
        guard !names.isEmpty, !names.contains(""), names.count <= Self.maximumPathLength else {
            throw refusal(
                node, "expected one to \(Self.maximumPathLength) names such as data.temperature")
        }
        return names
    }

    fileprivate func acceptsNumericText() throws(ProfileError) -> Bool {
        try value("text") { node throws(ScalarError) in try node.bool() } ?? false
    }
}
