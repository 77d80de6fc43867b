import Wire
package import YAML

/// Why a profile was refused, and where in its file the cause stands.
package struct ProfileError: Error, Equatable, Sendable {
    package enum Problem: Equatable, Sendable {
        /// The text is no YAML of the accepted kind.
        case text(String)
        /// `nearest` is the valid key that looks most like it, where one does.
        case unknownKey(String, nearest: String?)
        case missingKey(String)
        /// The value is none that the key takes; in words.
        case value(String)
        /// The example was decoded to something else than it says; in words.
        case example(title: String, String)
        /// Two profiles that cannot be used together; in words.
        case conflict(String)
    }

    package var file: String
    package var mark: Node.Mark
    package var problem: Problem

    package init(file: String, mark: Node.Mark, _ problem: Problem) {
        self.file = file
        self.mark = mark
        self.problem = problem
    }

    /// The problem in one sentence, without the place.
    package var message: String {
        switch problem {
        case .text(let words), .value(let words), .conflict(let words): words
        case .unknownKey(let key, let nearest): "unknown key '\(key)'\(didYouMeanAside(nearest))"
        case .missingKey(let key): "the key '\(key)' is missing"
        case .example(let title, let words): "example '\(title)': \(words)"
        }
    }
}

extension ProfileError: CustomStringConvertible {
    package var description: String { "\(file):\(mark.line):\(mark.column): \(message)" }
}
