import ColdChain
import DeviceCodecs
import FoundationEssentials
import Testing
import YAML

/// `Devices` of this checkout.
private let devices = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Devices")

private func text(of path: String) throws -> [UInt8] {
    try Array(Data(contentsOf: devices.appending(path: path)))
}

/// `vendor/model/profile.yaml` of each profile under `Devices`.
private func profilePaths() throws -> [String] {
    let manager = FileManager.default
    return try manager.subpathsOfDirectory(atPath: devices.path).filter { path in
        path.hasSuffix("/profile.yaml")
    }.sorted()
}

@Suite("Device profiles (B-3)")
struct ProfileTests {
    @Test("B-3: every profile under Devices is sound, with examples that hold, in its own folder")
    func allProfiles() throws {
        let paths = try profilePaths()
        #expect(paths.count >= 2)
        for path in paths {
            let profile = try Profile(parsing: text(of: path), file: path)
            #expect("\(profile.id)/profile.yaml" == path)
            #expect(!profile.examples.isEmpty)
        }
    }

    @Test("the profiles in the program are those under Devices, byte for byte")
    func embedded() throws {
        let shipped = try ProfileCatalogue.shippedProfiles()
        let paths = try profilePaths()
        #expect(shipped.map { "\($0.id)/profile.yaml" }.sorted() == paths)
        for path in paths {
            #expect(
                ProfileCatalogue.shippedText(of: path).map { Array($0.utf8) }
                    == (try text(of: path)))
        }
    }

    @Test("a profile says what was written in it")
    func contents() throws {
        let bag = try shipped("generic/bag")
        #expect(bag.identity == "generic/bag@1")
        #expect(bag.topics.map(\.filter) == ["bags/+/readings"])
        #expect(bag.carrier == .bag)
        #expect(bag.expectedInterval == .seconds(60))
        #expect(bag.probePosition == .air)
        #expect(
            bag.ranges
                == GrossRanges(
                    temperature: GrossRange(sensorSpan: -40...85, plausibleSpan: -40...80),
                    humidity: GrossRange(sensorSpan: 0...100),
                    battery: GrossRange(sensorSpan: 0...100)))
        let tracker = try shipped("generic/tracker")
        #expect(tracker.carrier == .vehicle)
        #expect(tracker.probePosition == nil)
        #expect(bag.deviceClass == .bagProbe)
        #expect(tracker.deviceClass == .vehicleTracker)
        #expect(try shipped("owntracks/phone").deviceClass == .phone)
        let ruuvi = try shipped("ruuvi/gateway")
        #expect(ruuvi.resolution(of: .temperature) == 0.005)
        #expect(ruuvi.resolution(of: .humidity) == 0.0025)
        #expect(ruuvi.resolution(of: .battery) == nil)
        #expect(tracker.ranges[.temperature] == nil)
    }

    /// Sound; each case below changes one line of it.
    private static let sound = [
        "id: acme/bag-1",
        "version: 2",
        "description: A bag.",
        "topic: acme/{bag}",
        "format: json",
        "expected_interval: 30s",
        "probe_position: core",
        "time: {path: at, kind: rfc3339}",
        "sequence: {path: n}",
        "fields:",
        "  temperature: {path: c, unit: °C, range: [-40, 85], plausible: [-10, 60]}",
        "examples:",
        "  - title: one",
        "    payload: '{\"c\":4}'",
        "    samples: [{temperature: 4}]",
    ]

    private static let formats = PayloadFormat.allCases.map { "'\($0.rawValue)'" }
        .joined(separator: ", ")
    private static let kinds =
        "'epoch_ms', 'epoch_s', 'epoch_us', 'epoch_ns', 'rfc3339', 'gps_s', 'local'"

    private static let classes = DeviceClass.allCases.map { "'\($0.rawValue)'" }
        .joined(separator: ", ")

    /// The error of a sound profile with one line in the place of another, or nil.
    private func problem(_ line: String, atLine number: Int) -> String? {
        var lines = Self.sound
        lines[number - 1] = line
        do {
            _ = try Profile(parsing: Array(lines.joined(separator: "\n").utf8), file: "p.yaml")
            return nil
        } catch {
            return error.description
        }
    }

    @Test("B-3: a class is one of a closed list, and fixed to what the profile's devices are")
    func deviceClass() {
        for sound in ["bag_probe", "food_probe", "ambient", "chiller", "freezer", "hot_holding"] {
            #expect(problem("device_class: \(sound)", atLine: 7) == nil)
        }
        #expect(
            problem("device_class: fridge", atLine: 7)
                == "p.yaml:7:15: expected one of \(Self.classes), found 'fridge'")
        #expect(
            problem("device_class: phone", atLine: 7)
                == "p.yaml:7:15: a device of the class 'phone' "
                + "is fixed to a vehicle, those of this profile to a bag")
    }

    @Test("B-3: a resolution is a number above zero, of a measurement")
    func resolution() throws {
        func field(_ resolution: String) -> String {
            "  temperature: {path: c, unit: °F, resolution: \(resolution)}"
        }
        let lines = Self.sound.enumerated().map { $0.offset == 10 ? field("0.0625") : $0.element }
            .map { $0.replacing("{temperature: 4}", with: "{temperature: -15.555556}") }
        let profile = try Profile(
            parsing: Array(lines.joined(separator: "\n").utf8), file: "p.yaml")
        // Whatever the field's unit is, it is in the log's.
        #expect(profile.resolution(of: .temperature) == 0.0625)
        #expect(profile.resolution(of: .humidity) == nil)
        for wrong in ["0", "-0.1"] {
            #expect(
                problem(field(wrong), atLine: 11)
                    == "p.yaml:11:48: the resolution has to be above zero")
        }
        for wrong in [".inf", ".nan", "fine", "[1]"] {
            #expect(problem(field(wrong), atLine: 11)?.hasPrefix("p.yaml:11:48:") == true)
        }
        #expect(
            problem("  lat: {path: a, unit: °, resolution: 1}", atLine: 11)
                == "p.yaml:11:27: unknown key 'resolution'")
    }

    @Test("the profile that the following cases change is sound")
    func soundProfile() throws {
        let profile = try Profile(
            parsing: Array(Self.sound.joined(separator: "\n").utf8), file: "p.yaml")
        #expect(profile.identity == "acme/bag-1@2")
        #expect(profile.time?.kind == .rfc3339)
        #expect(profile.probePosition == .core)
    }

    @Test(
        "B-3: a mistake is named with its file, line and column, and the nearest valid key",
        arguments: [
            (1, "idd: acme/bag-1", "1:1: unknown key 'idd' (did you mean 'id'?)"),
            (
                1, "id: acme",
                "1:5: expected vendor/model in lower case such as generic/bag, found 'acme'"
            ),
            (
                1, "id: Acme/bag",
                "1:5: expected vendor/model in lower case such as generic/bag, found 'Acme/bag'"
            ),
            (1, "id: {", "3:12: did not find expected ',' or '}'"),
            (2, "version: 0", "2:10: versions count from 1"),
            (2, "version: two", "2:10: expected a whole number such as 8080, found 'two'"),
            (2, "versoin: 2", "2:1: unknown key 'versoin' (did you mean 'version'?)"),
            (2, "colour: red", "2:1: unknown key 'colour'"),
            (
                4, "topic: acme/+",
                "4:8: '+' is neither a literal level nor a name in braces such as {bag}"
            ),
            (
                4, "topic: acme/readings",
                "4:8: neither the topic nor 'device' tells which device a reading is of"
            ),
            (
                4, "topic: [\"{bag}/a\", \"{vehicle}/b\"]",
                "4:8: one topic names a bag, another a vehicle"
            ),
            (5, "format: jsson", "5:9: expected one of \(formats), found 'jsson'"),
            (6, "options: {utc_offset: 1}", "6:23: expected an offset from UTC such as \"+01:00\""),
            (6, "options: {unit: K}", "6:17: a unit needs the 'quantity' that it is of"),
            (
                6, "expected_interval: 30",
                "6:20: expected a duration such as 250ms, 30s, 5m, 12h or 7d, found '30'"
            ),
            (6, "expected_interval: 0s", "6:20: the interval has to be above zero"),
            (
                7, "probe_position: outside",
                "7:17: expected one of 'air', 'surface', 'core', found 'outside'"
            ),
            (
                8, "time: {path: at, kind: epoch}",
                "8:24: expected one of \(kinds), found 'epoch'"
            ),
            (8, "time: {path: at}", "8:7: the key 'kind' is missing"),
            (8, "time: at", "8:7: expected a mapping, found 'at'"),
            (
                8, "time: {path: at, kind: rfc3339, text: true}",
                "8:39: a date is text as it is; remove 'text'"
            ),
            (9, "sequence: {path: c}", "11:3: two fields of the profile have the same path"),
            (9, "sequence: {path: n, txt: true}", "9:21: unknown key 'txt' (did you mean 'text'?)"),
            (
                11, "  temprature: {path: c, unit: °C}",
                "11:3: unknown key 'temprature' (did you mean 'temperature'?)"
            ),
            (
                11, "  temperature: {path: c, unit: C}",
                "11:32: expected one of '°C', '°F', 'K', found 'C'"
            ),
            (11, "  temperature: {path: c}", "11:16: the key 'unit' is missing"),
            (
                11, "  temperature: {path: '', unit: K}",
                "11:23: expected one to 12 names such as data.temperature"
            ),
            (
                11, "  temperature: {path: a..b, unit: K}",
                "11:23: expected one to 12 names such as data.temperature"
            ),
            (
                11, "  temperature: {path: c, unit: K, text: 'true'}",
                "11:41: expected true or false, found the quoted text 'true'"
            ),
            (
                11, "  temperature: {path: c, unit: K, range: [85, -40]}",
                "11:42: the first number has to be the smaller one"
            ),
            (
                11, "  temperature: {path: c, unit: K, range: [85]}",
                "11:42: expected two numbers such as [-40, 85]"
            ),
            (
                11, "  temperature: {path: c, unit: K, range: [nan, 1]}",
                "11:43: expected a number such as 2.5, found 'nan'"
            ),
            (
                11, "  temperature: {path: c, unit: K, range: [0, 9], plausible: [1, 10]}",
                "11:61: 'plausible' has to lie within 'range'"
            ),
            (
                11, "  temperature: {path: c, unit: K, plausible: [1, 10]}",
                "11:46: 'plausible' needs 'range', what the sensor can measure"
            ),
            (11, "  lat: {path: c, unit: °}", "11:3: a position needs both 'lat' and 'lon'"),
            (11, "  {}", "11:3: a profile needs a field"),
            (
                15, "    samples: [{temperature: 5}]",
                "13:5: example 'one': sample 0: temperature is 4.0"
            ),
            (
                15, "    samples: [{temperature: 4, humidity: 1}]",
                "13:5: example 'one': sample 0: humidity is absent"
            ),
            (
                15, "    samples: [{temperature: 4}, {temperature: 4}]",
                "13:5: example 'one': the message is decoded to 1 samples"
            ),
            (
                15, "    samples: [{temperature: 4, sequence: 1}]",
                "13:5: example 'one': sample 0: the sequence is absent"
            ),
            (
                15, "    samples: [{temperature: 4, time: 2026-11-20T12:00:00Z}]",
                "13:5: example 'one': sample 0: the time is absent"
            ),
            (
                15, "    samples: [{temperature: 4, time: noon}]",
                "15:38: expected a time such as 2026-11-20T12:00:00Z, found 'noon'"
            ),
            (
                15, "    failure: not_json",
                "13:5: example 'one': the message is decoded, though 'not_json' is expected"
            ),
            (15, "    failure: no_json", "15:14: expected one of 'empty_payload'"),
            (
                15, "    rejections: []",
                "13:12: an example has either 'samples', a 'failure' or 'status: true'"
            ),
            (
                14, "    payload: '{}'",
                "13:5: example 'one': the message is refused: nothing_measured, row 0: nothing_measured"
            ),
            (
                14, "    payload: '[{\"c\":4},1]'",
                "13:5: example 'one': the rejections are [row 1 not_an_object]"
            ),
        ] as [(Int, String, String)])
    func mistakes(line: Int, text: String, message: String) {
        var lines = Self.sound
        lines[line - 1] = text
        let error = #expect(throws: ProfileError.self) {
            try Profile(parsing: Array(lines.joined(separator: "\n").utf8), file: "p.yaml")
        }
        #expect(error?.description.hasPrefix("p.yaml:\(message)") == true, "\(error as Any)")
    }

    @Test(
        "a key that a profile cannot do without is asked for by name",
        arguments: [(1, "id"), (2, "version"), (3, "description"), (5, "format")])
    func missingKeys(line: Int, key: String) {
        var lines = Self.sound
        lines.remove(at: line - 1)
        let start = Node.Mark(line: 1, column: 1)
        #expect(throws: ProfileError(file: "p.yaml", mark: start, .missingKey(key))) {
            try Profile(parsing: Array(lines.joined(separator: "\n").utf8), file: "p.yaml")
        }
    }

    @Test("an empty file is no profile", arguments: ["", "# nothing\n", "[]", "text"])
    func noProfile(text: String) {
        #expect(throws: ProfileError.self) {
            try Profile(parsing: Array(text.utf8), file: "p.yaml")
        }
    }
}
