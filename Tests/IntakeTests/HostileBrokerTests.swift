import Intake
import TestSupport
import Testing

@Suite struct HostileBrokerTests {
    private static let connack: [UInt8] = [0x20, 3, 0, 0, 0]

    /// Bytes no broker should send, and must not bring us down.
    static let nonsense: [[UInt8]] = [
        .init(repeating: 0xff, count: 4_096),
        Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8) + .init(repeating: 0x20, count: 100),
        // A length of five bytes.
        [0x20, 0xff, 0xff, 0xff, 0xff, 0x7f],
        // A CONNACK too short for its code, and one whose properties are longer than it.
        [0x20, 1, 0],
        [0x20, 3, 0, 0, 200],
        // A PUBLISH before any CONNACK.
        [0x30, 4, 0, 1, 0x61, 0],
        // After CONNACK: a topic longer than its packet, no topic, QoS 3, no packet identifier,
        // a topic that is no UTF-8, and an answer to a subscription without a code.
        connack + [0x30, 4, 0xff, 0xff, 0x61, 0],
        connack + [0x30, 3, 0, 0, 0],
        connack + [0x36, 6, 0, 1, 0x61, 0, 1, 0],
        connack + [0x32, 6, 0, 1, 0x61, 0, 0, 0],
        connack + [0x30, 5, 0, 2, 0xc3, 0x28, 0],
        connack + [0x90, 3, 0, 1, 0],
    ]

    @Test("bytes that are not MQTT end the connection and nothing else", arguments: nonsense)
    func wrongBytes(bytes: [UInt8]) throws {
        let listener = Listener()
        let driver = try SessionDriver(.test(port: listener.port))
        var isAnswered = false
        let isOver = driver.turn { driver in
            isAnswered = isAnswered || listener.answer(bytes)
            return driver.reports.contains {
                if case .disconnected = $0 { true } else { false }
            }
        }
        #expect(isAnswered)
        #expect(isOver)
        #expect(driver.messages.isEmpty)
    }

    @Test("a server that accepts and says nothing is waited for without turning in circles")
    func silence() throws {
        let listener = Listener()
        let driver = try SessionDriver(.test(port: listener.port))
        for _ in 0..<20 { driver.turn() }
        #expect(driver.session.state == .connecting)
        #expect(driver.reports.isEmpty)
        let deadline = try #require(driver.session.nextDeadline)
        #expect(deadline > .now)
        driver.session.disconnect()
        #expect(driver.session.state == .disconnected)
    }

    @Test("a session that goes away while it dials is not held up by that")
    func leavingWhileDialing() throws {
        let listener = Listener()
        var settings = BrokerSettings.test(port: listener.port)
        settings.tls = .init()
        var driver: SessionDriver? = try SessionDriver(settings)
        for _ in 0..<5 { driver?.turn() }
        #expect(driver?.session.state == .connecting)
        let start = ContinuousClock.now
        driver = nil
        #expect(ContinuousClock.now - start < .seconds(5))
    }
}
