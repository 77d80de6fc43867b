import ColdChain
import JSONText
import Wire

/// What the messages of LoRaWAN networks' servers have in common.
enum NetworkMessage {
    /// How far a gateway's clock may be from the server's. Gateways without satellites or NTP send
    /// whatever their clock says; a frame waits seconds on its way, never an hour.
    static let gatewayToleranceMilliseconds: Int64 = 3_600_000

    /// The instant a member tells in RFC 3339.
    static func time(
        _ document: borrowing JSONDocument, _ node: JSONDocument.Node?
    ) -> Timestamp? {
        guard let node, document.isText(node), let time = RFC3339.parse(document.text(node))
        else { return nil }
        return Timestamp(milliseconds: time)
    }

    /// The first of the gateways' times, under `name` in each element, that can be believed beside
    /// the server's.
    static func gatewayTime(
        _ document: borrowing JSONDocument, _ receptions: JSONDocument.Node?, _ name: StaticString,
        near reference: Timestamp
    ) -> Timestamp? {
        guard let receptions, document.isArray(receptions) else { return nil }
        var reception = document.firstChild(of: receptions)
        while let current = reception {
            if let time = time(document, document.member(name, of: current)),
                time.milliseconds(since: reference).magnitude
                    <= gatewayToleranceMilliseconds.magnitude
            {
                return time
            }
            reception = document.sibling(of: current, in: receptions)
        }
        return nil
    }

    /// The level of a topic behind the level `name`, as in `…/devices/{device}/up`.
    static func level(behind name: StaticString, of topic: Span<UInt8>) -> Range<Int>? {
        var start = 0
        var isNext = false
        while start < topic.count {
            let end = topic.endOfLevel(from: start)
            if isNext { return end > start ? start..<end : nil }
            isNext = topic.extracting(start..<end).isEqual(to: name)
            start = end + 1
        }
        return nil
    }

    /// Decodes the frame of a member in Base64 by the model of the draft's device, or takes what the
    /// server decoded of it where the device's profile says so. Without a frame, as in an uplink of
    /// the network's own commands, the message is status.
    static func decodeFrame(
        _ document: borrowing JSONDocument, _ node: JSONDocument.Node?,
        decoded: JSONDocument.Node?, port: Int, _ draft: SampleDraft, _ message: MessageContext,
        _ frames: inout FrameRouter, named model: UnknownModelHint, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        frames.frame.removeAll(keepingCapacity: true)
        if let node {
            guard document.isText(node),
                TextCoding.appendBase64(document.text(node), to: &frames.frame)
            else {
                throw DecodingFailure(.badEncoding, detail: "the frame is not written in Base64")
            }
        }
        // Port 0 carries commands of the network.
        guard !frames.frame.isEmpty, port != 0 else {
            batch.isStatus = true
            return
        }
        if let device = draft.device,
            let profile = frames.model(ofDevice: batch.text.span.extracting(device)),
            let map = frames.fieldMap(ofProfile: profile)
        {
            guard let decoded else {
                throw DecodingFailure(
                    .missingField, detail: "the network's server decoded nothing of the frame")
            }
            var draft = draft
            draft.profile = profile
            return try MappedObject.decode(document, decoded, map, draft, message, into: &batch)
        }
        do {
            try frames.decodeUplink(port: port, draft, message, into: &batch)
        } catch  where error.reason == .unknownModel {
            let device = draft.device.map { String(decoding: batch.text[$0], as: UTF8.self) }
            throw DecodingFailure(
                .unknownModel,
                detail: model.detail(
                    document, device: device ?? "", port: port, frame: frames.frame),
                device: device)
        }
    }
}

/// Where a message may say what an unknown device is.
struct UnknownModelHint {
    /// Members whose texts name maker and model.
    var names: [2 of JSONDocument.Node?] = [nil, nil]

    /// Longer frames and names are cut: the whole message is kept beside.
    private static let longestFrame = 64
    private static let longestName = 64

    func detail(
        _ document: borrowing JSONDocument, device: String, port: Int, frame: [UInt8]
    ) -> String {
        var text = "nobody said what model '\(device)' is; port \(port), frame "
        text += hexadecimal(frame.prefix(Self.longestFrame))
        if frame.count > Self.longestFrame { text += "… (\(frame.count) bytes)" }
        var separator = "; the network calls it "
        for index in 0..<2 {
            guard let node = names[index], document.isText(node) else { continue }
            let name = document.text(node)
            guard name.count > 0 else { continue }
            var bytes: [UInt8] = []
            for index in 0..<min(name.count, Self.longestName) { bytes.append(name[index]) }
            text += separator + String(decoding: bytes, as: UTF8.self)
            separator = " "
        }
        return text
    }
}
