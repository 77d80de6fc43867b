import Wire

/// What a client asks in the WIA real-time dialect.
enum WIARequest: Equatable {
    /// `confirms` says that the client confirms critical messages.
    case subscribe(id: String, Channel, StateWishes, confirms: Bool)
    case unsubscribe(id: String, Channel)
    case ping(id: String)
    /// These critical messages have arrived.
    case confirm(id: String, [String])
    /// Follow these channels again, and have what was missed since the message.
    case reconnect(id: String, lastMessage: String?, [Channel], StateWishes)
    /// Say what has changed of these orders.
    case synchronize(id: String, [OrderDigest])
    /// Have a message told.
    case publish(WIAOffer)
    /// Have each of these told (W-12); one that is no message is nil.
    case bulkUpdate(id: String, [WIAOffer?])
    /// Go on with this token.
    case authenticate(id: String, token: String)
}

/// Why a message was not understood; `id` is the client's own where it could be read.
struct WIARefusal: Error, Equatable {
    var error: WIAError
    var id: String?
}

extension WIARequest {
    /// Reads a client's message; every JSON value is either understood or refused.
    ///
    /// - Parameter catalogue: Says which messages clients publish.
    init(
        _ json: JSON, limits: FabricLimits, catalogue: MessageCatalogue = .empty
    ) throws(WIARefusal) {
        let id = WIARequest.id(of: json, limits: limits)
        guard case .object = json, let type = json["type"]?.string else {
            throw WIARefusal(error: .wrongEnvelope, id: id)
        }
        guard let id else {
            let isAbsent = json["id"] == nil || json["id"] == .null
            throw WIARefusal(error: isAbsent ? .missingID : .wrongEnvelope)
        }
        guard isTimestamp(json["timestamp"]), isPayload(json["payload"]) else {
            throw WIARefusal(error: .wrongEnvelope, id: id)
        }
        switch type {
        case "subscribe":
            self = .subscribe(
                id: id, try WIARequest.channel(json, id: id, limits: limits),
                try wishes(json, id: id, limits: limits),
                confirms: json["payload"]?["confirm"]?.bool ?? false)
        case "ack":
            guard
                let messages = ConfirmedMessages.read(json["payload"]?["messageId"], limits)
            else { throw WIARefusal(error: .wrongPayload, id: id) }
            self = .confirm(id: id, messages)
        case "unsubscribe":
            self = .unsubscribe(id: id, try WIARequest.channel(json, id: id, limits: limits))
        case "ping":
            self = .ping(id: id)
        case "reconnect":
            self = try WIARequest.reconnect(json, id: id, limits: limits)
        case "authenticate":
            guard let token = json["payload"]?["token"]?.string, !token.isEmpty else {
                throw WIARefusal(error: .wrongPayload, id: id)
            }
            self = .authenticate(id: id, token: token)
        case "bulk_update" where !catalogue.types.isEmpty:
            self = try WIARequest.bulkUpdate(json, id: id, limits: limits)
        case _ where catalogue.type(accepted: type, in: .wia) != nil:
            self = .publish(
                WIAOffer(
                    type: type, id: id, timestamp: json["timestamp"],
                    payload: json["payload"]?.members ?? []))
        case "sync_request":
            self = try WIARequest.synchronize(json, id: id, limits: limits)
        case "bulk_update", "location_update", "status_change":
            throw WIARefusal(error: .notSupported, id: id)
        default:
            throw WIARefusal(error: .unknownType, id: id)
        }
    }

    /// `{"messages":[…]}`, each as it would be sent by itself.
    private static func bulkUpdate(
        _ json: JSON, id: String, limits: FabricLimits
    ) throws(WIARefusal) -> WIARequest {
        let payload = json["payload"]
        guard let messages = (payload?["messages"] ?? payload?["queuedMessages"])?.array,
            (1...limits.bulkMessages).contains(messages.count)
        else { throw WIARefusal(error: .wrongPayload, id: id) }
        return .bulkUpdate(id: id, messages.map { WIAOffer($0, limits: limits) })
    }

