import Bridge
import ColdChain
package import Configuration

extension HACCPPlanFile {
    /// The plan that is configured, or the one that comes with Freshwire.
    package init(_ settings: Configuration.HACCP) throws(StartError) {
        do throws(ConfigurationProblem) {
            guard let path = settings.planFile else {
                self = try .shipped()
                return
            }
            let text = try TextFile.read(path, namedBy: "haccp.plan_file")
            try self.init(parsing: text, name: path)
        } catch {
            throw StartError(error.description)
        }
    }

    /// What is risky about a plan of one's own, in words.
    func risks(_ settings: Configuration.HACCP) -> [String] {
        guard settings.planFile != nil, plan.approval == nil else { return [] }
        return ["\(name): nobody has approved the plan: 'approved_by' is missing"]
    }
}

extension HACCPPlanInForce {
    /// The plan with the settings in force. It is refused where it leaves a class of food without
    /// control for which the limits have a number.
    init(_ configuration: Configuration, profile: JurisdictionProfile) throws(StartError) {
        let file = try HACCPPlanFile(configuration.haccp)
        do throws(ConfigurationProblem) {
            try file.check(under: profile)
        } catch {
            throw StartError(error.description)
        }
        self.init(
            plan: file.plan, profile: profile, watching: Watching(configuration),
            retention: Retention(
                temperatureDays: configuration.store.temperatureRetentionDays,
                locationDays: configuration.store.locationRetentionDays,
                messageDays: configuration.retention.rawPayloadDays))
    }
}

extension HACCPPlanInForce.Watching {
    fileprivate init(_ configuration: Configuration) {
        let checks = ReadingChecks(configuration.quality)
        self.init(
            excursions: ExcursionSettings(configuration.excursions),
            backlogPause: configuration.excursions.backlogPause.wholeMilliseconds,
            appliesAllTests: checks.extent == .all,
            tests: Dictionary(uniqueKeysWithValues: zip(FoodClass.allCases, checks.withOrder)),
            pair: checks.pair)
    }
}
