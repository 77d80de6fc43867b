import Configuration
import Testing

@Suite("A mistake is reported with its place and what was probably meant")
struct ProblemTests {
    @Test(
        "An unknown key is compared with the keys of its section, then with all",
        arguments: [
            ("servr: {}", "f.yaml:1:1: there is no key 'servr' (did you mean 'server'?)"),
            (
                "server:\n  prot: 1\n",
                "f.yaml:2:3: server has no key 'prot' (did you mean 'port'?)"
            ),
            (
                "mqtt:\n  brokers:\n    - hsot: a\n",
                "f.yaml:3:7: mqtt.brokers[0] has no key 'hsot' (did you mean 'host'?)"
            ),
            (
                "mqtt:\n  keep_alive: 60s\n",
                """
                f.yaml:2:3: mqtt has no key 'keep_alive' \
                (did you mean 'mqtt.brokers[].keep_alive'?)
                """
            ),
            (
                "wal_limits: 1MiB\n",
                "f.yaml:1:1: there is no key 'wal_limits' (did you mean 'store.wal_limit'?)"
            ),
            (
                "server: {tls: {Certificate_File: a}}",
                """
                f.yaml:1:16: server.tls has no key 'Certificate_File' \
                (did you mean 'certificate_file'?)
                """
            ),
            ("zzzzzzzz: 1", "f.yaml:1:1: there is no key 'zzzzzzzz'"),
            ("\"a\\nb\": 1", "f.yaml:1:1: there is no key 'a'"),
        ])
    func unknownKeys(text: String, line: String) {
        #expect(errors(text) == [line])
    }

    @Test(
        "A value of the wrong type is told what it should be",
        arguments: [
            (
                "server:\n  port: http\n",
                "f.yaml:2:9: server.port needs a whole number such as 8080, found 'http'"
            ),
            (
                "server:\n  port: '8080'\n",
                """
                f.yaml:2:9: server.port needs a whole number such as 8080, found the quoted text \
                '8080'
                """
            ),
            (
                "server: {ping_interval: 25}",
                """
                f.yaml:1:25: server.ping_interval needs a duration such as 250ms, 30s, 5m, 12h or \
                7d, found '25'
                """
            ),
            (
                "store: {wal_limit: 64MB}",
                """
                f.yaml:1:20: store.wal_limit needs a size such as 512B, 64KiB, 64MiB or 2GiB, \
                found '64MB'
                """
            ),
            (
                "orders: {topic_enabled: yes}",
                "f.yaml:1:25: orders.topic_enabled needs true or false, found 'yes'"
            ),
            ("server: {address: }", "f.yaml:1:19: server.address needs a text, found nothing"),
            ("server: {address: ''}", "f.yaml:1:19: server.address is empty"),
            ("server: {address: [a]}", "f.yaml:1:19: server.address needs a text, found a list"),
            ("server: 8080", "f.yaml:1:9: server needs a mapping of keys, found '8080'"),
            ("[server]", "f.yaml:1:1: the file needs a mapping of keys, found a list"),
            ("just text", "f.yaml:1:1: the file needs a mapping of keys, found 'just text'"),
            (
                "mqtt: {brokers: {host: a}}",
                """
                f.yaml:1:17: mqtt.brokers needs a list; begin each element with '- ', found a \
                mapping
                """
            ),
            (
                "server: {allowed_origins: https}",
                "f.yaml:1:27: server.allowed_origins needs a list such as [a, b], found 'https'"
            ),
            (
                "log: {level: warn}",
                """
                f.yaml:1:14: log.level is 'warn', allowed is debug or info or warning or error
                """
            ),
            (
                "log: {level: wraning}",
                """
                f.yaml:1:14: log.level is 'wraning', allowed is debug or info or warning or error \
                (did you mean 'warning'?)
                """
            ),
            (
                "mqtt: {brokers: [{protocol: 4}]}",
                "f.yaml:1:29: mqtt.brokers[0].protocol is '4', allowed is 5 or 3.1.1"
            ),
            (
                "mqtt: {brokers: [{host: 'localhost:1883'}]}",
                """
                f.yaml:1:25: mqtt.brokers[0].host is 'localhost:1883'; the port has a key of its \
                own
                """
            ),
            (
                "mqtt: {brokers: [{host: mqtt://x}]}",
                """
                f.yaml:1:25: mqtt.brokers[0].host is 'mqtt://x', allowed is a host name or an IP \
                address alone
                """
            ),
            (
                "mqtt: {brokers: [{name: a b}]}",
                """
                f.yaml:1:25: mqtt.brokers[0].name is 'a b', allowed are letters, digits, '-', '_' \
                and '.'
                """
            ),
            (
                "mqtt: {brokers: [{client_id: \"a\\tb\"}]}",
                "f.yaml:1:30: mqtt.brokers[0].client_id holds a control character"
            ),
            (
                "server: {allowed_origins: ['https://a/b']}",
                """
                f.yaml:1:28: server.allowed_origins names 'https://a/b', allowed is * or scheme, \
                host and port alone
                """
            ),
            (
                "server: {address: localhost}",
                """
                f.yaml:1:19: server.address is 'localhost', allowed is an address such as \
                127.0.0.1 or ::1
                """
            ),
            (
                "auth: {rs256_key_files: [a, a]}",
                "f.yaml:1:29: auth.rs256_key_files names a twice"
            ),
            (
                "webhooks: {endpoints: [{name: a, secret_file: s, url: 'https://x', events: []}]}",
                "f.yaml:1:76: webhooks.endpoints[0].events has 0 elements, allowed are 1…14"
            ),
            (
                "webhooks: {endpoints: [{name: a, secret_file: s, url: 'https://x', "
                    + "events: [order.deliverd]}]}",
                """
                f.yaml:1:77: webhooks.endpoints[0].events is 'order.deliverd', allowed is \
                order.temperature_alert or order.data_loss or \
                order.delivered or sensor.silent or sensor.returned or alert.updated or \
                offer.accepted or offer.declined or offer.expired or \
                delivery.unconfirmed or driver.offline or driver.online or log.head or \
                log.altered (did you mean 'order.delivered'?)
                """
            ),
        ])
    func wrongTypes(text: String, line: String) {
        #expect(errors(text) == [line])
    }

