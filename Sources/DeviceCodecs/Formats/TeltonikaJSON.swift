package import ColdChain
package import JSONText

/// What Teltonika's trackers send over MQTT as JSON ("Codec JSON", the custom AWS IoT mode).
///
///     {"state":{"reported":{"ts":1699636377000,"pr":1,"latlng":"51.44594,5.45399","alt":"87",
///      "ang":"318","sat":"3","sp":"5","evt":250,"66":11922,"239":0,…}}}
///
/// The numbered members are the I/O elements of `TeltonikaParameters`. Some firmware writes numbers,
/// some text; values of two bytes and a sign may come without the sign. Without a fix `latlng` is
/// "0,0", or the last place with `sat` 0. `{"RSP":…}` answers a command and is no reading.
///
/// Source: the vendor's description of its data sending protocols.
package enum TeltonikaJSON {
    package static func decode(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ message: MessageContext,
        model: TeltonikaModel = TeltonikaModel(), into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard document.isObject(root) else {
            throw DecodingFailure(.notAnObject, detail: "the message is no object")
        }
        let state = document.member("state", of: root) ?? root
        guard let report = document.member("reported", of: state), document.isObject(report) else {
            guard
                document.member("RSP", of: root) != nil || document.member("CMD", of: root) != nil
            else { throw DecodingFailure(.missingField, detail: "there is no state.reported") }
            batch.isStatus = true
            return
        }
        var draft = SampleDraft()
        if let time = document.member("ts", of: report), document.hasValue(time) {
            guard let instant = document.wholeNumber(time).flatMap(Timestamp.init(representable:))
            else { throw DecodingFailure(.invalidTime, detail: "ts is no time") }
            draft.setTime(instant, by: .device, message)
        }
        let satellites = document.decimal(document.member("sat", of: report))
        draft.position = position(document, report, satellites: satellites)
        let tellsPlace = document.hasValue(document.member("latlng", of: report))
        if tellsPlace, draft.position == nil || satellites == 0 { draft.notes.insert(.noFix) }
        let start = batch.measurements.count
        addElements(document, report, model, into: &batch)
        if !batch.close(draft, from: start), batch.rejections.isEmpty { batch.isStatus = true }
    }

    private static func position(
        _ document: borrowing JSONDocument, _ report: JSONDocument.Node, satellites: Double?
    ) -> Position? {
        guard let node = document.member("latlng", of: report),
            let comma = document.text(node).firstComma
        else { return nil }
        let text = document.text(node)
        guard let latitude = DecimalText.number(text.extracting(0..<comma)),
            let longitude = DecimalText.number(text.extracting((comma + 1)..<text.count))
        else { return nil }
        func number(_ name: StaticString) -> Double? {
            document.decimal(document.member(name, of: report))
        }
        return Position(
            checking: latitude, longitude,
            speed: number("sp").map(FieldUnit.kilometresPerHour.canonical), heading: number("ang"),
            altitude: number("alt"), satellites: satellites.flatMap { Int(exactly: $0) })
    }

    private static func addElements(
        _ document: borrowing JSONDocument, _ report: JSONDocument.Node, _ model: TeltonikaModel,
        into batch: inout SampleBatch
    ) {
        var child = document.firstChild(of: report)
        while let node = child {
            child = document.sibling(of: node, in: report)
            let name = document.name(of: node)
            guard let first = name.isEmpty ? nil : name[0], first <= UInt8(ascii: "9"),
                let id = DecimalText.integer(name).flatMap({ Int(exactly: $0) }),
                let parameter = model.parameter(id), document.hasValue(node)
            else { continue }
            guard document.member(name, of: report) != nil else {
                batch.reject(row: 0, .duplicateField, field: parameter.quantity.name)
                continue
            }
            guard
                let value = batch.number(
                    node, of: document, for: parameter.quantity, probe: parameter.probe, row: 0)
            else { continue }
            guard let raw = Int64(exactly: value.rounded()) else {
                batch.reject(row: 0, .outOfRange, field: parameter.quantity.name)
                continue
            }
            model.add(
                parameter, parameter.isTemperature ? withSign(raw) : raw, to: &batch)
        }
    }

    /// No temperature is as large as a negative number that lost its sign: from 32768, which would
    /// be 327.68 °C.
    private static func withSign(_ raw: Int64) -> Int64 {
        switch raw {
        case 0x8000...0xFFFF: raw - 0x1_0000
        case 0x8000_0000...0xFFFF_FFFF: raw - 0x1_0000_0000
        default: raw
        }
    }
}

extension Span where Element == UInt8 {
    fileprivate var firstComma: Int? {
        for index in indices where self[index] == UInt8(ascii: ",") { return index }
        return nil
    }
}
