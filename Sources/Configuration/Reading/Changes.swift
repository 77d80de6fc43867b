/// The keys in which two configurations differ, by what brings the new values into force.
package struct ConfigurationChanges: Equatable, Sendable {
    /// Taken over while the daemon runs, such as `limits.cold_maximum_celsius`.
    package var reloadable: [String] = []
    /// Taken over at the next start.
    package var needsRestart: [String] = []

    package var isEmpty: Bool { reloadable.isEmpty && needsRestart.isEmpty }
}

extension Configuration {
    /// The paths of the keys that differ. A list that has become longer or shorter is named as a
    /// whole.
    package static func changes(
        from old: Configuration, to new: Configuration
    ) -> ConfigurationChanges {
        var changes = ConfigurationChanges()
        changes.compare(old.tree, new.tree, at: "")
        return changes
    }
}

extension ConfigurationChanges {
    /// Both lists of branches come from the same declarations, so they pair up.
    fileprivate mutating func compare(
        _ old: [ValueTree.Branch], _ new: [ValueTree.Branch], at path: String
    ) {
        for (old, new) in zip(old, new) {
            let path = path.isEmpty ? new.declaration.name : "\(path).\(new.declaration.name)"
            switch (old.values, new.values) {
            case (.value(let oldText, _), .value(let newText, _)):
                guard oldText != newText, case .value(let value) = new.declaration.content
                else { continue }
                add(path, isReloadable: value.isReloadable)
            case (.section(let old), .section(let new)):
                compare(old, new, at: path)
            case (.list(let old, let isReloadable), .list(let new, _)):
                guard old.count == new.count else {
                    add(path, isReloadable: isReloadable)
                    continue
                }
                for (index, pair) in zip(old, new).enumerated() {
                    compare(pair.0, pair.1, at: "\(path)[\(index)]")
                }
            default: continue
            }
        }
    }

    private mutating func add(_ path: String, isReloadable: Bool) {
        if isReloadable {
            reloadable.append(path)
        } else {
            needsRestart.append(path)
        }
    }
}
