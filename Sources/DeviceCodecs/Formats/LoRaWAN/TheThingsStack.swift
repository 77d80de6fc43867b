package import ColdChain
package import JSONText
import Wire

/// Messages of The Things Stack, version 3, over MQTT. Source: its documentation of data formats.
///
/// `{"end_device_ids":{…},"received_at":…,"uplink_message":{…}}` on `v3/…/devices/{device}/up`; other
/// events have another member in the place of `uplink_message` and say nothing for the log, except
/// `location_solved`. Members that are zero or empty are left out.
///
/// The frame itself is decoded, by the model of its device: what the network decoded of it depends
/// on whichever formatter was set up there, and is taken only where the device's profile maps it. The time is that of the first gateway whose clock is near
/// the server's, else the server's. The device is its DevEUI, or its id where there is none. `f_cnt`
/// is the duplicate key.
package enum TheThingsStack {
    package static func decode(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ topic: Span<UInt8>,
        _ message: MessageContext, _ frames: inout FrameRouter, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard document.isObject(root) else {
            throw DecodingFailure(
                .notAnObject, detail: "a message of The Things Stack is an object")
        }
        var draft = SampleDraft()
        try setDevice(document, root, topic, &draft, &batch)
        if document.bool(document.member("simulated", of: root)) == true {
            draft.notes.insert(.simulated)
        }
        if let uplink = document.member("uplink_message", of: root) {
            try decodeUplink(document, uplink, root, draft, message, &frames, into: &batch)
        } else if let solved = document.member("location_solved", of: root) {
            decodeLocation(document, solved, root, draft, message, into: &batch)
        } else {
            batch.isStatus = true
        }
    }

    private static func setDevice(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ topic: Span<UInt8>,
        _ draft: inout SampleDraft, _ batch: inout SampleBatch
    ) throws(DecodingFailure) {
        let topicDevice = NetworkMessage.level(behind: "devices", of: topic)
        let identifiers = document.member("end_device_ids", of: root)
        let id = identifiers.flatMap { document.member("device_id", of: $0) }
        if let id, document.isText(id), let topicDevice {
            let isSame = document.text(id).isEqual(to: topic.extracting(topicDevice))
            if !isSame { draft.notes.insert(.identityConflict) }
        }
        if let address = identifiers.flatMap({ document.member("dev_eui", of: $0) }) {
            draft.device = batch.keepAddress(document.text(address), bytes: 8)
        }
        if draft.device == nil, let id, document.text(id).count > 0 {
            draft.device = batch.keepName(document.text(id))
        }
        if draft.device == nil, let topicDevice {
            draft.device = batch.keepName(topic.extracting(topicDevice))
        }
        guard draft.device != nil else {
            throw DecodingFailure(.missingField, detail: "end_device_ids name no device")
        }
    }

    private static func decodeUplink(
        _ document: borrowing JSONDocument, _ uplink: JSONDocument.Node,
        _ root: JSONDocument.Node, _ draft: SampleDraft, _ message: MessageContext,
        _ frames: inout FrameRouter, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        var draft = draft
        draft.sequence = document.integer(document.member("f_cnt", of: uplink)) ?? 0
        let received =
            NetworkMessage.time(document, document.member("received_at", of: uplink))
            ?? NetworkMessage.time(document, document.member("received_at", of: root))
        if let time = NetworkMessage.gatewayTime(
            document, document.member("rx_metadata", of: uplink), "time",
            near: received ?? message.receivedAt)
        {
            draft.setTime(time, by: .gateway, message)
        } else if let received {
            draft.setTime(received, by: .networkServer, message)
        }
        var hint = UnknownModelHint()
        if let version = document.member("version_ids", of: uplink) {
            hint.names[0] = document.member("brand_id", of: version)
            hint.names[1] = document.member("model_id", of: version)
        }
        let port = document.integer(document.member("f_port", of: uplink)).flatMap {
            UInt8(exactly: $0)
        }
        try NetworkMessage.decodeFrame(
            document, document.member("frm_payload", of: uplink),
            decoded: document.member("decoded_payload", of: uplink), port: Int(port ?? 0), draft,
            message, &frames, named: hint, into: &batch)
    }

    /// A position that the network found out. One that somebody entered by hand is none.
    private static func decodeLocation(
        _ document: borrowing JSONDocument, _ solved: JSONDocument.Node,
        _ root: JSONDocument.Node, _ draft: SampleDraft, _ message: MessageContext,
        into batch: inout SampleBatch
    ) {
        var draft = draft
        guard let location = document.member("location", of: solved) else {
            batch.isStatus = true
            return
        }
        let source = document.member("source", of: location)
        if !document.isText(source, "SOURCE_REGISTRY") {
            draft.position = Position(
                checking: document.number(document.member("latitude", of: location)) ?? 0,
                document.number(document.member("longitude", of: location)) ?? 0,
                accuracy: document.number(document.member("accuracy", of: location)),
                altitude: document.number(document.member("altitude", of: location)))
            if !document.isText(source, "SOURCE_GPS") { draft.notes.insert(.coarsePosition) }
        }
        if let received = NetworkMessage.time(document, document.member("received_at", of: root)) {
            draft.setTime(received, by: .networkServer, message)
        }
        if !batch.close(draft, from: batch.measurements.count) { batch.isStatus = true }
    }
}
