import ColdChain

/// Writes events in the form of each dialect.
struct DialectTexts {
    var wia: WIAText
    var eventStream: EventStreamText
    var tracking: TrackingText
    var booking: BookingText
    var tableTap: TableTapText
    var socketIO: SocketIOText
    let ids: MessageIDText
    let fields: RecordFields
    let catalogue: MessageCatalogue
    /// What is known of the orders that events are about.
    var orders: OrderDirectory

    init(
        ids: MessageIDText, fields: RecordFields, catalogue: MessageCatalogue,
        orders: OrderDirectory, signing: MessageSigning?, run: UInt64 = 0
    ) {
        self.catalogue = catalogue
        let signature = signing.map { MessageSignature($0) }
        wia = WIAText(ids: ids, signature: signature)
        eventStream = EventStreamText(ids: ids)
        tracking = TrackingText(ids: ids)
        booking = BookingText(ids: ids)
        tableTap = TableTapText(
            ids: ids, fields: fields, catalogue: catalogue, signature: signature)
        socketIO = SocketIOText(ids: ids, callbacks: CallbackNumbers(key: run))
        self.ids = ids
        self.fields = fields
        self.orders = orders
    }

    /// Appends a state as it goes onto the wire.
    ///
    /// - Returns: False where the dialect has no form for it.
    mutating func append(
        _ content: StateContent, id: MessageID, in dialect: Dialect, to bytes: inout [UInt8]
    ) -> Bool {
        switch content {
        case .event(let event): append(state: event, id: id, in: dialect, to: &bytes)
        case .relayed(let record):
            append(
                record, id: id, by: record.positions.isEmpty ? nil : 0, in: dialect, to: &bytes)
        }
    }

    /// Appends an event of the state class as it goes onto the wire.
    ///
    /// - Returns: False where the dialect has no form for it.
    mutating func append(
        state event: Event, id: MessageID, in dialect: Dialect, to bytes: inout [UInt8]
    ) -> Bool {
        switch dialect {
        case .wia: wia.appendFrame(state: event, of: orders, id: id, to: &bytes)
        case .eventStream: eventStream.append(state: event, of: orders, id: id, to: &bytes)
        case .tracking: tracking.appendFrame(state: event, of: orders, to: &bytes)
        case .booking: booking.appendFrame(state: event, to: &bytes)
        case .socketIO: socketIO.appendFrame(state: event, id: id, to: &bytes)
        case .tableTap: false
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
        let name = DialectName(dialect)
        if let type = catalogue[record.type], type.isToldAsItCame {
            guard let form = type.forms[name] else { return false }
            return append(relayed: record, as: form, id: id, by: channel, in: dialect, to: &bytes)
        }
        switch dialect {
        case .wia:
            wia.appendFrame(record, fields: fields, id: id, to: &bytes)
            return true
        case .eventStream:
            eventStream.append(record, fields: fields, id: id, to: &bytes)
            return true
        case .tracking:
            return tracking.appendFrame(record, id: id, to: &bytes)
        case .booking:
            return booking.appendFrame(record, fields: fields, id: id, to: &bytes)
        case .tableTap:
            guard let channel, record.positions.indices.contains(channel) else { return false }
            return tableTap.appendFrame(
                record, by: record.positions[channel], id: id, to: &bytes)
        case .socketIO:
            return socketIO.appendFrame(record, fields: fields, id: id, to: &bytes)
        }
    }

    /// Appends a message that somebody published, in the dialect's envelope and under its name.
    private mutating func append(
        relayed record: RecordText, as form: String, id: MessageID, by channel: Int?,
        in dialect: Dialect, to bytes: inout [UInt8]
    ) -> Bool {
        switch dialect {
        case .wia:
            wia.appendFrame(relayed: record, as: form, id: id, to: &bytes)
            return true
        case .eventStream:
            eventStream.append(form, id: id, data: record.data, to: &bytes)
            return true
        case .tracking:
            return tracking.appendFrame(record, as: form, id: id, to: &bytes)
        case .booking:
            return booking.appendFrame(record, as: form, fields: fields, id: id, to: &bytes)
        case .tableTap:
            guard let channel, record.positions.indices.contains(channel) else { return false }
            return tableTap.appendFrame(
                .relayed(form), of: record, by: record.positions[channel], id: id, to: &bytes)
        case .socketIO:
            let isCalledBack = !(catalogue[record.type]?.confirmedBy[.socketIO] ?? []).isEmpty
            return socketIO.appendFrame(
                relayed: record, as: form, fields: fields, id: id, isCalledBack: isCalledBack,
                to: &bytes)
        }
    }
}
