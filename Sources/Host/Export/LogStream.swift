import ColdChain
import Journal
import Wire

/// An export under way: a piece of text at a time, from one page of the log at a time.
struct LogStream {
    private enum Source {
        /// All carriers, in the order in which the readings entered the log.
        case log(ReadingExport)
        /// An order, a bag or a device, by time of measurement.
        case selected(SelectedReadings)
        case events(EventExport)
        case alerts(AlertExport)
    }

    let format: ExportFormat
    private var source: Source
    /// What stands before the first record.
    private var head: [UInt8] = []
    private var csv = CSVWriter()
    private var json = JSONWriter()
    /// The identifiers of orders that readings name by number.
    private var orders: [OrderNumber: String] = [:]
    /// Readings, events, or records of alerts, that were written.
    private(set) var records = 0
    private(set) var isFinished = false

    /// Rows of the log that one step looks at: some milliseconds.
    private static let rows = 1_000
    /// Alerts of one step, each with all that was done about it.
    private static let alerts = 16
    /// Identifiers of orders that are kept at once.
    private static let ordersMaximum = 10_000

    /// - Parameters:
    ///   - isVisible: Whether whoever asks may know of the order; one that they may not know of
    ///   is unknown to them.
    ///   - alerts: Whose alerts are exported, and told of in the events of excursions: they name
    ///   staff.
    init(
        _ request: ExportRequest, from reader: JournalReader, now: Timestamp,
        alerts: AlertScope = .all, isVisible: (Order) -> Bool = { _ in true }
    ) throws(ExportError) {
        format = request.format
        var number: OrderNumber?
        if let id = request.order {
            let order = try ExportError.catching { () throws(StoreError) in
                try reader.order(id: id)
            }
            guard let order, isVisible(order) else {
                throw ExportError(kind: .unknownOrder, description: "there is no order \(id)")
            }
            number = order.number
        }
        if request.subject == .alerts {
            source = try ExportError.catching { () throws(StoreError) in
                try Self.alerts(request, order: number, of: alerts, from: reader)
            }
            if request.format == .csv {
                AlertTable.header(&csv)
                head = csv.bytes
            }
            return
        }
        if request.format == .epcis {
            source = .events(try EventExport(request, only: number, alerts, from: reader))
            head = EPCISText.head(createdAt: now)
            return
        }
        source = try ExportError.catching { () throws(StoreError) in
            try Self.readings(request, order: number, from: reader)
        }
        if request.format == .csv {
            ReadingTable.header(&csv)
            head = csv.bytes
        }
    }

    private static func alerts(
        _ request: ExportRequest, order: OrderNumber?, of scope: AlertScope,
        from reader: JournalReader
    ) throws(StoreError) -> Source {
        var selection = AlertSelection()
        selection.scope = scope
        selection.from = request.from
        selection.until = request.until
        selection.order = order
        selection.bag = request.bag
        selection.device = request.device
        return .alerts(try reader.exportAlerts(selection))
    }

    private static func readings(
        _ request: ExportRequest, order: OrderNumber?, from reader: JournalReader
    ) throws(StoreError) -> Source {
        guard order != nil || request.bag != nil || request.device != nil else {
            return .log(try reader.exportReadings(from: request.from, until: request.until))
        }
        var selection = ReadingSelection()
        selection.from = request.from
        selection.until = request.until
        selection.order = order
        selection.bag = request.bag
        selection.device = request.device
        return .selected(try reader.selectedReadings(selection))
    }

    /// Goes on by some milliseconds of work, and appends what came of it; that may be nothing.
    mutating func step(into bytes: inout [UInt8], from reader: JournalReader) throws(ExportError) {
        bytes += head
        head = []
        switch source {
        case .log(var export):
            let page = try ExportError.catching { () throws(StoreError) in
                try export.step(limit: Self.rows, from: reader)
            }
            source = .log(export)
            isFinished = export.isFinished
            try append(page, to: &bytes, from: reader)
        case .selected(var selected):
            let page = try ExportError.catching { () throws(StoreError) in
                try selected.step(limit: Self.rows, from: reader)
            }
            source = .selected(selected)
            isFinished = selected.isFinished
            try append(page, to: &bytes, from: reader)
        case .events(var export):
            if let event = try export.step(rows: Self.rows, from: reader) {
                if records > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes += event
                records += 1
            }
            source = .events(export)
            isFinished = export.isFinished
            if isFinished { bytes += EPCISText.tail }
        case .alerts(var export):
            let page = try ExportError.catching { () throws(StoreError) in
                try export.step(limit: Self.alerts, from: reader)
            }
            source = .alerts(export)
            isFinished = export.isFinished
            try append(page, to: &bytes)
        }
    }

    private mutating func append(
        _ page: [AlertDossier], to bytes: inout [UInt8]
    ) throws(ExportError) {
        csv.removeAll()
        for dossier in page {
            if format == .csv {
                records += try AlertTable.records(of: dossier, &csv)
            } else {
                json.removeAll()
                json.object { AlertTable.members(dossier, &$0) }
                bytes += json.bytes
                bytes.append(UInt8(ascii: "\n"))
                records += 1
            }
        }
        bytes += csv.bytes
    }

    private mutating func append(
        _ page: [LoggedReading], to bytes: inout [UInt8], from reader: JournalReader
    ) throws(ExportError) {
        csv.removeAll()
        for reading in page {
            let order = try orderID(of: reading.reading.order, from: reader)
            if format == .csv {
                ReadingTable.record(reading, order: order, &csv)
            } else {
                json.removeAll()
                json.object { ReadingTable.members(reading, order: order, &$0) }
                bytes += json.bytes
                bytes.append(UInt8(ascii: "\n"))
            }
        }
        bytes += csv.bytes
        records += page.count
    }

    private mutating func orderID(
        of number: OrderNumber?, from reader: JournalReader
    ) throws(ExportError) -> String? {
        guard let number else { return nil }
        if let known = orders[number] { return known }
        let id = try ExportError.catching { () throws(StoreError) in
            try reader.orderID(of: number)
        }
        if orders.count >= Self.ordersMaximum { orders.removeAll() }
        orders[number] = id
        return id
    }
}
