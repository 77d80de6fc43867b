import ColdChain
import Configuration

extension OrderRules {
    /// What orders are judged by when they are asked for: the same as the engine watches them by.
    init(_ configuration: Configuration, limits: JurisdictionProfile) {
        self.init(
            profile: limits, excursions: ExcursionSettings(configuration.excursions),
            // What a file may set lies within what a score can be made of.
            freshness: FreshnessSettings(configuration.freshness) ?? .usual)
    }
}

extension FreshnessSettings {
    init?(_ configuration: Configuration.Freshness) {
        self.init(
            longestRecommendedTime: configuration.longestRecommendedTime.wholeMilliseconds * 1_000,
            tolerableUnknown: configuration.tolerableUnknown.wholeMilliseconds * 1_000,
            minimumCoverage: configuration.minimumCoverage)
    }
}
