import ColdChain
import Configuration
import FoundationEssentials
import Testing
import YAML

/// `Limits` of this checkout.
private let limits = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Limits")

private let hour: Int64 = 3_600_000_000

@Suite("Limits as files (Q-4)")
struct LimitProfileTests {
    private static let catalogue = Result { try LimitCatalogue() }

    private static func profile(_ id: String) throws -> JurisdictionProfile {
        try catalogue.get().profile(id)
    }

    @Test("Q-4: every file under Limits is sound, called by its identity, and part of the program")
    func embedded() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: limits.path)
            .filter { $0.hasSuffix(".yaml") }.sorted()
        let profiles = try Self.catalogue.get().profiles
        #expect(profiles.map { "\($0.id).yaml" }.sorted() == names)
        #expect(
            Set(profiles.map(\.id)) == [
                "us-fda-2022", "us-fda-2022-F", "uk", "au-fsanz-3.2.2", "kr-mfds",
                "jp-mass-catering",
            ])
        for name in names {
            let text = try Array(Data(contentsOf: limits.appending(path: name)))
            #expect(LimitCatalogue.shippedText(of: name).map { Array($0.utf8) } == text, "\(name)")
        }
    }

    @Test("the default set is the limits that the program starts with")
    func usual() throws {
        let profile = try Self.profile(Configuration.Limits.foodCodeProfile)
        #expect(profile.criticalLimits == .foodCode2022)
        // No procedure is anybody's but the establishment's own.
        for profile in try Self.catalogue.get().profiles {
            #expect(profile.timeControlProcedure == nil && profile.overrides.isEmpty)
        }
    }

    /// The numbers that the rules print.
    @Test(
        "Q-4: each number is the printed one",
        arguments: [
            ("reg-1", "us-fda-2022", .hotHoldMinimum, 57),
            ("reg-2", "us-fda-2022", .roastHoldMinimum, 54),
            ("reg-3", "us-fda-2022", .coldHoldMaximum, 5),
            ("reg-4", "us-fda-2022", .coolingFirstStage, 2),
            ("reg-5", "us-fda-2022", .coolingTotal, 6),
            ("reg-6", "us-fda-2022", .coolingFromAmbient, 4),
            ("reg-7", "us-fda-2022", .timeControlMaximum, 4),
            ("reg-8", "us-fda-2022", .timeControlColdMaximum, 6),
            ("reg-9", "us-fda-2022", .timeControlColdCeiling, 21),
            ("reg-10", "uk", .coldHoldMaximum, 8), ("reg-11", "uk", .hotHoldMinimum, 63),
            ("reg-12", "uk", .displayColdTolerance, 4),
            ("reg-13", "au-fsanz-3.2.2", .coldHoldMaximum, 5),
            ("reg-14", "au-fsanz-3.2.2", .hotHoldMinimum, 60),
            ("reg-15", "kr-mfds", .coldHoldMaximum, 10),
            ("reg-16", "kr-mfds", .hotHoldMinimum, 60),
            ("reg-17", "jp-mass-catering", .coldHoldMaximum, 10),
            ("reg-18", "jp-mass-catering", .hotHoldMinimum, 65),
            ("reg-19", "jp-mass-catering", .eatWithin, 2),
            ("au-2h", "au-fsanz-3.2.2", .cumulativeRechillBefore, 2),
            ("au-4h", "au-fsanz-3.2.2", .cumulativeDiscardFrom, 4),
            ("us-F", "us-fda-2022-F", .hotHoldMinimum, 135),
            ("us-F", "us-fda-2022-F", .roastHoldMinimum, 130),
            ("us-F", "us-fda-2022-F", .coldHoldMaximum, 41),
        ] as [(String, String, LimitQuantity, Double)])
    func numbers(id: String, profile: String, quantity: LimitQuantity, expected: Double) throws {
        let provision = try #require(try Self.profile(profile)[quantity], "\(id)")
        switch provision.amount {
        case .temperature(let value): #expect(value == expected, "\(id)")
        case .microseconds(let value): #expect(value == Int64(expected) * hour, "\(id)")
        }
        #expect(provision.isVerified && !provision.rule.isEmpty && !provision.source.isEmpty)
    }

    @Test("a bag at 57.1 °C keeps the text in °C, and breaks the text in °F")
    func unitTrap() throws {
        #expect(try Self.profile("us-fda-2022").criticalLimits.hot.isKept(by: 57.1))
        #expect(try !Self.profile("us-fda-2022-F").criticalLimits.hot.isKept(by: 57.1))
    }

    @Test("what is known by hearsay says so")
    func unverified() throws {
        let unverified = try Self.catalogue.get().profiles.flatMap { profile in
            profile.provisions.filter { !$0.isVerified }.map { "\(profile.id) \($0.quantity)" }
        }
        #expect(
            unverified.sorted() == [
                "jp-mass-catering frozenHoldMaximum", "kr-mfds frozenHoldMaximum",
                "uk frozenHoldMaximum",
            ])
    }

    private static let sound = [
        "id: house", "version: 2", "title: Ours.", "edition: May", "unit_of_record: °C",
        "time_control_procedure: SOP 12", "limits:",
        "  hot_hold_minimum: {value: 60, rule: plan, source: plan, verified: true}",
        "  cold_hold_maximum: {value: 4.5, rule: plan, source: plan, verified: false, note: n}",
        "  eat_within: {value: 90m, rule: plan, source: plan, verified: true}",
        "overrides:", "  - {product: sushi, class: cold, maximum: 4, source: contract}",
    ]

    private static func file(_ lines: [String], name: String = "h.yaml") -> LimitCatalogue.File {
        LimitCatalogue.File(name: name, text: Array(lines.joined(separator: "\n").utf8))
    }

    @Test("one's own file comes beside the others, or in place of the one of its identity")
    func own() throws {
        let added = try LimitCatalogue(overriddenBy: [Self.file(Self.sound)])
        let house = try added.profile("house")
        #expect(house.identity == "house@2" && house.timeControlProcedure == "SOP 12")
        #expect(house.microseconds(.eatWithin) == hour * 3 / 2)
        #expect(house[.coldHoldMaximum]?.note == "n")
        #expect(house.snapshot(for: .cold, product: "sushi").limit.maximum == 4)
        #expect(try added.profiles.count == Self.catalogue.get().profiles.count + 1)

        var lines = Self.sound
        lines[0] = "id: uk"
        let replaced = try LimitCatalogue(overriddenBy: [Self.file(lines)])
        #expect(try replaced.profile("uk").title == "Ours.")
        #expect(try replaced.profiles.count == Self.catalogue.get().profiles.count)
    }

    @Test("the README's example is sound")
    func example() throws {
        let text = try String(
            decoding: Data(contentsOf: limits.appending(path: "README.md")), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let begin = try #require(lines.firstIndex(of: "```yaml"))
        let end = try #require(lines[begin...].firstIndex(of: "```"))
        let house = try LimitCatalogue(
            overriddenBy: [Self.file(lines[(begin + 1)..<end].map(String.init))]
        ).profile("house")
        #expect(house.overrides.count == 3)
        #expect(house.snapshot(for: .hot, product: "roast-beef").isLooser)
    }

    @Test("two files of one identity are refused, and a name that is none says what was meant")
    func identities() throws {
        let twice = #expect(throws: ConfigurationProblem.self) {
            try LimitCatalogue(
                overriddenBy: [Self.file(Self.sound), Self.file(Self.sound, name: "i.yaml")])
        }
        #expect(
            twice?.description
                == "i.yaml: the limits 'house' are given here again; h.yaml has them already")
        let unknown = #expect(throws: ConfigurationProblem.self) {
            try Self.profile("us-fda-2021")
        }
        #expect(
            unknown?.description
                == "there are no limits called 'us-fda-2021' (did you mean 'us-fda-2022'?)")
    }

    @Test(
        "a mistake is named with its file, line and column",
        arguments: [
            (1, "idd: house", "1:1: unknown key 'idd' (did you mean 'id'?)"),
            (1, "", "2:1: the key 'id' is missing"),
            (
                1, "id: a/b",
                "1:5: expected letters, digits, '-', '_' and '.' such as us-fda-2022"
            ),
            (2, "version: 0", "2:10: versions count from 1"),
            (4, "edition: \"\"", "4:10: expected a text, found nothing"),
            (5, "unit_of_record: K", "5:17: expected one of '°C', '°F', found 'K'"),
            (
                8, "  hot_holding: {value: 60, rule: p, source: p, verified: true}",
                "8:3: unknown key 'hot_holding'"
            ),
            (
                8, "  hot_hold_minimum: {value: 60, rule: p, source: p}",
                "8:21: the key 'verified' is missing"
            ),
            (
                8, "  hot_hold_minimum: {value: 60, rule: p, verified: true}",
                "8:21: the key 'source' is missing"
            ),
            (
                8, "  hot_hold_minimum: {value: hot, rule: p, source: p, verified: true}",
                "8:29: expected a number such as 2.5, found 'hot'"
            ),
            (
                8, "  hot_hold_minimum: {value: .nan, rule: p, source: p, verified: true}",
                "8:29: expected a number such as 2.5, found '.nan'"
            ),
            (
                8, "  hot_hold_minimum: {value: 4, rule: p, source: p, verified: true}",
                "9:3: 'cold_hold_maximum' has to be below 'hot_hold_minimum'"
            ),
            (
                9, "",
                "8:3: 'cold_hold_maximum' is missing: without it every temperature of such food"
                    + " would pass for safe"
            ),
            (
                10, "  eat_within: {value: 2, rule: p, source: p, verified: true}",
                "10:23: expected a duration such as 250ms, 30s, 5m, 12h or 7d, found '2'"
            ),
            (
                10, "  eat_within: {value: 9999999999999d, rule: p, source: p, verified: true}",
                "10:23: expected a duration such as 250ms, 30s, 5m, 12h or 7d, found"
                    + " '9999999999999d'"
            ),
            (
                10, "  eat_within: {value: 90d, rule: p, source: p, verified: true}",
                "10:3: 'eat_within' is not a time above zero, a week at most"
            ),
            (
                12, "  - {product: a, site: b, class: cold, maximum: 4, source: p}",
                "12:5: an override is for a 'product' or for a 'site', for one of the two"
            ),
            (
                12, "  - {product: a, class: cold, minimum: 5, maximum: 4, source: p}",
                "12:5: the minimum is above the maximum: no temperature would be safe"
            ),
            (
                12, "  - {product: a, class: warm, maximum: 4, source: p}",
                "12:25: expected one of 'hot', 'cold', 'frozen', 'ambient', found 'warm'"
            ),
            (11, "overrides: none\nlimit:", "12:1: unknown key 'limit' (did you mean 'limits'?)"),
        ] as [(Int, String, String)])
    func mistakes(line: Int, text: String, expected: String) throws {
        var lines = Self.sound
        lines[line - 1] = text
        let error = #expect(throws: ConfigurationProblem.self) {
            try LimitCatalogue(overriddenBy: [Self.file(lines)])
        }
        #expect(error?.description == "h.yaml:\(expected)")
    }

    @Test("a file without anything in it is refused")
    func empty() {
        for text in ["", "# nothing"] {
            let error = #expect(throws: ConfigurationProblem.self) {
                try LimitCatalogue(overriddenBy: [Self.file([text])])
            }
            #expect(error?.description == "h.yaml: the file is empty")
        }
    }
}
