/// How the messages of a profile are read, by the name a profile gives it.
package enum PayloadFormat: String, CaseIterable, Sendable {
    /// JSON mapped by the profile's own fields.
    case json

    // Documents of a network's server, a gateway, a home or a fleet.
    case theThingsStack = "the_things_stack"
    case chirpStack = "chirpstack"
    case ruuviGateway = "ruuvi_gateway"
    case minewGateway = "minew_gateway"
    case mokoGateway = "moko_gateway"
    case theengs
    case teltonikaJSON = "teltonika_json"
    case ownTracks = "owntracks"
    case flespi
    case traccar
    case pui
    case meshtastic
    case senMLJSON = "senml_json"
    case zigbee2MQTT = "zigbee2mqtt"
    case tasmota
    case shelly
    case esphome
    case homeAssistant = "home_assistant"

    // Frames: a message of their own, or relayed by one of the above.
    case advert = "bluetooth_advert"
    case teltonika
    case nmea = "nmea_0183"
    case senMLCBOR = "senml_cbor"
    case milesight
    case cayenneLPP = "cayenne_lpp"
    case draginoLHT65 = "dragino_lht65"
    case draginoLSN50 = "dragino_lsn50"
    case draginoTrackerD = "dragino_trackerd"
    case elsys
    /// By the vendor's own JavaScript.
    case javaScript = "javascript"

    /// Whether its messages are JSON documents.
    var isDocument: Bool {
        switch self {
        case .json, .theThingsStack, .chirpStack, .ruuviGateway, .minewGateway, .mokoGateway,
            .theengs, .teltonikaJSON, .ownTracks, .flespi, .traccar, .pui, .meshtastic, .senMLJSON,
            .zigbee2MQTT, .tasmota, .shelly, .homeAssistant:
            true
        case .esphome, .advert, .teltonika, .nmea, .senMLCBOR, .milesight, .cayenneLPP,
            .draginoLHT65, .draginoLSN50, .draginoTrackerD, .elsys, .javaScript:
            false
        }
    }
}
