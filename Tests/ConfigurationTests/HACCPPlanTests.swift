import ColdChain
import Configuration
import Testing
import Wire

@Suite("The HACCP plan as a file (Q-3)")
struct HACCPPlanTests {
    private static let name = "insulated-bag-delivery.yaml"

    private static func shippedText() throws -> String {
        try #require(HACCPPlanFile.shippedText(of: name))
    }

    private static func read(_ text: String) throws(ConfigurationProblem) -> HACCPPlanFile {
        try HACCPPlanFile(parsing: Array(text.utf8), name: "plan.yaml")
    }

    @Test("Q-3: the plan that comes with the program is the file, and has all seven principles")
    func shipped() throws {
        #expect(try Self.shippedText() == projectFile("HACCP/\(Self.name)"))
        let plan = try HACCPPlanFile.shipped().plan
        #expect(plan.identity == "insulated-bag-delivery@1")
        #expect(Set(plan.hazards.map(\.kind)) == Set(HACCPPlan.Hazard.Kind.allCases))
        #expect(
            plan.controlPoints.map(\.id) == [
                "hot-holding", "cold-holding", "frozen-holding", "hand-over",
            ])
        #expect(plan.controlPoints.allSatisfy { !$0.correctiveActions.isEmpty })
        #expect(
            Set(plan.verifications.map(\.kind)) == Set(HACCPPlan.Verification.Kind.allCases))
        #expect(plan.causes == CorrectiveWords.causes)
        // Nobody can have approved it for a kitchen, and what is not read is not called verified.
        #expect(plan.approval == nil)
        #expect(plan.hazards.allSatisfy { !$0.basis.isVerified })
        let rules = plan.verifications.filter { $0.basis.rule != nil }
        #expect(!rules.isEmpty && rules.allSatisfy { !$0.basis.isVerified })
    }

    @Test(
        "Q-3, Q-4: it controls every class of food that any shipped set of limits has a number for")
    func everyClass() throws {
        let file = try HACCPPlanFile.shipped()
        for profile in try LimitCatalogue().profiles {
            try file.check(under: profile)
            let inForce = HACCPPlanInForce(
                plan: file.plan, profile: profile,
                watching: HACCPPlanInForce.Watching(
                    excursions: ExcursionSettings(), backlogPause: 0, appliesAllTests: true,
                    tests: [:], pair: SensorPair.Limits()),
                retention: HACCPPlanInForce.Retention(
                    temperatureDays: 90, locationDays: 30, messageDays: 7))
            let joined = file.plan.controlPoints.flatMap { inForce.limits(of: $0) }
            for foodClass in FoodClass.allCases {
                let limits = joined.filter { $0.foodClass == foodClass }
                #expect(!limits.isEmpty)
                #expect(limits.allSatisfy { $0.limit == profile.criticalLimits[foodClass] })
                #expect(limits.allSatisfy { $0.profile == profile.id })
            }
            #expect(
                file.plan.records.map { inForce.retention.days($0.retention) }
                    == file.plan.records.map { $0.retention == .temperature ? 90 : nil })
        }
    }

    @Test("a plan without control of a class is refused where the limits have a number for it")
    func uncontrolled() throws {
        let text = try Self.shippedText().replacingFirst(
            "food_classes: [frozen]", "food_classes: [ambient]")
        let file = try Self.read(text)
        let catalogue = try LimitCatalogue()
        // The Food Code gives none for frozen food.
        try file.check(under: catalogue.profile("us-fda-2022"))
        let error = #expect(throws: ConfigurationProblem.self) {
            try file.check(under: catalogue.profile("uk"))
        }
        let line = try Self.line(of: "control_points:\n  - id: hot-holding", in: text) + 1
        #expect(
            error?.description
                == """
                plan.yaml:\(line):3: no control point is monitored by a sensor for frozen food, for \
                which the limits 'uk' have a number
                """)
    }

    private static func line(of part: String, in text: String) throws -> Int {
        let range = try #require(text.firstRange(of: part))
        return text[..<range.lowerBound].count { $0 == "\n" } + 1
    }

    /// A change of the shipped plan, the part of the changed text whose line is told, and what is said.
    struct Breach: CustomStringConvertible, Sendable {
        var from: String
        var to: String
        var at: String
        var words: String

        init(_ from: String, _ to: String, at place: String? = nil, _ words: String) {
            self.from = from
            self.to = to
            at = place ?? to
            self.words = words
        }

        var description: String { words }
    }

    @Test(
        "Q-3: a plan that does not fit is refused with the line and what was probably meant",
        arguments: [
            Breach("scope: >-", "scop: >-", "unknown key 'scop' (did you mean 'scope'?)"),
            Breach("author: The", "author: \"\"  #", "expected a text, found nothing"),
            Breach("version: 1", "version: 0", "is 0, allowed is 1…1000000"),
            Breach(
                #"edition: "2026-11-21""#, #"edition: "2026-02-30""#,
                "expected a day such as \"2026-11-21\", found '2026-02-30'"),
            Breach(
                "id: waiting\n", "id: packing\n    # twice\n", at: "id: packing\n    # twice",
                "'packing' is there twice"),
            Breach("- id: waiting", "- idd: waiting", "unknown key 'idd' (did you mean 'id'?)"),
            Breach(
                "    step: waiting\n", "    step: waitng\n",
                "there is no step called 'waitng' (did you mean 'waiting'?)"),
            Breach(
                "control_points: [frozen-holding, hand-over]",
                "control_points: [frosen-holding, hand-over]",
                "there is no control point called 'frosen-holding' (did you mean 'frozen-holding'?)"
            ),
            Breach(
                "    severity: high\n", "    severity: grave\n",
                "expected one of 'low', 'medium', 'high', found 'grave'"),
            Breach(
                "food_classes: [hot]", "food_classes: [hott]",
                "there is no class of food called 'hott' (did you mean 'hot'?)"),
            Breach(
                "food_classes: [hot]", "food_classes: [hot, hot]", "'hot' is there twice"),
            Breach(
                "food_classes: [hot]", "food_classes: []", "'hot-holding' is for no class of food"),
            Breach(
                "by: sensor", "by: robot", "expected one of 'sensor', 'person', found 'robot'"),
            Breach(
                "dispositions: [release]", "dispositions: [realease]",
                at: "corrective_actions:\n      - when: The limit was",
                "there is no disposition called 'realease' (did you mean 'release'?)"),
            Breach(
                "  - bag_opened\n", "  - bag_openned\n", at: "causes:\n",
                "there is no cause called 'bag_openned' (did you mean 'bag_opened'?)"),
            Breach(
                "within_working_days: 7", "within_working_days: 7\n    every_days: 7",
                at: "id: record-review",
                """
                what is verified is due by 'every_days' or by 'within_working_days', by one of the two
                """),
            Breach("every_days: 1\n", "every_days: 4000\n", "is 4000, allowed is 1…3650"),
            Breach(
                "verified: false}\n  - id: thawing", "}\n  - id: thawing",
                "the key 'verified' is missing"),
            Breach(
                "retention: temperature", "retention: ever",
                """
                expected one of 'temperature', 'location', 'messages', 'log', found 'ever'
                """),
            Breach("title: Delivery", #"title: "a\nb" # "#, "a text here holds no line break"),
            Breach("steps:\n", "steps: []\nstops:\n", at: "stops", "unknown key 'stops'"),
        ])
    func refused(breach: Breach) throws {
        let text = try Self.shippedText().replacingFirst(breach.from, breach.to)
        let error = #expect(throws: ConfigurationProblem.self) { try Self.read(text) }
        let told = try #require(error).description
        #expect(told.contains(breach.words), "\(told)")
        let line = try Self.line(of: breach.at, in: text)
        // Where a part begins with its line's end, what is told stands at its line or the next.
        let lines = [line, line + 1]
        #expect(lines.contains { told.hasPrefix("plan.yaml:\($0):") }, "\(told), line \(line)")
    }

    @Test(
        "a hazard that nothing keeps down, a control point for no hazard and an empty list are refused",
        arguments: [
            (
                "    prerequisite: Cleaning of bags by a schedule, with agents for use around food.\n",
                "",
                "nothing keeps 'cleaning-agents' down: it needs 'control_points' or a 'prerequisite'"
            ),
            (
                "    control_points: [frozen-holding, hand-over]\n",
                "    control_points: [hand-over]\n",
                ""
            ),
            ("", "", "the file is empty"),
        ])
    func unfounded(from: String, to: String, words: String) throws {
        var text = from.isEmpty ? "" : try Self.shippedText().replacingFirst(from, to)
        var words = words
        if words.isEmpty {
            text = text.replacingFirst(
                "[hot-holding, cold-holding, frozen-holding]", "[hot-holding, cold-holding]")
            words = "no hazard names the control point 'frozen-holding'"
        }
        let error = #expect(throws: ConfigurationProblem.self) { try Self.read(text) }
        #expect(try #require(error).description.hasSuffix(words), "\(error as Any)")
    }

    @Test("the data of a plan has its members in order, and every change of the plan shows in it")
    func canonical() throws {
        func isSorted(_ json: JSON) -> Bool {
            switch json {
            case .object(let members):
                let names = members.map(\.name)
                return names == names.sorted() && Set(names).count == names.count
                    && members.allSatisfy { isSorted($0.value) }
            case .array(let elements): return elements.allSatisfy(isSorted)
            case .number: return false
            default: return true
            }
        }
        let plan = try HACCPPlanFile.shipped().plan
        #expect(isSorted(plan.json))
        let approved = try Self.read(
            try Self.shippedText().replacingFirst(
                "scope: >-",
                "approved_by: {name: A. Kim, role: lead, on: \"2026-11-22\"}\nscope: >-"))
        #expect(approved.plan.approval?.name == "A. Kim")
        #expect(approved.plan.json != plan.json)
        #expect(approved.plan.json["approvedBy"]?["on"]?.string == "2026-11-22")
    }
}

extension String {
    /// With the first place of `part` replaced; what is not there is a mistake of the test.
    fileprivate func replacingFirst(_ part: String, _ other: String) -> String {
        guard let range = firstRange(of: part) else {
            Issue.record("'\(part)' is not in the text")
            return self
        }
        return String(self[..<range.lowerBound]) + other + self[range.upperBound...]
    }
}
