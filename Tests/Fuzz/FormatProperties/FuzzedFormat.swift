import ColdChain
import DeviceCodecs
import JSONText

/// How a format is given its message.
enum FuzzedFormat {
    typealias Document = (
        borrowing JSONDocument, JSONDocument.Node, MessageContext, inout SampleBatch
    ) throws(DecodingFailure) -> Void
    typealias TopicDocument = (
        borrowing JSONDocument, JSONDocument.Node, Span<UInt8>, MessageContext, inout SampleBatch
    ) throws(DecodingFailure) -> Void
    typealias Gateway = (
        borrowing JSONDocument, JSONDocument.Node, MessageContext, inout FrameRouter,
        inout SampleBatch
    ) throws(DecodingFailure) -> Void
    typealias TopicGateway = (
        borrowing JSONDocument, JSONDocument.Node, Span<UInt8>, MessageContext, inout FrameRouter,
        inout SampleBatch
    ) throws(DecodingFailure) -> Void
    typealias Frame = (
        Span<UInt8>, Int, SampleDraft, MessageContext, inout SampleBatch
    ) throws(DecodingFailure) -> Void

    case document(Document)
    case topicDocument(TopicDocument)
    /// Those that relay frames.
    case gateway(Gateway)
    case topicGateway(TopicGateway)
    case frame(Frame)
    /// A frame by the way that frames of their own and relayed ones go.
    case routed(PayloadFormat)
    /// What is announced, and then a message on each announced topic.
    case announcement

    /// By the first byte of an input. What is new comes at the end, so that seeds keep their
    /// meaning.
    static var all: [(name: String, format: FuzzedFormat)] {
        [
            ("zigbee2mqtt", .topicDocument(Zigbee2MQTT.decode)),
            ("tasmota", .topicDocument(tasmota)),
            ("shelly", .topicDocument(Shelly.decode)),
            ("esphome", .frame(number)),
            ("announcement", .announcement),
            ("the_things_stack", .topicGateway(TheThingsStack.decode)),
            ("chirpstack", .topicGateway(ChirpStack.decode)),
            ("ruuvi_gateway", .topicGateway(RuuviGateway.decode)),
            ("minew_gateway", .gateway(MinewGateway.decode)),
            ("moko_gateway", .gateway(MokoGateway.decode)),
            ("theengs", .gateway(Theengs.decode)),
            ("teltonika_json", .document(teltonika)),
            ("owntracks", .topicDocument(OwnTracks.decode)),
            ("flespi", .document(flespi)),
            ("traccar", .document(Traccar.decode)),
            ("senml_json", .document(SenMLJSON.decode)),
            ("bluetooth_advert", .routed(.advert)),
            ("teltonika", .routed(.teltonika)),
            ("senml_cbor", .frame(SenMLCBOR.decode)),
            ("milesight", .routed(.milesight)),
            ("cayenne_lpp", .routed(.cayenneLPP)),
            ("dragino_lht65", .routed(.draginoLHT65)),
            ("dragino_lsn50", .routed(.draginoLSN50)),
            ("dragino_trackerd", .routed(.draginoTrackerD)),
            ("elsys", .routed(.elsys)),
            ("nmea_0183", .routed(.nmea)),
            ("pui", .document(PUI.decode)),
            ("meshtastic", .document(Meshtastic.decode)),
        ]
    }

    private static func tasmota(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ topic: Span<UInt8>,
        _ message: MessageContext, _ batch: inout SampleBatch
    ) throws(DecodingFailure) {
        // Half of the messages come from devices whose zone is known.
        try Tasmota.decode(
            document, root, topic, message,
            utcOffsetMinutes: topic.count.isMultiple(of: 2) ? 60 : nil, into: &batch)
    }

    private static func teltonika(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ message: MessageContext,
        _ batch: inout SampleBatch
    ) throws(DecodingFailure) {
        try TeltonikaJSON.decode(document, root, message, into: &batch)
    }

    private static func flespi(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ message: MessageContext,
        _ batch: inout SampleBatch
    ) throws(DecodingFailure) {
        try Flespi.decode(document, root, message, into: &batch)
    }

    /// The port chooses what the number means.
    private static func number(
        _ frame: Span<UInt8>, _ port: Int, _ draft: SampleDraft, _ message: MessageContext,
        _ batch: inout SampleBatch
    ) throws(DecodingFailure) {
        let quantity = Quantity.allCases[port % Quantity.allCases.count]
        let units = FieldTarget.measurement(quantity).units
        try ESPHome.decode(
            frame, as: quantity, in: units[port % units.count], draft, into: &batch)
    }
}
