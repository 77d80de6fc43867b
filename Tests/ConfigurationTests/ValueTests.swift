import Configuration
import Testing

@Suite("A configuration file sets what it names and nothing else")
struct ValueTests {
    @Test(
        "A file that sets nothing leaves the defaults",
        arguments: [
            "", "# nothing\n", "---\n", "{}", "mqtt:\nserver:\n", "mqtt:\n  brokers:\n",
            "mqtt:\n  brokers:\n    -\n", "server: {tls: {}}\n",
        ])
    func nothing(text: String) throws {
        let report = report(text)
        #expect(report.configuration == Configuration())
        #expect(report.warnings.isEmpty)
    }

    @Test("The defaults are those of a broker and a server that only this machine reaches")
    func defaults() throws {
        let defaults = Configuration()
        let broker = try #require(defaults.mqtt.brokers.first)
        #expect(defaults.mqtt.brokers.count == 1)
        #expect(broker.host == "localhost" && broker.port == 1883)
        #expect(broker.version == .v5 && broker.qos == 1 && broker.receiveMaximum == 500)
        #expect(broker.keepAlive == .seconds(60) && broker.sessionExpiry == .seconds(604_800))
        #expect(defaults.store.temperatureRetentionDays == 90)
        #expect(defaults.store.locationRetentionDays == 30)
        #expect(defaults.server.address == "127.0.0.1" && defaults.server.port == 8080)
        #expect(defaults.authentication.hasNoKey)
        #expect(defaults.limits.profile == "us-fda-2022" && defaults.limits.directory == nil)
        #expect(defaults.limits.hotMinimumCelsius == nil)
        #expect(defaults.limits.coldMaximumCelsius == nil)
        #expect(defaults.limits.frozenMaximumCelsius == nil)
        #expect(defaults.webhooks.endpoints.isEmpty)
    }

