import ColdChain
import Crypto
import DeviceCodecs
import JSONText
import Wire

/// Decodes the inputs of vectors by the product's formats.
struct Trial: ~Copyable {
    /// When every message arrives: after all that the vectors tell of.
    static let receivedAt = Timestamp(milliseconds: 1_795_176_000_000)

    private let catalogue: ProfileCatalogue
    private var decoder: PayloadDecoder
    private var batch = SampleBatch()

    init() throws {
        var profiles: [Profile] = []
        for format in PayloadFormat.allCases where format != .json && format != .javaScript {
            let text = """
                id: vectors/\(format.rawValue)
                version: 1
                description: The format alone.
                format: \(format.rawValue)
                options: {quantity: temperature}
                """
            profiles.append(try Profile(parsing: Array(text.utf8), file: format.rawValue))
        }
        try self.init(ProfileCatalogue(profiles))
    }

    private init(_ catalogue: ProfileCatalogue) throws {
        decoder = try PayloadDecoder(catalogue)
        self.catalogue = catalogue
    }

    mutating func run(_ vector: Vector) -> Verdict {
        guard let message = Message(vector) else {
            return Self.needsCodec(vector) ? .waiting : .notTried("not a format of the program")
        }
        guard let profile = catalogue.number(of: "vectors/\(message.format.rawValue)") else {
            return .notTried("no profile")
        }
        if let key = message.key {
            try? decoder.frames.setKey(Secret(key), ofDevice: Array(message.device.utf8).span)
        }
        if let model = message.model,
            let number = catalogue.number(of: "vectors/\(model.rawValue)")
        {
            decoder.frames.setModel(number, ofDevice: Array(message.device.utf8).span)
        }
        var failure: DecodingFailure?
        do throws(DecodingFailure) {
            try decoder.decode(
                message.payload.span, topic: Array(message.topic.utf8).span, profile: profile,
                IncomingMessage(
                    receivedAt: Self.receivedAt, naming: message.naming, port: message.port),
                into: &batch)
        } catch {
            failure = error
        }
        return Comparison(batch: batch, failure: failure).verdict(on: vector)
    }

    /// Whether it is a frame that the program has no format for.
    static func needsCodec(_ vector: Vector) -> Bool {
        vector.kind == "lorawan-uplink" && Message.frameFormat(vector) == nil
    }
}

/// What a broker would have handed over for a vector's input.
private struct Message {
    var format: PayloadFormat
    var payload: [UInt8]
    var topic = ""
    var naming = TopicNaming.nobody
    var port = 0
    /// The device that an envelope would name.
    var device = ""
    /// The format of the frames that are relayed for it.
    var model: PayloadFormat?
    var key: [UInt8]?

    init?(_ vector: Vector) {
        let input = vector.input
        device = Self.address(input["mac"]?.string ?? "")
        topic = input["topic"]?.string ?? ""
        port = Int(clamping: input["fPort"]?.integer ?? 0)
        key = input["bindkey"]?.string.flatMap(Self.bytes)
        format = .advert
        payload = []
        switch vector.kind {
        case "ble-advertisement", "ble-manufacturer-data", "ble-service-data":
            let whole = vector.kind == "ble-advertisement"
            guard let advert = whole ? input["hex"]?.string.flatMap(Self.bytes) : Self.advert(input)
            else { return nil }
            payload = advert
            topic = device
            naming = device.isEmpty ? .nobody : .device(0..<device.utf8.count)
        case "cayenne-lpp":
            format = .cayenneLPP
            payload = input["hex"]?.string.flatMap(Self.bytes) ?? []
        case "lorawan-uplink":
            guard let format = Self.frameFormat(vector) else { return nil }
            self.format = format
            payload = input["hex"]?.string.flatMap(Self.bytes) ?? []
        default:
            guard let format = Self.format(of: vector) else { return nil }
            self.format = format
            let text = input["json"]?.string ?? input["text"]?.string
            payload = text.map { Array($0.utf8) } ?? input["hex"]?.string.flatMap(Self.bytes) ?? []
            device = Self.relayed(by: vector) ?? device
            model = Self.relayedFormat(by: vector)
        }
    }

    /// An advert around the elements of it that the vector gives.
    private static func advert(_ input: JSON) -> [UInt8]? {
        guard let data = input["hex"]?.string.flatMap(bytes) else { return nil }
        var advert: [UInt8] = []
        let isManufacturer = input["company"] != nil
        if let id = (input["company"] ?? input["uuid"])?.string {
            guard let number = UInt16(id.hasPrefix("0x") ? String(id.dropFirst(2)) : id, radix: 16)
            else { return nil }
            advert.append(UInt8(truncatingIfNeeded: data.count + 3))
            advert.append(isManufacturer ? 0xFF : 0x16)
            advert.append(UInt8(truncatingIfNeeded: number))
            advert.append(UInt8(truncatingIfNeeded: number >> 8))
        } else {
            // The manufacturer's identity stands in the data.
            advert.append(UInt8(truncatingIfNeeded: data.count + 1))
            advert.append(0xFF)
        }
        advert += data
        if !isManufacturer, let more = input["manufacturerdata"]?.string.flatMap(bytes) {
            advert.append(UInt8(truncatingIfNeeded: more.count + 1))
            advert.append(0xFF)
            advert += more
        }
        if let name = input["name"]?.string {
            advert.append(UInt8(truncatingIfNeeded: name.utf8.count + 1))
            advert.append(0x09)
            advert += Array(name.utf8)
        }
        return advert
    }

    private static func format(of vector: Vector) -> PayloadFormat? {
        switch vector.format {
        case "ruuvi-gateway-json": .ruuviGateway
        case "minew-gateway-json": .minewGateway
        case "teltonika-codec": .teltonika
        case "teltonika-json": .teltonikaJSON
        case "owntracks": .ownTracks
        case "flespi": .flespi
        case "traccar-forward": .traccar
        case "senml-json": .senMLJSON
        case "senml-cbor": .senMLCBOR
        case "tasmota": .tasmota
        case "shelly-gen2": .shelly
        case "zigbee2mqtt": .zigbee2MQTT
        case "pui-json": .pui
        case "meshtastic-json": .meshtastic
        case "nmea-0183": .nmea
        case "tts-v3": .theThingsStack
        case "chirpstack-v4", "chirpstack-v3": .chirpStack
        default: nil
        }
    }

    /// The devices whose frames the program reads without their vendors' codecs.
    static func frameFormat(_ vector: Vector) -> PayloadFormat? {
        let device = vector.device.lowercased()
        if device.hasPrefix("milesight") { return .milesight }
        if device.hasPrefix("elsys") { return .elsys }
        guard device.hasPrefix("dragino") else { return nil }
        if device.contains("lht65") { return .draginoLHT65 }
        if device.contains("trackerd") { return .draginoTrackerD }
        if device.contains("lsn50") { return .draginoLSN50 }
        return nil
    }

    private static func relayed(by vector: Vector) -> String? {
        guard vector.format == "tts-v3" || vector.format.hasPrefix("chirpstack") else { return nil }
        return vector.expected.first { $0.name == "dev_eui" }?.value.string?.uppercased()
    }

    private static func relayedFormat(by vector: Vector) -> PayloadFormat? {
        guard relayed(by: vector) != nil else { return nil }
        return vector.device.contains("TrackerD") ? .draginoTrackerD : nil
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        return TextCoding.appendHex(Array(text.utf8).span, to: &bytes) ? bytes : nil
    }

    private static func address(_ text: String) -> String {
        text.filter { $0 != ":" }.uppercased()
    }
}
