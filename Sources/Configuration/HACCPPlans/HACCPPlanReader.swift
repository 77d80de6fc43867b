import ColdChain
import Wire
import YAML

/// Reads the keys of a HACCP plan.
struct HACCPPlanReader {
    private let root: ClosedMapping
    private let steps: [ClosedMapping]
    private let hazards: [ClosedMapping]
    private let controlPoints: [ClosedMapping]
    private let verifications: [ClosedMapping]
    private let records: [ClosedMapping]

    init(_ node: Node, file: String) throws(ConfigurationProblem) {
        root = try ClosedMapping(
            node, of: file,
            keys: [
                "id", "version", "edition", "title", "author", "approved_by", "scope", "product",
                "steps", "hazards", "control_points", "causes", "verification", "records",
            ])
        steps = try root.elements("steps", keys: ["id", "name", "description"])
        hazards = try root.elements(
            "hazards",
            keys: [
                "id", "kind", "description", "step", "severity", "likelihood", "control",
                "control_points", "prerequisite", "basis",
            ])
        controlPoints = try root.elements(
            "control_points",
            keys: [
                "id", "name", "step", "food_classes", "further_limits", "monitoring",
                "corrective_actions",
            ])
        verifications = try root.elements(
            "verification",
            keys: ["id", "kind", "task", "who", "every_days", "within_working_days", "basis"])
        records = try root.elements(
            "records", keys: ["id", "what", "table", "endpoint", "export", "retention"])
    }

    func plan() throws(ConfigurationProblem) -> HACCPPlan {
        let id = try root.label("id", example: "insulated-bag-delivery")
        let version = try root.wholeNumber("version", in: 1...1_000_000)
        let edition = try root.day("edition")
        let approval = try approval()
        let product = try product()
        let steps = try list(steps, step)
        let hazards = try list(hazards, hazard)
        let points = try list(controlPoints, controlPoint)
        let verifications = try list(verifications, verification)
        let records = try list(records, record)
        let (title, author) = (try root.line("title"), try root.line("author"))
        let scope = try root.line("scope")
        let causes = try root.lines("causes")
        do throws(HACCPContradiction) {
            return try HACCPPlan(
                id: id, version: version, edition: edition, title: title, author: author,
                approval: approval, scope: scope, product: product, steps: steps,
                hazards: hazards, controlPoints: points, causes: causes,
                verifications: verifications, records: records)
        } catch {
            throw ConfigurationProblem(
                at: .file(root.file, mark(of: error.place)), error.message,
                suggestion: nearestName(to: error.name, among: error.choices))
        }
    }

    private func mark(of place: HACCPContradiction.Place) -> Node.Mark {
        switch place {
        case .plan(let key): return root[key]?.mark ?? root.mark
        case .element(let list, let index, let key):
            let mappings =
                switch list {
                case .steps: steps
                case .hazards: hazards
                case .controlPoints: controlPoints
                case .verification: verifications
                case .records: records
                }
            guard mappings.indices.contains(index) else { return root.mark }
            return key.flatMap { mappings[index][$0]?.mark } ?? mappings[index].mark
        }
    }

    private func list<Element>(
        _ mappings: [ClosedMapping],
        _ read: (ClosedMapping) throws(ConfigurationProblem) -> Element
    ) throws(ConfigurationProblem) -> [Element] {
        var elements: [Element] = []
        for mapping in mappings { elements.append(try read(mapping)) }
        return elements
    }
}

// MARK: - Parts

extension HACCPPlanReader {
    private func approval() throws(ConfigurationProblem) -> HACCPPlan.Approval? {
        guard let mapping = try root.optionalMapping("approved_by", keys: ["name", "role", "on"])
        else { return nil }
        return HACCPPlan.Approval(
            name: try mapping.line("name"), role: try mapping.line("role"),
            day: try mapping.day("on"))
    }

    private func product() throws(ConfigurationProblem) -> HACCPPlan.Product {
        let mapping = try root.mapping(
            "product", keys: ["description", "packaging", "intended_use", "consumers"])
        return HACCPPlan.Product(
            description: try mapping.line("description"),
            packaging: try mapping.line("packaging"),
            intendedUse: try mapping.line("intended_use"),
            consumers: try mapping.line("consumers"))
    }

    private func step(_ mapping: ClosedMapping) throws(ConfigurationProblem) -> HACCPPlan.Step {
        HACCPPlan.Step(
            id: try mapping.label("id", example: "hot-holding"), name: try mapping.line("name"),
            description: try mapping.line("description"))
    }

