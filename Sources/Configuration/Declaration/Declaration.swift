/// What is declared of one key, apart from the place where the program keeps its value.
///
/// From this come the sample file, the reference page, the names of the environment variables and
/// the list of keys that an unknown one is compared with.
package struct Declaration: Sendable {
    package enum Content: Sendable {
        case value(ValueDeclaration)
        /// A mapping of further keys.
        case section([Declaration])
        /// A list of mappings, each of these keys.
        case list(of: [Declaration], isEmptyByDefault: Bool)
    }

    /// The key as it stands in its mapping, such as `keep_alive`.
    package let name: String
    /// One sentence: what the value is for.
    package let purpose: String
    package let content: Content
}

/// What is declared of a key that holds a value.
package struct ValueDeclaration: Sendable {
    /// What may be written, for people: `whole number, 1…5000`.
    package let type: String
    /// Whether each scalar of the value is a text, so that a variable's value is never a number.
    package let isText: Bool
    package let isList: Bool
    /// The default as it would be written in a file; nil where there is none.
    package let defaultText: String?
    /// What the sample file shows for a key that has no default.
    package let example: String?
    /// Whether the key has to be given in each mapping that could hold it.
    package let isRequired: Bool
    /// Whether the value is kept out of everything that is printed.
    package let isSecret: Bool
    /// Whether a new value is taken over on SIGHUP, without a restart.
    package let isReloadable: Bool
}

/// A key that holds a value, with the full path that leads to it.
package struct DeclaredKey: Sendable {
    /// The way from the root of the file. A list is marked by `[]` behind its name.
    package let steps: [String]
    package let purpose: String
    package let value: ValueDeclaration

    /// `mqtt.brokers[].keep_alive`.
    package var path: String { steps.joined(separator: ".") }

    /// `FRESHWIRE_MQTT_KEEP_ALIVE`: the steps in capitals, without the names of lists, since a
    /// variable can only name the single element of a list.
    package var variable: String {
        let names = steps.filter { !$0.hasSuffix("[]") }
        return ConfigurationEnvironment.prefix + names.joined(separator: "_").uppercased()
    }

    package var name: String { steps.last ?? "" }
}

extension [Declaration] {
    /// Every key below these that holds a value, in the order of declaration.
    package func flattened(below steps: [String] = []) -> [DeclaredKey] {
        flatMap { declaration in
            switch declaration.content {
            case .value(let value):
                [
                    DeclaredKey(
                        steps: steps + [declaration.name], purpose: declaration.purpose,
                        value: value)
                ]
            case .section(let keys): keys.flattened(below: steps + [declaration.name])
            case .list(of: let keys, _): keys.flattened(below: steps + ["\(declaration.name)[]"])
            }
        }
    }
}
