import Intake
import TestSupport
import Testing

@Suite struct SessionTests {
    @Test("B-1: a message arrives with its topic, payload and flags")
    func arrival() throws {
        let broker = try Mosquitto()
        try broker.publish("kept", to: "bags/7/readings", options: ["-r"])
        let driver = try SessionDriver(.test(port: broker.port))
        #expect(driver.session.state == .disconnected)
        #expect(driver.turn { $0.isSubscribed && $0.messages.count == 1 })
        #expect(driver.session.state == .connected(sessionPresent: false))
        try broker.publish("[1,2]", to: "bags/8/readings", qos: 2)
        try broker.publish("", to: "bags/9/readings", qos: 0)
        #expect(driver.turn { $0.messages.count == 3 })
        #expect(
            driver.messages == [
                "bags/7/readings kept", "bags/8/readings [1,2]", "bags/9/readings ",
            ])
        #expect(driver.entries.map(\.isRetained) == [true, false, false])
        #expect(driver.entries.map(\.qos) == [1, 1, 0])
        #expect(driver.entries.map { $0.packetIdentifier > 0 } == [true, true, false])
        #expect(driver.entries.allSatisfy { $0.broker == 3 && !$0.isTruncated })
    }

    @Test("B-8: of a payload beyond the limit the beginning is kept, and its length is told")
    func truncation() throws {
        let broker = try Mosquitto()
        let driver = try SessionDriver(.test(port: broker.port), payloadLimit: 4)
        #expect(driver.turn { $0.isSubscribed })
        try broker.publish("123456789", to: "bags/1/readings")
        #expect(driver.turn { !$0.messages.isEmpty })
        #expect(driver.messages == ["bags/1/readings 1234"])
        #expect(driver.entries.first?.payloadLength == 9)
        #expect(driver.entries.first?.isTruncated == true)
    }

    @Test(
        "a backlog longer than the batch comes in order, in as many turns as it takes",
        arguments: [BrokerSettings.ProtocolVersion.v5, .v311])
    func backlog(version: BrokerSettings.ProtocolVersion) throws {
        let broker = try Mosquitto()
        var settings = BrokerSettings.test(port: broker.port)
        settings.protocolVersion = version
        let driver = try SessionDriver(settings, messageLimit: 64)
        #expect(driver.turn { $0.isSubscribed })
        for number in 0..<3 {
            try broker.publish("\(number)", to: "bags/1/readings", count: 250)
        }
        #expect(driver.turn { $0.messages.count >= 750 })
        let expected = (0..<750).map { "bags/1/readings \($0 / 250)" }
        #expect(driver.messages == expected)
        #expect(driver.largestBatch == 64)
    }

    @Test("B-1: a broker that is away at the start is connected to once it appears")
    func brokerAwayAtStart() throws {
        var options = Mosquitto.Options()
        options.port = LoopbackPort.free()
        let driver = try SessionDriver(.test(port: options.port ?? 0))
        #expect(driver.turn { $0.reports.count >= 2 })
        for report in driver.reports {
            guard case .dialFailed(.unreachable, let wait) = report else {
                Issue.record("unexpected \(report)")
                continue
            }
            #expect(wait <= .milliseconds(100))
        }
        let broker = try Mosquitto(options)
        #expect(driver.turn { $0.isSubscribed })
        try broker.publish("1", to: "bags/1/readings")
        #expect(driver.turn { $0.messages == ["bags/1/readings 1"] })
    }

    @Test(
        "B-1: after a restart of the broker the session is resumed, with what was queued for it",
        arguments: [BrokerSettings.ProtocolVersion.v5, .v311])
    func brokerRestart(version: BrokerSettings.ProtocolVersion) throws {
        var options = Mosquitto.Options()
        options.persistence = true
        let broker = try Mosquitto(options)
        var settings = BrokerSettings.test(port: broker.port)
        settings.protocolVersion = version
        let driver = try SessionDriver(settings)
        #expect(driver.turn { $0.isSubscribed })
        try broker.stop()
        #expect(driver.turn { $0.session.state != .connected(sessionPresent: false) })
        try broker.start()
        try broker.publish("while away", to: "bags/1/readings")
        #expect(driver.turn { $0.messages == ["bags/1/readings while away"] })
        #expect(driver.session.state == .connected(sessionPresent: true))
        #expect(driver.reports.contains(.connected(sessionPresent: true)))
        #expect(
            driver.reports.contains {
                if case .disconnected(.connectionLost, _) = $0 { true } else { false }
            })
    }

    @Test("B-1: what was abandoned comes again after the session is resumed")
    func abandoning() throws {
        let broker = try Mosquitto()
        let driver = try SessionDriver(.test(port: broker.port))
        #expect(driver.turn { $0.isSubscribed })
        driver.session.abandon(now: .now)
        #expect(driver.session.state == .disconnected)
        #expect(driver.session.nextDeadline == nil)
        try broker.publish("1", to: "bags/1/readings")
        for _ in 0..<10 { driver.turn() }
        #expect(driver.session.state == .disconnected)
        driver.session.resume()
        #expect(driver.turn { $0.messages == ["bags/1/readings 1"] })
        #expect(driver.reports.contains(.disconnected(.abandoned, retryIn: nil)))
    }

    @Test("the broker's own drop counter is reported, and is no message")
    func brokerCounters() throws {
        var options = Mosquitto.Options()
        options.lines = ["sys_interval 1"]
        let broker = try Mosquitto(options)
        let driver = try SessionDriver(.test(port: broker.port, filter: "#"))
        let isTold = driver.turn { driver in
            driver.reports.contains { if case .brokerDropped = $0 { true } else { false } }
                && driver.reports.contains { if case .brokerStored = $0 { true } else { false } }
        }
        #expect(isTold)
        #expect(driver.messages.isEmpty)
    }

    /// An `acl_file` filters messages but refuses no subscription; this plugin does.
    static let accessPlugin: String = {
        #if arch(arm64)
            "/usr/lib/aarch64-linux-gnu/mosquitto_dynamic_security.so"
        #else
            "/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so"
        #endif
    }()
    static let mayReadOneBag = """
        {"defaultACLAccess": {"subscribe": false}, "clients": [], "anonymousGroup": "anyone",
         "groups": [{"groupname": "anyone", "roles": [{"rolename": "reader"}]}],
         "roles": [{"rolename": "reader", "acls": [
            {"acltype": "subscribeLiteral", "topic": "bags/1/readings", "allow": true}]}]}
        """

    @Test("a filter that the broker does not allow is reported")
    func refusedSubscription() throws {
        let directory = TemporaryDirectory()
        let rules = directory.write(Self.mayReadOneBag, to: "rules.json")
        var options = Mosquitto.Options()
        options.lines = ["plugin \(Self.accessPlugin)", "plugin_opt_config_file \(rules)"]
        let broker = try Mosquitto(options)
        var settings = BrokerSettings.test(port: broker.port, filter: "bags/1/readings")
        settings.subscriptions.append(.init("secret/#"))
        let driver = try SessionDriver(settings)
        #expect(driver.turn { $0.isSubscribed })
        let refused = driver.reports.compactMap { report in
            if case .subscriptionRefused(let filter, let code) = report {
                return code >= 128 ? filter : "\(filter) \(code)"
            }
            return nil
        }
        #expect(refused.contains("secret/#"))
        #expect(!refused.contains("bags/1/readings"))
    }

    @Test("two clients with one client identifier are told apart from a bad line")
    func takeover() throws {
        let broker = try Mosquitto()
        let first = try SessionDriver(.test(port: broker.port))
        let second = try SessionDriver(.test(port: broker.port))
        let isSuspected = first.turn { driver in
            second.turn()
            return driver.reports.contains(.takeoverSuspected(disconnects: 4))
        }
        #expect(isSuspected)
    }

    @Test("B-1: user name and password file are presented; wrong ones are told as refused")
    func password() throws {
        let directory = TemporaryDirectory()
        let passwords = directory.write("bridge:correct horse\n", to: "passwords")
        let hashing = try ChildProcess("mosquitto_passwd", ["-U", passwords])
        #expect(try hashing.wait() == .exit(0))
        var options = Mosquitto.Options()
        options.lines = ["password_file \(passwords)", "allow_anonymous false"]
        let broker = try Mosquitto(options)

        var settings = BrokerSettings.test(port: broker.port)
        settings.username = "bridge"
        settings.passwordFile = directory.write("correct horse\n", to: "right")
        let accepted = try SessionDriver(settings)
        #expect(accepted.turn { $0.isSubscribed })

        settings.passwordFile = directory.write("wrong\n", to: "wrong")
        let refused = try SessionDriver(settings)
        #expect(refused.turn { !$0.reports.isEmpty })
        guard case .disconnected(.refused(let code, _), _) = refused.reports.first else {
            Issue.record("unexpected \(refused.reports)")
            return
        }
        #expect(code == 135)

        settings.passwordFile = directory.file("missing")
        let missing = try SessionDriver(settings)
        #expect(missing.turn { !$0.reports.isEmpty })
        guard case .dialFailed(.passwordFile, _) = missing.reports.first else {
            Issue.record("unexpected \(missing.reports)")
            return
        }
    }

    @Test("a name that does not resolve is told")
    func unknownHost() throws {
        let driver = try SessionDriver(.test(port: 1, host: "no-such-host.invalid"))
        #expect(driver.turn { !$0.reports.isEmpty })
        guard case .dialFailed(.nameNotResolved, _) = driver.reports.first else {
            Issue.record("unexpected \(driver.reports)")
            return
        }
    }

    @Test("a clean end says DISCONNECT and does not connect again")
    func disconnecting() throws {
        let broker = try Mosquitto()
        let driver = try SessionDriver(.test(port: broker.port))
        #expect(driver.turn { $0.isSubscribed })
        driver.session.disconnect()
        driver.turn()
        #expect(driver.session.state == .disconnected)
        #expect(driver.reports.last == .disconnected(.requested, retryIn: nil))
        #expect(driver.session.nextDeadline == nil)
        #expect(eventually { broker.log.contains("Received DISCONNECT from freshwire-test") })
    }
}
