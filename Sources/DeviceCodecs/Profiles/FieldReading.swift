import ColdChain
import YAML

/// Reads one field of a profile.
struct FieldReader {
    let mapping: StrictMapping
    let target: FieldTarget
    /// Whether the profile says where the value is, and in which unit.
    let isMapped: Bool

    init(
        _ node: Node, _ target: FieldTarget, isMapped: Bool, file: String
    ) throws(ProfileError) {
        let keys =
            (isMapped ? ["path", "unit", "text"] : [])
            + (target.isPosition ? [] : ["range", "plausible", "resolution"])
            + (isMapped && !target.isPosition ? ["invalid"] : [])
        mapping = try StrictMapping(node, of: file, keys: keys)
        self.target = target
        self.isMapped = isMapped
    }

    func field() throws(ProfileError) -> Profile.Field {
        guard isMapped else {
            // Ranges are written in the unit of the log, which is the first.
            let unit = target.units[0]
            return Profile.Field(
                target: target, path: [], unit: unit, acceptsNumericText: false,
                range: try range(in: unit), resolution: try resolution(), invalid: [])
        }
        let unit = try mapping.word(try mapping.required("unit"), among: target.units) {
            $0.rawValue
        }
        return Profile.Field(
            target: target, path: try mapping.path(), unit: unit,
            acceptsNumericText: try mapping.acceptsNumericText(), range: try range(in: unit),
            resolution: try resolution(), invalid: try invalid())
    }

    /// `{-127: probe_absent, NoSensor: probe_absent}`: numbers in the field's own unit, or texts.
    private func invalid() throws(ProfileError) -> [Profile.InvalidValue] {
        guard let node = mapping.node("invalid") else { return [] }
        guard case .mapping(let entries) = node.content else {
            throw mapping.refusal(node, "expected values and markers such as {85: power_on_value}")
        }
        var values: [Profile.InvalidValue] = []
        for entry in entries {
            let marker = try mapping.word(entry.value, among: Marker.allCases) { $0.name }
            let sent: Profile.InvalidValue.Sent =
                Notation.number(entry.key).map { .number($0) } ?? .text(Array(entry.key.utf8))
            values.append(Profile.InvalidValue(sent: sent, meaning: marker))
        }
        return values
    }

    /// In the unit of the log.
    private func resolution() throws(ProfileError) -> Double? {
        guard
            let step = try mapping.value(
                "resolution", { node throws(ScalarError) in try node.double() })
        else { return nil }
        guard step > 0, step.isFinite else {
            throw mapping.refusal(
                try mapping.required("resolution"), "the resolution has to be above zero")
        }
        return step
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
    private static let maximumPathLength = 12

    /// `a.b`; where a name holds a dot, the list `[a, b.c]`; or a JSON Pointer (RFC 6901) such as
    /// `/readings/0/celsius`. `/` alone is the row itself.
    func path() throws(ProfileError) -> [String] {
        _ = try required("path")
        return try optionalPath("path") ?? []
    }

    func optionalPath(_ key: String) throws(ProfileError) -> [String]? {
        guard let node = node(key) else { return nil }
        var names: [String] = []
        if case .sequence(let nodes) = node.content {
            for name in nodes {
                names.append(try scalar(name) { node throws(ScalarError) in try node.string() })
            }
        } else {
            let text = try scalar(node) { node throws(ScalarError) in try node.string() }
            if text == "/" { return [] }
            names = text.hasPrefix("/") ? Self.pointer(text) : Self.names(text, separator: ".")
        }
        guard !names.isEmpty, !names.contains(""), names.count <= Self.maximumPathLength else {
            throw refusal(
                node, "expected one to \(Self.maximumPathLength) names such as data.temperature")
        }
        return names
    }

    private static func pointer(_ text: String) -> [String] {
        names(String(text.dropFirst()), separator: "/").map { name in
            name.split(separator: "~1", omittingEmptySubsequences: false).joined(separator: "/")
                .split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~")
        }
    }

    private static func names(_ text: String, separator: Character) -> [String] {
        text.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }

    func acceptsNumericText() throws(ProfileError) -> Bool {
        try value("text") { node throws(ScalarError) in try node.bool() } ?? false
    }
}
