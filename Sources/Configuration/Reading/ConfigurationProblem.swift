import Wire
package import YAML

/// Something about the configuration that the operator has to mend, or should know.
package struct ConfigurationProblem: Error, Equatable, Sendable {
    package enum Place: Equatable, Sendable {
        case file(String, Node.Mark)
        /// The file as a whole, such as one that cannot be read.
        case wholeFile(String)
        case variable(String)
        /// No single place: what is missing, or follows from the defaults.
        case nowhere
    }

    package var place: Place
    /// One sentence, beginning with the key where there is one.
    package var message: String
    /// What was probably meant.
    package var suggestion: String?

    package init(at place: Place, _ message: String, suggestion: String? = nil) {
        self.place = place
        self.message = message
        self.suggestion = suggestion
    }
}

extension ConfigurationProblem: CustomStringConvertible {
    /// `freshwire.yaml:4:3: mqtt has no key 'brokrs' (did you mean 'brokers'?)`.
    package var description: String {
        let hint = didYouMeanAside(suggestion)
        return switch place {
        case .file(let name, let mark): "\(name):\(mark.line):\(mark.column): \(message)\(hint)"
        case .wholeFile(let name): "\(name): \(message)\(hint)"
        case .variable(let name): "\(name): \(message)\(hint)"
        case .nowhere: "\(message)\(hint)"
        }
    }
}

extension ConfigurationProblem.Place {
    /// Where the place comes when problems are listed: a file from top to bottom, then variables.
    fileprivate var order: (Int, Int, Int, String) {
        switch self {
        case .wholeFile: (0, 0, 0, "")
        case .file(_, let mark): (1, mark.line, mark.column, "")
        case .variable(let name): (2, 0, 0, name)
        case .nowhere: (3, 0, 0, "")
        }
    }
}

extension [ConfigurationProblem] {
    /// The same problems in the order in which a person goes through them.
    func sortedByPlace() -> [ConfigurationProblem] {
        enumerated().sorted { first, second in
            first.element.place.order == second.element.place.order
                ? first.offset < second.offset
                : first.element.place.order < second.element.place.order
        }.map(\.element)
    }
}
