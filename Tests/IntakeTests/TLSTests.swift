import Intake
import TestSupport
import Testing

@Suite struct TLSTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    private func broker(
        _ alternatives: [String], clientAuthority: String? = nil, lines: [String] = []
    ) throws -> Mosquitto {
        var options = Mosquitto.Options()
        options.certificate = try authority.issue("broker", alternatives: alternatives)
        options.clientAuthority = clientAuthority
        options.lines = lines
        return try Mosquitto(options)
    }

    private func settings(
        _ broker: Mosquitto, host: String = "127.0.0.1"
    ) -> BrokerSettings {
        var settings = BrokerSettings.test(port: broker.port, host: host)
        settings.tls = .init(authorityFile: authority.certificateFile)
        return settings
    }

    /// The first thing that went wrong.
    private func failure(_ settings: BrokerSettings) throws -> BrokerReport? {
        let driver = try SessionDriver(settings)
        #expect(driver.turn { !$0.reports.isEmpty || $0.isSubscribed })
        return driver.reports.first
    }

    @Test(
        "B-1: a certificate for the name or the address that was dialed is accepted",
        arguments: [("IP:127.0.0.1", "127.0.0.1"), ("DNS:localhost", "localhost")])
    func rightName(alternative: String, host: String) throws {
        let broker = try broker([alternative])
        let driver = try SessionDriver(settings(broker, host: host))
        #expect(driver.turn { $0.isSubscribed })
        try broker.publish(
            "1", to: "bags/1/readings", authority: authority.certificateFile,
            options: ["--insecure"])
        #expect(driver.turn { $0.messages == ["bags/1/readings 1"] })
    }

    @Test(
        "B-1: a certificate for another name is refused, however like it looks",
        arguments: [
            ("DNS:elsewhere.example", "localhost"), ("DNS:*.0.0.1", "127.0.0.1"),
            ("DNS:127.0.0.1", "127.0.0.1"), ("IP:127.0.0.2", "127.0.0.1"),
            ("DNS:*.localhost", "localhost"), ("DNS:local*", "localhost"),
        ])
    func wrongName(alternative: String, host: String) throws {
        let broker = try broker([alternative])
        let report = try failure(settings(broker, host: host))
        #expect(broker.isRunning)
        guard case .dialFailed(.certificateRefused(let reason), _) = report else {
            Issue.record("unexpected \(String(describing: report))")
            return
        }
        #expect(reason.contains("mismatch"))
    }

    @Test(
        "B-1: a certificate of an authority we do not trust is refused", arguments: [true, false])
    func wrongAuthority(isNamed: Bool) throws {
        let broker = try broker(["IP:127.0.0.1"])
        let stranger = try TestAuthority(name: "Somebody Else")
        var settings = settings(broker)
        settings.tls?.authorityFile = isNamed ? stranger.certificateFile : nil
        let report = try failure(settings)
        #expect(broker.isRunning)
        withExtendedLifetime(stranger) {}
        guard case .dialFailed(.certificateRefused, _) = report else {
            Issue.record("unexpected \(String(describing: report))")
            return
        }
    }

    @Test("B-1: with mutual TLS our certificate lets us in")
    func mutual() throws {
        let broker = try broker(["IP:127.0.0.1"], clientAuthority: authority.certificateFile)
        let ours = try authority.issue("bridge", alternatives: ["DNS:bridge"])
        var settings = settings(broker)
        settings.tls?.certificateFile = ours.certificateFile
        settings.tls?.keyFile = ours.keyFile
        let driver = try SessionDriver(settings)
        #expect(driver.turn { $0.isSubscribed })
    }

    @Test("with mutual TLS, no certificate of ours is told as a TLS failure")
    func mutualWithoutCertificate() throws {
        let broker = try broker(["IP:127.0.0.1"], clientAuthority: authority.certificateFile)
        let report = try failure(settings(broker))
        #expect(broker.isRunning)
        // Which words depends on whether the broker's alert or its reset is seen first.
        guard case .disconnected(.tls, _) = report else {
            Issue.record("unexpected \(String(describing: report))")
            return
        }
    }

    @Test("B-1: a broker that speaks no TLS 1.3 is refused")
    func oldTLS() throws {
        let directory = TemporaryDirectory()
        let certificate = try authority.issue("broker", alternatives: ["IP:127.0.0.1"])
        let port = LoopbackPort.free()
        let server = try ChildProcess(
            "openssl",
            [
                "s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificate.certificateFile,
                "-key", certificate.keyFile, "-no_tls1_3", "-www",
            ], output: directory.file("log"))
        #expect(eventually { directory.read("log").contains("ACCEPT") && server.isRunning })
        var settings = BrokerSettings.test(port: port)
        settings.tls = .init(authorityFile: authority.certificateFile)
        let report = try failure(settings)
        #expect(server.isRunning)
        guard case .dialFailed(.tls(let reason), _) = report else {
            Issue.record("unexpected \(String(describing: report))")
            return
        }
        #expect(reason.contains("protocol version"))
    }

    @Test(
        "a TLS file that cannot be used is named", arguments: ["authority", "certificate", "key"])
    func missingFile(which: String) throws {
        let broker = try broker(["IP:127.0.0.1"])
        let ours = try authority.issue("bridge", alternatives: ["DNS:bridge"])
        var tls = BrokerSettings.TLS(
            authorityFile: authority.certificateFile, certificateFile: ours.certificateFile,
            keyFile: ours.keyFile)
        switch which {
        case "authority": tls.authorityFile = "/nonexistent"
        case "certificate": tls.certificateFile = "/nonexistent"
        default: tls.keyFile = "/nonexistent"
        }
        var settings = settings(broker)
        settings.tls = tls
        let report = try failure(settings)
        #expect(broker.isRunning)
        guard case .dialFailed(.tlsFile(let name, _), _) = report else {
            Issue.record("unexpected \(String(describing: report))")
            return
        }
        #expect(name == "/nonexistent")
    }

    @Test("a connection in plain text to a TLS broker fails, and is tried again")
    func plainToTLS() throws {
        let broker = try broker(["IP:127.0.0.1"])
        let driver = try SessionDriver(.test(port: broker.port))
        #expect(driver.turn { $0.reports.count >= 2 })
        #expect(driver.messages.isEmpty)
    }
}
