import Configuration
import Testing
import Wire

@Suite("What is printed about the configuration reads back as it was")
struct TextTests {
    @Test("The sample file stands for the defaults")
    func sample() throws {
        let report = report(Configuration.sampleText)
        #expect(report.configuration == Configuration(), "\(report)")
        #expect(report.warnings.isEmpty)
    }

    @Test("The sample file with every default uncommented still stands for the defaults")
    func uncommentedDefaults() throws {
        let withoutDefault = Set(
            Configuration.declaredKeys.filter { $0.value.defaultText == nil }.map(\.name))
        var isInEmptyList = false
        let lines = Configuration.sampleText.split(separator: "\n").map { line -> String in
            let text = line.drop { $0 == " " }
            if text == "#endpoints:" { isInEmptyList = true }
            if text.hasPrefix("#retry_delays") { isInEmptyList = false }
            let name = text.dropFirst().prefix { $0 != ":" }
            let isActive = !isInEmptyList && !withoutDefault.contains(String(name))
            return isActive ? uncommented(line) : String(line)
        }
        #expect(try configuration(lines.joined(separator: "\n")) == Configuration())
    }

    @Test("The sample file with everything uncommented holds only keys and values that are read")
    func uncommentedExamples() {
        let text = Configuration.sampleText.split(separator: "\n").map(uncommented)
            .joined(separator: "\n")
        let messages = report(text).errors.map(\.message)
        // Examples of keys that exclude each other, or need TLS or a name of their own.
        #expect(
            messages.allSatisfy {
                $0.contains("both set") || $0.contains("TLS is off") || $0.contains("Food Code")
            }, "\(messages)")
        for key in Configuration.declaredKeys {
            #expect(text.contains("\(key.name): "), "\(key.path)")
            #expect(text.contains(key.variable), "\(key.path)")
        }
    }

    @Test("No line of the sample file's comments is wider than 100 columns")
    func width() {
        let wide = Configuration.sampleText.split(separator: "\n").filter {
            $0.count > 100 && $0.drop { $0 == " " }.hasPrefix("# ")
        }
        #expect(wide.isEmpty)
    }

    @Test("The text of the defaults in effect reads back as the defaults")
    func effectiveDefaults() throws {
        #expect(try configuration(Configuration().effectiveText) == Configuration())
    }

    @Test("The text of any values in effect reads back as those values", arguments: 0..<200)
    func effective(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let original = Configuration.random(&random)
        #expect(try configuration(original.effectiveText) == original)
        #expect(
            Configuration.changes(
                from: original, to: try configuration(original.effectiveText)
            ).isEmpty)
    }

    @Test("The reference page in Documentation is the one made from the declarations")
    func referencePage() throws {
        #expect(
            try projectFile("Documentation/configuration.md") == Configuration.referencePage,
            "write it anew: freshwire config --reference > Documentation/configuration.md")
    }

    @Test("The sample file in Deploy is the one made from the declarations")
    func sampleFile() throws {
        #expect(
            try projectFile("Deploy/freshwire.yaml") == Configuration.sampleText,
            "write it anew: freshwire config --sample > Deploy/freshwire.yaml")
    }

    @Test("The list of keys names each with its default")
    func keyList() {
        let lines = Configuration.keyList.split(separator: "\n")
        #expect(lines.count == Configuration.declaredKeys.count)
        #expect(lines.contains { $0.hasPrefix("server.port ") && $0.contains("  8080  ") })
    }

    private func uncommented(_ line: Substring) -> String {
        let indent = line.prefix { $0 == " " }
        let text = line[indent.endIndex...]
        guard text.hasPrefix("#"), !text.hasPrefix("# ") else { return String(line) }
        return "\(indent)\(text.dropFirst())"
    }
}

extension Configuration {
    /// Some configuration without contradictions, with texts that are hard to write in YAML.
    fileprivate static func random(_ random: inout SplitMix64) -> Configuration {
        var made = Configuration()
        made.mqtt.brokers = (0..<Int.random(in: 1...3, using: &random)).map { index in
            var broker = Broker()
            broker.name = "b\(index)"
            broker.clientID = text(&random) + "\(index)"
            broker.username = Bool.random(using: &random) ? text(&random) : nil
            broker.port = Int.random(in: 1...65_535, using: &random)
            broker.keepAlive = .seconds(Int.random(in: 60...65_535, using: &random))
            broker.reconnectInitial = .milliseconds(Int.random(in: 100...1000, using: &random))
            broker.version = Broker.Version.allCases.randomElement(using: &random) ?? .v5
            broker.tls.isEnabled = true
            broker.tls.authorityFile = text(&random)
            return broker
        }
        made.mqtt.batchBytes = Int.random(in: 65_536...1 << 26, using: &random)
        made.store.directory = text(&random)
        made.authentication.rs256KeyFiles = Bool.random(using: &random) ? [] : [text(&random)]
        made.authentication.issuer = text(&random)
        made.limits.profile = "own"
        made.limits.directory = text(&random)
        made.limits.coldMaximumCelsius = Double.random(in: -5...15, using: &random)
        made.limits.hotMinimumCelsius = Double.random(in: 40...100, using: &random)
        made.webhooks.jitter = Double.random(in: 0...1, using: &random)
        made.webhooks.retryDelays = [.seconds(Int.random(in: 1...100_000, using: &random))]
        made.webhooks.endpoints = (0..<Int.random(in: 0...2, using: &random)).map { index in
            var endpoint = Endpoint()
            endpoint.name = "e\(index)"
            endpoint.url = "https://example.com/\(index)?a=b&c=%20"
            endpoint.secretFile = text(&random)
            endpoint.allowsPrivateAddresses = Bool.random(using: &random)
            return endpoint
        }
        made.log.level = Log.Level.allCases.randomElement(using: &random) ?? .info
        return made
    }

    private static func text(_ random: inout SplitMix64) -> String {
        let pieces = [
            "null", "~", "true", "1", "-", "- a", "#", " ", ": ", "'", "\"", "\\", "é", "日本", "%",
            "@", "{", "[", "&x", "*x", "!t", "|", ">", ",", "...", "---", "\u{FEFF}", "\u{2028}",
            "🥡", "?", "0x1F", "a",
        ]
        return (0...Int.random(in: 0...4, using: &random))
            .compactMap { _ in pieces.randomElement(using: &random) }.joined()
    }
}
