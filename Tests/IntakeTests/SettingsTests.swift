import Intake
import Testing

@Suite struct SettingsTests {
    @Test("B-2: a QoS 2 subscription is refused, with the reason")
    func exactlyOnce() {
        var settings = BrokerSettings.test(port: 1883)
        settings.subscriptions = [.init("bags/#", qos: .exactlyOnce)]
        let error = #expect(throws: SessionError.self) {
            try BrokerSession(settings, broker: 0, random: SystemRandomNumberGenerator())
        }
        #expect(error == .settings(.exactlyOnceRefused(filter: "bags/#")))
        #expect(error?.description.contains("libmosquitto loses QoS 2 messages") == true)
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let error: BrokerSettingsError
        let change: @Sendable (inout BrokerSettings) -> Void

        init(
            _ error: BrokerSettingsError,
            _ change: @escaping @Sendable (inout BrokerSettings) -> Void
        ) {
            testDescription = "\(error)"
            self.error = error
            self.change = change
        }
    }

    static let wrong = [
        Wrong(.noSubscriptions) { $0.subscriptions = [] },
        Wrong(.filterInvalid("bags/#/x")) { $0.subscriptions = [.init("bags/#/x")] },
        Wrong(.filterInvalid("")) { $0.subscriptions = [.init("")] },
        Wrong(.filterInvalid("a\0b")) { $0.subscriptions = [.init("a\0b")] },
        Wrong(.textInvalid(setting: "host")) { $0.host = "" },
        Wrong(.textInvalid(setting: "host")) { $0.host = String(repeating: "h", count: 254) },
        Wrong(.textInvalid(setting: "client identifier")) { $0.clientIdentifier = "" },
        Wrong(.textInvalid(setting: "client identifier")) { $0.clientIdentifier = "a\0b" },
        Wrong(.portZero) { $0.port = 0 },
        Wrong(.keepAliveTooShort(seconds: 59)) { $0.keepAliveSeconds = 59 },
        Wrong(.receiveMaximumZero) { $0.receiveMaximum = 0 },
        Wrong(.sessionNotKept) { $0.sessionExpirySeconds = 0 },
        Wrong(.passwordWithoutUsername) { $0.passwordFile = "/password" },
        Wrong(.certificateAndKeyBelongTogether) { $0.tls = .init(certificateFile: "/c") },
        Wrong(.certificateAndKeyBelongTogether) { $0.tls = .init(keyFile: "/k") },
        Wrong(.backOffInvalid) { $0.backOff = .init(initial: .zero) },
        Wrong(.backOffInvalid) { $0.backOff = .init(initial: .seconds(61)) },
        Wrong(.backOffInvalid) { $0.backOff = .init(factor: 0) },
    ]

    @Test("settings that cannot work are refused before anything is connected", arguments: wrong)
    func refusal(wrong: Wrong) {
        var settings = BrokerSettings.test(port: 1883)
        wrong.change(&settings)
        #expect(throws: wrong.error) { try settings.validate() }
    }

    @Test("B-1: shared subscriptions and the defaults are accepted")
    func acceptance() throws {
        var settings = BrokerSettings.test(port: 1883)
        settings.subscriptions = [
            .init("$share/bridge/bags/+/readings"), .init("#", qos: .atMostOnce),
        ]
        try settings.validate()
        #expect(settings.protocolVersion == .v5)
        #expect(settings.keepAliveSeconds == 60)
        #expect(settings.sessionExpirySeconds == 604_800)
        #expect(settings.receiveMaximum == 500)
    }
}
