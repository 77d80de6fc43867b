package import Fabric
import Wire
import YAML

extension MessageCatalogue {
    /// Reads a catalogue from the text of its file, and refuses one that contradicts itself. `file`
    /// is the name that errors carry.
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
        let root = try ClosedMapping(node, of: file, keys: ["version", "messages"])
        _ = try root.wholeNumber("version", in: 1...1)
        guard case .mapping(let entries) = try root.required("messages").content else {
            throw root.problem("messages", "expected a mapping of types of messages")
        }
        var types: [MessageType] = []
        for entry in entries { types.append(try MessageType(entry, file: file)) }
        do throws(CatalogueContradiction) {
            try self.init(types)
        } catch {
            let mark = entries.first { $0.key == error.type }?.keyMark ?? root.mark
            throw ConfigurationProblem(
                at: .file(file, mark), "the message '\(error.type)': \(error.reason)")
        }
    }

    /// The catalogue that comes with Freshwire.
    package static func shipped() throws(ConfigurationProblem) -> MessageCatalogue {
        guard let file = ShippedCatalogue.files.first else {
            throw ConfigurationProblem(at: .nowhere, "no catalogue comes with this program")
        }
        return try MessageCatalogue(parsing: Array(file.text.utf8), file: file.name)
    }

    /// The text of a file that is part of the program, by its name under `Catalogue`.
    package static func shippedText(of name: String) -> String? {
        ShippedCatalogue.files.first { $0.name == name }?.text
    }
}

extension MessageType {
    fileprivate init(_ entry: Node.Entry, file: String) throws(ConfigurationProblem) {
        guard Identifier.isOne(entry.key), entry.key.utf8.count <= 64 else {
            throw ConfigurationProblem(
                at: .file(file, entry.keyMark), "'\(entry.key)' is no name of a message")
        }
        let mapping = try ClosedMapping(
            entry.value, of: file,
            keys: [
                "summary", "class", "effect", "critical", "publishers", "fields", "channels",
                "forms", "accepted", "confirmed_by",
            ])
        self.init(
            name: entry.key, summary: try mapping.text("summary"),
            messageClass: try mapping["class"].map { _ throws(ConfigurationProblem) in
                try mapping.word("class", as: Class.self)
            } ?? .record,
            effect: try mapping["effect"].map { _ throws(ConfigurationProblem) in
                try mapping.word("effect", as: Effect.self)
            } ?? .relay,
            isCritical: try mapping.truth("critical"), publishers: try mapping.publishers(),
            fields: try mapping.fields(), channels: try mapping.channels(),
            forms: try mapping.names("forms"), accepted: try mapping.names("accepted"),
            confirmedBy: try mapping.confirmedBy())
    }
}

extension ClosedMapping {
    fileprivate func truth(_ key: String) throws(ConfigurationProblem) -> Bool {
        guard self[key] != nil else { return false }
        return try value(key) { node throws(ScalarError) in try node.bool() }
    }

    fileprivate func publishers() throws(ConfigurationProblem) -> [PublicationTerms] {
        guard self["publishers"] != nil else { return [] }
        var publishers: [PublicationTerms] = []
        for entry in try elements("publishers", keys: ["roles", "own", "site", "party"]) {
            var roles: Set<Role> = []
            try entry.insertRoles("roles", into: &roles)
            publishers.append(
                PublicationTerms(
                    roles, own: try entry.optionalText("own"), site: try entry.optionalText("site"),
                    isParty: try entry.truth("party")))
        }
        return publishers
    }

    private func insertRoles(
        _ key: String, into roles: inout Set<Role>
    ) throws(ConfigurationProblem) {
        for name in try lines(key) {
            if name == "platform" {
                roles.formUnion(PublicationTerms.platformRoles)
            } else if let role = Role(name: name) {
                roles.insert(role)
            } else {
                throw problem(
                    key, "there is no role '\(name)'",
                    suggestion: nearestName(
                        to: name, among: ["platform"] + Role.allCases.map(\.name)))
            }
        }
    }