    private func basis(_ mapping: ClosedMapping) throws(ConfigurationProblem) -> HACCPPlan.Basis? {
        guard
            let basis = try mapping.optionalMapping("basis", keys: ["rule", "source", "verified"])
        else { return nil }
        return HACCPPlan.Basis(
            rule: try basis.optionalLine("rule"), source: try basis.line("source"),
            isVerified: try basis.value("verified") { node throws(ScalarError) in
                try node.bool()
            })
    }

    private func requiredBasis(
        _ mapping: ClosedMapping
    ) throws(ConfigurationProblem) -> HACCPPlan.Basis {
        _ = try mapping.required("basis")
        guard let basis = try basis(mapping) else {
            throw mapping.problem("basis", "the key 'basis' is missing")
        }
        return basis
    }

    private func hazard(
        _ mapping: ClosedMapping
    ) throws(ConfigurationProblem) -> HACCPPlan.Hazard {
        HACCPPlan.Hazard(
            id: try mapping.label("id", example: "hot-holding"), kind: try mapping.word("kind"),
            description: try mapping.line("description"), step: try mapping.line("step"),
            severity: try mapping.word("severity"), likelihood: try mapping.word("likelihood"),
            control: try mapping.line("control"),
            controlPoints: try mapping.optionalLines("control_points"),
            prerequisite: try mapping.optionalLine("prerequisite"),
            basis: try requiredBasis(mapping))
    }

    private func controlPoint(
        _ mapping: ClosedMapping
    ) throws(ConfigurationProblem) -> HACCPPlan.ControlPoint {
        let actions = try mapping.elements(
            "corrective_actions", keys: ["when", "dispositions", "instruction", "basis"])
        return HACCPPlan.ControlPoint(
            id: try mapping.label("id", example: "hot-holding"), name: try mapping.line("name"),
            step: try mapping.line("step"), foodClasses: try foodClasses(mapping),
            furtherLimits: try mapping.optionalLines("further_limits"),
            monitoring: try monitoring(mapping), correctiveActions: try list(actions, action))
    }

    private func foodClasses(_ mapping: ClosedMapping) throws(ConfigurationProblem) -> [FoodClass] {
        var classes: [FoodClass] = []
        for name in try mapping.lines("food_classes") {
            guard let foodClass = FoodClass(name: name) else {
                let names = FoodClass.allCases.map(\.name)
                throw mapping.problem(
                    "food_classes", "there is no class of food called '\(name)'",
                    suggestion: nearestName(to: name, among: names))
            }
            classes.append(foodClass)
        }
        return classes
    }

    private func monitoring(
        _ mapping: ClosedMapping
    ) throws(ConfigurationProblem) -> HACCPPlan.Monitoring {
        let monitoring = try mapping.mapping(
            "monitoring", keys: ["by", "what", "how", "frequency", "who"])
        return HACCPPlan.Monitoring(
            by: try monitoring.word("by"), what: try monitoring.line("what"),
            how: try monitoring.line("how"), frequency: try monitoring.line("frequency"),
            who: try monitoring.line("who"))
    }

    private func action(
        _ mapping: ClosedMapping
    ) throws(ConfigurationProblem) -> HACCPPlan.PlannedAction {
        HACCPPlan.PlannedAction(
            when: try mapping.line("when"), dispositions: try mapping.lines("dispositions"),
            instruction: try mapping.line("instruction"), basis: try basis(mapping))
    }

    private func verification(
        _ mapping: ClosedMapping
    ) throws(ConfigurationProblem) -> HACCPPlan.Verification {
        let due: HACCPPlan.Verification.Due
        switch (mapping["every_days"], mapping["within_working_days"]) {
        case (_?, nil):
            due = .everyDays(
                try mapping.wholeNumber("every_days", in: HACCPPlan.Verification.days))
        case (nil, _?):
            due = .withinWorkingDays(
                try mapping.wholeNumber("within_working_days", in: HACCPPlan.Verification.days))
        default:
            throw ConfigurationProblem(
                at: .file(mapping.file, mapping.mark),
                "what is verified is due by 'every_days' or by 'within_working_days', by one of the two"
            )
        }
        return HACCPPlan.Verification(
            id: try mapping.label("id", example: "hot-holding"), kind: try mapping.word("kind"),
            task: try mapping.line("task"), who: try mapping.line("who"), due: due,
            basis: try requiredBasis(mapping))
    }

    private func record(_ mapping: ClosedMapping) throws(ConfigurationProblem) -> HACCPPlan.Record {
        HACCPPlan.Record(
            id: try mapping.label("id", example: "hot-holding"), what: try mapping.line("what"),
            table: try mapping.line("table"), endpoint: try mapping.optionalLine("endpoint"),
            export: try mapping.optionalLine("export"), retention: try mapping.word("retention"))
    }
}
