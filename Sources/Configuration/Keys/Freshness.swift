extension Configuration {
    /// What an order's freshness score and its verdict ask for. No source fixes these numbers: the
    /// defaults are decisions of this program.
    package struct Freshness: Equatable, Sendable {
        package var longestRecommendedTime = Duration.seconds(3_600)
        package var tolerableUnknown = Duration.seconds(300)
        package var minimumCoverage = 0.5

        package init() {}
    }
}

extension Configuration.Freshness: Section {
    static let keys: [Key<Self>] = [
        Key(
            "longest_recommended_time", \.longestRecommendedTime,
            .duration(.seconds(60) ... .seconds(14_400)), isReloadable: true,
            "How long food may be on its way before the score's part for time is used up."),
        Key(
            "tolerable_unknown", \.tolerableUnknown, .duration(.zero ... .seconds(14_400)),
            isReloadable: true,
            "For how long, in one stretch, nothing may be known of food that is called well."),
        Key(
            "minimum_coverage", \.minimumCoverage, .number(0...1), isReloadable: true,
            "The share of its time, 0 to 1, that must be known of food that is called well."),
    ]
}
