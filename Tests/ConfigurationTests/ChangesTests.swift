import Configuration
import Testing

@Suite("A reload knows what it can take over")
struct ChangesTests {
    @Test("Equal configurations have no changes")
    func none() {
        #expect(Configuration.changes(from: Configuration(), to: Configuration()).isEmpty)
    }

    @Test(
        "Each changed key is named, by what its change needs",
        arguments: [
            (
                "limits: {profile: uk, cold_maximum_celsius: 4}",
                ["limits.profile", "limits.cold_maximum_celsius"], []
            ),
            (
                "limits: {profile: uk, frozen_maximum_celsius: -18}",
                ["limits.profile", "limits.frozen_maximum_celsius"], []
            ),
            ("server: {port: 81}", [], ["server.port"]),
            ("log: {level: debug}\nstore: {directory: x}", ["log.level"], ["store.directory"]),
            ("mqtt: {brokers: [{port: 1884}]}", [], ["mqtt.brokers[0].port"]),
            ("mqtt: {brokers: [{}, {name: b, port: 2}]}", [], ["mqtt.brokers"]),
            (
                "webhooks: {endpoints: [{name: a, url: 'https://a.example', secret_file: s}]}",
                ["webhooks.endpoints"], []
            ),
            (
                "server: {tls: {certificate_file: a, key_file: b}}", [],
                ["server.tls.certificate_file", "server.tls.key_file"]
            ),
            ("auth: {hs256_secret: 0123456789abcdef0123456789abcdef}", ["auth.hs256_secret"], []),
        ] as [(String, [String], [String])])
    func named(text: String, reloadable: [String], needsRestart: [String]) throws {
        let changes = Configuration.changes(from: Configuration(), to: try configuration(text))
        #expect(changes.reloadable == reloadable)
        #expect(changes.needsRestart == needsRestart)
        let back = Configuration.changes(from: try configuration(text), to: Configuration())
        #expect(back == changes)
    }

    @Test("A changed secret of an endpoint is seen, and not shown")
    func secrets() throws {
        func text(_ secret: String) -> String {
            "webhooks: {endpoints: [{name: a, url: 'https://a.example', secret: \(secret)}]}"
        }
        let changes = Configuration.changes(
            from: try configuration(text("0123456789abcdef0123456789")),
            to: try configuration(text("0123456789abcdef012345678X")))
        #expect(changes.reloadable == ["webhooks.endpoints[0].secret"])
        #expect(!"\(changes)".contains("0123456789abcdef"))
    }
}
