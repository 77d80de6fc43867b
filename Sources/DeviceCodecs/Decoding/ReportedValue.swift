package import ColdChain
package import JSONText

/// What a document has in the place of a number.
package enum ReportedValue: Equatable, Sendable {
    case absent
    case value(Double)
    case marker(Marker)

    /// The value changed by a unit's rule; markers stay what they are.
    package func converted(from unit: FieldUnit) -> ReportedValue {
        guard case .value(let value) = self else { return self }
        return .value(unit.canonical(value))
    }
}

extension JSONDocument {
    /// A number, or why there is none: `null` is the usual word for "not available", and a text,
    /// a truth or a container stands where a number belongs.
    package func reported(_ node: Node?) -> ReportedValue {
        guard let node else { return .absent }
        switch self[node] {
        case .missing: return .absent
        case .null: return .marker(.notAvailable)
        case .integer(let whole): return .value(Double(whole))
        case .number(let value): return .value(value)
        case .outOfRange: return .marker(.overRange)
        case .bool, .text, .container, .notANumber: return .marker(.notANumber)
        }
    }
}

extension SampleBatch {
    /// Adds what a document reports, unless it is absent.
    package mutating func add(_ quantity: Quantity, probe: Int = 0, _ reported: ReportedValue) {
        switch reported {
        case .absent: break
        case .value(let value): add(quantity, probe: probe, value)
        case .marker(let marker): add(quantity, probe: probe, marker)
        }
    }

    /// Whether the sample whose measurements begin at `start` has this one already.
    package func has(_ quantity: Quantity, probe: Int, from start: Int) -> Bool {
        measurements[start...].contains { $0.quantity == quantity && Int($0.probe) == probe }
    }
}
