extension Configuration {
    /// The reference of all keys as a page in Markdown.
    package static var referencePage: String {
        introduction + chapters(declarations, below: []).joined()
    }

    /// The keys with their defaults, one a line, for the help of the command line.
    package static var keyList: String {
        let width = declaredKeys.map(\.path.count).max() ?? 0
        return declaredKeys.map { key in
            let padding = String(repeating: " ", count: width - key.path.count)
            return "\(key.path)\(padding)  \(key.value.defaultText ?? "-")  (\(key.value.type))\n"
        }.joined()
    }

    private static let introduction = """
        # Configuration

        <!-- Made from the declarations in Sources/Configuration; changes belong there. -->

        Freshwire reads one YAML file. Every key has a default: without any file, Freshwire works
        with a broker on the same machine. `freshwire config --sample` prints a file with all keys,
        `freshwire config` the values in effect, `freshwire check` what is wrong with them.

        - **Strict.** An unknown key, a wrong type or a value out of range is an error with its
          file, line and column; nothing starts on half a configuration. Keys may not appear twice;
          anchors, aliases and tags are refused.
        - **Units.** A duration is a whole number with `ms`, `s`, `m`, `h` or `d`; a size is one
          with `B`, `KiB`, `MiB` or `GiB`. A number without its unit is refused.
        - **Environment.** The variable beside a key goes before the file. The variables of a
          list's keys (`mqtt.brokers[]`, `webhooks.endpoints[]`) set the only element of the list,
          which they make where the file has none; with several elements they are an error. Lists
          are written with commas. `FRESHWIRE_CONFIG` names the file. Any other variable that
          begins with `FRESHWIRE_` is an error.
        - **Secrets** are best kept in files of their own; a newline at the end is ignored. Those
          written in the configuration are shown nowhere.
        - **Reload.** On SIGHUP, keys marked *reload* are taken over; a change of any other key is
          logged as needing a restart.
        - **Paths** are relative to the directory in which the daemon is started.

        """

    /// A chapter for each mapping that holds values.
    private static func chapters(_ declarations: [Declaration], below steps: [String]) -> [String] {
        declarations.flatMap { declaration -> [String] in
            switch declaration.content {
            case .value: []
            case .section(let keys):
                chapter(declaration, keys, steps + [declaration.name])
            case .list(of: let keys, _):
                chapter(declaration, keys, steps + ["\(declaration.name)[]"])
            }
        }
    }

    private static func chapter(
        _ declaration: Declaration, _ keys: [Declaration], _ steps: [String]
    ) -> [String] {
        var text = "\n## \(steps.joined(separator: "."))\n\n\(declaration.purpose)\n"
        let rows = keys.compactMap { key -> String? in
            guard case .value(let value) = key.content else { return nil }
            return row(DeclaredKey(steps: steps + [key.name], purpose: key.purpose, value: value))
        }
        if !rows.isEmpty {
            text += "\n| key | meaning | value | default | variable |\n|---|---|---|---|---|\n"
            text += rows.joined()
        }
        return [text] + chapters(keys, below: steps)
    }

    private static func row(_ key: DeclaredKey) -> String {
        let value = key.value
        var type = value.type
        if value.isReloadable { type += "; *reload*" }
        let defaultText =
            value.defaultText.map { "`\($0)`" } ?? (value.isRequired ? "*required*" : "*unset*")
        return "| `\(key.name)` | \(key.purpose) | \(type) | \(defaultText) | `\(key.variable)` |\n"
    }
}
