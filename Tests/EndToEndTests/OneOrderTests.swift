import Foundation
import TestSupport
import Testing

/// One order, followed in every dialect at once.
@Suite struct OneOrderTests {
    /// What is said of a breach, in whatever envelope.
    private struct Breach: Hashable {
        var excursion: Int
        var revision: Int
        var state: String
        var measuredAt: String

        /// Those in a line of JSON, wherever they stand in it, in order.
        static func all(in line: some StringProtocol) -> [Breach] {
            guard let json = try? JSONSerialization.jsonObject(with: Data(line.utf8)) else {
                return []
            }
            return all(in: json)
        }

        private static func all(in json: Any) -> [Breach] {
            if let array = json as? [Any] { return array.flatMap { all(in: $0) } }
            guard let object = json as? [String: Any] else { return [] }
            if let state = object["state"] as? String, let number = object["excursion"] as? Int {
                return [
                    Breach(
                        excursion: number, revision: object["revision"] as? Int ?? 0, state: state,
                        // /realtime has names in lower case.
                        measuredAt: (object["measuredAt"] ?? object["measured_at"]) as? String
                            ?? "")
                ]
            }
            return object.keys.sorted().flatMap { key in object[key].map { all(in: $0) } ?? [] }
        }

        /// The last identifier that a client of a dialect was told.
        static func identifier(_ name: String, in lines: [String]) -> String {
            lines.compactMap { line in
                let json = try? JSONSerialization.jsonObject(with: Data(line.utf8))
                return (json as? [String: Any])?[name] as? String
            }.last ?? ""
        }
    }

    /// A client of a dialect over a WebSocket, that comes back as the dialect has it.
    private final class Follower {
        let name: String
        private let open: () throws -> RealtimeClient
        private let subscription: String
        private let resumption: (String) -> String
        private let identifier: String
        private var clients: [RealtimeClient] = []

        /// - Parameter identifier: The member that names a message.
        init(
            _ name: String, _ open: @escaping () throws -> RealtimeClient,
            subscription: String, identifier: String, resumption: @escaping (String) -> String
        ) throws {
            self.name = name
            self.open = open
            self.subscription = subscription
            self.identifier = identifier
            self.resumption = resumption
            let client = try open()
            clients = [client]
            try client.send(subscription)
        }

        private var lines: [String] { clients.flatMap { $0.lines.map(String.init) } }
        var breaches: [Breach] { lines.flatMap { Breach.all(in: $0) } }
        /// Whether it has been answered.
        var isFollowing: Bool { lines.contains { $0.contains("subscri") } }
        var isCut: Bool { clients.last?.end() != nil }

        func comeBack() throws {
            let client = try open()
            let last = Breach.identifier(identifier, in: lines)
            clients.append(client)
            try client.send(resumption(last))
        }
    }

    private let broker: Mosquitto
    private let daemon: Freshwire

