import ColdChain
import Fabric
import Testing
import Wire

/// A room in which critical messages are told, and what clients of several dialects say of them.
final class ConfirmingRoom {
    static let payment = Channel(.customer, "anna")
    static let shop = Channel(.merchant, "REST-1")

    static let types = [
        MessageType(
            name: "payment_processed", summary: "", isCritical: true, publishers: [.platform],
            fields: [
                MessageField("orderId", .identifier),
                MessageField("customerId", .identifier, isAddress: true),
            ],
            channels: [ChannelTemplate(.customer, .field("customerId"))],
            forms: [.tableTap: "payment_processed", .wia: "payment_processed"],
            confirmedBy: [.tableTap: [.customer]]),
        MessageType(
            name: "notice", summary: "", publishers: [.platform],
            fields: [MessageField("customerId", .identifier, isAddress: true)],
            channels: [ChannelTemplate(.customer, .field("customerId"))],
            forms: [.tableTap: "notice", .wia: "notice"]),
        MessageType(
            name: "merchant:new_order", summary: "", effect: .orderOffer, isCritical: true,
            publishers: [.platform],
            fields: [
                MessageField("merchantId", .identifier, isRequired: true, isAddress: true),
                MessageField("orderId", .identifier, isRequired: true),
                MessageField("timer", .integer(1...3600)),
                MessageField("offerId", .identifier), MessageField("expiresAt", .instant),
            ],
            channels: [ChannelTemplate(.merchant, .field("merchantId"))],
            forms: [.socketIO: "merchant:new_order"], confirmedBy: [.socketIO: [.merchant]]),
        MessageType(
            name: "merchant:accept_order", summary: "", effect: .acceptOffer,
            publishers: [PublicationTerms([.merchant])],
            fields: [MessageField("offerId", .identifier), MessageField("orderId", .identifier)]),
    ]

    let room: Room

    init(_ change: (inout ConfirmationSettings) -> Void = { _ in }) throws {
        var limits = FabricLimits()
        limits.silence = 1 << 40
        change(&limits.confirmation)
        room = Room(limits, catalogue: try MessageCatalogue(Self.types))
    }

    func customer(
        _ number: UInt64, _ subject: String = "anna", confirming: Bool = false,
        after last: String? = nil
    ) -> ConnectionNumber {
        let connection = room.connect(number, .customer, subject, in: .tableTap)
        if let last {
            room.say(
                [
                    "type": "reconnect",
                    "data": [
                        "lastMessageId": .string(last), "channels": ["orders:customer:anna"],
                    ],
                ], on: connection)
        } else {
            room.say(
                [
                    "type": "subscribe",
                    "data": [
                        "channels": ["orders:customer:anna"], "confirm": .bool(confirming),
                    ],
                ], on: connection)
        }
        return connection
    }

    func confirm(_ message: String, on connection: ConnectionNumber) {
        room.say(
            ["type": "message_acknowledged", "data": ["messageId": .string(message)]],
            on: connection)
    }

    /// Identifiers of the payments among what waits for a connection, those of a replay too.
    func payments(to connection: ConnectionNumber) -> [String] {
        room.messages(to: connection).flatMap { message -> [String] in
            let all = [message] + (message["data"]?["messages"]?.array ?? [])
            return all.filter { $0["type"] == "payment_processed" }
                .compactMap { ($0["messageId"] ?? $0["id"])?.string }
        }
    }

    /// What a connection gets in so many seconds, looked at each of them, as `second identifier`.
    func payments(to connection: ConnectionNumber, over seconds: Int) -> [String] {
        (0..<seconds).flatMap { second -> [String] in
            room.wait(1_000)
            return payments(to: connection).map { "\(second + 1) \($0)" }
        }
    }

    // MARK: Socket.IO

    func merchant(_ number: UInt64, _ role: Role = .merchant) throws -> ConnectionNumber {
        let connection = ConnectionNumber(number)
        _ = try room.fabric.connect(
            connection, identity: Identity(subject: "owner", role: role, site: "REST-1"),
            names: SocketIONames(sid: "s\(number)", pid: "p\(number)"),
            auth: ["rooms": ["merchant_REST-1"]], recovery: nil, now: room.now)
        return connection
    }

    /// The numbers that the offers among what waits ask to be called back under; nil where one asks
    /// for no callback.
    func callbacks(to connection: ConnectionNumber) -> [UInt64?] {
        room.texts(to: connection).filter { $0.contains("merchant:new_order") }.map { text in
            UInt64(text.dropFirst(2).prefix { $0 != "[" })
        }
    }
}
