import TestSupport
import Testing

/// Subscribers that stop reading.
@Suite struct SlowSubscriberTests {
    @Test("a subscriber that stops reading is closed with 3008; the others are told everything")
    func records() throws {
        let broker = try Mosquitto()
        var settings = Freshwire.Settings()
        settings.environment = ["FRESHWIRE_SERVER_OUTBOX_BYTES": "256KiB"]
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
        try daemon.createOrder(
            "ORD-1", foodClass: "cold", bags: ["BAG-1"], from: rfc3339(now() - 3_600_000))
        let token = try daemon.token()
        let stuck = try RealtimeClient(daemon, token: token, isSlow: true)
        let other = try RealtimeClient(daemon, token: token)
        try stuck.subscribe(toOrder: "ORD-1")
        try other.subscribe(toOrder: "ORD-1")
        try stuck.send("pause")
        let before = daemon.memory

        // Every second reading is outside the limit and the next one back inside: an alert each, told
        // when it is over already, of which none may be lost.
        let rows = 400
        let start = now() - 1_800_000
        var alerts = 0
        var readings = 0
        var mostWaiting = 0.0
        while try daemon.metric("freshwire_slow_consumers_closed_total") == 0, alerts < 50 * rows {
            let batch = (readings..<readings + rows).map { number in
                #"{"t":\#(start + number),"temperature":\#(number % 2 == 0 ? 9 : 4)}"#
            }
            try broker.publish("[" + batch.joined(separator: ",") + "]", to: "bags/BAG-1/readings")
            readings += rows
            alerts += rows / 2
            #expect(
                eventually(within: .seconds(60)) { other.count("temperature_alert") == alerts },
                "\(other.count("temperature_alert")) of \(alerts)")
            mostWaiting = max(mostWaiting, try daemon.metric("freshwire_outbox_bytes") ?? .infinity)
        }
        // It is given a few seconds to take the close frame, behind what its kernel holds.
        try stuck.send("resume")
        #expect(stuck.end()?.code == 3008)
        #expect(stuck.count("temperature_alert") < alerts)
        #expect(try daemon.metric("freshwire_slow_consumers_closed_total") == 1)
        #expect(eventually { (try? daemon.metric("freshwire_connections")) == 1 })
        #expect(mostWaiting > 65_536)
        #expect(mostWaiting <= 262_144)
        #expect(daemon.memory - before < 65_536, "in KiB")
    }

    @Test("of states a subscriber that stops reading gets the newest when it reads again")
    func states() throws {
        let broker = try Mosquitto()
        var settings = Freshwire.Settings()
        settings.environment = ["FRESHWIRE_SERVER_OUTBOX_BYTES": "16KiB"]
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
        try daemon.createOrder(
            "ORD-1", foodClass: "hot", bags: ["BAG-1"], from: rfc3339(now() - 3_600_000))
        let stuck = try RealtimeClient(daemon, token: try daemon.token(), isSlow: true)
        try stuck.subscribe(toOrder: "ORD-1")
        try stuck.send("pause")
        let start = now() - 1_800_000
        let readings = 3_000
        for number in 0..<readings / 20 {
            let rows = (0..<20).map { index in
                #"{"t":\#(start + number * 20 + index),"temperature":\#(60 + number % 9)}"#
            }
            try broker.publish("[" + rows.joined(separator: ",") + "]", to: "bags/BAG-1/readings")
        }
        try broker.publish(temperature: 77.7, ofBag: "BAG-1")
        #expect(
            try eventually(within: .seconds(30)) {
                try daemon.metric("freshwire_readings_total") == Double(readings + 1)
            })
        #expect(try daemon.metric("freshwire_outbox_bytes") ?? .infinity < 65_536)
        try stuck.send("resume")
        let newest = try stuck.first("temperature_update") { $0.payload.temperature == 77.7 }
        #expect(newest != nil)
        #expect(stuck.count("temperature_update") < readings)
        #expect(try daemon.metric("freshwire_slow_consumers_closed_total") == 0)
        #expect(try daemon.metric("freshwire_connections") == 1)
    }
}
