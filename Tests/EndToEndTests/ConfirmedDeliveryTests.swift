import Foundation
import InteropSupport
import TestSupport
import Testing

/// Offers and critical messages, told to clients that we did not write.
@Suite struct ConfirmedDeliveryTests {
    private struct Offered: Decodable {
        struct Error: Decodable {
            var code: String
        }
        var offerId: String?
        var status: String?
        var error: Error?
        var messageId: String?
    }

    private struct Told: Decodable {
        struct Content: Decodable {
            var messageId: String?
            var type: String?
            var recipient: String?
            var told: Int?
            var offerId: String?
        }
        var type: String
        var data: Content?
        var payload: Content?
        var messageId: String?
        var sequence: Int?
    }

    private struct Stored: Decodable {
        var state: Int
        var taker: String?
    }

    private static let impatient = ["confirmation:", "  first_repeat: 2s", "  repeats: 2"]

    private func ready(
        _ sections: [String] = impatient, endpoints: [Freshwire.Endpoint] = []
    ) throws -> (Mosquitto, Freshwire) {
        var settings = Freshwire.Settings()
        settings.sections = sections
        settings.endpoints = endpoints
        return try Freshwire.ready(settings)
    }

    private func publish(
        _ type: String, _ data: String, id: String, to daemon: Freshwire
    ) throws -> Answer {
        try daemon.request(
            "/v1/events", method: "POST", token: try daemon.token(subject: "platform"),
            body: #"{"id":"\#(id)","type":"\#(type)","data":\#(data)}"#)
    }

    private func merchantToken(_ daemon: Freshwire, _ site: String) throws -> String {
        try daemon.token(role: "merchant", subject: "owner-\(site)", site: site)
    }

    private func answer(
        _ daemon: Freshwire, _ offer: String, _ verb: String = "accept", token: String
    ) throws -> (status: Int, body: Offered) {
        let answer = try daemon.request(
            "/v1/offers/\(offer)/\(verb)", method: "POST", token: token)
        return (answer.status, try answer.decoded())
    }

    @Test("S-5: a restaurant takes an order by its callback; who asks again is told the same")
    func callback() throws {
        let receiver = try WebhookReceiver()
        let (_, daemon) = try ready(endpoints: [
            Freshwire.Endpoint(
                name: "platform", url: "http://127.0.0.1:\(receiver.port)/ok",
                events: ["offer.accepted", "offer.expired"])
        ])
        let token = try merchantToken(daemon, "REST-1")
        let client = try SocketIOClient(daemon, token: token)
        try client.send(#"answer merchant:new_order {"accepted":true}"#)
        _ = client.events("session:ready", atLeast: 1)
        let order = #"{"merchantId":"REST-1","orderId":"ORD-1","items":[1],"timer":60}"#
        #expect(try publish("merchant:new_order", order, id: "n1", to: daemon).status == 200)
        #expect(client.events("merchant:new_order", atLeast: 1).count == 1)
        #expect(try client.values("timer", of: "merchant:new_order") == ["60"])
        #expect(client.events("offer:accepted", atLeast: 1).count == 1)
        #expect(try client.values("accepted_by", of: "offer:accepted") == ["REST-1"])
        let offer = try #require(try client.values("offer_id", of: "merchant:new_order").first)
        let again = try answer(daemon, offer, token: token)
        #expect(again.status == 200)
        #expect(again.body.status == "accepted")
        let other = try answer(daemon, offer, token: try merchantToken(daemon, "REST-2"))
        #expect(other.status == 404)
        #expect(
            try eventually {
                try receiver.requests().contains { $0.body.contains("offer.accepted") }
            })
        #expect(try daemon.metric("freshwire_confirmation_seconds_total") ?? -1 >= 0)
        usleep(4_500_000)
        #expect(client.events("merchant:new_order").count == 1, "told again, though confirmed")
    }

    @Test("S-5: only drivers known to be near are asked; of two that take it at once one gets it")
    func race() throws {
        let (_, daemon) = try ready()
        var drivers: [String: SocketIOClient] = [:]
        for name in ["near", "nearer", "far", "nowhere"] {
            let client = try SocketIOClient(
                daemon, token: try daemon.token(role: "driver", subject: name))
            _ = client.events("session:ready", atLeast: 1)
            drivers[name] = client
        }
        for (name, latitude) in [("near", 12.9720), ("nearer", 12.9717), ("far", 13.2)] {
            try drivers[name]?.send(
                #"emit driver:location_update {"lat":\#(latitude),"lng":77.5946}"#)
            #expect(drivers[name]?.events("ack", atLeast: 1).count == 1)
        }
        let request =
            #"{"orderId":"ORD-1","pickup":{"lat":12.9716,"lng":77.5946},"drop":{},"fare":50}"#
        let published = try publish("delivery:new_request", request, id: "r1", to: daemon)
        #expect(published.status == 200, "\(published.body)")
        for name in ["near", "nearer"] {
            #expect(drivers[name]?.events("delivery:new_request", atLeast: 1).count == 1)
        }
        for name in ["near", "nearer"] {
            try drivers[name]?.send(#"emit delivery:accept {"order_id":"ORD-1"}"#)
        }
        var outcomes: [String: String] = [:]
        for name in ["near", "nearer"] {
            #expect(drivers[name]?.events("ack", atLeast: 2).count == 2)
            outcomes[name] = try drivers[name]?.values("code", of: "ack").last
        }
        #expect(Set(outcomes.values) == ["-", "OFFER_TAKEN"], "\(outcomes)")
        let loser = outcomes.first { $0.value == "OFFER_TAKEN" }?.key ?? ""
        #expect(drivers[loser]?.events("delivery:request_taken", atLeast: 1).count == 1)
        for name in ["far", "nowhere"] {
            #expect(drivers[name]?.events("delivery:new_request").isEmpty == true)
        }
        let lonely =
            #"{"orderId":"ORD-2","pickup":{"lat":50.0,"lng":8.0},"drop":{}}"#
        #expect(try publish("delivery:new_request", lonely, id: "r2", to: daemon).status == 409)
    }

    @Test("S-5: an offer that nobody takes is over when its time is, and everybody is told")
    func expiry() throws {
        let (_, daemon) = try ready()
        let driver = try SocketIOClient(
            daemon, token: try daemon.token(role: "driver", subject: "D1"))
        let admin = try SocketIOClient(daemon, token: try daemon.token(role: "admin"))
        _ = driver.events("session:ready", atLeast: 1)
        _ = admin.events("session:ready", atLeast: 1)
        let request = #"{"orderId":"ORD-1","driverId":"D1","pickup":{},"drop":{},"timer":2}"#
        #expect(try publish("delivery:new_request", request, id: "r1", to: daemon).status == 200)
        #expect(driver.events("offer:expired", atLeast: 1).count == 1)
        #expect(admin.events("offer:expired", atLeast: 1).count == 1)
        let offer = try #require(try driver.values("offer_id", of: "offer:expired").first)
        let late = try answer(
            daemon, offer, token: try daemon.token(role: "driver", subject: "D1"))
        #expect(late.status == 409)
        #expect(late.body.error?.code == "offer_expired")
    }

    @Test("S-5: a driver whose client never calls back is asked again under the same offer")
    func mute() throws {
        let (_, daemon) = try ready()
        let driver = try SocketIOClient(
            daemon, token: try daemon.token(role: "driver", subject: "D1"))
        _ = driver.events("session:ready", atLeast: 1)
        try driver.send("mute")
        // Whatever is sent behind it is answered in its order.
        try driver.send("join driver_D1")
        _ = driver.events("ack", atLeast: 1)
        let request = #"{"orderId":"ORD-1","driverId":"D1","pickup":{},"drop":{}}"#
        #expect(try publish("delivery:new_request", request, id: "r1", to: daemon).status == 200)
        #expect(driver.events("delivery:new_request", atLeast: 3).count == 3)
        #expect(try Set(driver.values("offer_id", of: "delivery:new_request")).count == 1)
        #expect(
            try eventually(within: .seconds(30)) {
                try daemon.metric("freshwire_critical_unconfirmed_total") == 1
            })
        #expect(driver.events("delivery:new_request").count == 3)
    }

    @Test("T-11, K-8: what a TableTap customer never confirms comes again and is then reported")
    func neverConfirmed() throws {
        let receiver = try WebhookReceiver()
        let (_, daemon) = try ready(endpoints: [
            Freshwire.Endpoint(
                name: "platform", url: "http://127.0.0.1:\(receiver.port)/ok",
                events: ["delivery.unconfirmed"])
        ])
        let staff = try RealtimeClient(daemon, token: try daemon.token())
        try staff.send(
            #"{"type":"subscribe","id":"a","payload":{"channel":"alerts.all"}}"#)
        _ = try staff.first("subscribe_ack")
        let client = try RealtimeClient(
            url: "ws://127.0.0.1:\(daemon.port)/v1",
            token: try daemon.token(role: "customer", subject: "anna"), ["--subprotocol", ""])
        try client.send(#"{"type":"subscribe","data":{"channels":["orders:customer:anna"]}}"#)
        #expect(eventually { client.count("subscription_confirmed") == 1 })
        let payment = #"{"orderId":"ORD-1","customerId":"anna","amount":15.5}"#
        for id in ["p1", "p2"] {
            #expect(try publish("payment_processed", payment, id: id, to: daemon).status == 200)
        }
        #expect(eventually { client.count("payment_processed") >= 2 })
        let first = try #require(
            try client.messages(as: Told.self).first { $0.type == "payment_processed" }?.messageId)
        try client.send(
            #"{"type":"message_acknowledged","data":{"messageId":"\#(first)"}}"#)
        #expect(eventually(within: .seconds(60)) { client.count("payment_processed") >= 4 })
        #expect(eventually(within: .seconds(60)) { staff.count("delivery_unconfirmed") == 1 })
        let payments = try client.messages(as: Told.self).filter { $0.type == "payment_processed" }
        #expect(payments.count { $0.sequence == 2 } == 3)
        #expect(payments.first?.sequence == 1)
        #expect(Set(payments.map(\.messageId)).count == 2)
        let report = try #require(
            try staff.messages(as: Told.self).first { $0.type == "delivery_unconfirmed" }?.payload)
        #expect(report.messageId == payments.last?.messageId)
        #expect(report.type == "payment_processed")
        #expect(report.recipient == "anna")
        #expect(report.told == 3)
        #expect(
            try eventually {
                try receiver.requests().contains { $0.body.contains("delivery.unconfirmed") }
            })
        #expect(daemon.log.contains("critical message not confirmed"))
    }

    @Test("S-5: killed between an acceptance and its answer, one acceptance stays the only one")
    func killed() throws {
        let (_, daemon) = try ready()
        let tokens = try ["D1", "D2"].map { try daemon.token(role: "driver", subject: $0) }
        for round in 0..<6 {
            var offers: [String] = []
            for driver in ["D1", "D2"] {
                let request =
                    #"{"orderId":"ORD-\#(round)","driverId":"\#(driver)","pickup":{},"drop":{},"#
                    + #""timer":600}"#
                let published = try publish(
                    "delivery:new_request", request, id: "\(round)-\(driver)", to: daemon)
                try #require(published.status == 200, "\(published.body)")
            }
            struct Row: Decodable { var id: String }
            let rows: [Row] = try daemon.rows(
                "SELECT id FROM offers WHERE order_id = 'ORD-\(round)' ORDER BY number")
            offers = rows.map(\.id)
            try #require(offers.count == 2)
            let folder = TemporaryDirectory()
            let requests = try (0..<2).map { place in
                try ChildProcess(
                    "curl",
                    [
                        "--silent", "--max-time", "5", "--request", "POST", "--header",
                        "Authorization: Bearer \(tokens[place])",
                        "http://127.0.0.1:\(daemon.port)/v1/offers/\(offers[place])/accept",
                    ], output: folder.file("answer-\(place)"))
            }
            usleep(UInt32.random(in: 0...60_000))
            try daemon.kill()
            for request in requests { _ = try request.wait() }
            try daemon.start()
            let before = (0..<2).filter {
                folder.read("answer-\($0)").contains(#""status":"accepted""#)
            }
            let after = try (0..<2).filter {
                try answer(daemon, offers[$0], token: tokens[$0]).status == 200
            }
            #expect(after.count == 1, "round \(round)")
            #expect(before.isEmpty || before == after, "round \(round): another one got it")
            let stored: [Stored] = try daemon.rows(
                "SELECT state, taker FROM offers WHERE order_id = 'ORD-\(round)' AND state = 2")
            #expect(stored.map(\.taker) == after.map { ["D1", "D2"][$0] })
        }
    }
}
