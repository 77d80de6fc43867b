extension HACCPPlan {
    /// A critical control point (principles 2 to 5). Its critical limit is the one in force for its
    /// classes of food, which the plan does not repeat.
    package struct ControlPoint: Equatable, Sendable {
        package var id: String
        package var name: String
        /// The id of the step at which control is applied.
        package var step: String
        package var foodClasses: [FoodClass]
        /// What has to hold besides the temperature, such as a seal that is intact.
        package var furtherLimits: [String]
        package var monitoring: Monitoring
        package var correctiveActions: [PlannedAction]

        package init(
            id: String, name: String, step: String, foodClasses: [FoodClass],
            furtherLimits: [String], monitoring: Monitoring, correctiveActions: [PlannedAction]
        ) {
            self.id = id
            self.name = name
            self.step = step
            self.foodClasses = foodClasses
            self.furtherLimits = furtherLimits
            self.monitoring = monitoring
            self.correctiveActions = correctiveActions
        }
    }

    /// How it is seen that a limit is kept (principle 4).
    package struct Monitoring: Equatable, Sendable {
        package enum Observer: String, CaseIterable, Sendable {
            /// A device that measures by itself; the settings in force say how it is judged.
            case sensor
            case person
        }

        package var by: Observer
        package var what: String
        package var how: String
        package var frequency: String
        package var who: String

        package init(
            by: Observer, what: String, how: String, frequency: String, who: String
        ) {
            self.by = by
            self.what = what
            self.how = how
            self.frequency = frequency
            self.who = who
        }
    }

    /// What is to be done when a limit was not kept (principle 5).
    package struct PlannedAction: Equatable, Sendable {
        /// When it applies.
        package var when: String
        /// What may be done with the food, by the words of `CorrectiveWords.dispositions`.
        package var dispositions: [String]
        package var instruction: String
        package var basis: Basis?

        package init(when: String, dispositions: [String], instruction: String, basis: Basis?) {
            self.when = when
            self.dispositions = dispositions
            self.instruction = instruction
            self.basis = basis
        }
    }
}

/// The words in which a corrective action is recorded: a plan may use these and no others, so that
/// what it asks for can be recorded.
package enum CorrectiveWords {
    /// What is done with the food.
    package static let dispositions = Disposition.allCases.map(\.name)

    /// What a deviation came from.
    package static let causes = CauseCode.allCases.map(\.name)
}
