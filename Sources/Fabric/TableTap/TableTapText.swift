import ColdChain
import Wire

/// Writes the server's messages of the TableTap dialect:
/// `{type,data,channel,timestamp,messageId,sequence,correlationId,version}`.
///
/// Only what a channel told has a `messageId`: whoever comes back names the last one, and an answer,
/// which may overtake what waits, must not be taken for one. The timestamp of an event is the time
/// of what it tells.
struct TableTapText {
    fileprivate static let version = "1.0"

    private var writer = JSONWriter(capacity: 1024)
    private let ids: MessageIDText
    private let fields: RecordFields
    /// Nil where messages are not signed.
    private let signature: MessageSignature?
    /// The types that are signed (T-14).
    private let critical: Set<String>

    init(
        ids: MessageIDText, fields: RecordFields, catalogue: MessageCatalogue,
        signature: MessageSignature?
    ) {
        self.ids = ids
        self.fields = fields
        self.signature = signature
        critical = catalogue.criticalNames(in: .tableTap)
    }

    /// Appends a record as one WebSocket frame, the same for every subscriber of the channel.
    ///
    /// - Returns: False where the dialect has no form for it.
    mutating func appendFrame(
        _ record: RecordText, by position: ChannelPosition, id: MessageID,
        to bytes: inout [UInt8]
    ) -> Bool {
        guard let message = TableTapMessage(record, fields: fields) else { return false }
        return appendFrame(message, of: record, by: position, id: id, to: &bytes)
    }

    /// Appends a message of the dialect as one WebSocket frame.
    ///
    /// - Returns: False where the dialect has no name for the channel.
    mutating func appendFrame(
        _ message: TableTapMessage, of record: RecordText, by position: ChannelPosition,
        id: MessageID, to bytes: inout [UInt8]
    ) -> Bool {
        guard let channel = position.channel.tableTapName else { return false }
        writer.removeAll()
        write(message, of: record, channel, position.sequence, id)
        ServerFrame.append(.text, payload: writer.bytes, to: &bytes)
        return true
    }

    private mutating func write(
        _ message: TableTapMessage, of record: RecordText, _ channel: String,
        _ sequence: UInt64, _ id: MessageID
    ) {
        let ids = ids
        let signature = critical.contains(message.type) ? signature : nil
        writer.object { text in
            text.member("type", message.type)
            text.name("data")
            let start = text.bytes.count
            text.data(message, of: record)
            let end = text.bytes.count
            text.member("channel", channel)
            text.member("timestamp", instant: record.occurredAt.milliseconds)
            text.member("messageId", id, ids)
            // States are not counted.
            if sequence > 0 { text.member("sequence", Int64(clamping: sequence)) }
            text.member("version", Self.version)
            guard let signature else { return }
            var plainID: [UInt8] = []
            ids.append(plain: id, to: &plainID)
            signature.append(
                to: &text, type: message.type, id: plainID,
                timestamp: record.occurredAt.milliseconds, payloadFrom: start, through: end)
        }
    }

    /// Appends a page of what a reader missed, as one WebSocket frame.
    ///
    /// - Returns: How many of the records are told in it.
    mutating func appendFrame(
        _ replay: Replay, on followed: [Channel], _ catalogue: MessageCatalogue, hasMore: Bool,
        to bytes: inout [UInt8]
    ) -> Int {
        var texts: [[UInt8]] = []
        for (number, record) in replay.records {
            guard let position = record.positions.first(where: { followed.contains($0.channel) }),
                let channel = position.channel.tableTapName,
                let message = TableTapMessage(record, catalogue, fields: fields)
            else { continue }
            writer.removeAll()
            write(message, of: record, channel, position.sequence, .record(number))
            texts.append(writer.bytes)
        }
        writer.removeAll()
        let ids = ids
        writer.object { text in
            text.member("type", "message_replay")
            text.name("data")
            text.object { data in
                data.name("messages")
                data.array { list in for text in texts { list.raw(text) } }
                data.member("fromMessageId", replay.from, ids)
                let last = replay.records.last.map { ReplayPosition.record($0.number) }
                data.member("toMessageId", last ?? replay.from, ids)
                data.member("hasMore", hasMore)
                data.member("recovered", true)
            }
            text.end(at: replay.askedAt, to: replay.address)
        }
        ServerFrame.append(.text, payload: writer.bytes, to: &bytes)
        return texts.count
    }

    /// The payload of an answer, or of a notice that answers nothing.
    mutating func answer(
        _ answer: TableTapAnswer, to address: ReplyAddress = ReplyAddress(), at now: Timestamp
    ) -> [UInt8] {
        writer.removeAll()
        let ids = ids
        writer.object { text in
            text.member("type", answer.type)
            if case .pong(let timestamp) = answer {
                // Its members stand beside the type, and the client's own time comes back.
                text.member("timestamp", timestamp ?? RFC3339.text(now.milliseconds))
                text.member("serverTime", instant: now.milliseconds)
                text.end(at: nil, to: address)
            } else {
                text.name("data")
                text.object { $0.data(answer, at: now, ids: ids) }
                text.end(at: now, to: address)
            }
        }
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func end(at instant: Timestamp?, to address: ReplyAddress) {
        if let instant { member("timestamp", instant: instant.milliseconds) }
        member("correlationId", address.correlationID ?? address.messageID)
        member("version", TableTapText.version)
    }

    fileprivate mutating func member(
        _ name: String, _ position: ReplayPosition, _ ids: MessageIDText
    ) {
        switch position {
        case .client(let text): memberOrNull(name, text)
        case .record(let number): member(name, MessageID.record(number), ids)
        }
    }
}
