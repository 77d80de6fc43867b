package import ColdChain
import Wire
import YAML

/// A HACCP plan as it was read from its file.
package struct HACCPPlanFile: Equatable, Sendable {
    package let plan: HACCPPlan
    /// The name that errors carry.
    package let name: String
    /// Where the control points stand.
    private let controlPoints: Node.Mark

    /// Reads a plan from the text of its file, and refuses one whose parts do not fit.
    package init(parsing text: [UInt8], name: String) throws(ConfigurationProblem) {
        let node: Node?
        do {
            node = try parse(text)
        } catch {
            throw ConfigurationProblem(at: .file(name, error.mark), error.message)
        }
        guard let node else {
            throw ConfigurationProblem(at: .wholeFile(name), "the file is empty")
        }
        let reader = try HACCPPlanReader(node, file: name)
        plan = try reader.plan()
        self.name = name
        controlPoints = node["control_points"]?.mark ?? node.mark
    }

    /// The plan that comes with Freshwire.
    package static func shipped() throws(ConfigurationProblem) -> HACCPPlanFile {
        guard let file = ShippedPlans.files.first else {
            throw ConfigurationProblem(at: .nowhere, "no HACCP plan comes with this program")
        }
        return try HACCPPlanFile(parsing: Array(file.text.utf8), name: file.name)
    }

    /// The text of a file that is part of the program, by its name under `HACCP`.
    package static func shippedText(of name: String) -> String? {
        ShippedPlans.files.first { $0.name == name }?.text
    }

    /// Refuses a plan that leaves a class of food without control for which the limits in force have
    /// a number.
    package func check(under profile: JurisdictionProfile) throws(ConfigurationProblem) {
        let classes = plan.uncontrolledClasses(under: profile.criticalLimits).map(\.name)
        guard !classes.isEmpty else { return }
        throw ConfigurationProblem(
            at: .file(name, controlPoints),
            "no control point is monitored by a sensor for \(classes.joined(separator: " and "))"
                + " food, for which the limits '\(profile.id)' have a number")
    }
}
