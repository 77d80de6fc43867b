import Foundation
import InteropSupport
import TestSupport
import Testing

/// Signed, packed and compressed messages, with websockets, hmac and msgpack at the other end.
@Suite struct ProtectedMessagesTests {
    private struct Found: Decodable {
        var kind: String
        var bytes: Int
        var compressed: Bool
        var signed: Bool?
        var message: Message
    }

    private struct Message: Decodable {
        struct Payload: Decodable {
            var state: String?
            var code: String?
            var recovered: Bool?
            var temperature: Double?
            var delta: Bool?
            var orderId: String?
            var updates: [Update]?
        }

        struct Update: Decodable {
            var orderId: String?
            var status: String?
            var version: Int?
        }

        var type: String
        var id: String?
        var payload: Payload?
    }

    /// A client that notes what it found of each message.
    private final class Client {
        private let program: RunningProgram
        private let folder = TemporaryDirectory()
        let announcement: String

        init(
            _ daemon: Freshwire, token: String, path: String = "/v1/realtime",
            _ options: [String] = []
        ) throws {
            let url = "ws://127.0.0.1:\(daemon.port)\(path)"
            program = try RunningProgram(
                "protected.py", [url, token, folder.file("found")] + options)
            announcement = program.announcement
        }

        func send(_ line: String) throws { try program.send(line) }

        var found: [Found] {
            let text = folder.read("found")
            return text.prefix(upTo: text.lastIndex(of: "\n") ?? text.startIndex)
                .split(separator: "\n")
                .compactMap { try? JSONDecoder().decode(Found.self, from: Data($0.utf8)) }
        }

        func first(_ isMeant: @escaping (Found) -> Bool) -> Found? {
            _ = eventually(within: .seconds(30)) { found.contains(where: isMeant) }
            return found.first(where: isMeant)
        }

        func first(_ type: String) -> Found? { first { $0.message.type == type } }

        func states() -> [String] {
            found.filter { $0.message.type == "temperature_alert" }
                .compactMap(\.message.payload?.state)
        }
    }

    private static let subscribe =
        #"{"type":"subscribe","id":"s1","timestamp":"2026-11-20T12:00:00Z","#
        + #""payload":{"channel":"orders","filter":{"orderId":"ORD-1"}}}"#

    private func started(
        _ variables: [String: String], order: String = "ORD-1", bag: String = "BAG-1"
    ) throws -> (broker: Mosquitto, daemon: Freshwire) {
        var settings = Freshwire.Settings()
        settings.environment = variables
        let (broker, daemon) = try Freshwire.ready(settings)
        try daemon.createOrder(
            order, foodClass: "cold", bags: [bag], from: rfc3339(now() - 60_000))
        return (broker, daemon)
    }

    private static func hmac(_ text: String, _ secret: String) throws -> String {
        let printed = try Python.output(of: "user_secret.py", [secret, text])
        return String(decoding: printed, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    @Test(
        "W-14, W-17: a foreign client verifies every message, in JSON and in MessagePack, and signs"
    )
    func signed() throws {
        let folder = TemporaryDirectory()
        let shared = "the secret of all who read messages"
        let users = "what the users' secrets are made from"
        for (name, text) in [("shared", shared), ("users", users)] {
            folder.write(text + "\n", to: name)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600], ofItemAtPath: folder.file(name))
        }
        let (broker, daemon) = try started([
            "FRESHWIRE_SERVER_SIGNATURES_SECRET_FILE": folder.file("shared"),
            "FRESHWIRE_SERVER_SIGNATURES_USER_SECRET_FILE": folder.file("users"),
            "FRESHWIRE_SERVER_SIGNATURES_REQUIRED": "true",
        ])
        let token = try daemon.token(subject: "sam")
        let own = try Self.hmac("sam", users)
        let secrets = ["--secret", shared, "--sign-with", own]
        let plain = try Client(daemon, token: token, secrets)
        let packed = try Client(
            daemon, token: token,
            secrets + ["--msgpack", "--subprotocol", "wia-ind-009-v1+msgpack"]
        )
        let asked = try Client(
            daemon, token: token, path: "/v1/realtime?encoding=msgpack", secrets + ["--msgpack"])
        #expect(plain.announcement == "open None none")
        #expect(packed.announcement == "open wia-ind-009-v1+msgpack none")
        #expect(asked.announcement == "open None none")
        let clients = [plain, packed, asked]
        for client in clients {
            try client.send(Self.subscribe)
            #expect(client.first("subscribe_ack") != nil)
        }
        try broker.publish(temperature: 9, ofBag: "BAG-1", at: now() - 30_000)
        for (client, kind) in zip(clients, ["text", "binary", "binary"]) {
            #expect(client.first("temperature_alert")?.message.payload?.state == "opened")
            #expect(client.first("temperature_update")?.message.payload?.temperature == 9)
            #expect(client.found.allSatisfy { $0.signed == true && $0.kind == kind })
        }
        let stranger = try Client(daemon, token: token, ["--secret", shared])
        try stranger.send(Self.subscribe)
        #expect(stranger.first("error")?.message.payload?.code == "SIGNATURE_INVALID")
        let silent = try Client(daemon, token: token)
        try silent.send(Self.subscribe)
        #expect(silent.first("error")?.message.payload?.code == "SIGNATURE_REQUIRED")
        try packed.send("raw c1")
        #expect(packed.first("error")?.message.payload?.code == "MALFORMED_JSON")
        #expect(!daemon.allLogs.contains(shared) && !daemon.allLogs.contains(users))
        let refused = try Client(daemon, token: token, path: "/v1/realtime?encoding=cbor")
        #expect(refused.announcement == "refused 400")
    }

