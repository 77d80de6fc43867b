import ColdChain
import Testing

/// Orders and readings in minutes after a fixed instant.
enum Case {
    static let start: Int64 = 1_800_000_000_000

    static func at(_ minutes: Double) -> Timestamp {
        Timestamp(milliseconds: start + Int64(minutes * 60_000))
    }

    static func rules(
        cumulative: Bool = false, eatWithinMinutes: Int64? = nil
    ) throws -> OrderRules {
        func provision(_ quantity: LimitQuantity, _ amount: Provision.Amount) -> Provision {
            Provision(quantity: quantity, amount: amount, rule: "r", source: "s", isVerified: true)
        }
        var provisions = [
            provision(.hotHoldMinimum, .temperature(57)),
            provision(.coldHoldMaximum, .temperature(5)),
        ]
        if cumulative {
            provisions += [
                provision(.cumulativeRechillBefore, .microseconds(7_200_000_000)),
                provision(.cumulativeDiscardFrom, .microseconds(14_400_000_000)),
            ]
        }
        if let eatWithinMinutes {
            provisions.append(provision(.eatWithin, .microseconds(eatWithinMinutes * 60_000_000)))
        }
        return OrderRules(
            profile: try JurisdictionProfile(
                id: "house", version: 1, title: "t", edition: "e", unit: .celsius,
                provisions: provisions),
            excursions: ExcursionSettings())
    }

    static func order(
        _ foodClass: FoodClass = .cold, pickedUp: Double? = 0, delivered: Double? = 60,
        status: OrderStatus? = nil
    ) -> Order {
        Order(
            number: OrderNumber(1), id: "o", foodClass: foodClass,
            status: status ?? (delivered == nil ? .inTransit : .delivered), createdAt: at(-30),
            pickedUpAt: pickedUp.map(at), deliveredAt: delivered.map(at),
            updatedAt: at(delivered ?? 0))
    }

    static func custody(
        _ from: Double, _ until: Double?, bag: String = "a"
    ) -> Custody {
        Custody(bag: bag, order: OrderNumber(1), from: at(from), until: until.map(at))
    }

    static func reading(
        _ minute: Double, _ celsius: Double?, _ flag: QualityFlag = .good
    ) -> LoggedTemperature {
        var quality = QualityFlags()
        quality[.grossRange] = flag
        if celsius == nil { quality[.sentinel] = .missing }
        return LoggedTemperature(
            celsius: celsius, measuredAt: at(minute), receivedAt: at(minute), quality: quality)
    }

    /// One reading a minute, both ends included.
    static func channel(
        _ minutes: ClosedRange<Int>, device: String = "d", probe: UInt8 = 0,
        _ celsius: (Int) -> Double = { _ in 4 }
    ) -> SensorChannel {
        var channel = SensorChannel(device: device, probe: probe, profile: "p@1")
        channel.readings = minutes.map { reading(Double($0), celsius($0)) }
        return channel
    }

    static func stretch(
        _ from: Double, _ until: Double?, bag: String = "a", _ channels: [SensorChannel]
    ) -> CustodyStretch {
        CustodyStretch(custody: custody(from, until, bag: bag), channels: channels)
    }
}
