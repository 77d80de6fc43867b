extension Configuration {
    /// A configuration file with every key, its purpose and its default. All values are commented
    /// out, so the text stands for the defaults.
    package static var sampleText: String {
        var sample = SampleWriter()
        sample.comment(
            """
            Freshwire's configuration. Every key is shown with its default and commented out; take \
            away the '#' before a key to set it. A key that has no default shows an example.
            """)
        sample.comment(
            """
            Durations are written 250ms, 30s, 5m, 12h, 7d; sizes 512B, 64KiB, 64MiB, 2GiB. Paths \
            are relative to the directory in which the daemon is started. The environment variable \
            named with a key goes before the file. 'freshwire check' finds mistakes.
            """)
        sample.write(declarations)
        return sample.text
    }
}

private struct SampleWriter {
    private(set) var text = ""
    private var indent = 0
    private var steps: [String] = []

    /// The width that comments are broken at; the project's own.
    private static let width = 100

    mutating func comment(_ words: String) {
        var line = ""
        for word in words.split(separator: " ") {
            if !line.isEmpty, indent + 2 + line.count + 1 + word.count > Self.width {
                self.line("# \(line)")
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        self.line("# \(line)")
    }

    mutating func write(_ declarations: [Declaration]) {
        for declaration in declarations {
            if indent == 0 { text += "\n" }
            comment(declaration.purpose)
            switch declaration.content {
            case .value(let value): write(value, declaration)
            case .section(let keys):
                line("\(declaration.name):")
                nested(in: declaration.name) { $0.write(keys) }
            case .list(of: let keys, let isEmpty):
                // Where the default is an empty list, an active dash would add an element to it.
                let mark = isEmpty ? "#" : ""
                line("\(mark)\(declaration.name):")
                nested(in: "\(declaration.name)[]") { writer in
                    writer.line("\(mark)-")
                    writer.indent += 2
                    writer.write(keys)
                    writer.indent -= 2
                }
            }
        }
    }

    private mutating func write(_ value: ValueDeclaration, _ declaration: Declaration) {
        let key = DeclaredKey(
            steps: steps + [declaration.name], purpose: declaration.purpose, value: value)
        var notes = [value.type]
        if value.isRequired {
            notes.append("required")
        } else if value.defaultText == nil {
            notes.append("unset by default")
        }
        if value.isReloadable { notes.append("reloaded on SIGHUP") }
        comment("(\(notes.joined(separator: "; ")); \(key.variable))")
        line("#\(declaration.name): \(value.defaultText ?? value.example ?? "")")
    }

    private mutating func nested(in step: String, _ body: (inout SampleWriter) -> Void) {
        indent += 2
        steps.append(step)
        body(&self)
        steps.removeLast()
        indent -= 2
    }

    private mutating func line(_ line: String) {
        text += String(repeating: " ", count: indent) + line + "\n"
    }
}
