package import Wire

extension SocketIOSession {
    /// Lets the client into a namespace it asked for.
    ///
    /// - Parameters:
    ///   - sid: the client's public name there; never the Engine.IO session's secret.
    ///   - recoverableAs: the private name by which it may recover, where it may.
    package mutating func accept(
        _ namespace: String, sid: String, recoverableAs session: String? = nil
    ) {
        guard namespaces[namespace] == .asked else { return }
        namespaces[namespace] = .joined
        joinBy = nil
        var members = [JSON.Member("sid", .string(sid))]
        if let session { members.append(JSON.Member("pid", .string(session))) }
        send(SocketIOPacket(.connect(.object(members)), namespace: namespace))
    }

    /// Does not let the client into a namespace it asked for; it may ask again.
    package mutating func refuse(_ namespace: String, message: String, data: JSON? = nil) {
        guard namespaces[namespace] == .asked else { return }
        namespaces[namespace] = nil
        var members = [JSON.Member("message", .string(message))]
        if let data { members.append(JSON.Member("data", data)) }
        send(SocketIOPacket(.connectError(.object(members)), namespace: namespace))
    }

    /// Puts the client out of a namespace; the session goes on. No `left` follows.
    package mutating func disconnect(_ namespace: String) {
        guard isJoined(namespace) else { return }
        namespaces[namespace] = nil
        giveUpConfirmations { $0.namespace == namespace }
        send(SocketIOPacket(.disconnect, namespace: namespace))
    }

    /// Sends an event to this client alone. One that goes to many is written once by
    /// `SocketIOEventText` and waits in the fabric's outboxes.
    package mutating func emit(
        _ name: String, _ arguments: SocketIOArguments = SocketIOArguments([]),
        namespace: String = SocketIOPacket.mainNamespace
    ) {
        guard isJoined(namespace) else { return }
        send(name, arguments, namespace, acknowledgement: nil)
    }

    /// Sends an event that the client is to acknowledge: `acknowledged` or `unacknowledged` follows
    /// with the number given here.
    ///
    /// - Returns: nil where the client is not in the namespace or owes too many already; nothing is
    ///   sent then.
    package mutating func emit(
        _ name: String, _ arguments: SocketIOArguments = SocketIOArguments([]),
        namespace: String = SocketIOPacket.mainNamespace, acknowledgedBy deadline: Int64
    ) -> UInt64? {
        guard isJoined(namespace), confirmations.count < limits.pendingAcknowledgements else {
            return nil
        }
        let number = nextAcknowledgement
        nextAcknowledgement = (number + 1) % CallbackNumbers.least
        confirmations[number] = Confirmation(namespace: namespace, deadline: deadline)
        send(name, arguments, namespace, acknowledgement: number)
        return number
    }

    /// Acknowledges an event of the client.
    package mutating func acknowledge(
        _ number: UInt64, _ arguments: SocketIOArguments = SocketIOArguments([]),
        namespace: String = SocketIOPacket.mainNamespace
    ) {
        guard isJoined(namespace) else { return }
        send(
            SocketIOPacket(
                .acknowledgement(arguments.values, of: number), namespace: namespace,
                attachments: arguments.announced), arguments.attachments)
    }

    private mutating func send(
        _ name: String, _ arguments: SocketIOArguments, _ namespace: String,
        acknowledgement: UInt64?
    ) {
        send(
            SocketIOPacket(
                .event([.string(name)] + arguments.values, acknowledgement: acknowledgement),
                namespace: namespace, attachments: arguments.announced), arguments.attachments)
    }

    private mutating func send(_ packet: SocketIOPacket, _ attachments: [[UInt8]] = []) {
        effects.messages.append(.text(packet.text))
        for attachment in attachments { effects.messages.append(.binary(attachment)) }
    }
}

extension SocketIOArguments {
    /// How many attachments a packet announces; a packet without any is not of a binary type.
    fileprivate var announced: Int? { attachments.isEmpty ? nil : attachments.count }
}