    @Test(
        "W-17: compressed and plain readers get the same, once and in order, and so on coming back")
    func compressed() throws {
        // Messages below a kilobyte go as they are: names make these longer.
        let order = "ORD-" + String(repeating: "1234567890", count: 12)
        let bag = "BAG-" + String(repeating: "1234567890", count: 12)
        let (broker, daemon) = try started(
            ["FRESHWIRE_SERVER_COMPRESSION": "true"], order: order, bag: bag)
        let token = try daemon.token()
        let clients =
            try (0..<3).map { _ in try Client(daemon, token: token, ["--deflate"]) }
            + [try Client(daemon, token: token)]
        #expect(
            clients.map(\.announcement)
                == Array(repeating: "open None permessage-deflate", count: 3) + ["open None none"])
        for client in clients {
            try client.send(Self.subscribe.replacing("ORD-1", with: order))
            #expect(client.first("subscribe_ack") != nil)
        }
        let instant = now()
        for (step, celsius) in [9.0, 4, 9.5, 4.5].enumerated() {
            try broker.publish(
                temperature: celsius, ofBag: bag, at: instant - 30_000 + step * 1000)
        }
        let expected = ["opened", "closed", "opened", "closed"]
        for client in clients {
            #expect(eventually(within: .seconds(30)) { client.states() == expected })
        }
        let alerts = clients.map { client in
            client.found.filter { $0.message.type == "temperature_alert" }
        }
        for found in alerts.dropLast() {
            #expect(found.allSatisfy { $0.compressed == ($0.bytes >= 1024) })
            #expect(found.count(where: \.compressed) >= 2)
        }
        #expect(alerts.last?.allSatisfy { !$0.compressed } == true)
        #expect(Set(alerts.map { $0.compactMap(\.message.id) }).count == 1)
        let first = try #require(alerts.first?.first?.message.id)
        let again = try Client(daemon, token: token, ["--deflate"])
        try again.send(
            #"{"type":"reconnect","id":"r1","payload":{"lastMessageId":"\#(first)","#
                + #""subscriptions":["orders.\#(order)"]}}"#)
        #expect(again.first("reconnect_ack")?.message.payload?.recovered == true)
        #expect(eventually { again.states() == Array(expected.dropFirst()) })
    }

    @Test("W-11, W-18: versions go on across a restart, and changes of a state come alone")
    func synchronized() throws {
        let (broker, daemon) = try started([:])
        let token = try daemon.token()
        let client = try Client(daemon, token: token)
        try client.send(
            #"{"type":"subscribe","id":"s1","payload":{"channel":"orders.ORD-1","delta":true}}"#)
        #expect(client.first("subscribe_ack") != nil)
        let instant = now()
        try broker.publish(temperature: 3, ofBag: "BAG-1", at: instant - 30_000)
        #expect(client.first("temperature_update")?.message.payload?.delta == nil)
        try broker.publish(temperature: 4, ofBag: "BAG-1", at: instant - 29_000)
        let change = client.first { $0.message.payload?.delta == true }
        #expect(change?.message.payload?.temperature == 4)
        #expect(change?.message.payload?.orderId == "ORD-1")
        try client.send(#"{"type":"sync_request","id":"y1","payload":{"orders":{"ORD-1":{}}}}"#)
        let told = try #require(client.first("sync_response")?.message.payload?.updates?.first)
        #expect(told.orderId == "ORD-1")
        #expect(try daemon.stop(atMost: .seconds(10)) == .exit(0))
        try daemon.start()
        try #require(eventually { daemon.isReady })
        let again = try Client(daemon, token: token)
        let version = try #require(told.version)
        try again.send(
            #"{"type":"sync_request","id":"y2","payload":{"orders":{"ORD-1":"#
                + #"{"status":"\#(told.status ?? "")","version":\#(version)}}}}"#)
        #expect(again.first("sync_response")?.message.payload?.updates?.isEmpty == true)
    }
}
