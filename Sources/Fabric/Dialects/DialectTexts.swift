import ColdChain

/// Writes events in the form of each dialect.
struct DialectTexts {
    var wia: WIAText
    var socketIO: SocketIOText
    let ids: MessageIDText
    let fields: RecordFields

    init(ids: MessageIDText, fields: RecordFields) {
        wia = WIAText(ids: ids)
        socketIO = SocketIOText(ids: ids)
        self.ids = ids
        self.fields = fields
    }

    /// Appends an event of the state class as it goes onto the wire.
    ///
    /// - Returns: False where the dialect has no form for it.
    mutating func append(
        state event: Event, id: MessageID, in dialect: Dialect, to bytes: inout [UInt8]
    ) -> Bool {
        switch dialect {
        case .wia: wia.appendFrame(state: event, id: id, to: &bytes)
        case .socketIO: socketIO.appendFrame(state: event, id: id, to: &bytes)
        case .tableTap, .tracking, .booking, .eventStream: false
        }
    }

    /// Appends a record as it goes onto the wire.
    ///
    /// - Parameter channel: Which of the record's channels it comes by; nil in dialects that do not
    ///   name it.
    /// - Returns: False where the dialect has no form for it.
    mutating func append(
        _ record: RecordText, id: MessageID, by channel: Int?, in dialect: Dialect,
        to bytes: inout [UInt8]
    ) -> Bool {
        switch dialect {
        case .wia:
            wia.appendFrame(record, fields: fields, id: id, to: &bytes)
            return true
        case .socketIO:
            return socketIO.appendFrame(record, fields: fields, id: id, to: &bytes)
        case .tableTap, .tracking, .booking, .eventStream:
            return false
        }
    }
}
