import ColdChain
import DeviceCodecs
import Testing

private func catalogue(_ topics: [String]) throws -> ProfileCatalogue {
    try ProfileCatalogue(
        topics.enumerated().map { number, topic in
            let text = """
                id: test/device-\(number)
                version: 1
                description: A device of a test.
                topic: "\(topic)"
                format: json
                fields: {temperature: {path: c, unit: °C}}
                """
            return try Profile(parsing: Array(text.utf8), file: "test.yaml")
        })
}

/// The pattern of the profile a topic leads to, and the name of its carrier.
private func route(_ topic: [UInt8], in catalogue: ProfileCatalogue) throws -> [String] {
    let route = try catalogue.route(topic.span)
    let name = String(decoding: topic[try route.naming.name.unwrapped("a name")], as: UTF8.self)
    let carrier = try route.naming.carrier.unwrapped("a carrier")
    return [catalogue[route.profile].topics[0].filter, carrier.rawValue, name]
}

@Suite("Topics lead to profiles (B-3)")
struct TopicTests {
    private static let patterns = [
        "bags/{bag}/readings", "bags/{bag}/state", "vehicles/{vehicle}/location",
        "site/{site}/bag/{bag}", "site/{site}/vehicle/{vehicle}", "{bag}", "a/b/{bag}/d",
        "a/{x}/c/{bag}/e", "a/{bag}/c",
    ]

    @Test(
        "a topic leads to its profile and names its carrier",
        arguments: [
            ("bags/b-7/readings", ["bags/+/readings", "bag", "b-7"]),
            ("bags/b-7/state", ["bags/+/state", "bag", "b-7"]),
            ("bags/bags/readings", ["bags/+/readings", "bag", "bags"]),
            ("vehicles/Wörth 12/location", ["vehicles/+/location", "vehicle", "Wörth 12"]),
            ("site/north/bag/x", ["site/+/bag/+", "bag", "x"]),
            ("site/north/vehicle/x", ["site/+/vehicle/+", "vehicle", "x"]),
            ("loose", ["+", "bag", "loose"]),
            ("bags", ["+", "bag", "bags"]),
            ("a/b/z/d", ["a/b/+/d", "bag", "z"]),
            ("a/b/c/z/e", ["a/+/c/+/e", "bag", "z"]),
            ("a/b/c", ["a/+/c", "bag", "b"]),
            (
                "bags/\(String(repeating: "n", count: 128))/readings",
                ["bags/+/readings", "bag", String(repeating: "n", count: 128)]
            ),
        ] as [(String, [String])])
    func routes(topic: String, expected: [String]) throws {
        let catalogue = try catalogue(Self.patterns)
        #expect(try route(Array(topic.utf8), in: catalogue) == expected)
    }

    @Test(
        "a topic that leads nowhere, or whose carrier has no proper name, is refused",
        arguments: [
            ("", .emptyName), ("bags/b/readings/", .unknownTopic), ("bags/b", .unknownTopic),
            ("/bags/b/readings", .unknownTopic), ("Bags/b/readings", .unknownTopic),
            ("bags/b/reading", .unknownTopic), ("bags/b/readingss", .unknownTopic),
            ("site//bag/", .emptyName), ("bags//readings", .emptyName),
            ("bags/a\u{7}b/readings", .forbiddenCharacter),
            ("bags/a\0/readings", .forbiddenCharacter), ("bags/+/readings", .forbiddenCharacter),
            ("bags/#/readings", .forbiddenCharacter), ("bags/\u{7F}/readings", .forbiddenCharacter),
            ("bags/é\u{85}/readings", .forbiddenCharacter),
            ("bags/\(String(repeating: "n", count: 129))/readings", .nameTooLong),
            (String(repeating: "a/", count: 30_000), .unknownTopic),
            (String(repeating: "a/b/c/d", count: 9_000), .unknownTopic),
        ] as [(String, TopicRefusal)])
    func refusals(topic: String, expected: TopicRefusal) throws {
        let catalogue = try catalogue(Self.patterns)
        #expect(throws: expected) { try route(Array(topic.utf8), in: catalogue) }
    }

    @Test(
        "a name that is no UTF-8 is refused",
        arguments: [[0xFF], [0x61, 0xC3], [0xC0, 0xAF], [0xED, 0xA0, 0x80]] as [[UInt8]])
    func invalidName(name: [UInt8]) throws {
        let catalogue = try catalogue(Self.patterns)
        let topic = Array("bags/".utf8) + name + Array("/readings".utf8)
        #expect(throws: TopicRefusal.invalidName) { try route(topic, in: catalogue) }
    }