    init() throws {
        broker = try Mosquitto()
        var settings = Freshwire.Settings()
        settings.environment["FRESHWIRE_SERVER_PORT"] = "\(LoopbackPort.free())"
        daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
        try daemon.createOrder(
            "ORD-1", foodClass: "cold", bags: ["BAG-1"], from: rfc3339(now() - 60_000),
            fields: #","customerId":"anna","cafeId":"c1""#)
    }

    private func followers(customer: String, manager: String) throws -> [Follower] {
        let staff = try daemon.token()
        let daemon = daemon
        return [
            try Follower(
                "WIA", { try RealtimeClient(daemon, token: staff) },
                subscription: #"{"type":"subscribe","id":"s","payload":{"channel":"orders","#
                    + #""filter":{"orderId":"ORD-1"}}}"#,
                identifier: "id"
            ) {
                #"{"type":"reconnect","id":"r","payload":{"lastMessageId":"\#($0)","#
                    + #""subscriptions":["orders.ORD-1"]}}"#
            },
            try Follower(
                "TableTap",
                {
                    try RealtimeClient(
                        url: "ws://127.0.0.1:\(daemon.port)/v1", token: manager,
                        ["--subprotocol", ""])
                },
                subscription: #"{"type":"subscribe","data":{"channels":["cafe:c1:alerts"]}}"#,
                identifier: "messageId"
            ) {
                #"{"type":"reconnect","data":{"lastMessageId":"\#($0)","#
                    + #""channels":["cafe:c1:alerts"]}}"#
            },
            try Follower(
                "Tracking", { try RealtimeClient(daemon, path: "/tracking", token: customer) },
                subscription: #"{"action":"subscribe","orderId":"ORD-1"}"#, identifier: "id"
            ) {
                #"{"action":"subscribe","orderId":"ORD-1","lastMessageId":"\#($0)"}"#
            },
            try Follower(
                "Booking", { try RealtimeClient(daemon, path: "/realtime", token: customer) },
                subscription: #"{"type":"subscribe","channel":"user.anna.events"}"#,
                identifier: "message_id"
            ) {
                #"{"type":"resume","channels":["user.anna.events"],"last_message_id":"\#($0)"}"#
            },
        ]
    }

    @Test(
        "W-5, W-10, T-11, Q-10, K-4, S-4: whoever follows an order sees the same breaches, once and in order, across a restart",
        arguments: [SIGTERM, SIGKILL])
    func acrossRestart(signal: Int32) throws {
        let customer = try daemon.token(role: "client", subject: "anna")
        let manager = try daemon.token(role: "manager", subject: "maria", site: "c1")
        let followers = try followers(customer: customer, manager: manager)
        let stream = try StreamClient("httpx-sse", daemon, token: customer)
        let room = try SocketIOClient(daemon, token: customer)
        try room.send("join order_ORD-1")
        try #require(room.events("ack", atLeast: 1).count == 1)
        try #require(try stream.waits { $0.opened != nil })
        try #require(eventually { followers.allSatisfy(\.isFollowing) })
        func told() throws -> [String: [Breach]] {
            var told = Dictionary(uniqueKeysWithValues: followers.map { ($0.name, $0.breaches) })
            told["SSE"] = stream.texts.flatMap { Breach.all(in: $0) }
            told["Socket.IO"] = room.events("order:temperature_alert")
                .flatMap { Breach.all(in: $0) }
            return told
        }
        func everybodyIsTold(_ states: [String]) throws -> Bool {
            try eventually(within: .seconds(30)) {
                try told().values.allSatisfy { $0.map(\.state) == states }
            }
        }

        let instant = now()
        try broker.publish(temperature: 9, ofBag: "BAG-1", at: instant - 30_000)
        #expect(try everybodyIsTold(["opened"]))
        if signal == SIGKILL {
            try daemon.kill()
        } else {
            #expect(try daemon.stop(atMost: .seconds(20)) == .exit(0))
        }
        for follower in followers { #expect(follower.isCut, "\(follower.name)") }
        // Nobody listens; the broker keeps it for the daemon.
        try broker.publish(temperature: 4, ofBag: "BAG-1", at: instant - 29_000)
        try daemon.start()
        try #require(eventually { daemon.isReady })
        try broker.publish(temperature: 9.5, ofBag: "BAG-1", at: instant - 28_000)
        #expect(try eventually { try daemon.metric("freshwire_alerts_total") == 1 })
        for follower in followers { try follower.comeBack() }
        try stream.send("resume")
        #expect(try everybodyIsTold(["opened", "closed", "opened"]))
        try broker.publish(temperature: 4, ofBag: "BAG-1", at: instant - 27_000)
        #expect(
            try everybodyIsTold(["opened", "closed", "opened", "closed"]))
        let breaches = try told()
        #expect(Set(breaches.values).count == 1, "the same breaches in each: \(breaches)")
    }
}