    /// The message's identifier where it has one that may be sent back.
    static func id(of json: JSON, limits: FabricLimits) -> String? {
        guard let id = json["id"]?.string, !id.isEmpty,
            id.utf8.count <= limits.messageIDBytes
        else { return nil }
        return id
    }

    /// The channel of `{"channel":"orders","filter":{"orderId":…}}`, or of the canonical name that
    /// an acknowledgement gives, such as `{"channel":"orders.ORD-1"}`.
    private static func channel(
        _ json: JSON, id: String, limits: FabricLimits
    ) throws(WIARefusal) -> Channel {
        guard let name = json["payload"]?["channel"]?.string, !name.isEmpty else {
            throw WIARefusal(error: .wrongPayload, id: id)
        }
        let channel = try channel(name, filter: json["payload"]?["filter"], id: id)
        guard channel.subject.utf8.count <= limits.channelNameBytes else {
            throw WIARefusal(error: .wrongPayload, id: id)
        }
        return channel
    }

    /// `{"lastMessageId":…,"subscriptions":["orders.ORD-1"]}`; whoever has got no message yet names
    /// none.
    private static func reconnect(
        _ json: JSON, id: String, limits: FabricLimits
    ) throws(WIARefusal) -> WIARequest {
        let payload = json["payload"]
        let last = payload?["lastMessageId"]
        guard let names = payload?["subscriptions"]?.array,
            last == nil || last == .null || last?.string != nil
        else { throw WIARefusal(error: .wrongPayload, id: id) }
        guard names.count <= limits.subscriptions else {
            throw WIARefusal(error: .tooManySubscriptions, id: id)
        }
        var channels: [Channel] = []
        for name in names {
            guard let channel = name.string.flatMap(Channel.init(name:)) else {
                throw WIARefusal(error: .unknownChannel, id: id)
            }
            guard channel.subject.utf8.count <= limits.channelNameBytes else {
                throw WIARefusal(error: .wrongPayload, id: id)
            }
            channels.append(channel)
        }
        return .reconnect(
            id: id, lastMessage: last?.string, channels,
            try wishes(json, id: id, limits: limits))
    }

    private static func channel(
        _ name: String, filter: JSON?, id: String
    ) throws(WIARefusal) -> Channel {
        if let channel = Channel(name: name) {
            guard filter == nil || filter == .null else {
                throw WIARefusal(error: .wrongPayload, id: id)
            }
            return channel
        }
        guard let kind = Channel.Kind(family: name) else {
            throw WIARefusal(error: .unknownChannel, id: id)
        }
        guard let subject = filter?[kind.filterName]?.string, !subject.isEmpty else {
            throw WIARefusal(error: .wrongPayload, id: id)
        }
        return Channel(kind, subject)
    }
}

private func wishes(
    _ json: JSON, id: String, limits: FabricLimits
) throws(WIARefusal) -> StateWishes {
    guard let wishes = StateWishes(json["payload"], limits: limits) else {
        throw WIARefusal(error: .wrongPayload, id: id)
    }
    return wishes
}

extension Channel.Kind {
    /// The member of a subscription's filter that names the channel's subject.
    fileprivate var filterName: String {
        switch self {
        case .order, .tracking, .chat: "orderId"
        case .bag: "bagId"
        case .driver: "driverId"
        case .vehicle: "vehicleId"
        case .alerts, .site: "siteId"
        case .customer: "customerId"
        case .merchant: "merchantId"
        case .counter, .counterStatus: "counterId"
        case .employee: "employeeId"
        case .cafe, .cafeStaff, .cafeMetrics: "cafeId"
        case .user: "userId"
        case .system: "topic"
        }
    }
}

/// Clients may leave the timestamp out: nothing is judged by it. A wrong one is an error.
private func isTimestamp(_ json: JSON?) -> Bool {
    switch json {
    case nil, .null: true
    case .string(let text): RFC3339.parse(text) != nil
    default: false
    }
}

private func isPayload(_ json: JSON?) -> Bool {
    switch json {
    case nil, .null, .object: true
    default: false
    }
}
