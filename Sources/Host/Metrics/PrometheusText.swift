/// Writes metrics in the Prometheus text exposition format 0.0.4.
///
/// Labels come only from bounded sets (brokers, reasons, outcomes), never from devices or orders.
struct PrometheusText {
    private(set) var text = ""

    enum Kind: String {
        case counter, gauge, histogram, summary
    }

    /// One value without labels.
    mutating func metric(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        head(name, kind, help)
        text += "\(name) \(shown(value))\n"
    }

    mutating func metric(_ name: String, _ kind: Kind, _ help: String, count: UInt64) {
        head(name, kind, help)
        text += "\(name) \(count)\n"
    }

    /// One value for each value of a label, in order of the label.
    mutating func metric(
        _ name: String, _ kind: Kind, _ help: String, by label: String, _ values: [String: Double]
    ) {
        head(name, kind, help)
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            text += "\(name){\(label)=\"\(escaped(key))\"} \(shown(value))\n"
        }
    }

    /// One value for each combination of labels, in order.
    mutating func metric(
        _ name: String, _ kind: Kind, _ help: String, _ labels: [String],
        _ rows: [([String], Double)]
    ) {
        head(name, kind, help)
        for (values, value) in rows.sorted(by: { $0.0.lexicographicallyPrecedes($1.0) }) {
            let pairs = zip(labels, values).map { "\($0)=\"\(escaped($1))\"" }
            text += "\(name){\(pairs.joined(separator: ","))} \(shown(value))\n"
        }
    }

    mutating func histogram(_ name: String, _ help: String, _ latency: DeliveryLatency) {
        head(name, .histogram, help)
        for (bound, count) in zip(DeliveryLatency.bounds, latency.cumulative) {
            text += "\(name)_bucket{le=\"\(bound)\"} \(count)\n"
        }
        text += "\(name)_bucket{le=\"+Inf\"} \(latency.count)\n"
        text += "\(name)_sum \(shown(latency.seconds))\n\(name)_count \(latency.count)\n"
    }

    /// A sum and what it is of, without quantiles.
    mutating func summary(_ name: String, _ help: String, sum: Double, count: UInt64) {
        head(name, .summary, help)
        text += "\(name)_sum \(shown(sum))\n\(name)_count \(count)\n"
    }

    private mutating func head(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    private func shown(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }

    private func escaped(_ label: String) -> String {
        var text = ""
        for character in label {
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
        return text
    }
}
