/// What a vector expects, or what the product found: numbers, flags and truths, by name where there
/// are several.
package indirect enum Answer: Decodable, Equatable, Sendable {
    case none
    case truth(Bool)
    case number(Double)
    case text(String)
    case list([Answer])
    case members([String: Answer])

    package init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        if single.decodeNil() {
            self = .none
        } else if let truth = try? single.decode(Bool.self) {
            self = .truth(truth)
        } else if let number = try? single.decode(Double.self) {
            self = .number(number)
        } else if let text = try? single.decode(String.self) {
            self = .text(text)
        } else if let list = try? single.decode([Answer].self) {
            self = .list(list)
        } else {
            self = .members(try single.decode([String: Answer].self))
        }
    }

    package init(_ number: Double?) { self = number.map { .number($0) } ?? .none }

    package init(flags: [UInt8]) { self = .list(flags.map { .number(Double($0)) }) }

    package init(truths: [Bool]) { self = .list(truths.map { .truth($0) }) }

    package init(_ numbers: [Double?]) { self = .list(numbers.map { Answer($0) }) }

    /// The names of what is expected, in their order.
    package var names: [String] {
        if case .members(let members) = self { return members.keys.sorted() }
        return []
    }
}

/// How near a number has to be, as a vector says it: one bound for all, or one by name.
package struct Tolerance: Sendable {
    private var bounds: [String: Double]

    package init(_ answer: Answer?) {
        switch answer {
        case .number(let bound): bounds = ["abs": bound]
        case .members(let members):
            bounds = members.compactMapValues { value in
                if case .number(let bound) = value { return bound }
                return nil
            }
        default: bounds = [:]
        }
    }

    /// A bound for `k` is one for `k_lmfit` too. Where there is none, all the printed digits hold.
    func allows(_ found: Double, for expected: Double, named name: String) -> Bool {
        if found == expected { return true }
        let distance = (found - expected).magnitude
        let parts = bounds.keys.filter { name.hasPrefix($0) }
        if let longest = parts.max(by: { $0.count < $1.count }), let bound = bounds[longest] {
            return distance <= bound
        }
        if let relative = bounds["rel"] { return distance <= relative * expected.magnitude }
        return distance <= bounds["abs"] ?? Self.lastDigit(of: expected)
    }

    /// Half a unit of the last digit that is printed.
    private static func lastDigit(of number: Double) -> Double {
        let text = "\(number)"
        guard !text.contains("e"), number.rounded() != number else {
            return 1e-9 * max(1, number.magnitude)
        }
        var unit = 0.5
        for _ in text.drop(while: { $0 != "." }).dropFirst() { unit /= 10 }
        return unit * (1 + 1e-6)
    }
}

extension Answer {
    /// How what was found differs from this expectation; nil where it does not.
    func difference(from found: Answer, _ tolerance: Tolerance, named name: String = "") -> String?
    {
        switch (self, found) {
        case (.none, .none), (.text, .none): return nil  // A text says why there is no number.
        case (.truth(let expected), .truth(let found)) where expected == found: return nil
        case (.number(let expected), .number(let found))
        where tolerance.allows(found, for: expected, named: name):
            return nil
        case (.number, .list(let found)) where found.count == 1:
            return difference(from: found[0], tolerance, named: name)
        case (.list(let expected), .list(let found)) where expected.count == found.count:
            for (index, pair) in zip(expected, found).enumerated() {
                if let words = pair.0.difference(from: pair.1, tolerance, named: name) {
                    return "at \(index): \(words)"
                }
            }
            return nil
        case (.members(let expected), .members(let found)):
            for (name, value) in expected.sorted(by: { $0.key < $1.key }) {
                guard let found = found[name] else { return "nothing here computes \(name)" }
                if let words = value.difference(from: found, tolerance, named: name) {
                    return "\(name): \(words)"
                }
            }
            return nil
        default: return "\(found.shown) is not \(shown)"
        }
    }

    private var shown: String {
        switch self {
        case .none: "none"
        case .truth(let truth): "\(truth)"
        case .number(let number): "\(number)"
        case .text(let text): text
        case .list(let list): "[" + list.map(\.shown).joined(separator: ", ") + "]"
        case .members(let members):
            members.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.shown)" }
                .joined(separator: ", ")
        }
    }
}