    @Test("the filters to subscribe to are those of the patterns, each once")
    func filters() throws {
        let catalogue = try catalogue([
            "bags/{bag}/readings", "home/{device...}", "bags/{bag}/more", "a/{x}/{device}",
        ])
        #expect(
            catalogue.subscriptionFilters == ["bags/+/readings", "home/#", "bags/+/more", "a/+/+"])
    }

    @Test("a thousand profiles are told apart by their topics")
    func manyProfiles() throws {
        let catalogue = try catalogue((0..<1000).map { "fleet-\($0 % 40)/{bag}/kind-\($0 / 40)" })
        for number in 0..<1000 {
            let topic = Array("fleet-\(number % 40)/b/kind-\(number / 40)".utf8)
            #expect(
                try catalogue[catalogue.route(topic.span).profile].id == "test/device-\(number)")
        }
    }

    @Test(
        "two profiles that the same topics lead to are refused together",
        arguments: [
            ("bags/{bag}/readings", "bags/{bag}/readings"),
            ("bags/{bag}/readings", "bags/{vehicle}/readings"),
            ("bags/{device...}", "bags/{bag...}"),
        ])
    func conflicts(first: String, second: String) {
        #expect(throws: ProfileConflict.sameTopic("test/device-0", "test/device-1")) {
            try catalogue([first, second])
        }
    }

    @Test(
        "a topic names a carrier, a device, or nobody",
        arguments: [
            ("bags/{bag}/readings", .carrier(.bag, level: 1)),
            ("{site}/{vehicle}", .carrier(.vehicle, level: 1)),
            ("zigbee2mqtt/{device...}", .device(level: 1)), ("/gw/{gateway}/status", .nobody),
            ("fleet", .nobody),
        ] as [(String, TopicPattern.Naming)])
    func naming(text: String, expected: TopicPattern.Naming) throws {
        #expect(try TopicPattern(text).naming == expected)
    }

    @Test("of two patterns the one with the earlier literal goes first")
    func precedence() throws {
        let catalogue = try catalogue(["bags/{bag}/readings", "bags/special/{bag}", "{bag}/x/y"])
        for (topic, filter) in [
            ("bags/special/readings", "bags/special/+"), ("bags/b/readings", "bags/+/readings"),
            ("bags/x/y", "+/x/y"), ("bags/special/y", "bags/special/+"),
        ] {
            let route = try catalogue.route(Array(topic.utf8).span)
            #expect(catalogue[route.profile].topics[0].filter == filter)
        }
    }

    @Test("a rest takes what nothing more exact takes, and names all of it")
    func rest() throws {
        let catalogue = try catalogue(["home/{device...}", "home/bridge/{device}", "{bag}/x"])
        for (topic, filter, name) in [
            ("home/kitchen", "home/#", "kitchen"), ("home/cold room/2", "home/#", "cold room/2"),
            ("home/bridge/7", "home/bridge/+", "7"), ("home/bridge/7/8", "home/#", "bridge/7/8"),
            ("home/x", "home/#", "x"), ("garage/x", "+/x", "garage"),
        ] {
            let bytes = Array(topic.utf8)
            let route = try catalogue.route(bytes.span)
            #expect(catalogue[route.profile].topics[0].filter == filter)
            let range = try route.naming.name.unwrapped("a name")
            #expect(String(decoding: bytes[range], as: UTF8.self) == name)
        }
        #expect(throws: TopicRefusal.unknownTopic) {
            try route(Array("home".utf8), in: catalogue)
        }
    }

    @Test("two profiles of the same identity are refused together")
    func sameIdentity() throws {
        let bag = try shipped("generic/bag")
        #expect(throws: ProfileConflict.sameIdentity("generic/bag")) {
            try ProfileCatalogue([bag, bag])
        }
    }

    @Test(
        "what is no topic pattern is refused for its reason",
        arguments: [
            ("", .emptyLevel), ("bags//{bag}", .emptyLevel), ("a//{bag}", .emptyLevel),
            ("bags/+/{bag}", .invalidLevel("+")), ("{bag}/#", .invalidLevel("#")),
            ("x{bag}", .invalidLevel("x{bag}")), ("{}/{bag}", .invalidLevel("{}")),
            ("{Bag}", .invalidLevel("{Bag}")), ("a\0/{bag}", .invalidLevel("a\0")),
            ("{bag}/{vehicle}", .twoNames), ("{device}/{bag}", .twoNames),
            ("{bag}/{bag}", .nameTwice), ("{device...}/x", .notLast("device")),
            ("{bag..}", .invalidLevel("{bag..}")),
            ("$SYS/{bag}", .reservedForTheBroker("$SYS")),
            (String(repeating: "a/", count: 16) + "{bag}", .tooLong),
            (String(repeating: "a", count: 510) + "/{bag}", .tooLong),
        ] as [(String, TopicPatternError)])
    func patternErrors(text: String, expected: TopicPatternError) {
        #expect(throws: expected) { try TopicPattern(text) }
    }
}
