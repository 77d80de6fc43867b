/// How old food is, counted from when it was prepared. This is not time control: that clock
/// begins when food leaves temperature control.
package struct PreparedAge: Equatable, Sendable {
    /// Where the clock starts.
    package enum ClockStart: String, Sendable {
        case prepared
        /// The time of preparation is not known; the pickup, which is later, stands in for it. The
        /// true age is more.
        case assumed
    }

    package enum Finding: Equatable, Sendable {
        /// Younger than the maximum. With an assumed start that is not sure.
        case kept
        case exceeded
        case notEvaluated(Reason)
    }

    package enum Reason: String, Sendable {
        case noStart = "no_start"
        case endsBeforeItBegins = "ends_before_it_begins"
    }

    /// 4 h, in microseconds: from cooking to consumption it has to be less.
    package static let usualMaximum: Int64 = 14_400_000_000

    /// In microseconds; nil where it is not evaluated.
    package let age: Int64?
    package let clockStart: ClockStart?
    package let finding: Finding

    /// Whether the food is known to be younger than the maximum.
    package var isSurelyKept: Bool { finding == .kept && clockStart == .prepared }

    /// - Parameter end: When it was eaten or delivered, or now.
    package init(
        preparedAt: Timestamp?, pickedUpAt: Timestamp?, end: Timestamp,
        maximum: Int64 = usualMaximum
    ) {
        guard let start = preparedAt ?? pickedUpAt else {
            age = nil
            clockStart = nil
            finding = .notEvaluated(.noStart)
            return
        }
        clockStart = preparedAt == nil ? .assumed : .prepared
        guard start <= end else {
            age = nil
            finding = .notEvaluated(.endsBeforeItBegins)
            return
        }
        let age = end.microseconds(since: start)
        self.age = age
        finding = age < maximum ? .kept : .exceeded
    }
}

extension JurisdictionProfile {
    /// How long food of a class may be from cooking to eating, in microseconds: told of hot and cold
    /// food only.
    package func ageMaximum(of foodClass: FoodClass) -> Int64? {
        guard foodClass == .hot || foodClass == .cold else { return nil }
        return min(microseconds(.eatWithin) ?? .max, PreparedAge.usualMaximum)
    }
}
