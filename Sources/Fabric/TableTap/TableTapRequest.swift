import Wire

/// What a client asks in the TableTap dialect.
enum TableTapRequest: Equatable {
    /// `confirms` says that the client confirms critical messages.
    case subscribe([ChannelWish], confirms: Bool)
    case unsubscribe([ChannelWish])
    /// With the client's own timestamp, which is sent back.
    case ping(timestamp: String?)
    /// Follow these channels again, and have what was missed since the message.
    case reconnect(lastMessage: String?, [ChannelWish])
    /// Go on with this token.
    case authenticate(token: String)
    /// These critical messages have arrived.
    case confirm([String])
    /// Have a message told.
    case publish(String)
}

/// A channel as the client names it.
struct ChannelWish: Equatable {
    var name: String
    /// Nil where there is no such channel.
    var channel: Channel?
}

extension TableTapRequest {
    /// What the seed's clients publish, and what they may only be sent.
    private static let published: Set<String> = [
        "order_status_update", "order_created", "order_status_changed", "order_ready",
        "order_completed", "payment_processed", "payment_failed", "order_assigned",
        "order_priority_changed", "order_cancelled", "employee_status_changed", "break_started",
        "counter_status_changed", "metrics_update", "alert",
    ]

    /// Longest token that is passed on to be verified, in bytes: as long as an HTTP request's line
    /// may be.
    private static let tokenBytes = 8 << 10

    /// Reads a client's message; every JSON value is either understood or refused.
    ///
    /// - Parameter catalogue: Says which messages clients publish.
    init(
        _ json: JSON, limits: FabricLimits, catalogue: MessageCatalogue = .empty
    ) throws(TableTapError) {
        guard case .object = json, let type = json["type"]?.string else {
            throw .invalid("A message is {type, data, timestamp}.")
        }
        guard Self.isName(json["messageId"], limits), Self.isName(json["correlationId"], limits)
        else {
            throw .invalid(
                "messageId and correlationId are texts of 1 to \(limits.messageIDBytes) bytes.")
        }
        guard Self.isTimestamp(json["timestamp"]) else {
            throw .invalid("timestamp is an ISO 8601 instant.")
        }
        guard json["version"] == nil || json["version"] == .null || json["version"] == "1.0"
        else { throw .invalid("This server speaks version 1.0.") }
        let data = json["data"] ?? .null
        switch type {
        case "ping": self = .ping(timestamp: json["timestamp"]?.string)
        case "subscribe":
            self = .subscribe(
                try Self.channels(data, limits), confirms: try Self.confirms(data))
        case "message_acknowledged": self = .confirm(try Self.messages(data, limits))
        case "unsubscribe": self = .unsubscribe(try Self.channels(data, limits))
        case "reconnect":
            guard Self.isName(data["lastMessageId"], limits) else {
                throw .invalid("lastMessageId is the messageId of a message.")
            }
            self = .reconnect(
                lastMessage: data["lastMessageId"]?.string, try Self.channels(data, limits))
        case "authenticate":
            guard let token = data["token"]?.string, !token.isEmpty,
                token.utf8.count <= Self.tokenBytes
            else { throw .invalid("data is {token}.") }
            self = .authenticate(token: token)
        case _ where catalogue.type(accepted: type, in: .tableTap) != nil: self = .publish(type)
        default:
            throw Self.published.contains(type) ? .notSupported : .unknownType
        }
    }

    private static func confirms(_ data: JSON) throws(TableTapError) -> Bool {
        switch data["confirm"] {
        case nil, .null: return false
        case .bool(let confirms): return confirms
        default: throw .invalid("data.confirm is true or false.")
        }
    }

    private static func messages(
        _ data: JSON, _ limits: FabricLimits
    ) throws(TableTapError) -> [String] {
        guard let messages = ConfirmedMessages.read(data["messageId"], limits) else {
            throw .invalid("data.messageId is the messageId of a message.")
        }
        return messages
    }

    private static func channels(
        _ data: JSON, _ limits: FabricLimits
    ) throws(TableTapError) -> [ChannelWish] {
        let most = limits.tableTap.subscriptions
        guard let names = data["channels"]?.array, names.count <= most else {
            throw .invalid("data.channels is a list of at most \(most) names.")
        }
        var wishes: [ChannelWish] = []
        for name in names {
            guard let name = name.string else {
                throw .invalid("data.channels is a list of at most \(most) names.")
            }
            let channel = Channel(tableTapName: name).flatMap { channel in
                channel.subject.utf8.count <= limits.channelNameBytes ? channel : nil
            }
            wishes.append(ChannelWish(name: name, channel: channel))
        }
        return wishes
    }

    private static func isName(_ json: JSON?, _ limits: FabricLimits) -> Bool {
        switch json {
        case nil, .null: true
        case .string(let text): (1...limits.messageIDBytes).contains(text.utf8.count)
        default: false
        }
    }

    private static func isTimestamp(_ json: JSON?) -> Bool {
        switch json {
        case nil, .null: true
        case .string(let text): RFC3339.parse(text) != nil
        default: false
        }
    }
}

extension ReplyAddress {
    /// What of a client's message may be sent back with the answer.
    init(_ json: JSON, limits: FabricLimits) {
        func name(_ member: String) -> String? {
            json[member]?.string.flatMap { text in
                (1...limits.messageIDBytes).contains(text.utf8.count) ? text : nil
            }
        }
        self.init(messageID: name("messageId"), correlationID: name("correlationId"))
    }
}
