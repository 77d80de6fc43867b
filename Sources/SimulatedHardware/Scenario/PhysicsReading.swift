import ColdChain
import YAML

extension Climate {
    /// What a sensor in a bag can tell, in °C.
    private static let measurable = -40.0...85.0

    init(_ physics: ScenarioMapping?, lasting duration: Int64) throws(ScenarioProblem) {
        self.init(celsius: 1...4, ambient: 21, insulationSeconds: 9_000, opened: [])
        guard let physics else { return }
        if let node = physics.node("temperature") { celsius = try Self.range(node) }
        ambient = try physics.number("ambient", in: Self.measurable, default: ambient)
        if let milliseconds = try physics.milliseconds("insulation", in: 1000...31_536_000_000) {
            insulationSeconds = Double(milliseconds) / 1000
        }
        if let node = physics.node("opened") {
            opened = try Occurrence.list(
                node, named: "opened", isInstant: false, lasting: duration)
        }
    }

    private static func range(_ node: Node) throws(ScenarioProblem) -> ClosedRange<Double> {
        guard case .sequence(let bounds) = node.content else {
            let value = try node.number("temperature", in: measurable)
            return value...value
        }
        guard bounds.count == 2 else {
            throw ScenarioProblem(at: node.mark, "temperature needs a number or [low, high]")
        }
        let low = try bounds[0].number("temperature", in: measurable)
        let high = try bounds[1].number("temperature", in: measurable)
        guard low <= high else {
            throw ScenarioProblem(at: node.mark, "temperature begins above its end")
        }
        return low...high
    }
}

extension Route {
    private static let mostPlaces = 10_000

    init(_ physics: ScenarioMapping?) throws(ScenarioProblem) {
        self.init(places: [], cruisingSpeed: 30 / 3.6)
        guard let physics else { return }
        cruisingSpeed = try physics.number("speed", in: 0...200, default: 30) / 3.6
        guard let node = physics.node("route") else { return }
        let nodes = try node.list("route")
        guard (2...Self.mostPlaces).contains(nodes.count) else {
            throw ScenarioProblem(
                at: node.mark, "route has \(nodes.count) places, allowed are 2…\(Self.mostPlaces)")
        }
        for node in nodes {
            let pair = try node.list("a place of the route")
            guard pair.count == 2 else {
                throw ScenarioProblem(at: node.mark, "a place is [latitude, longitude]")
            }
            places.append(
                Place(
                    latitude: try pair[0].number("latitude", in: -85...85),
                    longitude: try pair[1].number("longitude", in: -180...180)))
        }
    }
}

extension Occurrence {
    private static let most = 100

    /// One occurrence, or a list of them.
    static func list(
        _ node: Node, named name: String, isInstant: Bool, lasting duration: Int64
    ) throws(ScenarioProblem) -> [Occurrence] {
        guard case .sequence(let nodes) = node.content else {
            return [
                try Occurrence(node, named: name, isInstant: isInstant, lasting: duration)
            ]
        }
        guard nodes.count <= most else {
            throw ScenarioProblem(
                at: node.mark, "\(name) has \(nodes.count) occurrences, allowed are \(most)")
        }
        var occurrences: [Occurrence] = []
        for node in nodes {
            occurrences.append(
                try Occurrence(node, named: name, isInstant: isInstant, lasting: duration))
        }
        return occurrences
    }

    private init(
        _ node: Node, named name: String, isInstant: Bool, lasting duration: Int64
    ) throws(ScenarioProblem) {
        let mapping = try ScenarioMapping(node, name, keys: ScenarioKeys.occurrence)
        if isInstant, let entry = mapping.entry("for") {
            throw ScenarioProblem(at: entry.keyMark, "a \(name) takes no time: leave out 'for'")
        }
        self.init(
            probability: try mapping.number("probability", in: 0...1, default: 1),
            at: try mapping.milliseconds("at", in: 0...duration),
            length: try mapping.milliseconds("for", in: 1...duration))
    }
}
