import Configuration
import Testing

private let endpoint = "name: a, url: 'https://a.example'"
private let complete = "\(endpoint), secret_file: s"

@Suite("Keys that contradict each other are reported")
struct ConsistencyTests {
    @Test(
        "A contradiction is an error at the key that can end it",
        arguments: [
            (
                "mqtt: {brokers: []}",
                "f.yaml:1:8: mqtt.brokers is empty, so there would be nothing to read"
            ),
            (
                "mqtt: {brokers: [{}, {host: b, tls: {enabled: true}}]}",
                """
                f.yaml:1:22: mqtt.brokers[1].name is 'local' like an earlier broker's; give each \
                its own
                """
            ),
            (
                "mqtt: {brokers: [{name: a}, {name: b}]}",
                """
                f.yaml:1:29: mqtt.brokers[1].client_id is in use for the same broker already; the \
                two would end each other
                """
            ),
            (
                "mqtt: {brokers: [{password_file: p}]}",
                "f.yaml:1:19: mqtt.brokers[0].password_file needs a username"
            ),
            (
                "mqtt: {brokers: [{reconnect_initial: 10s, reconnect_maximum: 5s}]}",
                "f.yaml:1:19: mqtt.brokers[0].reconnect_initial is longer than reconnect_maximum"
            ),
            (
                "mqtt: {brokers: [{tls: {ca_file: a}}]}",
                """
                f.yaml:1:25: mqtt.brokers[0].tls.ca_file is set, but TLS is off; set \
                mqtt.brokers[0].tls.enabled to true
                """
            ),
            (
                "mqtt: {brokers: [{tls: {enabled: true, certificate_file: a}}]}",
                """
                f.yaml:1:40: mqtt.brokers[0].tls.certificate_file needs \
                mqtt.brokers[0].tls.key_file too
                """
            ),
            (
                "{proof: {signing_key_file: k}, places: {key_file: k}}",
                """
                f.yaml:1:41: places.key_file is a file of the log's proof as well; the one would \
                be written over the other
                """
            ),
            (
                "{proof: {signing_key_file: k, head_file: k}}",
                """
                f.yaml:1:31: proof.head_file is the file of the key as well; the head would be \
                written over it
                """
            ),
            (
                "server: {tls: {key_file: a}}",
                "f.yaml:1:16: server.tls.key_file needs server.tls.certificate_file too"
            ),
            (
                "server: {outbox_bytes: 2MiB, outbox_total_bytes: 1MiB}",
                "f.yaml:1:10: server.outbox_bytes is more than server.outbox_total_bytes"
            ),
            (
                "auth: {hs256_secret: 0123456789abcdef0123456789abcdef, hs256_secret_file: a}",
                "f.yaml:1:8: auth.hs256_secret and auth.hs256_secret_file are both set; keep one"
            ),
            (
                "limits: {profile: us-fda-2020}",
                """
                f.yaml:1:10: limits.profile is 'us-fda-2020', and there are no limits called so \
                (did you mean 'us-fda-2022'?); limits of your own are files <name>.yaml in a \
                directory, named by limits.directory
                """
            ),
            (
                "limits: {frozen_maximum_celsius: -1, cold_maximum_celsius: -2}",
                """
                f.yaml:1:10: limits.frozen_maximum_celsius contradicts the other limits: \
                'frozen_hold_maximum' has to be below 'cold_hold_maximum'
                """
            ),
            (
                "limits: {hot_minimum_celsius: 50}",
                """
                f.yaml:1:10: limits.hot_minimum_celsius contradicts the other limits: \
                'roast_hold_minimum' has to be below 'hot_hold_minimum', or equal to it
                """
            ),
            (
                "limits: {oldest_reading: 100d}",
                """
                f.yaml:1:10: limits.oldest_reading is longer than store.temperature_retention, so \
                they would be erased at once
                """
            ),
            (
                "webhooks: {endpoints: [{\(endpoint)}]}",
                "f.yaml:1:24: webhooks.endpoints[0] needs a secret_file or a secret to sign with"
            ),
            (
                "webhooks: {endpoints: [{\(complete)}, {\(complete)}]}",
                """
                f.yaml:1:78: webhooks.endpoints[1].name is 'a' like an earlier endpoint's; give \
                each its own
                """
            ),
            (
                "webhooks: {endpoints: [{name: a, url: 'http://a.example', secret_file: s}]}",
                """
                f.yaml:1:34: webhooks.endpoints[0].url is not https; plain http needs \
                allow_private_addresses and a private network
                """
            ),
            (
                "webhooks: {endpoints: [{name: a, secret_file: s}]}",
                "f.yaml:1:24: webhooks.endpoints[0] needs the key 'url'"
            ),
        ])
    func contradictions(text: String, line: String) {
        #expect(errors(text) == [line])
    }

    @Test("What was not read is not compared")
    func refusedValues() {
        let lines = errors(
            """
            mqtt: {brokers: [{username: [], password_file: p}]}
            limits: {profile: 'a b', frozen_maximum_celsius: -1, cold_maximum_celsius: -2}
            """
        )
        #expect(lines.count == 2)
        #expect(
            !lines.contains { $0.contains("needs a username") || $0.contains("no limits called") })
    }

    @Test(
        "What is legal but risky is a warning, and the configuration holds",
        arguments: [
            ("mqtt: {brokers: [{receive_maximum: 1000}]}", "receive_maximum is 1000"),
            ("mqtt: {brokers: [{protocol: 3.1.1}]}", "protocol is 3.1.1"),
            ("mqtt: {brokers: [{host: broker.example}]}", "tls.enabled is off"),
            ("server: {address: 0.0.0.0}", "server.address is reached from other machines"),
            (
                "limits: {cold_maximum_celsius: 8}",
                "limits.cold_maximum_celsius lets food pass that the limits of 'us-fda-2022' do not"
            ),
            (
                "server: {allowed_origins: ['*']}",
                "server.allowed_origins lets the page of any site"
            ),
        ])
    func risks(text: String, warning: String) {
        #expect(errors(text).isEmpty)
        let warnings = warnings(text)
        #expect(warnings.count == 1)
        #expect(warnings.allSatisfy { $0.contains(warning) && $0.hasPrefix("f.yaml:1:") })
    }
}
