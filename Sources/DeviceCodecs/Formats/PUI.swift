package import ColdChain
package import JSONText

/// What PUI vehicle trackers send over MQTT.
///
///     {"id":"015262001044848","ts":"2023-06-01T03:09:51.362Z","rpt":"hf",
///      "location":{"lat":33.91233,"lon":-84.20784},"bear":70,"spd":2482,"ign":"on"}
///
/// The unit of `spd` is nowhere written down: it is not used.
package enum PUI {
    package static func decode(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ message: MessageContext,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard document.isObject(root) else {
            throw DecodingFailure(.notAnObject, detail: "the message is no object")
        }
        guard let name = document.member("id", of: root), !document.text(name).isEmpty else {
            throw DecodingFailure(.missingField, detail: "there is no id")
        }
        var draft = SampleDraft()
        draft.device = batch.keepName(document.text(name))
        try draft.setTime(document.member("ts", of: root), by: .device, document, message)
        if let location = document.member("location", of: root), document.hasValue(location) {
            let latitude = document.decimal(document.member("lat", of: location))
            let longitude = document.decimal(document.member("lon", of: location))
            if let latitude, let longitude {
                draft.position = Position(
                    checking: latitude, longitude,
                    heading: document.decimal(document.member("bear", of: root)))
            }
            if draft.position == nil { draft.notes.insert(.noFix) }
        }
        let start = batch.measurements.count
        let ignition = document.member("ign", of: root)
        if document.isText(ignition, "on") {
            batch.add(.ignition, 1)
        } else if document.isText(ignition, "off") {
            batch.add(.ignition, 0)
        } else {
            batch.add(.ignition, truth: ignition, of: document, row: 0)
        }
        if !batch.close(draft, from: start), batch.rejections.isEmpty { batch.isStatus = true }
    }
}
