import Foundation
import TestSupport
import Testing

/// What clients of every dialect see of a daemon that ends and comes again.
@Suite struct DrainTests {
    private let broker: Mosquitto
    private let daemon: Freshwire

    init() throws {
        broker = try Mosquitto()
        var settings = Freshwire.Settings()
        // Where it was, so that clients find it again.
        settings.environment = [
            "FRESHWIRE_SERVER_PORT": "\(LoopbackPort.free())",
            "FRESHWIRE_SERVER_CONNECTIONS_PER_USER": "1000",
            "FRESHWIRE_SERVER_TABLE_TAP_CONNECTIONS_PER_USER": "1000",
        ]
        daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
        try daemon.createOrder(
            "ORD-1", foodClass: "cold", bags: ["BAG-1"], from: rfc3339(now() - 60_000),
            fields: #","cafeId":"c1","customerId":"anna","status":"in_transit""#)
    }

    /// Opens or closes an alarm: a record.
    private func publish(alarm number: Int, from start: Int) throws {
        try broker.publish(
            temperature: number.isMultiple(of: 2) ? 9 : 4, ofBag: "BAG-1", at: start + number)
    }

    @Test(
        "SIGTERM with 210 clients: all are told when to come again, and after the restart each has every record, once and in order"
    )
    func everybody() throws {
        let crowd = try Crowd(210, at: daemon)
        let start = now() - 50_000
        for number in 0..<10 { try publish(alarm: number, from: start) }
        #expect(eventually(within: .seconds(30)) { crowd.status?.alarms == 10 })

        daemon.send(signal: SIGTERM)
        // The engine goes on meanwhile, and not ready is said first of all.
        for number in 10..<20 { try publish(alarm: number, from: start) }
        #expect(try daemon.request("/health/ready").status == 503)
        let late = try RealtimeClient(daemon, token: try daemon.token())
        #expect(late.announcement == "refused 503")
        #expect(try daemon.wait() == .exit(0))
        #expect(daemon.log.contains("msg=stopped"))
        try daemon.start()
        for number in 20..<30 { try publish(alarm: number, from: start) }
        #expect(
            eventually(within: .seconds(60)) {
                crowd.status?.alarms == 30 && crowd.status?.following == 210
            }, "\(String(describing: crowd.status))")

        let members = try crowd.finish()
        #expect(members.count == 210)
        let whole = try #require(members.first?.alarms)
        #expect(Set(whole).count == 30)
        for member in members {
            #expect(member.alarms == whole, "\(member.dialect)")
            // One that polls is told by the poll that waits; between two it finds its session gone.
            let isPolling = member.dialect == "socketio-polling"
            // A stream that comes again too soon is sent away again.
            let mayBeMany = member.dialect == "sse" && !member.closings.isEmpty
            #expect(member.closings.count == 1 || isPolling || mayBeMany, "\(member)")
            guard let closing = member.closings.first else { continue }
            #expect(closing.code == (member.dialect == "sse" ? "end" : "1001"), "\(member)")
            #expect(closing.reason.contains(#/\d{4}/#), "\(member)")
        }
        // They are not told the same time.
        #expect(Set(members.compactMap { $0.closings.first?.reason }).count > 150)
    }

    @Test(
        "the ends of many connections are spread; a second signal ends those at once that are left")
    func hurried() throws {
        let crowd = try Crowd(420, at: daemon)
        daemon.send(signal: SIGTERM)
        #expect(eventually { (crowd.status?.closings ?? 0) > 20 })
        #expect((crowd.status?.closings ?? 0) < 400)
        #expect(daemon.isRunning)
        daemon.send(signal: SIGTERM)
        #expect(try daemon.wait() == .exit(0))
        #expect(!daemon.log.contains("stopped before"))
        let members = try crowd.finish()
        #expect(members.count == 420)
        #expect(
            members.allSatisfy { !$0.closings.isEmpty || $0.dialect == "socketio-polling" })
    }
}
