package import ColdChain
package import JSONText

/// What a Meshtastic gateway publishes of the packets it hears, as JSON.
///
///     msh/EU_868/2/json/LongFast/!da5ed0a0  {"from":2130636288,"to":4294967295,"id":452664778,
///       "sender":"!da5ed0a0","timestamp":1795175940,"type":"position","payload":{
///       "latitude_i":399600000,"longitude_i":-862600000,"altitude":100,"time":1795175930}}
///
/// The device is the node that sent the packet, as `!` and eight digits, the way the project writes
/// it; firmware before 2.2 writes its number with a sign. `id` numbers the packets of a node: the
/// same packet comes from every gateway that heard it. `precision_bits` below 32 is a position made
/// coarse on purpose; a `battery_level` of 101 is external power. `timestamp` is the gateway's clock.
/// `sendposition`, which a server sends, is what the node then tells as its position.
///
/// Source: the project's documentation of MQTT and its telemetry.
package enum Meshtastic {
    package static func decode(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ message: MessageContext,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard document.isObject(root) else {
            throw DecodingFailure(.notAnObject, detail: "the message is no object")
        }
        guard let node = document.wholeNumber(document.member("from", of: root)) else {
            throw DecodingFailure(.missingField, detail: "there is no from")
        }
        let type = document.member("type", of: root)
        let isPosition =
            document.isText(type, "position") || document.isText(type, "sendposition")
        guard isPosition || document.isText(type, "telemetry"),
            let payload = document.member("payload", of: root), document.isObject(payload)
        else {
            batch.isStatus = true
            return
        }
        var draft = SampleDraft()
        draft.device = batch.keepNode(UInt32(truncatingIfNeeded: node))
        draft.sequence = document.wholeNumber(document.member("id", of: root))
        try setTime(&draft, document, root, payload, message)
        let start = batch.measurements.count
        if isPosition {
            setPosition(&draft, document, payload)
        } else {
            addTelemetry(document, payload, &batch)
        }
        if !batch.close(draft, from: start), batch.rejections.isEmpty { batch.isStatus = true }
    }

    private static func setTime(
        _ draft: inout SampleDraft, _ document: borrowing JSONDocument, _ root: JSONDocument.Node,
        _ payload: JSONDocument.Node, _ message: MessageContext
    ) throws(DecodingFailure) {
        let own = document.member("time", of: payload)
        let gateways = document.member("timestamp", of: root)
        // 0 is a clock that nobody set; the gateway's is next.
        let isOwn = document.hasValue(own) && document.wholeNumber(own) != 0
        guard let told = isOwn ? own : gateways, document.hasValue(told) else { return }
        guard let instant = document.instant(epochSeconds: told) else {
            throw DecodingFailure(.invalidTime, detail: "a time that is no number")
        }
        draft.setTime(instant, by: isOwn ? .device : .gateway, message)
    }

    private static func setPosition(
        _ draft: inout SampleDraft, _ document: borrowing JSONDocument, _ payload: JSONDocument.Node
    ) {
        func whole(_ name: StaticString) -> Int64? {
            document.wholeNumber(document.member(name, of: payload))
        }
        if let latitude = whole("latitude_i"), let longitude = whole("longitude_i") {
            draft.position = Position(
                checking: Double(latitude, per: 1e7), Double(longitude, per: 1e7),
                speed: document.decimal(document.member("ground_speed", of: payload)),
                altitude: document.decimal(document.member("altitude", of: payload)),
                satellites: whole("sats_in_view").flatMap { Int(exactly: $0) })
        }
        if draft.position == nil { draft.notes.insert(.noFix) }
        if let bits = whole("precision_bits"), bits > 0, bits < 32 {
            draft.notes.insert(.coarsePosition)
        }
    }

    private static func addTelemetry(
        _ document: borrowing JSONDocument, _ payload: JSONDocument.Node,
        _ batch: inout SampleBatch
    ) {
        let charge = document.member("battery_level", of: payload)
        if document.wholeNumber(charge) == 101 {
            batch.add(.battery, .externalPower)
        } else {
            batch.add(.battery, number: charge, in: .percent, of: document, row: 0)
        }
        let voltage = document.member("voltage", of: payload)
        batch.add(.batteryVoltage, number: voltage, in: .volts, of: document, row: 0)
        let temperature = document.member("temperature", of: payload)
        if let celsius = batch.number(temperature, of: document, for: .temperature, row: 0) {
            batch.addTemperature(celsius)
        }
        let humidity = document.member("relative_humidity", of: payload)
        batch.add(.humidity, number: humidity, in: .percent, of: document, row: 0)
        let pressure = document.member("barometric_pressure", of: payload)
        batch.add(.pressure, number: pressure, in: .hectopascals, of: document, row: 0)
    }
}

extension SampleBatch {
    /// Keeps the name of a node of the mesh.
    fileprivate mutating func keepNode(_ number: UInt32) -> Range<Int> {
        let start = text.count
        text.append(UInt8(ascii: "!"))
        for shift in stride(from: 28, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: number >> UInt32(shift)) & 0xF
            text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
        return start..<text.count
    }
}
