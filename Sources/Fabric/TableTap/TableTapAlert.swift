import Wire

/// What an `alert` says of food, from the record (T-7).
///
/// Readings are of the air in the bag. A silence is not a breach and not its absence: it has its own
/// categories and words.
struct AlertFacts {
    let category: String
    let severity: String
    let message: String
    let suggestedActions: [String]
    /// The bound that was broken, where it is known which.
    let threshold: JSON?
    let currentValue: JSON
    let unit: JSON?
    private let data: JSON

    /// - Parameter type: The record's.
    init(type: String, _ data: JSON) {
        self.data = data
        unit = data["unit"]
        currentValue = data["temperature"] ?? .null
        threshold = Self.threshold(data)
        let words = AlertWords(type: type, data)
        category = words.category
        severity = data["severity"]?.string ?? words.severity
        message = words.message
        suggestedActions = words.actions
    }

    /// What the record says besides.
    fileprivate var details: [JSON.Member] {
        (data.members ?? []).filter { !Self.told.contains($0.name) }
    }

    private static let told: Set<String> = ["severity", "temperature", "unit"]

    private static func threshold(_ data: JSON) -> JSON? {
        let minimum = data["limit"]?["minimum"]
        let maximum = data["limit"]?["maximum"]
        guard let low = minimum?.double else { return maximum?.double == nil ? nil : maximum }
        guard let high = maximum?.double else { return minimum }
        guard let worst = data["peak"]?.double ?? data["temperature"]?.double else { return nil }
        if worst > high { return maximum }
        return worst < low ? minimum : nil
    }
}

extension JSONWriter {
    mutating func members(of facts: AlertFacts) {
        member("severity", facts.severity)
        member("category", facts.category)
        member("message", facts.message)
        name("currentValue")
        value(facts.currentValue)
        if let threshold = facts.threshold {
            name("threshold")
            value(threshold)
        }
        if let unit = facts.unit {
            name("unit")
            value(unit)
        }
        name("suggestedActions")
        array { list in for action in facts.suggestedActions { list.value(action) } }
        for detail in facts.details {
            name(detail.name)
            value(detail.value)
        }
    }
}

/// The words of an alert, for the people in a cafe.
private struct AlertWords {
    var category: String
    var severity: String
    var message: String
    var actions: [String]

    init(type: String, _ data: JSON) {
        let subject =
            "Bag \(data["bagId"]?.string ?? "unknown"), order \(data["orderId"]?.string ?? "unknown")"
        switch type {
        case "temperature_alert": self = .excursion(data, subject)
        case "data_loss": self = .dataLoss(data, subject)
        case "sensor_returned": self = .returned(data, subject)
        default: self = .silent(data, subject)
        }
    }

    private init(
        _ category: String, _ severity: String, _ message: String, _ actions: [String]
    ) {
        self.category = category
        self.severity = severity
        self.message = message
        self.actions = actions
    }

    private static let measureFood = "Measure the food's core temperature"
    private static let hold = "Hold the order until food safety has decided"

    private static func excursion(_ data: JSON, _ subject: String) -> AlertWords {
        let limit = "the critical limit (\(limitText(data["limit"])))"
        let message: String
        var actions = [measureFood, hold]
        switch data["state"]?.string {
        case "closed": message = closed(data, limit)
        case "revised":
            message = "late or corrected readings change what was told of the air beyond \(limit)."
            actions = ["Review what was decided on the earlier alert", measureFood]
        case "corrected":
            message = "what was told of the air beyond \(limit) does not hold: it did not happen."
            actions = ["Review what was decided on the earlier alert"]
        default:
            let last =
                data["temperature"]?.double.map { "Last measured: \(number($0)) °C." }
                ?? "The present temperature is not known."
            message = "the air in the bag went beyond \(limit). \(last)"
            actions.append("Check that the bag is closed and its heat or cold source works")
        }
        return AlertWords("temperature", "critical", "\(subject): \(message)", actions)
    }

    private static func closed(_ data: JSON, _ limit: String) -> String {
        switch data["closeReason"]?.string {
        case "cleared", "returned":
            "the air in the bag keeps \(limit) again. That does not make the food safe."
        case "order_ended": "the order ended while the air in the bag was beyond \(limit)."
        case "sensor_unavailable":
            "the sensor is lost: how it went on with the air beyond \(limit) is not known."
        case "limit_changed":
            "another limit applies than \(limit): how it goes on is judged by that one."
        default: "the alarm about the air beyond \(limit) is closed."
        }
    }

    private static func dataLoss(_ data: JSON, _ subject: String) -> AlertWords {
        let from = data["from"]?.string ?? "an unknown time"
        let until = data["until"]?.string ?? "an unknown time"
        switch data["state"]?.string {
        case "returned":
            return AlertWords(
                "data_loss", "warning",
                "\(subject): heard again. The temperature from \(from) to \(until) is not known.",
                [measureFood])
        case "recovered":
            return AlertWords(
                "data_loss", "info",
                "\(subject): late readings tell the temperature from \(from) to \(until).",
                ["Review what was decided on the earlier alert"])
        default:
            return AlertWords(
                "data_loss", "critical",
                "\(subject): no readings since \(from), when the air in the bag was beyond its "
                    + "critical limit. The temperature since then is not known.",
                [measureFood, hold, "Check the sensor and its battery"])
        }
    }

    private static func silent(_ data: JSON, _ subject: String) -> AlertWords {
        let since = data["silentSince"]?.string ?? "an unknown time"
        return AlertWords(
            "sensor_silent", "warning",
            "\(subject): the sensor is silent since \(since). The temperature is not known; "
                + "nothing says that the limit was broken or kept.",
            ["Check the sensor and its battery", measureFood])
    }

    private static func returned(_ data: JSON, _ subject: String) -> AlertWords {
        let at = data["returnedAt"]?.string ?? "an unknown time"
        return AlertWords(
            "sensor_returned", "info",
            "\(subject): the sensor is heard again since \(at). What was not measured while it was "
                + "silent stays unknown.",
            ["Look at the readings since then"])
    }

    private static func limitText(_ limit: JSON?) -> String {
        switch (limit?["minimum"]?.double, limit?["maximum"]?.double) {
        case (let low?, let high?): "\(number(low)) to \(number(high)) °C"
        case (let low?, nil): "at least \(number(low)) °C"
        case (nil, let high?): "at most \(number(high)) °C"
        case (nil, nil): "unknown"
        }
    }

    private static func number(_ value: Double) -> String {
        var bytes: [UInt8] = []
        bytes.append(shortest: value)
        return String(decoding: bytes, as: UTF8.self)
    }
}
