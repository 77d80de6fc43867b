package import ColdChain
import Wire

/// Decodes the frames that gateways and networks relay, each by the model of its device.
package struct FrameRouter: Sendable {
    /// Which profile decodes the frames of a device, by the device's name as the registry has it.
    private var devices: NameTable
    private var models: [ProfileNumber?] = []
    /// By profile number.
    private let formats: [PayloadFormat]
    /// The frame at hand, decoded from the text it was sent as.
    var frame: [UInt8] = []
    /// What a vendor's codec has to decode before the message is done.
    package internal(set) var codecCall: CodecCall?

    package init(formats: [PayloadFormat], salt: UInt64 = 0) {
        devices = NameTable(salt: salt)
        self.formats = formats
    }

    /// From now on the device's frames are decoded by this profile; nil forgets it.
    package mutating func setModel(_ profile: ProfileNumber?, ofDevice name: Span<UInt8>) {
        if let number = devices.find(name) {
            models[number] = profile
        } else if profile != nil {
            _ = devices.insert(name)
            models.append(profile)
        }
    }

    package func model(ofDevice name: Span<UInt8>) -> ProfileNumber? {
        devices.find(name).flatMap { models[$0] }
    }

    /// Decodes `frame`, a LoRaWAN application payload, by the model of the draft's device.
    mutating func decodeUplink(
        port: Int, _ draft: SampleDraft, _ message: MessageContext, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard let device = draft.device,
            let model = model(ofDevice: batch.text.span.extracting(device))
        else {
            throw DecodingFailure(.unknownModel, detail: "a frame on port \(port)")
        }
        var draft = draft
        draft.profile = model
        let format = formats[model.rawValue]
        if format == .javaScript {
            codecCall = CodecCall(
                profile: model, port: port, frame: frame, draft: draft,
                device: Array(batch.text[device]))
            return
        }
        try Self.decode(frame.span, port: port, as: format, draft, message, into: &batch)
    }

    /// Decodes a frame by one of the formats that need neither a document nor JavaScript.
    static func decode(
        _ frame: Span<UInt8>, port: Int, as format: PayloadFormat, _ draft: SampleDraft,
        _ message: MessageContext, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        switch format {
        case .teltonika: try Teltonika.decode(frame, port: port, draft, message, into: &batch)
        case .nmea: try NMEA.decode(frame, port: port, draft, message, into: &batch)
        case .senMLCBOR: try SenMLCBOR.decode(frame, port: port, draft, message, into: &batch)
        default:
            throw DecodingFailure(
                .unsupported, detail: "'\(format.rawValue)' is no format of single frames")
        }
    }
}

/// A frame that a vendor's codec is to decode.
package struct CodecCall: Equatable, Sendable {
    package var profile: ProfileNumber
    package var port: Int
    package var frame: [UInt8]
    package var draft: SampleDraft
    /// The name of the device, which `draft.device` stood for.
    package var device: [UInt8]
}