    /// Who owes a confirmation in which dialect.
    fileprivate func confirmedBy() throws(ConfigurationProblem) -> [DialectName: Set<Role>] {
        let dialects = DialectName.allCases.map(\.rawValue)
        guard let mapping = try optionalMapping("confirmed_by", keys: dialects) else { return [:] }
        var owing: [DialectName: Set<Role>] = [:]
        for entry in mapping.entries {
            guard let dialect = DialectName(rawValue: entry.key) else { continue }
            try mapping.insertRoles(entry.key, into: &owing[dialect, default: []])
        }
        return owing
    }

    fileprivate func channels() throws(ConfigurationProblem) -> [ChannelTemplate] {
        var templates: [ChannelTemplate] = []
        for text in try optionalLines("channels") {
            guard let template = ChannelTemplate(text) else {
                throw problem(
                    "channels",
                    "'\(text)' is no channel such as orders.{orderId} or users.{order.customer}")
            }
            templates.append(template)
        }
        return templates
    }

    /// What each dialect calls the message.
    fileprivate func names(_ key: String) throws(ConfigurationProblem) -> [DialectName: String] {
        guard
            let mapping = try optionalMapping(key, keys: DialectName.allCases.map(\.rawValue))
        else { return [:] }
        var names: [DialectName: String] = [:]
        for entry in mapping.entries {
            guard let dialect = DialectName(rawValue: entry.key) else { continue }
            let name = try mapping.line(entry.key)
            guard Identifier.isOne(name) else {
                throw mapping.problem(entry.key, "'\(name)' is no name of a message")
            }
            names[dialect] = name
        }
        return names
    }

    fileprivate func fields() throws(ConfigurationProblem) -> [MessageField] {
        guard let node = self["fields"] else { return [] }
        guard case .mapping(let entries) = node.content else {
            throw problem("fields", "expected a mapping of fields")
        }
        var fields: [MessageField] = []
        for entry in entries {
            let mapping = try ClosedMapping(
                entry.value, of: file,
                keys: [
                    "kind", "required", "sensitive", "address", "filled", "bytes", "minimum",
                    "maximum", "values", "default",
                ])
            fields.append(try mapping.field(entry.key))
        }
        return fields
    }

    private func field(_ name: String) throws(ConfigurationProblem) -> MessageField {
        var field = MessageField(
            name, try fieldKind(), isRequired: try truth("required"),
            isSensitive: try truth("sensitive"), isAddress: try truth("address"),
            filling: try self["filled"].map { _ throws(ConfigurationProblem) in
                try word("filled", as: MessageField.Filling.self)
            })
        guard self["default"] != nil else { return field }
        let standard: JSON
        switch field.kind {
        case .number:
            standard = .number(
                try value("default") { node throws(ScalarError) in try node.double() })
        case .integer:
            standard = .integer(try value("default") { node throws(ScalarError) in try node.int() })
        case .boolean:
            standard = .bool(try value("default") { node throws(ScalarError) in try node.bool() })
        default: standard = .string(try text("default"))
        }
        if let fault = field.fault(of: standard) { throw problem("default", fault) }
        field.standard = standard
        return field
    }

    private func fieldKind() throws(ConfigurationProblem) -> MessageField.Kind {
        let kinds = [
            "string", "identifier", "number", "integer", "boolean", "instant", "enum", "object",
            "array",
        ]
        switch try word("kind", among: kinds, { $0 }) {
        case "string": return .text(bytes: try byteLimit())
        case "object": return .object(bytes: try byteLimit())
        case "array": return .array(bytes: try byteLimit())
        case "identifier": return .identifier
        case "boolean": return .boolean
        case "instant": return .instant
        case "enum": return .choice(try lines("values"))
        case "integer":
            let (least, most) = try bounds { node throws(ScalarError) in try node.int() }
            return .integer(least...most)
        default:
            let (least, most) = try bounds { node throws(ScalarError) in try node.double() }
            guard least.isFinite, most.isFinite else {
                throw problem("maximum", "expected a number")
            }
            return .number(least...most)
        }
    }

    private func byteLimit() throws(ConfigurationProblem) -> Int {
        try wholeNumber("bytes", in: 1...(1 << 20))
    }

    private func bounds<Value: Comparable>(
        _ read: (Node) throws(ScalarError) -> Value
    ) throws(ConfigurationProblem) -> (Value, Value) {
        let least = try value("minimum", read)
        let most = try value("maximum", read)
        guard least <= most else { throw problem("maximum", "it is less than the minimum") }
        return (least, most)
    }
}
