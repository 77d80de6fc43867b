import ColdChain
import Journal

/// The events of an export, order by order: each leg with the statistics of its readings, then each
/// excursion. What is in memory is one order and one page of readings.
struct EventExport {
    private let request: ExportRequest
    private let text: EPCISText
    /// The only order that is wanted; nil for all.
    private let only: OrderNumber?
    /// Whose alerts are told of.
    private let alerts: AlertScope
    private var record: OrderRecord?
    private var lastOrder = OrderNumber(0)
    /// Legs and excursions of `record` that are still to come.
    private var legs: ArraySlice<Custody> = []
    private var excursions: ArraySlice<LoggedExcursion> = []
    /// The leg that is being read.
    private var current: (leg: LegStatistics, readings: SelectedReadings)?
    private(set) var isFinished = false

    init(
        _ request: ExportRequest, only: OrderNumber?, _ alerts: AlertScope,
        from reader: JournalReader
    ) throws(ExportError) {
        self.request = request
        self.alerts = alerts
        self.only = only
        let epoch = try ExportError.catching { () throws(StoreError) in try reader.epoch() }
        text = try EPCISText(log: epoch)
    }

    /// Goes on by a page of readings or by one order, and answers the event that is complete by it.
    mutating func step(rows: Int, from reader: JournalReader) throws(ExportError) -> [UInt8]? {
        guard let record else {
            try nextOrder(from: reader)
            return nil
        }
        if let event = try finishedLeg(of: record.order, rows: rows, from: reader) { return event }
        if current != nil { return nil }
        if let custody = legs.popFirst() {
            try begin(custody, of: record.order, from: reader)
            return nil
        }
        if let excursion = excursions.popFirst() {
            let dossiers = try ExportError.catching { () throws(StoreError) in
                try reader.dossiers(
                    ofExcursion: excursion.excursion.number, of: record.order.number, alerts)
            }
            return try text.excursion(excursion, of: record.order, alerts: dossiers)
        }
        self.record = nil
        if only != nil { isFinished = true }
        return nil
    }

    private mutating func nextOrder(from reader: JournalReader) throws(ExportError) {
        let next = try ExportError.catching { () throws(StoreError) in
            if let only { return try reader.orderRecord(of: only) }
            return try reader.orderRecord(after: lastOrder)
        }
        guard let next else {
            isFinished = true
            return
        }
        record = next
        lastOrder = next.order.number
        legs = next.custody.filter { isWanted($0) }[...]
        excursions = next.excursions.filter { isWanted($0) }[...]
    }

    private func isWanted(_ custody: Custody) -> Bool {
        guard request.bag == nil || request.bag == custody.bag else { return false }
        return overlaps(custody.from, custody.until)
    }

    private func isWanted(_ logged: LoggedExcursion) -> Bool {
        let source = logged.source
        guard request.bag == nil || source.carrier == .bag(request.bag ?? ""),
            request.device == nil || request.device == source.device
        else { return false }
        // Minor dips were no alarm, and what was corrected is no excursion.
        guard logged.excursion.standing == .holds, logged.excursion.judged.isAlarm else {
            return false
        }
        return overlaps(logged.excursion.openedAt, logged.excursion.closedAt)
    }

    private func overlaps(_ start: Timestamp, _ end: Timestamp?) -> Bool {
        guard start < request.until else { return false }
        // An end is the first instant that is no longer meant.
        return end.map { $0 > request.from } ?? true
    }

    private mutating func begin(
        _ custody: Custody, of order: Order, from reader: JournalReader
    ) throws(ExportError) {
        var selection = ReadingSelection()
        selection.from = custody.from
        selection.until = custody.until ?? selection.until
        selection.order = order.number
        selection.bag = custody.bag
        selection.device = request.device
        let readings = try ExportError.catching { () throws(StoreError) in
            try reader.selectedReadings(selection)
        }
        current = (LegStatistics(custody), readings)
    }

    private mutating func finishedLeg(
        of order: Order, rows: Int, from reader: JournalReader
    ) throws(ExportError) -> [UInt8]? {
        guard var (leg, readings) = current else { return nil }
        guard readings.isFinished else {
            let page = try ExportError.catching { () throws(StoreError) in
                try readings.step(limit: rows, from: reader)
            }
            for reading in page { leg.add(reading) }
            current = (leg, readings)
            return nil
        }
        current = nil
        leg.sort()
        return try text.leg(leg, of: order)
    }
}