    @Test(
        "A receiver's address is http or https, without user and fragment",
        arguments: [
            ("https://a.example/hook", true), ("https://a.example", true),
            ("https://a.example:8443/h?k=v", true), ("https://[2001:db8::1]/h", true),
            ("ftp://a.example/", false), ("https://user:pw@a.example/", false),
            ("https://", false), ("https:///x", false), ("https://:80/", false),
            ("https://a.example/#x", false), ("https://a b/", false), ("a.example", false),
            ("https://a\\\\b/", false), ("file:///etc/passwd", false),
            ("https://ä.example/", false),
        ])
    func addresses(url: String, isAccepted: Bool) {
        let messages = errors(
            "webhooks: {endpoints: [{name: a, secret_file: s, url: \"\(url)\"}]}")
        #expect(messages.isEmpty == isAccepted)
    }

    @Test("All mistakes of a file and of the environment are reported at once, in order")
    func all() {
        let lines = errors(
            """
            server:
              port: 70000
              prot: 1
            mqtt:
              brokers:
                - keep_alive: 1s
                - qos: 2
                  tls: {enabled: maybe}
            log: {level: 3}
            webhooks: {retry_delays: [1s, x, 0s]}
            """, ["FRESHWIRE_SERVER_PRT": "1", "FRESHWIRE_AUTH_CLOCK_LEEWAY": "1"])
        let places = lines.map { $0.prefix { $0 != " " } }
        #expect(
            places == [
                "f.yaml:2:9:", "f.yaml:3:3:", "f.yaml:6:19:", "f.yaml:7:7:", "f.yaml:7:7:",
                "f.yaml:7:12:",
                "f.yaml:8:22:", "f.yaml:9:14:", "f.yaml:10:31:", "f.yaml:10:34:",
                "FRESHWIRE_AUTH_CLOCK_LEEWAY:", "FRESHWIRE_SERVER_PRT:",
            ])
    }

    @Test(
        "Text that is no YAML is one error at its place",
        arguments: [
            ("server: [", "f.yaml:"), ("a: 1\na: 2\n", "f.yaml:2:1:"),
            ("a: &x 1\n", "f.yaml:1:4:"), ("a: *x\n", "f.yaml:1:4:"),
            ("--- 1\n--- 2\n", "f.yaml:2:1:"), ("a: \u{0}", "f.yaml:1:4:"),
            (String(repeating: "[", count: 5000), "f.yaml:1:65:"),
            ("k: " + String(repeating: "x", count: 2 << 20), "f.yaml:1:1:"),
        ])
    func malformed(text: String, place: String) {
        let lines = errors(text)
        #expect(lines.count == 1)
        #expect(lines.allSatisfy { $0.hasPrefix(place) })
    }

    @Test("Invalid UTF-8 is an error at its place")
    func invalidUTF8() {
        let text: [UInt8] = Array("server:\n  address: ".utf8) + [0xC3, 0x28]
        let report = ConfigurationReport(text: text, named: "f.yaml", environment: [:])
        #expect(report.configuration == nil)
        #expect(report.errors.map { "\($0)" }.first?.hasPrefix("f.yaml:2:13:") == true)
    }

    @Test("A hostile value is cut in the message", arguments: ["x", "x\\n", "ä"])
    func longValues(unit: String) {
        let value = String(repeating: unit, count: 100_000)
        for text in ["server: {port: \"\(value)\"}", "\"\(value)\": 1"] {
            let lines = errors(text)
            #expect(lines.count == 1)
            #expect(lines.allSatisfy { $0.count < 200 && !$0.contains("\n") })
        }
    }
}
