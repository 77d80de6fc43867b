package import ColdChain
package import JSONText
import Wire

/// Positions and events that a Traccar server forwards.
///
///     {"position":{"protocol":"teltonika","deviceTime":"2026-11-20T11:59:00.000+00:00",
///      "fixTime":…,"serverTime":…,"outdated":false,"valid":true,"latitude":53.88,"longitude":27.44,
///      "altitude":241,"speed":0,"course":316,"accuracy":0,"attributes":{"ignition":true,…}},
///      "device":{"uniqueId":"888888888888888",…}}
///
/// Events come as `{"event":…,"position":…,"device":…}`, with or without the position. `speed` is in
/// knots, an `accuracy` of 0 is none, and no attributes may be written as `[]`.
///
/// What was measured is dated by `deviceTime`, when the device made its record; the position by
/// `fixTime`, when the receiver knew it. Where they differ, as when a parked van repeats its last
/// place, the message becomes two samples, so that a temperature is not dated back to the last fix.
/// `outdated` and an untrue `valid` mean that there was no fix.
///
/// Probes: 0 and up is `tempN`, 20 and up `tempProbeN`, 40 and up `bleTempN` and `bleHumidityN`,
/// 60 and up `eyeTempN` and `eyeHumidityN`, N added as told. Traccar hands on the fault codes of
/// Teltonika's sensors as temperatures; they are markers here.
///
/// Source: the server's documentation and model.
package enum Traccar {
    package static func decode(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ message: MessageContext,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard document.isObject(root) else {
            throw DecodingFailure(.notAnObject, detail: "the message is no object")
        }
        guard let position = document.member("position", of: root), document.isObject(position)
        else {
            guard document.member("event", of: root) != nil else {
                throw DecodingFailure(.missingField, detail: "there is neither position nor event")
            }
            batch.isStatus = true
            return
        }
        var record = SampleDraft()
        if let device = document.member("device", of: root),
            let name = document.member("uniqueId", of: device), !document.text(name).isEmpty
        {
            record.device = batch.keepName(document.text(name))
        }
        var fix = record
        try setTimes(&record, &fix, document, position, message)
        setPosition(&fix, document, position)
        let start = batch.measurements.count
        addAttributes(document, position, &record, into: &batch)
        let isOneInstant =
            record.measuredAt == fix.measuredAt && record.timeSource == fix.timeSource
        if isOneInstant {
            record.position = fix.position
            record.notes.formUnion(fix.notes)
        } else if fix.position == nil {
            record.notes.formUnion(fix.notes.intersection(.noFix))
        }
        let hasRecord = batch.close(record, from: start)
        let hasFix = !isOneInstant && batch.close(fix, from: batch.measurements.count)
        if !hasRecord, !hasFix, batch.rejections.isEmpty { batch.isStatus = true }
    }

    private static func setTimes(
        _ record: inout SampleDraft, _ fix: inout SampleDraft, _ document: borrowing JSONDocument,
        _ position: JSONDocument.Node, _ message: MessageContext
    ) throws(DecodingFailure) {
        let deviceTime = document.member("deviceTime", of: position)
        let fixTime = document.member("fixTime", of: position)
        let hasDeviceTime = document.hasValue(deviceTime)
        let hasFixTime = document.hasValue(fixTime)
        try record.setTime(hasDeviceTime ? deviceTime : fixTime, by: .device, document, message)
        try fix.setTime(hasFixTime ? fixTime : deviceTime, by: .device, document, message)
        guard !hasDeviceTime, !hasFixTime else { return }
        let serverTime = document.member("serverTime", of: position)
        try record.setTime(serverTime, by: .networkServer, document, message)
        try fix.setTime(serverTime, by: .networkServer, document, message)
    }

    private static func setPosition(
        _ fix: inout SampleDraft, _ document: borrowing JSONDocument, _ position: JSONDocument.Node
    ) {
        func number(_ name: StaticString) -> Double? {
            document.decimal(document.member(name, of: position))
        }
        let isOutdated = document.truth(document.member("outdated", of: position)) == true
        let isInvalid = document.truth(document.member("valid", of: position)) == false
        if isOutdated || isInvalid { fix.notes.insert(.noFix) }
        guard let latitude = number("latitude"), let longitude = number("longitude") else { return }
        let attributes = document.member("attributes", of: position)
        let satellites = attributes.flatMap {
            document.wholeNumber(document.member("sat", of: $0))
        }
        fix.position = Position(
            checking: latitude, longitude, speed: number("speed").map(FieldUnit.knots.canonical),
            heading: number("course"), accuracy: number("accuracy").flatMap { $0 > 0 ? $0 : nil },
            altitude: number("altitude"), satellites: satellites.flatMap { Int(exactly: $0) })
        if fix.position == nil { fix.notes.insert(.noFix) }
    }

    private static func addAttributes(
        _ document: borrowing JSONDocument, _ position: JSONDocument.Node,
        _ record: inout SampleDraft, into batch: inout SampleBatch
    ) {
        guard let attributes = document.member("attributes", of: position),
            document.isObject(attributes)
        else { return }
        func node(_ name: StaticString) -> JSONDocument.Node? {
            document.member(name, of: attributes)
        }
        // The device kept the record until it could send it.
        if document.truth(node("archive")) == true { record.notes.insert(.buffered) }
        batch.add(.ignition, truth: node("ignition"), of: document, row: 0)
        batch.add(.motion, truth: node("motion"), of: document, row: 0)
        batch.add(.opening, truth: node("door"), of: document, row: 0)
        batch.add(.battery, number: node("batteryLevel"), in: .percent, of: document, row: 0)
        batch.add(.batteryVoltage, number: node("battery"), in: .volts, of: document, row: 0)
        batch.add(.supplyVoltage, number: node("power"), in: .volts, of: document, row: 0)
        // The device's own count before the one that the server adds up from positions.
        let mileage = node("odometer") ?? node("totalDistance")
        batch.add(.odometer, number: mileage, in: .metres, of: document, row: 0)
        let isTeltonika = document.isText(document.member("protocol", of: position), "teltonika")
        addSensors(document, attributes, isTeltonika: isTeltonika, into: &batch)
    }

    private static func addSensors(
        _ document: borrowing JSONDocument, _ attributes: JSONDocument.Node, isTeltonika: Bool,
        into batch: inout SampleBatch
    ) {
        var next = document.firstChild(of: attributes)
        while let node = next {
            next = document.sibling(of: node, in: attributes)
            let name = document.name(of: node)
            guard let (quantity, base, suffix) = sensor(name), document.hasValue(node),
                let probe = self.probe(base, name.extracting(suffix))
            else { continue }
            guard document.member(name, of: attributes) != nil else {
                batch.reject(row: 0, .duplicateField, field: quantity.name)
                continue
            }
            guard
                let value = batch.number(node, of: document, for: quantity, probe: probe, row: 0)
            else { continue }
            if quantity == .humidity {
                batch.addPercent(.humidity, probe: probe, value)
            } else if isTeltonika, let marker = teltonikaFault(value, base: base) {
                batch.add(.temperature, probe: probe, marker)
            } else {
                batch.addTemperature(value, probe: probe)
            }
        }
    }

    /// The codes that Teltonika's 1-Wire and Bluetooth thermometers send for a temperature.
    private static func teltonikaFault(_ celsius: Double, base: Int) -> Marker? {
        switch base {
        case 0: Int64(exactly: (celsius * 10).rounded()).flatMap(TeltonikaModel.fault(dallas:))
        case 40:
            Int64(exactly: (celsius * 100).rounded()).flatMap {
                TeltonikaModel().fault(bluetooth: $0)
            }
        default: nil
        }
    }

    private static func sensor(_ name: Span<UInt8>) -> (Quantity, Int, Range<Int>)? {
        if let rest = name.range(behind: "tempProbe") { return (.temperature, 20, rest) }
        if let rest = name.range(behind: "temp") { return (.temperature, 0, rest) }
        if let rest = name.range(behind: "bleTemp") { return (.temperature, 40, rest) }
        if let rest = name.range(behind: "eyeTemp") { return (.temperature, 60, rest) }
        if let rest = name.range(behind: "humidity") { return (.humidity, 0, rest) }
        if let rest = name.range(behind: "bleHumidity") { return (.humidity, 40, rest) }
        if let rest = name.range(behind: "eyeHumidity") { return (.humidity, 60, rest) }
        return nil
    }

    /// Nil where something else than a number stands behind the name.
    private static func probe(_ base: Int, _ suffix: Span<UInt8>) -> Int? {
        guard !suffix.isEmpty, !suffix.isEqual(to: "erature") else { return base }
        guard let number = DecimalText.integer(suffix), (0..<20).contains(number) else {
            return nil
        }
        return base + Int(number)
    }
}

extension SampleDraft {
    /// Takes a time that is text, where there is one.
    mutating func setTime(
        _ node: JSONDocument.Node?, by source: TimeSource, _ document: borrowing JSONDocument,
        _ message: MessageContext
    ) throws(DecodingFailure) {
        guard let node, document.hasValue(node) else { return }
        switch TimeText(document.text(node)) {
        case .instant(let instant): setTime(instant, by: source, message)
        case .zoneUnknown: notes.insert(.zoneUnknown)
        case .unreadable:
            throw DecodingFailure(.invalidTime, detail: "a time that is no ISO 8601")
        }
    }
}
