/// How food is to be held on its way.
package enum FoodClass: UInt8, CaseIterable, Sendable {
    case hot = 1
    case cold = 2
    case frozen = 3
    case ambient = 4

    package var name: String {
        switch self {
        case .hot: "hot"
        case .cold: "cold"
        case .frozen: "frozen"
        case .ambient: "ambient"
        }
    }

    package init?(name: String) {
        guard let match = FoodClass.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }
}

/// The temperatures at which food of one class is safe, both ends included, in °C.
///
/// A snapshot of the limit goes into every record that was judged by it.
package struct CriticalLimit: Hashable, Sendable {
    package var minimum: Double?
    package var maximum: Double?

    package init(minimum: Double? = nil, maximum: Double? = nil) {
        self.minimum = minimum
        self.maximum = maximum
    }

    /// Whether there is a limit at all.
    package var isBound: Bool { minimum != nil || maximum != nil }

    /// Whether `celsius` keeps the limit. A class without a limit is kept by every temperature; one
    /// with a limit is not kept by what is no number.
    package func isKept(by celsius: Double) -> Bool {
        if let minimum, !(celsius >= minimum) { return false }
        if let maximum, !(celsius <= maximum) { return false }
        return true
    }

    /// How far `celsius` lies outside the limit, in kelvin; 0 where it is kept.
    package func deviation(of celsius: Double) -> Double {
        if let minimum, celsius < minimum { return minimum - celsius }
        if let maximum, celsius > maximum { return celsius - maximum }
        return 0
    }
}

/// The critical limit of each food class in force, and the name of the set they come from.
package struct CriticalLimits: Equatable, Sendable {
    /// The set's identity, such as `us-fda-2022`; recorded with each alert.
    package var profile: String
    package var hot: CriticalLimit
    package var cold: CriticalLimit
    package var frozen: CriticalLimit
    package var ambient: CriticalLimit

    /// The FDA Food Code 2022 as printed in °C: 3-501.16 hot 57 °C or above, cold 5 °C or below.
    /// The code says "maintained frozen" without a number, so frozen has none here.
    package static let foodCode2022 = CriticalLimits(
        profile: "us-fda-2022",
        hot: CriticalLimit(minimum: 57),
        cold: CriticalLimit(maximum: 5),
        frozen: CriticalLimit(),
        ambient: CriticalLimit())

    package init(
        profile: String, hot: CriticalLimit, cold: CriticalLimit, frozen: CriticalLimit,
        ambient: CriticalLimit
    ) {
        self.profile = profile
        self.hot = hot
        self.cold = cold
        self.frozen = frozen
        self.ambient = ambient
    }

    package subscript(foodClass: FoodClass) -> CriticalLimit {
        switch foodClass {
        case .hot: hot
        case .cold: cold
        case .frozen: frozen
        case .ambient: ambient
        }
    }
}
