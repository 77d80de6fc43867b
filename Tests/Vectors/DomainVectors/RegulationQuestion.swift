import ColdChain
import Configuration
import QualityVectors

/// The number that a rule prints, as the limits that come with the program have it.
struct RegulationQuestion: Question {
    var rule: String
    var quantity: String

    func answer(_ topic: String, expecting expected: Answer) throws -> Answer {
        guard let quantity = limitQuantity else {
            throw InputError(description: "no limit is a '\(quantity)'")
        }
        let profile = try LimitCatalogue().profile(profileID)
        guard let provision = profile[quantity] else {
            throw InputError(
                description: "\(profile.identity) has no \(quantity.rawValue) for '\(rule)'")
        }
        return .number(Self.number(provision.amount, in: self.quantity))
    }

    private static func number(_ amount: Provision.Amount, in quantity: String) -> Double {
        switch amount {
        case .temperature(let value): value
        case .microseconds(let value): Double(value) / (quantity.hasSuffix("_min") ? 6e7 : 3.6e9)
        }
    }

    private var profileID: String {
        get throws {
            let isFahrenheit = quantity.hasSuffix("_f")
            let profiles = [
                ("US", isFahrenheit ? "us-fda-2022-F" : "us-fda-2022"), ("UK", "uk"),
                ("AU", "au-fsanz-3.2.2"), ("KR", "kr-mfds"), ("JP", "jp-mass-catering"),
            ]
            let first = rule.prefix { $0.isLetter }
            guard let profile = profiles.first(where: { $0.0 == first }) else {
                throw InputError(description: "there are no limits of '\(first)'")
            }
            return profile.1
        }
    }

    /// The words that tell a quantity, the more particular ones first.
    private static let words: [([String], LimitQuantity)] = [
        (["tphc", "cold", "ceiling"], .timeControlColdCeiling),
        (["tphc", "ceiling"], .timeControlProduceCeiling),
        (["tphc", "cold"], .timeControlColdMaximum), (["tphc"], .timeControlMaximum),
        (["cool", "ambient"], .coolingFromAmbient), (["cool", "total"], .coolingTotal),
        (["cool", "to", "21"], .coolingFirstStage), (["cool", "to", "70"], .coolingFirstStage),
        (["cold", "tolerance"], .displayColdTolerance),
        (["hot", "tolerance"], .displayHotTolerance), (["eat", "within"], .eatWithin),
        (["rechill"], .cumulativeRechillBefore),
        (["use", "or", "refrigerate"], .cumulativeRechillBefore),
        (["discard"], .cumulativeDiscardFrom), (["frozen"], .frozenHoldMaximum),
        (["hot", "min"], .hotHoldMinimum), (["cold", "max"], .coldHoldMaximum),
    ]

    private var limitQuantity: LimitQuantity? {
        let parts = quantity.split(separator: "_").map(String.init)
        let match = Self.words.first { words, _ in words.allSatisfy { parts.contains($0) } }?.1
        return match == .hotHoldMinimum && rule.contains("roast") ? .roastHoldMinimum : match
    }
}
