/// A HACCP plan as data: what can go wrong with the food, where that is controlled, and how it
/// is shown that it was.
///
/// A plan holds no critical limit and no setting: those are of the limits and the configuration in
/// force, and `HACCPPlanInForce` joins them. Its parts name each other by their ids; `init` refuses a
/// plan whose parts do not fit.
package struct HACCPPlan: Equatable, Sendable {
    package let id: String
    /// Counted from 1; raised with each change.
    package let version: Int
    /// The day this version was written, such as `2026-11-21`.
    package let edition: String
    package let title: String
    package let author: String
    /// Nil while nobody has: a plan that nobody approved is nobody's plan yet.
    package let approval: Approval?
    /// What the plan is for, and where it begins and ends.
    package let scope: String
    package let product: Product
    /// In the order in which the food goes through them.
    package let steps: [Step]
    package let hazards: [Hazard]
    package let controlPoints: [ControlPoint]
    /// What staff can say a deviation came from, by the words of `CorrectiveWords.causes`.
    package let causes: [String]
    package let verifications: [Verification]
    package let records: [Record]

    package init(
        id: String, version: Int, edition: String, title: String, author: String,
        approval: Approval?, scope: String, product: Product, steps: [Step], hazards: [Hazard],
        controlPoints: [ControlPoint], causes: [String], verifications: [Verification],
        records: [Record]
    ) throws(HACCPContradiction) {
        self.id = id
        self.version = version
        self.edition = edition
        self.title = title
        self.author = author
        self.approval = approval
        self.scope = scope
        self.product = product
        self.steps = steps
        self.hazards = hazards
        self.controlPoints = controlPoints
        self.causes = causes
        self.verifications = verifications
        self.records = records
        try checkNames()
        try checkReferences()
        try checkWords()
    }

    /// `insulated-bag-delivery@1`.
    package var identity: String { "\(id)@\(version)" }

    /// The classes of food that a sensor watches all the way by this plan.
    package var watchedClasses: Set<FoodClass> {
        Set(controlPoints.filter { $0.monitoring.by == .sensor }.flatMap(\.foodClasses))
    }

    /// The classes for which these limits have a number and the plan has no control point with a
    /// sensor: they would be judged by a limit that no plan controls.
    package func uncontrolledClasses(under limits: CriticalLimits) -> [FoodClass] {
        FoodClass.allCases.filter { limits[$0].isBound && !watchedClasses.contains($0) }
    }
}

extension HACCPPlan {
    /// Who stands behind a plan, and since when.
    package struct Approval: Equatable, Sendable {
        package var name: String
        package var role: String
        /// A day, such as `2026-11-21`.
        package var day: String

        package init(name: String, role: String, day: String) {
            self.name = name
            self.role = role
            self.day = day
        }
    }

    /// What is delivered, in what, and to whom.
    package struct Product: Equatable, Sendable {
        package var description: String
        package var packaging: String
        package var intendedUse: String
        package var consumers: String

        package init(
            description: String, packaging: String, intendedUse: String, consumers: String
        ) {
            self.description = description
            self.packaging = packaging
            self.intendedUse = intendedUse
            self.consumers = consumers
        }
    }

    /// One step of the food's way.
    package struct Step: Equatable, Sendable {
        package var id: String
        package var name: String
        package var description: String

        package init(id: String, name: String, description: String) {
            self.id = id
            self.name = name
            self.description = description
        }
    }

    /// What a statement of the plan rests on.
    package struct Basis: Equatable, Sendable {
        /// The rule it follows; nil where it follows none.
        package var rule: String?
        /// Where that was read, or whose decision it is.
        package var source: String
        /// Whether the text was read; what is only known by hearsay is not verified.
        package var isVerified: Bool

        package init(rule: String?, source: String, isVerified: Bool) {
            self.rule = rule
            self.source = source
            self.isVerified = isVerified
        }
    }
}
