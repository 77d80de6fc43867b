import TestSupport
import Testing

/// Clients that were away.
@Suite struct ResumeTests {
    private func reconnect(after id: String, to order: String) -> String {
        #"{"type":"reconnect","id":"again","payload":{"lastMessageId":"\#(id)","#
            + #""subscriptions":["orders.\#(order)"]}}"#
    }

    @Test("W-5: who comes back is told what it missed, once and in order, across a restart")
    func acrossRestart() throws {
        let broker = try Mosquitto()
        let daemon = try Freshwire(brokerPort: broker.port)
        try #require(eventually { daemon.isReady })
        try daemon.createOrder(
            "ORD-1", foodClass: "cold", bags: ["BAG-1"], from: rfc3339(now() - 60_000))
        let token = try daemon.token()
        let first = try RealtimeClient(daemon, token: token)
        try first.subscribe(toOrder: "ORD-1")
        let instant = now()
        try broker.publish(temperature: 9, ofBag: "BAG-1", at: instant - 30_000)
        let seen = try #require(try first.first("temperature_alert"))
        #expect(seen.payload.state == "opened")
        try first.send("close")
        _ = first.end()

        try broker.publish(temperature: 4, ofBag: "BAG-1", at: instant - 29_000)
        #expect(try eventually { try daemon.metric("freshwire_excursions_closed_total") == 1 })
        #expect(try daemon.stop(atMost: .seconds(10)) == .exit(0))
        try daemon.start()
        try #require(eventually { daemon.isReady })
        try broker.publish(temperature: 9.5, ofBag: "BAG-1", at: instant - 28_000)
        #expect(try eventually { try daemon.metric("freshwire_alerts_total") == 1 })

        let again = try RealtimeClient(daemon, token: token)
        try again.send(reconnect(after: seen.id, to: "ORD-1"))
        let answer = try #require(try again.first("reconnect_ack"))
        #expect(answer.payload.status == "recovered")
        try broker.publish(temperature: 4, ofBag: "BAG-1", at: instant - 27_000)
        #expect(eventually { again.count("temperature_alert") == 3 })
        let states = try again.frames("temperature_alert").map { $0.payload.state }
        #expect(states == ["closed", "opened", "closed"])

        let stranger = try RealtimeClient(daemon, token: token)
        try stranger.send(reconnect(after: "another-1", to: "ORD-1"))
        #expect(try stranger.first("reconnect_ack")?.payload.status == "reset")
        #expect(try stranger.first("temperature_update") != nil)
    }
}
