import ColdChain
import Wire
import YAML

extension Scenario {
    /// A year: a scenario is played, not waited for.
    private static let longest: Int64 = 366 * 86_400_000

    /// Reads a scenario file, strictly.
    package init(yaml bytes: [UInt8]) throws(ScenarioProblem) {
        let root: Node?
        do throws(YAMLError) {
            root = try parse(bytes)
        } catch {
            throw ScenarioProblem(at: error.mark, error.message)
        }
        guard let root else {
            throw ScenarioProblem(at: Node.Mark(line: 1, column: 1), "the file is empty")
        }
        let file = try ScenarioMapping(root, "the scenario", keys: ScenarioKeys.file)
        seed = UInt64(try file.integer("seed", in: 0...Int64.max, default: 1))
        durationMilliseconds = try file.required("duration")
            .milliseconds("duration", in: 1000...Scenario.longest)
        speed =
            try file.node("speed").map { node throws(ScenarioProblem) in try Speed(node) }
            ?? .times(1)
        start = try file.node("start").map { node throws(ScenarioProblem) in
            let text = try node.text("start")
            guard let instant = RFC3339.parse(text) else {
                throw ScenarioProblem(
                    at: node.mark, "start needs RFC 3339 text such as 2026-11-20T12:00:00Z")
            }
            return Timestamp(milliseconds: instant)
        }
        broker =
            try file.node("broker").map { node throws(ScenarioProblem) in try Broker(node) }
            ?? Broker()
        fleets = []
        let nodes = try file.required("fleets").list("fleets")
        guard !nodes.isEmpty else {
            throw ScenarioProblem(at: root.mark, "the scenario needs a fleet at least")
        }
        for node in nodes {
            fleets.append(try FleetPlan(node, lasting: durationMilliseconds))
        }
        try checkNames(nodes)
    }

    /// Two fleets with the same devices would contradict each other.
    private func checkNames(_ nodes: [Node]) throws(ScenarioProblem) {
        var seen: Set<String> = []
        for (fleet, node) in zip(fleets, nodes) {
            for number in fleet.count == 1 ? [1] : [1, fleet.count] {
                let device = fleet.identity(number).device
                guard seen.insert(device).inserted else {
                    throw ScenarioProblem(
                        at: node.mark, "the device '\(device)' is in another fleet as well")
                }
            }
        }
    }
}

extension Scenario.Speed {
    package static let unlimited = "as fast as possible"

    /// The speed that a text tells; nil for other text.
    package init?(_ text: String) {
        if text == Self.unlimited {
            self = .asFastAsPossible
        } else if let factor = Notation.number(text), (0.01...100_000).contains(factor) {
            self = .times(factor)
        } else {
            return nil
        }
    }

    fileprivate init(_ node: Node) throws(ScenarioProblem) {
        let text = try node.text("speed")
        guard let speed = Self(text) else {
            throw ScenarioProblem(
                at: node.mark, "speed needs a number, 0.01…100000, or '\(Self.unlimited)'",
                suggestion: nearestName(to: text, among: [Self.unlimited]))
        }
        self = speed
    }
}

extension Scenario.Broker {
    fileprivate init(_ node: Node) throws(ScenarioProblem) {
        let mapping = try ScenarioMapping(node, "the broker", keys: ScenarioKeys.broker)
        self.init(
            host: try mapping.text("host", default: "localhost"),
            port: UInt16(try mapping.integer("port", in: 1...65_535, default: 1883)))
    }
}

extension FleetPlan {
    fileprivate init(_ node: Node, lasting duration: Int64) throws(ScenarioProblem) {
        // The format decides which keys there are.
        let any = try ScenarioMapping(node, "a fleet", keys: ScenarioKeys.fleet)
        let format = try any.required("format")
            .choice("format", among: DeviceFormat.allCases, name: \.rawValue)
        let fleet = try ScenarioMapping(
            node, "a fleet", keys: ScenarioKeys.fleet, of: format)
        self.format = format
        count = Int(try fleet.integer("count", in: 1...100_000, default: 1))
        intervalMilliseconds = try fleet.required("interval")
            .milliseconds("interval", in: 1000...86_400_000)
        names = try fleet.pattern("names", default: format.names)
        addresses = try fleet.pattern("addresses", default: format.addresses)
        carrierKind =
            try fleet.node("carrier").map { node throws(ScenarioProblem) in
                try node.choice("carrier", among: CarrierKind.allCases, name: \.rawValue)
            } ?? format.carrierKind
        carrierNames = try fleet.pattern("carrier_names", default: nil)
        gateways = try fleet.gateways(of: format)
        application = try fleet.text("application", default: "lunch-rush@ttn")
        isFramed = try fleet.truth("crc_framing", default: false)
        wiredProbes = Int(try fleet.integer("wired_probes", in: 0...4, default: 1))
        bluetoothProbes = Int(try fleet.integer("bluetooth_probes", in: 0...4, default: 1))
        var words: [String] = []
        if format.names != nil { words.append("name") }
        if format.addresses != nil { words.append("address") }
        if format == .ruuviGateway { words.append("gateway") }
        if format == .draginoLHT65N { words.append("application") }
        let topicNode = fleet.node("topic")
        topic = try ScenarioMapping.pattern(
            topicNode.map { node throws(ScenarioProblem) in try node.text("topic") }
                ?? format.topic, at: topicNode?.mark ?? fleet.mark, words: words)
        let physics = try fleet.node("physics").map { node throws(ScenarioProblem) in
            try ScenarioMapping(node, "physics", keys: ScenarioKeys.physics, of: format)
        }
        climate = try Climate(physics, lasting: duration)
        route = try Route(physics)
        faults = [:]
        if let node = fleet.node("faults") {
            faults = try Self.faults(node, of: format, lasting: duration)
        }
        try check(fleet)
    }

