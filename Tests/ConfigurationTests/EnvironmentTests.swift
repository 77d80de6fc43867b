import Configuration
import Testing

@Suite("Environment variables go before the file")
struct EnvironmentTests {
    @Test("A variable sets its key, with or without a file", arguments: ["", "server: {port: 1}"])
    func override(text: String) throws {
        let read = try configuration(
            text,
            [
                "FRESHWIRE_SERVER_PORT": "9000", "FRESHWIRE_SERVER_PING_INTERVAL": "10s",
                "FRESHWIRE_STORE_WAL_LIMIT": "2MiB", "FRESHWIRE_ORDERS_TOPIC_ENABLED": "false",
                "FRESHWIRE_WEBHOOKS_JITTER": "0.1", "FRESHWIRE_LOG_LEVEL": "error",
                "FRESHWIRE_SERVER_ALLOWED_ORIGINS": "https://a.example, https://b.example",
                "FRESHWIRE_WEBHOOKS_RETRY_DELAYS": "1s,2s", "PATH": "/bin", "FRESHWIRE": "x",
            ])
        #expect(read.server.port == 9000 && read.server.pingInterval == .seconds(10))
        #expect(read.store.walLimit == 2 << 20 && !read.orders.isTopicEnabled)
        #expect(read.webhooks.jitter == 0.1 && read.log.level == .error)
        #expect(read.server.allowedOrigins == ["https://a.example", "https://b.example"])
        #expect(read.webhooks.retryDelays == [.seconds(1), .seconds(2)])
    }

    @Test(
        "A variable of a broker's key sets the only broker",
        arguments: ["", "mqtt:", "mqtt: {brokers: }", "mqtt: {brokers: [{host: a, port: 7}]}"])
    func onlyBroker(text: String) throws {
        let read = try configuration(
            text,
            [
                "FRESHWIRE_MQTT_HOST": "10.0.0.7", "FRESHWIRE_MQTT_TLS_ENABLED": "true",
                "FRESHWIRE_MQTT_TLS_CA_FILE": "ca.pem", "FRESHWIRE_MQTT_USERNAME": "null",
            ])
        let broker = try #require(read.mqtt.brokers.first)
        #expect(read.mqtt.brokers.count == 1)
        #expect(broker.host == "10.0.0.7" && broker.tls.isEnabled)
        #expect(broker.tls.authorityFile == "ca.pem" && broker.username == "null")
        #expect(broker.port == (text.contains("7") ? 7 : 1883))
    }

    @Test("An endpoint can be made from variables alone")
    func endpoint() throws {
        let read = try configuration(
            "",
            [
                "FRESHWIRE_WEBHOOKS_NAME": "hook", "FRESHWIRE_WEBHOOKS_URL": "https://a.example/",
                "FRESHWIRE_WEBHOOKS_SECRET": "0123456789abcdef0123456789",
                "FRESHWIRE_WEBHOOKS_EVENTS": "order.delivered",
            ])
        let endpoint = try #require(read.webhooks.endpoints.first)
        #expect(endpoint.name == "hook" && endpoint.events == [.delivered])
        #expect(endpoint.secret?.revealed.count == 26)
    }

    @Test(
        "A wrong variable is an error under its name",
        arguments: [
            ("SERVER_PORT", "x", "needs a whole number such as 8080, found 'x'"),
            ("SERVER_PORT", "70000", "server.port is 70000, allowed is 0…65535"),
            ("SERVER_PORT", "", "is empty; unset it or give it a value"),
            ("MQTT_QOS", "2", "mqtt.brokers[0].qos is 2, allowed is 1"),
            ("SERVER_PROT", "1", "did you mean 'FRESHWIRE_SERVER_PORT'?"),
            ("MQTT_BROKERS_HOST", "a", "is no variable of Freshwire"),
            ("WEBHOOKS_RETRY_DELAYS", "1s,,2s", "needs a duration"),
            ("SERVER_ALLOWED_ORIGINS", "https://a.example,", "server.allowed_origins"),
            ("AUTH_HS256_SECRET", "short", "is shorter than 32 bytes"),
            ("LIMITS_PROFILE", "eu", "limits.profile is 'eu', and there are no limits called so"),
        ])
    func problems(suffix: String, value: String, message: String) {
        let name = "FRESHWIRE_\(suffix)"
        let lines = errors("", [name: value])
        #expect(lines.count == 1)
        #expect(lines.allSatisfy { $0.contains(message) })
        // What only follows from a variable stands at no key that could be named instead.
        #expect(lines.allSatisfy { $0.hasPrefix("\(name): ") })
    }

    @Test("A variable of a broker's key is refused where the file has several brokers")
    func severalBrokers() {
        let text = """
            mqtt: {brokers: [{name: a, client_id: x}, {name: b, client_id: y}]}
            """
        #expect(errors(text).isEmpty)
        #expect(
            errors(text, ["FRESHWIRE_MQTT_PORT": "1"]) == [
                "FRESHWIRE_MQTT_PORT: could mean any of the 2 brokers in the file; set it there"
            ])
    }

    @Test("A mistake of the file is reported also where a variable goes before the section")
    func mistakesStay() {
        let lines = errors("server: 5", ["FRESHWIRE_SERVER_PORT": "1"])
        #expect(lines == ["f.yaml:1:9: server needs a mapping of keys, found '5'"])
    }

    @Test("The variable that names the file is left to the command line")
    func fileVariable() {
        #expect(errors("", ["FRESHWIRE_CONFIG": "/etc/freshwire.yaml"]).isEmpty)
    }

    @Test(
        "Every variable that the service's files name is one of Freshwire's",
        arguments: ["freshwire.service", "README.md"])
    func deployedVariables(name: String) throws {
        let text = try projectFile("Deploy/systemd/\(name)")
        let words = text.split { !$0.isASCII || !($0.isLetter || $0 == "_" || $0.isNumber) }
        let named = Set(
            words.filter { $0.hasPrefix(ConfigurationEnvironment.prefix) }.map { String($0) })
        let known = Set(
            Configuration.declaredKeys.map(\.variable) + [ConfigurationEnvironment.fileVariable])
        #expect(!named.isEmpty)
        #expect(named.subtracting(known).isEmpty)
    }

    @Test("No two keys share a variable, a path or a purpose, and each purpose is a sentence")
    func declarations() {
        let keys = Configuration.declaredKeys
        #expect(Set(keys.map(\.variable)).count == keys.count)
        #expect(Set(keys.map(\.path)).count == keys.count)
        #expect(!keys.contains { $0.variable == ConfigurationEnvironment.fileVariable })
        for key in keys {
            #expect(key.purpose.hasSuffix(".") && key.purpose.count <= 150, "\(key.path)")
            #expect(!key.purpose.contains("|") && !key.value.type.contains("|"), "\(key.path)")
            #expect(
                (key.value.defaultText == nil) == (key.value.example != nil),
                "\(key.path) needs a default or an example")
        }
    }
}