    @Test("Values of every type come out as written")
    func everyType() throws {
        let read = try configuration(
            """
            mqtt:
              brokers:
                - name: kitchen
                  host: mqtt.example.com
                  port: 8883
                  protocol: 3.1.1
                  username: "fresh: wire"
                  password_file: /run/secrets/mqtt
                  session_expiry: 12h
                  tls: {enabled: true, certificate_file: a.crt, key_file: a.key}
                - name: depot
                  host: "::1"
                  reconnect_initial: 250ms
              batch_bytes: 512KiB
            server:
              allowed_origins: ["https://a.example", "http://localhost:3000"]
            auth:
              hs256_secret: 0123456789abcdef0123456789abcdef
              issuer: https://login.example.com/
            limits:
              profile: de-lmhv
              directory: /etc/freshwire/limits
              cold_maximum_celsius: 7
              frozen_maximum_celsius: -18
            webhooks:
              endpoints:
                - name: a
                  url: "https://a.example/h?x=1"
                  secret_file: s
                  events: [order.delivered]
              retry_delays: [1s, 1m, 1m]
              jitter: 0.5
            orders: {topic_enabled: false}
            devices: {directory: /etc/freshwire/devices}
            log: {level: debug}
            """)
        let (kitchen, depot) = (read.mqtt.brokers[0], read.mqtt.brokers[1])
        #expect(kitchen.host == "mqtt.example.com" && kitchen.port == 8883)
        #expect(kitchen.version == .v311 && kitchen.username == "fresh: wire")
        #expect(kitchen.passwordFile == "/run/secrets/mqtt")
        #expect(kitchen.sessionExpiry == .seconds(43_200))
        #expect(kitchen.tls.isEnabled && kitchen.tls.keyFile == "a.key")
        #expect(depot.host == "::1" && depot.port == 1883 && !depot.tls.isEnabled)
        #expect(depot.reconnectInitial == .milliseconds(250))
        #expect(read.mqtt.batchBytes == 524_288 && read.mqtt.batchMessages == 500)
        #expect(read.server.allowedOrigins == ["https://a.example", "http://localhost:3000"])
        #expect(
            read.authentication.hs256Secret?.revealed
                == Array("0123456789abcdef0123456789abcdef".utf8))
        #expect(read.authentication.issuer == "https://login.example.com/")
        #expect(read.limits.profile == "de-lmhv" && read.limits.coldMaximumCelsius == 7)
        #expect(read.limits.frozenMaximumCelsius == -18)
        let endpoint = try #require(read.webhooks.endpoints.first)
        #expect(endpoint.name == "a" && endpoint.url == "https://a.example/h?x=1")
        #expect(endpoint.events == [.delivered] && endpoint.timeout == .seconds(15))
        #expect(read.webhooks.retryDelays == [.seconds(1), .seconds(60), .seconds(60)])
        #expect(read.webhooks.jitter == 0.5)
        #expect(!read.orders.isTopicEnabled && read.log.level == .debug)
        #expect(read.devices.directory == "/etc/freshwire/devices")
    }

    @Test(
        "The ends of a range are inside, what lies beyond is refused with the range",
        arguments: [
            ("server: {port: 0}", nil), ("server: {port: 65535}", nil),
            ("server: {port: 65536}", "server.port is 65536, allowed is 0…65535"),
            ("server: {port: -1}", "server.port is -1, allowed is 0…65535"),
            (
                "server: {port: 99999999999999999999}",
                "server.port needs a whole number such as 8080, found '99999999999999999999'"
            ),
            ("mqtt: {brokers: [{receive_maximum: 5000}]}", nil),
            (
                "mqtt: {brokers: [{receive_maximum: 5001}]}",
                "mqtt.brokers[0].receive_maximum is 5001, allowed is 1…5000"
            ),
            ("mqtt: {brokers: [{keep_alive: 60s}]}", nil),
            (
                "mqtt: {brokers: [{keep_alive: 59s}]}",
                "mqtt.brokers[0].keep_alive is 59s, allowed is 1m…65535s"
            ),
            ("store: {temperature_retention: 90d}", nil),
            (
                "store: {temperature_retention: 89d}",
                "store.temperature_retention is 89d, allowed is 90d…3650d"
            ),
            ("store: {location_retention: 30d}", nil),
            (
                "store: {location_retention: 31d}",
                "store.location_retention is 31d, allowed is 1d…30d"
            ),
            (
                "store: {wal_limit: 1KiB}", "store.wal_limit is 1KiB, allowed is 1MiB…4GiB"
            ),
            (
                "store: {location_retention: 36h}",
                "store.location_retention needs whole days such as 90d, found '36h'"
            ),
            ("webhooks: {jitter: 1}", nil),
            ("webhooks: {jitter: 1.01}", "webhooks.jitter is 1.01, allowed is 0…1"),
            (
                "limits: {hot_minimum_celsius: 4}",
                "limits.hot_minimum_celsius is 4, allowed is 40…100"
            ),
        ] as [(String, String?)])
    func ranges(text: String, problem: String?) {
        let messages = report(text).errors.map(\.message)
        #expect(messages == (problem.map { [$0] } ?? []))
    }

    @Test("QoS 1 is accepted; 0 and 2 are refused with the reason (B-2)", arguments: [0, 1, 2, 3])
    func qualityOfService(level: Int) {
        let messages = errors("mqtt: {brokers: [{qos: \(level)}]}")
        #expect(messages.isEmpty == (level == 1))
        #expect(messages.allSatisfy { $0.contains("is \(level), allowed is 1") })
        if level == 2 {
            #expect(messages.first?.contains("libmosquitto acknowledges a QoS 2 message") == true)
        }
        if level == 0 {
            #expect(messages.first?.contains("the broker does not keep messages") == true)
        }
    }

    @Test("A secret is shown nowhere")
    func secrecy() throws {
        let text = "auth: {hs256_secret: 0123456789abcdef0123456789abcdef}"
        let read = try configuration(text)
        var dumped = ""
        dump(read, to: &dumped)
        for output in ["\(read)", String(reflecting: read), dumped, read.effectiveText] {
            #expect(!output.contains("0123456789abcdef"))
        }
        #expect(read.effectiveText.contains("# hs256_secret: (hidden)"))
        let short = errors("auth: {hs256_secret: tooshort}")
        #expect(short.count == 1 && short.allSatisfy { !$0.contains("tooshort") })
    }

    @Test(
        "Durations are given to C libraries and tables in whole units",
        arguments: [
            (.zero, 0, 0), (.milliseconds(1999), 1999, 1), (.seconds(90), 90_000, 90),
            (.milliseconds(-1500), -1500, -1), (.seconds(Int64.max), .max, .max),
            (.seconds(Int64.min), .min, .min),
        ] as [(Duration, Int64, Int64)])
    func wholeUnits(duration: Duration, milliseconds: Int64, seconds: Int64) {
        #expect(duration.wholeMilliseconds == milliseconds)
        #expect(duration.wholeSeconds == seconds)
    }
}
