import Wire

/// How the messages of a WebSocket are put into bytes; agreed on when it is opened (W-17).
package enum MessageEncoding: UInt8, Sendable {
    /// Text messages.
    case json = 0
    /// Binary messages, the same members in them. Clients may send either.
    case messagePack = 1
}

/// Puts messages that were written as JSON into MessagePack.
struct MessagePacking {
    private let fields: RecordFields
    private let signature: MessageSignature?

    init(fields: RecordFields, signature: MessageSignature?) {
        self.fields = fields
        self.signature = signature
    }

    /// Lists of whole messages in the payload of a message, by its type: each has its own signature.
    private static let messageLists: [String: Set<String>] = [
        "message_replay": ["messages"], "sync_response": ["changes", "lastKnown"],
        "state_updates": ["updates"],
    ]

    /// The same message in MessagePack, signed anew where it was signed: a signature is about the
    /// payload's bytes. Nil where the text cannot be read, as where it is too long for the parser.
    func packed(_ text: ArraySlice<UInt8>, in dialect: Dialect) -> [UInt8]? {
        guard let message = fields.value(of: Array(text)) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        if let members = dialect.signedMembers, signature != nil {
            append(message, members, to: &bytes)
        } else {
            MessagePack.append(message, to: &bytes)
        }
        return bytes
    }

    private func append(_ message: JSON, _ names: SignedMembers, to bytes: inout [UInt8]) {
        guard let members = message.members, let type = message["type"]?.string else {
            MessagePack.append(message, to: &bytes)
            return
        }
        let lists = Self.messageLists[type] ?? []
        var payload: ArraySlice<UInt8> = []
        MessagePack.appendMapHeader(members.count, to: &bytes)
        for member in members {
            MessagePack.append(member.name, to: &bytes)
            let start = bytes.count
            switch member.name {
            case names.payload:
                append(member.value, listsOf: lists, names, to: &bytes)
                payload = bytes[start...]
            case "signature":
                let id = message[names.id]?.string ?? ""
                let timestamp = message["timestamp"]?.string ?? ""
                let signed = Array((type + id + timestamp).utf8) + payload
                let value = signature?.signing.signature(signed)
                MessagePack.append(String(decoding: value ?? [], as: UTF8.self), to: &bytes)
            default: MessagePack.append(member.value, to: &bytes)
            }
        }
    }

    /// Appends a payload in which the lists of these names are of messages.
    private func append(
        _ value: JSON, listsOf lists: Set<String>, _ names: SignedMembers, to bytes: inout [UInt8]
    ) {
        switch value {
        case .object(let members) where !lists.isEmpty:
            MessagePack.appendMapHeader(members.count, to: &bytes)
            for member in members {
                MessagePack.append(member.name, to: &bytes)
                guard lists.contains(member.name), let messages = member.value.array else {
                    append(member.value, listsOf: lists, names, to: &bytes)
                    continue
                }
                MessagePack.appendArrayHeader(messages.count, to: &bytes)
                for message in messages { append(message, names, to: &bytes) }
            }
        case .array(let elements) where !lists.isEmpty:
            MessagePack.appendArrayHeader(elements.count, to: &bytes)
            for element in elements { append(element, listsOf: lists, names, to: &bytes) }
        default: MessagePack.append(value, to: &bytes)
        }
    }

    /// The frame of the same message in MessagePack; the frame itself, which is one of text, where
    /// there is none.
    func packed(frame: [UInt8], in dialect: Dialect) -> [UInt8] {
        guard let message = packed(ServerFrame.payload(of: frame), in: dialect) else {
            return frame
        }
        return ServerFrame.binary(message)
    }
}

extension Fabric {
    var packing: MessagePacking {
        MessagePacking(fields: texts.fields, signature: signing.map { MessageSignature($0) })
    }

    /// Takes a client's binary message: one in MessagePack, where that was agreed on.
    package mutating func receive(
        binary bytes: [UInt8], on connection: ConnectionNumber, now: Moment
    ) {
        guard let place = connections.place(of: connection),
            connections.outboxes[place].encoding == .messagePack
        else {
            receive(.failure(.notText), on: connection, now: now)
            return
        }
        do throws(MessagePackError) {
            let message = try MessagePack.decode(bytes, limits: limits.packed)
            receive(.success(message), as: ReceivedText(packed: bytes), on: connection, now: now)
        } catch {
            receive(.failure(.notJSON), on: connection, now: now)
        }
    }

    /// Puts frames of text, which were appended from `start` on, into the encoding of a connection.
    mutating func pack(_ bytes: inout [UInt8], from start: Int, for place: Int) {
        guard connections.outboxes[place].encoding == .messagePack, bytes.count > start,
            let dialect = connections.peers[place]?.dialect
        else { return }
        let packing = packing
        let texts = Array(bytes[start...])
        bytes.removeSubrange(start...)
        var rest = texts[...]
        while let length = ServerFrame.length(of: rest) {
            bytes.append(contentsOf: packing.packed(frame: Array(rest.prefix(length)), in: dialect))
            rest = rest.dropFirst(length)
        }
    }
}
