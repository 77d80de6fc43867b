import ColdChain
import SimulatedHardware
import Testing
import YAML

@Suite("Scenario files")
struct ScenarioFileTests {
    private static let good = """
        seed: 5
        duration: 10m
        speed: 20
        fleets:
          - format: ruuvi-gateway
            count: 3
            interval: 5s
            faults:
              offline: [{at: 1m, for: 2m}, {probability: 0.5}]
              reboot: {at: 4m}
        """

    @Test("the shipped scenario has every format and every fault, and some sixty devices")
    func shipped() throws {
        let scenario = try Scenario(yaml: lunchRush())
        #expect(Set(scenario.fleets.map(\.format)) == Set(DeviceFormat.allCases))
        #expect(Set(scenario.fleets.flatMap { $0.faults.keys }) == Set(Fault.allCases))
        #expect((50...70).contains(scenario.fleets.map(\.count).reduce(0, +)))
        let text = String(decoding: try lunchRush(), as: UTF8.self)
        #expect(text.contains("low_battery"))
    }

    @Test("what a file says is what is played, and what it leaves out has the format's default")
    func values() throws {
        let read = try scenario(Self.good)
        #expect(read.seed == 5)
        #expect(read.durationMilliseconds == 600_000)
        #expect(read.speed == .times(20))
        let fleet = try #require(read.fleets.first)
        #expect(fleet.count == 3)
        #expect(fleet.gateways.count == 2)
        #expect(
            fleet.faults[.offline] == [
                Occurrence(probability: 1, at: 60_000, length: 120_000),
                Occurrence(probability: 0.5, at: nil, length: nil),
            ])
        #expect(fleet.faults[.reboot] == [Occurrence(probability: 1, at: 240_000, length: nil)])
    }

    /// What is replaced in the good file, and what is then said of it.
    static let mistakes: [(of: String, by: String, said: String)] = [
        ("seed:", "sead:", "1:1: the scenario has no key 'sead' (did you mean 'seed'?)"),
        (
            "interval:", "intervall:",
            "7:5: a fleet has no key 'intervall' (did you mean 'interval'?)"
        ),
        ("offline:", "ofline:", "9:7: faults has no key 'ofline' (did you mean 'offline'?)"),
        ("for: 2m", "fore: 2m", "9:26: offline has no key 'fore' (did you mean 'for'?)"),
        (
            "ruuvi-gateway", "ruuvi-gatewy",
            "(did you mean 'ruuvi-gateway'?)"
        ),
        ("count: 3", "count: 0", "6:12: count is 0, allowed is 1…100000"),
        ("interval: 5s", "interval: 5", "7:15: expected a duration"),
        ("interval: 5s", "interval: 5ms", "7:15: interval is out of range"),
        ("duration: 10m", "seed: 6", "2:1: the key 'seed' stands here again"),
        ("duration: 10m\n", "", "1:1: the scenario needs the key 'duration'"),
        ("speed: 20", "speed: fast", "3:8: speed needs a number"),
        ("{at: 4m}", "{at: 4m, for: 1s}", "10:24: a reboot takes no time"),
        ("{at: 4m}", "{at: 11m}", "10:20: at is out of range, allowed is 0s…10m"),
        ("0.5", "1.5", "9:50: probability is 1.5"),
        ("count: 3", "addresses: F4:1F", "is not 12 hexadecimal digits"),
        ("count: 3", "count: 3\n    topic: ruuvi/{gatway}", "{gatway} stands for nothing here"),
        ("count: 3", "count: 3\n    topic: ruuvi/{gateway}", "does not tell 3 devices apart"),
        (
            "count: 3", "count: 3\n    wired_probes: 2",
            "'wired_probes' is nothing that ruuvi-gateway has"
        ),
        (
            "count: 3", "gateways: [C8252D8E9C2C]\n    count: 3",
            ""
        ),
        ("reboot: {at: 4m}", "duplicate_gateways: {}", ""),
    ]

    @Test(
        "what cannot be is refused with its line, its column and what was meant",
        arguments: mistakes)
    func refusals(_ mistake: (of: String, by: String, said: String)) throws {
        let text = Self.good.replacing(mistake.of, with: mistake.by, maxReplacements: 1)
        guard !mistake.said.isEmpty else {
            // Not a mistake: so the others are refused for what they say.
            _ = try scenario(text)
            return
        }
        let problem = #expect(throws: ScenarioProblem.self) { _ = try scenario(text) }
        #expect(problem?.description.contains(mistake.said) == true, "\(problem as Any)")
    }

    @Test("two fleets cannot have the same devices, nor one gateway hear a duplicate")
    func contradictions() throws {
        let fleet = "  - {format: generic-bag, interval: 5s, count: 2}\n"
        let twice = #expect(throws: ScenarioProblem.self) {
            _ = try scenario("duration: 1m\nfleets:\n" + fleet + fleet)
        }
        #expect(twice?.mark == Node.Mark(line: 4, column: 5))
        let alone = #expect(throws: ScenarioProblem.self) {
            _ = try scenario(
                """
                duration: 1m
                fleets:
                  - format: ruuvi-gateway
                    interval: 5s
                    gateways: [C8252D8E9C2C]
                    faults: {duplicate_gateways: {}}
                """)
        }
        #expect(alone?.description == "6:13: duplicate_gateways needs two gateways")
    }

    @Test("the help names every key that the shipped scenario uses")
    func help() throws {
        let text = String(decoding: try lunchRush(), as: UTF8.self)
        let keys = text.split(separator: "\n").compactMap { line -> Substring? in
            let line = line.drop { $0 == " " || $0 == "-" }
            guard !line.hasPrefix("#"), let colon = line.firstIndex(of: ":") else { return nil }
            return line[..<colon]
        }
        #expect(keys.count > 40)
        for key in Set(keys) where key.allSatisfy({ $0.isLetter || $0 == "_" }) {
            #expect(ScenarioKeys.help.contains("\(key)"), "\(key)")
        }
    }

    @Test(
        "without a start a scenario ends when it has been played, and none of its times is to come")
    func start() throws {
        var read = try scenario(Self.good)
        #expect(read.start(playedAt: noon) == noon.advanced(byMilliseconds: -570_000))
        read.speed = .asFastAsPossible
        #expect(read.start(playedAt: noon) == noon.advanced(byMilliseconds: -600_000))
        read.speed = .times(1)
        #expect(read.start(playedAt: noon) == noon)
        read.start = Timestamp(milliseconds: 5)
        #expect(read.start(playedAt: noon) == Timestamp(milliseconds: 5))
    }
}
