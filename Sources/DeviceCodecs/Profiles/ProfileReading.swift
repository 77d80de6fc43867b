import ColdChain
package import YAML

extension Profile {
    /// Reads a profile from the text of its file. `file` is the name that errors carry.
    /// `codec` is the text of the file beside it, for profiles whose format is JavaScript.
    package init(
        parsing text: [UInt8], codec: [UInt8]? = nil, file: String
    ) throws(ProfileError) {
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
        try self.init(node, codec: codec, file: file)
    }

    /// Reads a profile and tries its examples; one whose examples fail is refused.
    package init(_ node: Node, codec: [UInt8]? = nil, file: String) throws(ProfileError) {
        let reader = try ProfileReader(node, file: file)
        var profile = try reader.profile()
        if profile.format == .javaScript {
            guard let codec else { throw reader.missingCodec(node) }
            profile.codec = codec
        }
        try profile.tryExamples(of: node, file: file)
        self = profile
    }
}

/// Reads the keys of a profile.
private struct ProfileReader {
    let mapping: StrictMapping
    let format: PayloadFormat

    init(_ node: Node, file: String) throws(ProfileError) {
        mapping = try StrictMapping(
            node, of: file,
            keys: [
                "id", "version", "description", "topic", "format", "options", "carrier", "offered",
                "models", "rows", "device", "fields", "time", "sequence", "expected_interval",
                "probe_position", "device_class", "examples",
            ])
        format = try mapping.word(try mapping.required("format"), among: PayloadFormat.allCases) {
            $0.rawValue
        }
    }

    func missingCodec(_ node: Node) -> ProfileError {
        ProfileError(
            file: mapping.file, mark: (mapping.node("format") ?? node).mark,
            .value(
                "the format 'javascript' needs the vendor's codec beside the profile, as "
                    + "'codec.js'; 'freshwire devices import' puts it there"))
    }

    /// Whether the profile says where the values are; other formats know that themselves.
    private var isMapped: Bool { format == .json || format == .javaScript }

    func profile() throws(ProfileError) -> Profile {
        let topics = try topics()
        let profile = Profile(
            id: try id(), version: try version(), summary: try text("description"),
            format: format, options: try options(), topics: topics,
            carrier: try carrier(topics),
            isOffered: try mapping.value("offered") { node throws(ScalarError) in
                try node.bool()
            } ?? true,
            models: try models(), rows: try mapping.optionalPath("rows") ?? [],
            device: try mapping.optionalPath("device"), fields: try fields(), time: try time(),
            sequence: try sequence(), expectedInterval: try expectedInterval(),
            probePosition: try probePosition(), deviceClass: try deviceClass(), codec: nil,
            examples: try examples())
        try checkPaths(profile)
        try checkClass(profile)
        return profile
    }

    private func text(_ key: String) throws(ProfileError) -> String {
        try mapping.required(key) { node throws(ScalarError) in try node.string() }
    }

    private func id() throws(ProfileError) -> String {
        let id = try text("id")
        guard id.isModelName else {
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

    /// One pattern, a list of them, or none for what a gateway relays.
    private func topics() throws(ProfileError) -> [TopicPattern] {
        guard let node = mapping.node("topic") else { return [] }
        var nodes = [node]
        if case .sequence(let several) = node.content { nodes = several }
        var patterns: [TopicPattern] = []
        for node in nodes {
            let text = try mapping.scalar(node) { node throws(ScalarError) in try node.string() }
            do {
                patterns.append(try TopicPattern(text))
            } catch {
                throw mapping.refusal(node, error.description)
            }
        }
        return patterns
    }

    private func carrier(_ topics: [TopicPattern]) throws(ProfileError) -> CarrierKind {
        var named: CarrierKind?
        for case .carrier(let kind, _) in topics.map(\.naming) {
            guard named == nil || named == kind else {
                throw mapping.refusal(
                    try mapping.required("topic"), "one topic names a bag, another a vehicle")
            }
            named = kind
        }
        guard let node = mapping.node("carrier") else { return named ?? .bag }
        let kind = try mapping.word(node, among: CarrierKind.allCases) { $0.rawValue }
        guard named == nil || named == kind else {
            throw mapping.refusal(node, "the topic names a \(named?.rawValue ?? "")")
        }
        return kind
    }

    private func models() throws(ProfileError) -> [String] {
        guard let node = mapping.node("models") else { return [] }
        var models: [String] = []
        for node in try mapping.list(node) {
            models.append(
                try mapping.scalar(node) { node throws(ScalarError) in try node.string() })
        }
        return models
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

    private func deviceClass() throws(ProfileError) -> DeviceClass? {
        guard let node = mapping.node("device_class") else { return nil }
        return try mapping.word(node, among: DeviceClass.allCases) { $0.rawValue }
    }

    private func time() throws(ProfileError) -> Profile.TimeField? {
        guard let node = mapping.node("time") else { return nil }
        return try TimeReader(node, file: mapping.file).field()
    }

    private func sequence() throws(ProfileError) -> Profile.SequenceField? {
        guard let node = mapping.node("sequence") else { return nil }
        let sequence = try StrictMapping(node, of: mapping.file, keys: ["path", "text"])
        return Profile.SequenceField(
            path: try sequence.path(), acceptsNumericText: try sequence.acceptsNumericText())
    }

    private func options() throws(ProfileError) -> FormatOptions {
        guard let node = mapping.node("options") else { return FormatOptions() }
        return try OptionsReader(node, file: mapping.file).options()
    }

    private func fields() throws(ProfileError) -> [Profile.Field] {
        guard let node = mapping.node("fields") else {
            if isMapped { _ = try mapping.required("fields") }
            return []
        }
        let fields = try StrictMapping(
            node, of: mapping.file, keys: [], orTargets: true)
        var read: [Profile.Field] = []
        for (name, _, value) in fields.keys {
            guard let target = FieldTarget(name: name) else { continue }
            let reader = try FieldReader(value, target, isMapped: isMapped, file: mapping.file)
            read.append(try reader.field())
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

    private func checkClass(_ profile: Profile) throws(ProfileError) {
        guard let deviceClass = profile.deviceClass, let carrier = deviceClass.carrier,
            carrier != profile.carrier
        else { return }
        throw mapping.refusal(
            try mapping.required("device_class"),
            "a device of the class '\(deviceClass.rawValue)' is fixed to a \(carrier.rawValue), "
                + "those of this profile to a \(profile.carrier.rawValue)")
    }

    /// Two fields out of one member are a slip; one of them would be read as the other.
    private func checkPaths(_ profile: Profile) throws(ProfileError) {
        guard isMapped else { return }
        if profile.device == nil, profile.topics.contains(where: { $0.naming == .nobody }) {
            throw mapping.refusal(
                try mapping.required("topic"),
                "neither the topic nor 'device' tells which device a reading is of")
        }
        var paths = profile.fields.map(\.path)
        if let time = profile.time { paths.append(time.path) }
        if let sequence = profile.sequence { paths.append(sequence.path) }
        if let device = profile.device { paths.append(device) }
        guard Set(paths).count == paths.count else {
            throw mapping.refusal(
                try mapping.required("fields"), "two fields of the profile have the same path")
        }
    }
}

extension String {
    /// Whether it is `vendor/model` in lower case.
    package var isModelName: Bool {
        let parts = split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.utf8.allSatisfy { byte in
                        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                    }
            }
    }
}
