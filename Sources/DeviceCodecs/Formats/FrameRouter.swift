package import ColdChain
import Wire

/// Decodes the frames that gateways and networks relay, each by the model of its device.
package struct FrameRouter: Sendable {
    /// Which profile decodes the frames of a device, by the device's name as the registry has it.
    private var devices: NameTable
    private var models: [ProfileNumber?] = []
    /// Of every device, whatever else is known of it: for trying a message out.
    package var assumedModel: ProfileNumber?
    /// By profile number.
    private let formats: [PayloadFormat]
    private let options: [FormatOptions]
    /// By profile number: of the models whose frames the network's server decodes.
    private var fieldMaps: [FieldMap?]
    /// The frame at hand, decoded from the text it was sent as.
    var frame: [UInt8] = []
    /// Keys of devices with encrypted adverts, and what else was heard of them.
    var adverts: AdvertMemory
    /// What a vendor's codec has to decode before the message is done.
    package internal(set) var codecCall: CodecCall?

    /// For these profiles, by their numbers.
    package init(_ profiles: [Profile], salt: UInt64 = 0) {
        self.init(
            formats: profiles.map(\.format), options: profiles.map(\.options), salt: salt)
    }

    package init(formats: [PayloadFormat], options: [FormatOptions]? = nil, salt: UInt64 = 0) {
        devices = NameTable(salt: salt)
        adverts = AdvertMemory(salt: salt)
        self.formats = formats
        self.options = options ?? formats.map { _ in FormatOptions() }
        fieldMaps = Array(repeating: nil, count: formats.count)
    }

    /// From now on this profile takes what the network's server decoded of a frame, read by the map,
    /// and not the frame itself.
    package mutating func setFieldMap(_ map: FieldMap?, ofProfile profile: ProfileNumber) {
        guard fieldMaps.indices.contains(profile.rawValue) else { return }
        fieldMaps[profile.rawValue] = map
    }

    func fieldMap(ofProfile profile: ProfileNumber) -> FieldMap? {
        fieldMaps.indices.contains(profile.rawValue) ? fieldMaps[profile.rawValue] : nil
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
        if let assumedModel { return assumedModel }
        return devices.find(name).flatMap { models[$0] }
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
        // Held by a name of its own, without a copy: the router's other parts change meanwhile.
        let frame = frame
        try decode(frame.span, port: port, by: model, draft, message, into: &batch)
    }

    /// Decodes a frame that is a message of its own, or that an envelope held.
    package mutating func decode(
        _ frame: Span<UInt8>, port: Int, by profile: ProfileNumber, _ draft: SampleDraft,
        _ message: MessageContext, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        switch formats[profile.rawValue] {
        case .teltonika:
            try Teltonika.decode(
                frame, port: port, draft, message, model: options[profile.rawValue].tracker,
                into: &batch)
        case .advert: try decodeAdvert(frame, draft, message, into: &batch)
        case .esphome: try decodeNumber(frame, options[profile.rawValue], draft, into: &batch)
        case .nmea: try NMEA.decode(frame, port: port, draft, message, into: &batch)
        case .senMLCBOR: try SenMLCBOR.decode(frame, port: port, draft, message, into: &batch)
        case .milesight: try Milesight.decode(frame, port: port, draft, message, into: &batch)
        case .cayenneLPP: try CayenneLPP.decode(frame, port: port, draft, message, into: &batch)
        case .draginoLHT65:
            try DraginoLHT65.decode(frame, port: port, draft, message, into: &batch)
        case .draginoLSN50:
            try DraginoLSN50.decode(frame, port: port, draft, message, into: &batch)
        case .draginoTrackerD:
            try DraginoTrackerD.decode(frame, port: port, draft, message, into: &batch)
        case .elsys: try Elsys.decode(frame, port: port, draft, message, into: &batch)
        case .javaScript:
            codecCall = CodecCall(
                profile: profile, port: port, frame: frame.bytes, draft: draft,
                device: draft.device.map { Array(batch.text[$0]) } ?? [])
        case .json, .theThingsStack, .chirpStack, .ruuviGateway, .minewGateway, .mokoGateway,
            .theengs, .teltonikaJSON, .ownTracks, .flespi, .traccar, .pui, .meshtastic, .senMLJSON,
            .zigbee2MQTT, .tasmota, .shelly, .homeAssistant:
            throw DecodingFailure(.unsupported, detail: "the format is none of single frames")
        }
    }

    private mutating func decodeAdvert(
        _ advert: Span<UInt8>, _ draft: SampleDraft, _ message: MessageContext,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        let address = draft.device.flatMap { BluetoothAddress(batch.text.span.extracting($0)) }
        guard try decodeAdvert(advert, from: address, draft, message, into: &batch) else {
            batch.foreignFrames += 1
            return
        }
    }

    private func decodeNumber(
        _ text: Span<UInt8>, _ options: FormatOptions, _ draft: SampleDraft,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard let quantity = options.quantity, let unit = options.unit else {
            throw DecodingFailure(
                .unsupported, detail: "the profile's options do not say what the number measures")
        }
        try ESPHome.decode(text, as: quantity, in: unit, draft, into: &batch)
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
