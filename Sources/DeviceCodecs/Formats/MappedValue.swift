import ColdChain
import JSONText

/// What a mapped field came to, in the unit of the log.
enum MappedValue {
    case absent
    case value(Double)
    case marker(Marker)
    case refused(DecodingReason)

    init(
        _ document: borrowing JSONDocument, _ node: JSONDocument.Node,
        _ mapping: borrowing FieldMapping
    ) {
        switch document[node] {
        case .missing, .null: self = .absent
        case .bool(let truth):
            self = mapping.unit == .truth ? .value(truth ? 1 : 0) : .refused(.wrongType)
        case .integer(let whole): self = .init(Double(whole), in: mapping.unit, mapping)
        case .number(let value): self = .init(value, in: mapping.unit, mapping)
        case .text: self = .init(text: document.text(node), mapping)
        case .notANumber, .outOfRange: self = .marker(.notANumber)
        case .container: self = .refused(.wrongType)
        }
    }

    private init(text: Span<UInt8>, _ mapping: borrowing FieldMapping) {
        for index in mapping.invalid.indices {
            let word = mapping.invalid[index].word
            if !word.isEmpty, text.isWord(word.span) {
                self = .marker(mapping.invalid[index].marker)
                return
            }
        }
        switch NumberText.read(text) {
        case .absent: self = .absent
        case .number(let value, nil): self = .init(value, in: mapping.unit, mapping)
        case .number(let value, let unit?):
            // Volts are no charge in per cent, whatever the map says.
            guard unit.isConvertible(to: mapping.unit) else {
                self = .refused(.wrongType)
                return
            }
            self = .init(value, in: unit, mapping)
        case .notFinite: self = .marker(.notANumber)
        case .word:
            if mapping.unit == .truth, let truth = Self.truth(text) {
                self = .value(truth ? 1 : 0)
            } else {
                self = .marker(.notANumber)
            }
        }
    }

    private init(_ sent: Double, in unit: FieldUnit, _ mapping: borrowing FieldMapping) {
        for index in mapping.invalid.indices {
            if case .number(let invalid) = mapping.invalid[index].match, invalid == sent {
                self = .marker(mapping.invalid[index].marker)
                return
            }
        }
        if case .measurement(.temperature, _) = mapping.target, let marker = Self.extreme(sent) {
            self = .marker(marker)
            return
        }
        let value = unit.canonical(sent)
        self = value.isFinite ? .value(value) : .marker(.notANumber)
    }

    /// What a codec prints of the extremes of 16 bits in tenths and hundredths, and of a DS18B20 that
    /// does not answer. No probe measures any of these numbers.
    private static func extreme(_ sent: Double) -> Marker? {
        switch sent {
        case 327.67, 3276.7: .probeAbsent
        case -327.68, -3276.8, 655.35, 6553.5: .notAvailable
        case -127: .sensorError
        default: nil
        }
    }

    private static func truth(_ text: Span<UInt8>) -> Bool? {
        for word in truths where text.isWord(word) { return true }
        for word in falsehoods where text.isWord(word) { return false }
        return nil
    }

    private static let truths: [StaticString] = [
        "true", "on", "yes", "open", "opened", "move", "moving", "motion", "active",
    ]
    private static let falsehoods: [StaticString] = [
        "false", "off", "no", "close", "closed", "still", "stop", "static", "inactive",
    ]
}

extension FieldUnit {
    /// Whether both measure the same thing.
    func isConvertible(to other: FieldUnit) -> Bool { dimension == other.dimension }

    private enum Dimension {
        case temperature, share, speed, angle, length, voltage, pressure, concentration, density
        case truth
    }

    private var dimension: Dimension {
        switch self {
        case .celsius, .fahrenheit, .kelvin: .temperature
        case .percent: .share
        case .metresPerSecond, .kilometresPerHour, .milesPerHour, .knots: .speed
        case .degrees: .angle
        case .metres, .kilometres: .length
        case .volts, .millivolts: .voltage
        case .pascals, .hectopascals: .pressure
        case .partsPerMillion: .concentration
        case .microgramsPerCubicMetre: .density
        case .truth: .truth
        }
    }
}
