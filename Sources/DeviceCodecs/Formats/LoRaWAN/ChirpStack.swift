package import ColdChain
package import JSONText

/// Events of ChirpStack in JSON, versions 3 and 4. Source: its documentation of integrations.
///
/// `application/{id}/device/{DevEUI}/event/{kind}`, where the kind is also told by the members. `up`
/// carries a frame, which is decoded by the model of its device (or `object`, what the server's own
/// codec made of it, where the device's profile maps that); `status` what the device answered
/// about its battery; `location` a position that the network found out. Other kinds say nothing for
/// the log. Members that are zero or empty are left out.
///
/// Version 4 describes the device in `deviceInfo`; version 3 has `devEUI` at the top, in hexadecimal
/// digits or in Base64. The time of an uplink is that of the first gateway whose clock is near the
/// server's (`gwTime`, in version 3 `time`), else the server's. `fCnt` is the duplicate key.
package enum ChirpStack {
    package static func decode(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ topic: Span<UInt8>,
        _ message: MessageContext, _ frames: inout FrameRouter, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard document.isObject(root) else {
            throw DecodingFailure(.notAnObject, detail: "an event of ChirpStack is an object")
        }
        var draft = SampleDraft()
        try setDevice(document, root, topic, &draft, &frames, &batch)
        let data = document.member("data", of: root)
        if data != nil || document.member("fPort", of: root) != nil {
            try decodeUplink(document, data, root, draft, message, &frames, into: &batch)
        } else if let location = document.member("location", of: root) {
            decodeLocation(document, location, root, draft, message, into: &batch)
        } else {
            decodeStatus(document, root, draft, message, into: &batch)
        }
    }

    private static func setDevice(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ topic: Span<UInt8>,
        _ draft: inout SampleDraft, _ frames: inout FrameRouter, _ batch: inout SampleBatch
    ) throws(DecodingFailure) {
        let info = document.member("deviceInfo", of: root)
        let address =
            info.flatMap { document.member("devEui", of: $0) }
            ?? document.member("devEUI", of: root)
        if let address {
            draft.device = keepAddress(document.text(address), &frames, &batch)
        }
        if let level = NetworkMessage.level(behind: "device", of: topic),
            let named = batch.keepAddress(topic.extracting(level), bytes: 8)
        {
            if let device = draft.device {
                if batch.text[device] != batch.text[named] {
                    draft.notes.insert(.identityConflict)
                }
                batch.text.removeLast(named.count)
            } else {
                draft.device = named
            }
        }
        let name =
            info.flatMap { document.member("deviceName", of: $0) }
            ?? document.member("deviceName", of: root)
        if draft.device == nil, let name, document.text(name).count > 0 {
            draft.device = batch.keepName(document.text(name))
        }
        guard draft.device != nil else {
            throw DecodingFailure(.missingField, detail: "neither DevEUI nor name of a device")
        }
    }

    /// A DevEUI in hexadecimal digits, or in Base64 as the servers of version 3 wrote it.
    private static func keepAddress(
        _ text: Span<UInt8>, _ frames: inout FrameRouter, _ batch: inout SampleBatch
    ) -> Range<Int>? {
        if let name = batch.keepAddress(text, bytes: 8) { return name }
        frames.frame.removeAll(keepingCapacity: true)
        guard TextCoding.appendBase64(text, to: &frames.frame), frames.frame.count == 8
        else { return nil }
        return batch.keepAddress(frames.frame.span)
    }

    private static func decodeUplink(
        _ document: borrowing JSONDocument, _ data: JSONDocument.Node?, _ root: JSONDocument.Node,
        _ draft: SampleDraft, _ message: MessageContext, _ frames: inout FrameRouter,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        var draft = draft
        draft.sequence = document.integer(document.member("fCnt", of: root)) ?? 0
        let receptions = document.member("rxInfo", of: root)
        let received = serverTime(document, root, receptions)
        let near = received ?? message.receivedAt
        if let time = NetworkMessage.gatewayTime(document, receptions, "gwTime", near: near)
            ?? NetworkMessage.gatewayTime(document, receptions, "time", near: near)
        {
            draft.setTime(time, by: .gateway, message)
        } else if let received {
            draft.setTime(received, by: .networkServer, message)
        }
        var hint = UnknownModelHint()
        let info = document.member("deviceInfo", of: root)
        hint.names[0] =
            info.flatMap { document.member("deviceProfileName", of: $0) }
            ?? document.member("deviceProfileName", of: root)
        let port = document.integer(document.member("fPort", of: root)).flatMap {
            UInt8(exactly: $0)
        }
        try NetworkMessage.decodeFrame(
            document, data.flatMap { document[$0] == .null ? nil : $0 },
            decoded: document.member("object", of: root), port: Int(port ?? 0), draft, message,
            &frames, named: hint, into: &batch)
    }

    /// The server's own clock. `time` of an uplink may be the gateway's: where the server told when
    /// it received the frame, that comes first.
    private static func serverTime(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node,
        _ receptions: JSONDocument.Node?
    ) -> Timestamp? {
        if let receptions, document.isArray(receptions),
            let first = document.firstChild(of: receptions),
            let time = NetworkMessage.time(document, document.member("nsTime", of: first))
        {
            return time
        }
        return NetworkMessage.time(document, document.member("time", of: root))
            ?? NetworkMessage.time(document, document.member("publishedAt", of: root))
    }

    private static func decodeStatus(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ draft: SampleDraft,
        _ message: MessageContext, into batch: inout SampleBatch
    ) {
        var draft = draft
        let start = batch.measurements.count
        if document.bool(document.member("externalPowerSource", of: root)) == true {
            batch.add(.battery, .externalPower)
        } else if document.bool(document.member("batteryLevelUnavailable", of: root)) == true {
            batch.add(.battery, .notAvailable)
        } else if let level = document.number(document.member("batteryLevel", of: root)) {
            batch.add(.battery, level)
        }
        if let time = serverTime(document, root, nil) {
            draft.setTime(time, by: .networkServer, message)
        }
        if !batch.close(draft, from: start) { batch.isStatus = true }
    }

    /// A position that the network found out; one that was configured is none.
    private static func decodeLocation(
        _ document: borrowing JSONDocument, _ location: JSONDocument.Node,
        _ root: JSONDocument.Node, _ draft: SampleDraft, _ message: MessageContext,
        into batch: inout SampleBatch
    ) {
        var draft = draft
        let source = document.member("source", of: location)
        if !document.isText(source, "CONFIG") {
            draft.position = Position(
                checking: document.number(document.member("latitude", of: location)) ?? 0,
                document.number(document.member("longitude", of: location)) ?? 0,
                accuracy: document.number(document.member("accuracy", of: location)),
                altitude: document.number(document.member("altitude", of: location)))
            if !document.isText(source, "GEO_RESOLVER_GNSS") {
                draft.notes.insert(.coarsePosition)
            }
        }
        if let time = serverTime(document, root, nil) {
            draft.setTime(time, by: .networkServer, message)
        }
        if !batch.close(draft, from: batch.measurements.count) { batch.isStatus = true }
    }
}
