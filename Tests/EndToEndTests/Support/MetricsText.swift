/// A strict reader of the Prometheus text format 0.0.4, which finds what a scraper would refuse or
/// take for something else.
struct MetricsText {
    private(set) var faults: [String] = []
    private var types: [String: String] = [:]
    private var helped: Set<String> = []
    private var samples: [String: Double] = [:]
    private var current = ""

    init(_ text: String) {
        if text.last != "\n" { faults.append("no end of line at the end") }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            read(String(line))
        }
        for (name, type) in types where type == "histogram" { checkHistogram(name) }
        for name in types.keys where !helped.contains(name) { faults.append("no HELP: \(name)") }
    }

    private mutating func read(_ line: String) {
        if let help = line.wholeMatch(of: /# HELP ([a-z_]+) (.+)/) {
            let name = String(help.1)
            if !helped.insert(name).inserted { faults.append("HELP twice: \(name)") }
        } else if let type = line.wholeMatch(
            of: /# TYPE ([a-z_]+) (counter|gauge|histogram|summary)/)
        {
            current = String(type.1)
            if types.updateValue(String(type.2), forKey: current) != nil {
                faults.append("TYPE twice: \(current)")
            }
        } else {
            readSample(line)
        }
    }

    private mutating func readSample(_ line: String) {
        let label = #/[a-z_]+="(?:[^"\\\n]|\\[\\"n])*"/#
        guard
            let sample = line.wholeMatch(
                of: #/([a-z_]+)(\{[^}]*\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?)/#),
            let value = Double(sample.3)
        else {
            faults.append("no sample: \(line)")
            return
        }
        let suffixes =
            switch types[current] {
            case "histogram": ["_bucket", "_sum", "_count"]
            case "summary": ["_sum", "_count"]
            default: [""]
            }
        if !suffixes.contains(where: { current + $0 == sample.1 }) {
            faults.append("not of \(current): \(line)")
        }
        if types[current] == "counter", !current.hasSuffix("_total") {
            faults.append("a counter is called _total: \(current)")
        }
        if let labels = sample.2 {
            let inner = labels.dropFirst().dropLast()
            if inner.replacing(label, with: "").contains(where: { $0 != "," }) {
                faults.append("no labels: \(line)")
            }
        }
        let key = String(sample.1) + String(sample.2 ?? "")
        if samples.updateValue(value, forKey: key) != nil { faults.append("twice: \(key)") }
    }

    private mutating func checkHistogram(_ name: String) {
        let buckets = samples.compactMap { key, value -> (Double, Double)? in
            guard let match = key.wholeMatch(of: #/([a-z_]+)_bucket\{le="(.+)"\}/#),
                String(match.1) == name
            else { return nil }
            return (match.2 == "+Inf" ? .infinity : Double(match.2) ?? .nan, value)
        }
        let counts = buckets.sorted { $0.0 < $1.0 }.map(\.1)
        if counts != counts.sorted() { faults.append("buckets are not cumulative: \(name)") }
        if counts.last == nil || counts.last != samples[name + "_count"] {
            faults.append("+Inf is not the count: \(name)")
        }
        if samples[name + "_sum"] == nil { faults.append("no sum: \(name)") }
    }
}
