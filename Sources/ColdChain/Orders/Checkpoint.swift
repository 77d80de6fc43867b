/// What somebody found when food changed hands.
package struct Checkpoint: Equatable, Sendable {
    package enum Kind: UInt8, CaseIterable, Sendable {
        case pickup = 1
        case handOver = 2
        case delivery = 3

        package var name: String {
            switch self {
            case .pickup: "pickup"
            case .handOver: "hand_over"
            case .delivery: "delivery"
            }
        }
    }

    /// Where a temperature was measured by hand.
    package enum Site: UInt8, CaseIterable, Sendable {
        case core = 1
        case surface = 2
        case air = 3

        package var name: String {
            switch self {
            case .core: "core"
            case .surface: "surface"
            case .air: "air"
            }
        }
    }

    package enum Seal: UInt8, CaseIterable, Sendable {
        case intact = 1
        case broken = 2

        package var name: String {
            switch self {
            case .intact: "intact"
            case .broken: "broken"
            }
        }
    }

    package struct Temperature: Equatable, Sendable {
        package var site: Site
        package var celsius: Double

        package init(site: Site, celsius: Double) {
            self.site = site
            self.celsius = celsius
        }

        /// What a thermometer for food can show, in °C.
        package static let plausible = -90.0...150
    }

    /// What is found; nil where nobody looked.
    package struct Finding: Equatable, Sendable {
        package var kind: Kind
        /// Who found it, as they call themselves.
        package var person: String?
        /// Nil means that the bag's own last reading stands for it.
        package var temperature: Temperature?
        package var bag: String?
        package var seal: Seal?
        /// A reference to a picture that is kept elsewhere.
        package var photo: String?
        /// How long the food had been in danger before, in minutes.
        package var priorDangerMinutes: Double?

        package init(kind: Kind) { self.kind = kind }
    }

    /// Counted from 1 over the life of the log.
    package var number: UInt64
    package var order: OrderNumber
    package var at: Timestamp
    package var recordedAt: Timestamp
    /// Whose token it came with.
    package var recordedBy: String
    package var finding: Finding

    package init(
        number: UInt64, order: OrderNumber, at: Timestamp, recordedAt: Timestamp,
        recordedBy: String, finding: Finding
    ) {
        self.number = number
        self.order = order
        self.at = at
        self.recordedAt = recordedAt
        self.recordedBy = recordedBy
        self.finding = finding
    }

    /// Nil unless the food's core was measured.
    package var core: CoreTemperature? {
        guard let temperature = finding.temperature, temperature.site == .core else { return nil }
        return CoreTemperature(
            at: at, celsius: temperature.celsius, isAtDelivery: finding.kind == .delivery)
    }
}

extension [Checkpoint] {
    /// What was handed over of time in danger with the newest word on it, at a pick-up first.
    package var opening: OpeningBalance {
        let told = filter { $0.finding.priorDangerMinutes != nil }
        let word =
            told.last { $0.finding.kind == .pickup } ?? told.last
        return OpeningBalance(priorDangerMinutes: word?.finding.priorDangerMinutes)
    }
}
