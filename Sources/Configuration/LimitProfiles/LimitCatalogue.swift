package import ColdChain
import Wire

/// The sets of limits that can be chosen: those that are part of the program, and one's own.
package struct LimitCatalogue: Equatable, Sendable {
    package let profiles: [JurisdictionProfile]

    /// A file of limits, as it was read.
    package struct File: Equatable, Sendable {
        /// The name that errors carry.
        package var name: String
        package var text: [UInt8]

        package init(name: String, text: [UInt8]) {
            self.name = name
            self.text = text
        }
    }

    /// The program's own sets, in place of which come those of `files` with the same identity.
    package init(overriddenBy files: [File] = []) throws(ConfigurationProblem) {
        var profiles: [JurisdictionProfile] = []
        for file in ShippedLimits.files {
            profiles.append(
                try JurisdictionProfile(parsing: Array(file.text.utf8), file: file.name))
        }
        var own: [String: String] = [:]
        for file in files {
            let profile = try JurisdictionProfile(parsing: file.text, file: file.name)
            if let first = own.updateValue(file.name, forKey: profile.id) {
                throw ConfigurationProblem(
                    at: .wholeFile(file.name),
                    "the limits '\(profile.id)' are given here again; \(first) has them already")
            }
            if let index = profiles.firstIndex(where: { $0.id == profile.id }) {
                profiles[index] = profile
            } else {
                profiles.append(profile)
            }
        }
        self.profiles = profiles
    }

    /// The set of a name; otherwise an error that says which one was probably meant.
    package func profile(_ id: String) throws(ConfigurationProblem) -> JurisdictionProfile {
        if let profile = profiles.first(where: { $0.id == id }) { return profile }
        throw ConfigurationProblem(
            at: .nowhere, "there are no limits called '\(id)'",
            suggestion: nearestName(to: id, among: profiles.map(\.id)))
    }

    /// The text of a file that is part of the program, by its name under `Limits`.
    package static func shippedText(of name: String) -> String? {
        ShippedLimits.files.first { $0.name == name }?.text
    }
}