    private static func faults(
        _ node: Node, of format: DeviceFormat, lasting duration: Int64
    ) throws(ScenarioProblem) -> [Fault: [Occurrence]] {
        let keys = Fault.allCases.map { fault in
            ScenarioKey(
                fault.rawValue, "occurrences", ScenarioKeys.purpose(of: fault),
                of: DeviceFormat.allCases.filter { $0.faults.contains(fault) })
        }
        let mapping = try ScenarioMapping(node, "faults", keys: keys, of: format)
        var faults: [Fault: [Occurrence]] = [:]
        for fault in Fault.allCases {
            guard let node = mapping.node(fault.rawValue) else { continue }
            faults[fault] = try Occurrence.list(
                node, named: fault.rawValue, isInstant: fault == .reboot, lasting: duration)
        }
        return faults
    }

    /// What hangs together: names that are told apart and addresses of the right form.
    private func check(_ fleet: ScenarioMapping) throws(ScenarioProblem) {
        for (key, pattern) in [("names", names), ("addresses", addresses)] {
            guard let pattern, count > 1, !pattern.tellsDevicesApart else { continue }
            // Addresses alone tell sensors behind a network apart, but not its topics.
            throw ScenarioProblem(
                at: fleet.node(key)?.mark ?? fleet.mark,
                "\(key) '\(pattern.source)' needs {n} to tell \(count) devices apart")
        }
        if let form = format.addressForm, let addresses {
            for number in [1, count] where form.bytes(addresses.text(number: number)) == nil {
                throw ScenarioProblem(
                    at: fleet.node("addresses")?.mark ?? fleet.mark,
                    "the address '\(addresses.text(number: number))' of device \(number) is not "
                        + form.description)
            }
        }
        if faults[.duplicateGateways] != nil, gateways.count < 2 {
            throw ScenarioProblem(
                at: fleet.node("faults")?.mark ?? fleet.mark,
                "duplicate_gateways needs two gateways")
        }
        let words = ["name", "address"].filter { topic.names($0) }
        guard count == 1 || !words.isEmpty || topic.tellsDevicesApart else {
            throw ScenarioProblem(
                at: fleet.node("topic")?.mark ?? fleet.mark,
                "the topic '\(topic.source)' does not tell \(count) devices apart")
        }
    }
}

extension ScenarioMapping {
    fileprivate func pattern(
        _ key: String, default standard: String?
    ) throws(ScenarioProblem) -> NamePattern? {
        if let node = node(key) {
            return try Self.pattern(try node.text(key), at: node.mark, words: [])
        }
        guard let standard else { return nil }
        return try Self.pattern(standard, at: mark, words: [])
    }

    fileprivate static func pattern(
        _ text: String, at mark: Node.Mark, words: [String]
    ) throws(ScenarioProblem) -> NamePattern {
        do throws(NamePattern.Fault) {
            return try NamePattern(text, words: words)
        } catch {
            throw ScenarioProblem(at: mark, error.message, suggestion: error.suggestion)
        }
    }

    fileprivate func gateways(of format: DeviceFormat) throws(ScenarioProblem) -> [String] {
        guard let node = node("gateways") else { return format.gateways }
        let nodes = try node.list("gateways")
        guard (1...8).contains(nodes.count) else {
            throw ScenarioProblem(
                at: node.mark, "there are \(nodes.count) gateways, allowed are 1 to 8")
        }
        var gateways: [String] = []
        for node in nodes {
            let text = try node.text("gateways")
            let form = AddressForm.hexadecimal(bytes: 6)
            if format == .ruuviGateway, form.bytes(text) == nil {
                throw ScenarioProblem(
                    at: node.mark, "the gateway '\(text)' is not \(form.description)")
            }
            gateways.append(text)
        }
        return gateways
    }
}

extension Node {
    fileprivate func choice<Value>(
        _ key: String, among values: [Value], name: (Value) -> String
    ) throws(ScenarioProblem) -> Value {
        let text = try text(key)
        if let value = values.first(where: { name($0) == text }) { return value }
        throw ScenarioProblem(
            at: mark,
            "\(key) is '\(text)', allowed is \(values.map(name).joined(separator: ", "))",
            suggestion: nearestName(to: text, among: values.map(name)))
    }
}
