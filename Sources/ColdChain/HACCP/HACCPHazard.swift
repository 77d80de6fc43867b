extension HACCPPlan {
    /// What can make the food harm somebody (principle 1).
    package struct Hazard: Equatable, Sendable {
        package enum Kind: String, CaseIterable, Sendable {
            case biological, chemical, physical
        }

        package enum Level: String, CaseIterable, Sendable {
            case low, medium, high
        }

        package var id: String
        package var kind: Kind
        package var description: String
        /// The id of the step at which it arises or grows.
        package var step: String
        package var severity: Level
        package var likelihood: Level
        /// What is done against it.
        package var control: String
        /// The ids of the control points that keep it down; empty where a prerequisite does.
        package var controlPoints: [String]
        /// What keeps it down outside this plan, such as cleaning; nil where nothing does.
        package var prerequisite: String?
        package var basis: Basis

        package init(
            id: String, kind: Kind, description: String, step: String, severity: Level,
            likelihood: Level, control: String, controlPoints: [String], prerequisite: String?,
            basis: Basis
        ) {
            self.id = id
            self.kind = kind
            self.description = description
            self.step = step
            self.severity = severity
            self.likelihood = likelihood
            self.control = control
            self.controlPoints = controlPoints
            self.prerequisite = prerequisite
            self.basis = basis
        }
    }
}
