package import ColdChain
import Wire
import YAML

extension JurisdictionProfile {
    /// Reads a set of limits from the text of its file, and refuses one that contradicts itself.
    /// `file` is the name that errors carry.
    package init(parsing text: [UInt8], file: String) throws(ConfigurationProblem) {
        let node: Node?
        do {
            node = try parse(text)
        } catch {
            throw ConfigurationProblem(at: .file(file, error.mark), error.message)
        }
        guard let node else {
            throw ConfigurationProblem(at: .wholeFile(file), "the file is empty")
        }
        try self.init(try LimitReader(node, file: file))
    }

    private init(_ reader: LimitReader) throws(ConfigurationProblem) {
        let root = reader.root
        let (provisions, quantityMarks) = try reader.provisions()
        let (overrides, overrideMarks) = try reader.overrides()
        let id = try root.label("id", example: "us-fda-2022")
        let version = try reader.version()
        let title = try root.text("title")
        let edition = try root.text("edition")
        let unit = try root.word("unit_of_record", among: TemperatureUnit.allCases, \.rawValue)
        let procedure = try root.optionalText("time_control_procedure")
        do throws(LimitContradiction) {
            try self.init(
                id: id, version: version, title: title, edition: edition, unit: unit,
                provisions: provisions, timeControlProcedure: procedure, overrides: overrides)
        } catch {
            let mark: Node.Mark? =
                switch error.place {
                case .profile: root["limits"]?.mark
                case .quantity(let quantity): quantityMarks[quantity]
                case .override(let index):
                    overrideMarks.indices.contains(index) ? overrideMarks[index] : nil
                }
            throw ConfigurationProblem(
                at: .file(root.file, mark ?? root.mark), error.message)
        }
    }
}

/// Reads the keys of a set of limits.
private struct LimitReader {
    let root: ClosedMapping

    init(_ node: Node, file: String) throws(ConfigurationProblem) {
        root = try ClosedMapping(
            node, of: file,
            keys: [
                "id", "version", "title", "edition", "unit_of_record", "time_control_procedure",
                "limits", "overrides",
            ])
    }

    func version() throws(ConfigurationProblem) -> Int {
        let version = try root.value("version") { node throws(ScalarError) in try node.int() }
        guard (1...1_000_000).contains(version) else {
            throw root.problem("version", "versions count from 1")
        }
        return Int(version)
    }

    func provisions() throws(ConfigurationProblem) -> ([Provision], [LimitQuantity: Node.Mark]) {
        let limits = try ClosedMapping(
            try root.required("limits"), of: root.file,
            keys: LimitQuantity.allCases.map(\.rawValue))
        var provisions: [Provision] = []
        var marks: [LimitQuantity: Node.Mark] = [:]
        for entry in limits.entries {
            guard let quantity = LimitQuantity(rawValue: entry.key) else { continue }
            marks[quantity] = entry.keyMark
            let mapping = try ClosedMapping(
                entry.value, of: root.file, keys: ["value", "rule", "source", "verified", "note"])
            provisions.append(
                Provision(
                    quantity: quantity, amount: try amount(quantity, mapping),
                    rule: try mapping.text("rule"), source: try mapping.text("source"),
                    isVerified: try mapping.value("verified") { node throws(ScalarError) in
                        try node.bool()
                    }, note: try mapping.optionalText("note")))
        }
        return (provisions, marks)
    }

    private func amount(
        _ quantity: LimitQuantity, _ mapping: ClosedMapping
    ) throws(ConfigurationProblem) -> Provision.Amount {
        switch quantity.kind {
        case .temperature:
            return .temperature(
                try mapping.value("value") { node throws(ScalarError) in try node.double() })
        case .duration:
            let duration = try mapping.value("value") { node throws(ScalarError) in
                try node.duration()
            }
            // Out of range is refused as too long, with the other numbers that make no sense.
            let (microseconds, overflow) = duration.components.seconds
                .multipliedReportingOverflow(by: 1_000_000)
            let rest = duration.components.attoseconds / 1_000_000_000_000
            return .microseconds(overflow ? .max : microseconds + rest)
        }
    }

    func overrides() throws(ConfigurationProblem) -> ([LimitOverride], [Node.Mark]) {
        guard let node = root["overrides"] else { return ([], []) }
        guard case .sequence(let nodes) = node.content else {
            throw ConfigurationProblem(
                at: .file(root.file, node.mark), node.mismatch("a list of overrides").message)
        }
        var overrides: [LimitOverride] = []
        for node in nodes {
            let mapping = try ClosedMapping(
                node, of: root.file,
                keys: ["product", "site", "class", "minimum", "maximum", "source"])
            overrides.append(
                LimitOverride(
                    scope: try scope(mapping),
                    foodClass: try mapping.word("class", among: FoodClass.allCases, \.name),
                    minimum: try mapping.optionalNumber("minimum"),
                    maximum: try mapping.optionalNumber("maximum"),
                    source: try mapping.text("source")))
        }
        return (overrides, nodes.map(\.mark))
    }

    private func scope(_ mapping: ClosedMapping) throws(ConfigurationProblem) -> LimitOverride.Scope
    {
        let product = try mapping.optionalText("product")
        let site = try mapping.optionalText("site")
        switch (product, site) {
        case (let product?, nil): return .product(product)
        case (nil, let site?): return .site(site)
        default:
            throw ConfigurationProblem(
                at: .file(mapping.file, mapping.mark),
                "an override is for a 'product' or for a 'site', for one of the two")
        }
    }
}
