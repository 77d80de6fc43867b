import ColdChain

/// In what two outcomes of one shift differ.
package struct ShiftDifference: Sendable, CustomStringConvertible {
    /// How many there are of each kind.
    package private(set) var counts: [String: Int] = [:]
    /// Some of each kind in words.
    package private(set) var examples: [String] = []

    private let isRestarted: Bool
    private static let shown = 3

    package var isNone: Bool { counts.isEmpty }

    package var description: String {
        let kinds = counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return (kinds + examples).joined(separator: "\n")
    }

    /// - Parameter isRestarted: Whether an engine was made anew on the way.
    package init(_ one: ShiftOutcome, _ other: ShiftOutcome, isRestarted: Bool = false) {
        self.isRestarted = isRestarted
        compareReadings(one, other)
        compare("excursion", one.excursions, other.excursions, Tolerated.areSame)
        compare("data gap", one.gaps, other.gaps, ==)
        compare("standing alert", one.alerts, other.alerts, Tolerated.areSame)
        compare("standing loss", one.losses, other.losses, ==)
        compareAnswers(one, other)
    }

    private mutating func note(_ kind: String, _ words: @autoclosure () -> String) {
        counts[kind, default: 0] += 1
        guard counts[kind, default: 0] <= Self.shown else { return }
        examples.append("\(kind): \(words())")
    }

    private mutating func compare<Key: Hashable, Value>(
        _ kind: String, _ one: [Key: Value], _ other: [Key: Value],
        _ areSame: (Value, Value) -> Bool
    ) {
        for (key, value) in one {
            guard let counterpart = other[key] else {
                note("\(kind) missing", "\(key) \(value)")
                continue
            }
            if !areSame(value, counterpart) { note(kind, "\(key)\n  \(value)\n  \(counterpart)") }
        }
        for (key, value) in other where one[key] == nil { note("\(kind) more", "\(key) \(value)") }
    }

    private mutating func compareReadings(_ one: ShiftOutcome, _ other: ShiftOutcome) {
        for (key, said) in one.readings {
            guard let counterpart = other.readings[key] else {
                note("reading missing", "\(key)")
                continue
            }
            let (before, after) = (said.quality, counterpart.quality)
            for test in QualityTest.allCases where before[test] != after[test] {
                if isRestarted, Tolerated.areSameAfterRestart(before[test], after[test], test) {
                    continue
                }
                note(
                    "flag \(test.name)",
                    "\(key) \(said.order ?? "-") \(before[test]) \(after[test])")
            }
            if before.parametersVersion != after.parametersVersion { note("version", "\(key)") }
            if said.order != counterpart.order { note("order", "\(key)") }
            if said.timeSource != counterpart.timeSource || said.notes != counterpart.notes
                || said.sequence != counterpart.sequence || said.bag != counterpart.bag
            {
                note("reading", "\(key)\n  \(said)\n  \(counterpart)")
            }
        }
        for key in other.readings.keys where one.readings[key] == nil {
            note("reading more", "\(key)")
        }
    }

    private mutating func compareAnswers(_ one: ShiftOutcome, _ other: ShiftOutcome) {
        for (order, answer) in one.answers {
            guard let counterpart = other.answers[order] else {
                note("answer missing", order)
                continue
            }
            if answer.freshness != counterpart.freshness {
                note("freshness", "\(order)\n  \(answer.freshness)\n  \(counterpart.freshness)")
            }
            if answer.flags != counterpart.flags { note("order flags", order) }
            if answer.time != counterpart.time || answer.age != counterpart.age
                || answer.danger != counterpart.danger
            {
                note("order time", order)
            }
            compare("channel of \(order)", answer.channels, counterpart.channels, ==)
        }
    }
}
