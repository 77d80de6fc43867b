import YAML

/// A part of the configuration whose keys stand in one mapping of the file.
///
/// The default of each key is the initial value of its property, and nowhere else.
protocol Section: Equatable, Sendable {
    init()
    static var keys: [Key<Self>] { get }
}

/// One key of a section: its declaration, and how its value gets into the section and out of it.
struct Key<Owner: Section>: Sendable {
    let declaration: Declaration
    /// Puts what stands at a node into the section, or reports why it cannot; the text is the
    /// path of the key.
    let read: @Sendable (Node, String, inout Owner, inout TreeReader) -> Void
    let tree: @Sendable (Owner) -> ValueTree

    /// A key with a default, which is the property's initial value.
    init<Value>(
        _ name: String, _ property: any WritableKeyPath<Owner, Value> & Sendable,
        _ type: ValueType<Value>, isReloadable: Bool = false, _ purpose: String
    ) {
        self.init(
            name, type, default: type.text(Owner()[keyPath: property]), example: nil,
            isRequired: false, isReloadable: isReloadable, purpose,
            value: { $0[keyPath: property] },
            store: { value, owner in owner[keyPath: property] = value })
    }

    /// A key that is unset by default; `example` is what the sample file shows for it.
    init<Value>(
        _ name: String, _ property: any WritableKeyPath<Owner, Value?> & Sendable,
        _ type: ValueType<Value>, example: Value, isReloadable: Bool = false, _ purpose: String
    ) {
        self.init(
            name, type, default: nil, example: type.text(example), isRequired: false,
            isReloadable: isReloadable, purpose,
            value: { $0[keyPath: property] },
            store: { value, owner in owner[keyPath: property] = value })
    }

    /// A key without a default that has to be given; until it is read, the property is empty.
    init(
        _ name: String, required property: any WritableKeyPath<Owner, String> & Sendable,
        _ type: ValueType<String>, example: String, isReloadable: Bool = false, _ purpose: String
    ) {
        self.init(
            name, type, default: nil, example: type.text(example), isRequired: true,
            isReloadable: isReloadable, purpose,
            value: { $0[keyPath: property] },
            store: { value, owner in owner[keyPath: property] = value })
    }

    private init<Value>(
        _ name: String, _ type: ValueType<Value>, default defaultText: String?, example: String?,
        isRequired: Bool, isReloadable: Bool, _ purpose: String,
        value: @escaping @Sendable (Owner) -> Value?,
        store: @escaping @Sendable (Value, inout Owner) -> Void
    ) {
        declaration = Declaration(
            name: name, purpose: purpose,
            content: .value(
                ValueDeclaration(
                    type: type.name, isText: type.isText, isList: type.isList,
                    defaultText: defaultText, example: example, isRequired: isRequired,
                    isSecret: type.isSecret,
                    isReloadable: isReloadable)))
        read = { node, path, owner, reader in
            var faults: [Fault] = []
            if let value = type.read(node, &faults), faults.isEmpty {
                store(value, &owner)
            } else {
                reader.report(faults, at: path)
            }
        }
        tree = { owner in
            let value = value(owner)
            return .value(text: value.map(type.text), files: value.map(type.files) ?? [])
        }
    }

    private init(
        _ declaration: Declaration,
        read: @escaping @Sendable (Node, String, inout Owner, inout TreeReader) -> Void,
        tree: @escaping @Sendable (Owner) -> ValueTree
    ) {
        self.declaration = declaration
        self.read = read
        self.tree = tree
    }

    /// A mapping of further keys.
    static func section<Child: Section>(
        _ name: String, _ property: any WritableKeyPath<Owner, Child> & Sendable, _ purpose: String
    ) -> Key {
        Key(
            Declaration(
                name: name, purpose: purpose, content: .section(Child.keys.map(\.declaration))),
            read: { node, path, owner, reader in
                reader.read(node, at: path, into: &owner[keyPath: property])
            },
            tree: { owner in .section(owner[keyPath: property].tree) })
    }

    /// A list of mappings.
    static func list<Element: Section>(
        _ name: String, _ property: any WritableKeyPath<Owner, [Element]> & Sendable,
        maximumCount: Int, isReloadable: Bool = false, _ purpose: String
    ) -> Key {
        Key(
            Declaration(
                name: name, purpose: purpose,
                content: .list(
                    of: Element.keys.map(\.declaration),
                    isEmptyByDefault: Owner()[keyPath: property].isEmpty)),
            read: { node, path, owner, reader in
                reader.read(
                    node, at: path, into: &owner[keyPath: property], maximumCount: maximumCount)
            },
            tree: { owner in
                .list(owner[keyPath: property].map(\.tree), isReloadable: isReloadable)
            })
    }
}

extension Key {
    var isRequired: Bool {
        guard case .value(let value) = declaration.content else { return false }
        return value.isRequired
    }
}

/// The values of a configuration, each as it would be written in a file.
enum ValueTree: Sendable {
    /// `text` is nil where the key is unset; `files` are the paths that the value names.
    case value(text: String?, files: [NamedFile])
    case section([Branch])
    case list([[Branch]], isReloadable: Bool)

    struct Branch: Sendable {
        var declaration: Declaration
        var values: ValueTree
    }
}

extension Section {
    var tree: [ValueTree.Branch] {
        Self.keys.map { ValueTree.Branch(declaration: $0.declaration, values: $0.tree(self)) }
    }
}
