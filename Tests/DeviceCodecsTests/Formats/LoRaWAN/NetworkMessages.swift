import ColdChain
import DeviceCodecs
import JSONText

/// A network's message, decoded with every device being one model.
struct Network {
    var format: PayloadFormat
    var topic = "v3/app@tenant/devices/cooler-1/up"
    /// The names of the devices whose model is known.
    var devices = ["A840412B81874509", "0101010101010101", "cooler-1"]
    var model = PayloadFormat.draginoTrackerD
    var fieldMap: FieldMap?
    var receivedAt = noon

    func decode(_ json: String) throws -> SampleBatch {
        var batch = SampleBatch()
        _ = try decode(json, into: &batch)
        return batch
    }

    /// Answers what a vendor's codec has to decode.
    func decode(_ json: String, into batch: inout SampleBatch) throws -> CodecCall? {
        var router = FrameRouter(formats: [model])
        for device in devices {
            router.setModel(ProfileNumber(rawValue: 0), ofDevice: Array(device.utf8).span)
        }
        router.setFieldMap(fieldMap, ofProfile: ProfileNumber(rawValue: 0))
        let message = MessageContext(receivedAt: receivedAt)
        let text = Array(json.utf8)
        let topic = Array(topic.utf8)
        var document = try JSONDocument()
        let root = try document.read(text.span)
        if format == .theThingsStack {
            try TheThingsStack.decode(document, root, topic.span, message, &router, into: &batch)
        } else {
            try ChirpStack.decode(document, root, topic.span, message, &router, into: &batch)
        }
        return router.codecCall
    }
}
