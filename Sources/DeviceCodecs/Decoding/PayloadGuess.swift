import Wire

/// What a message that no profile takes could be, told by how its payload looks: a hint for
/// whoever looks at it, never a reason to decode it.
package struct PayloadGuess: Sendable {
    /// What stands near the beginning of such payloads.
    let mark: StaticString
    package let text: StaticString

    /// A mark further behind is not looked for.
    private static let bytes = 512

    /// The first that fits counts.
    package static let all: [PayloadGuess] = [
        PayloadGuess(
            mark: #""end_device_ids""#, text: "an uplink of The Things Stack (the-things-stack/v3)"),
        PayloadGuess(mark: #""deviceInfo""#, text: "an uplink of ChirpStack (chirpstack/v4)"),
        PayloadGuess(mark: #""gw_mac""#, text: "a Ruuvi gateway (ruuvi/gateway)"),
        PayloadGuess(mark: #""_type""#, text: "OwnTracks (owntracks/phone)"),
        PayloadGuess(mark: #""position.latitude""#, text: "flespi (flespi/stream)"),
        PayloadGuess(mark: #""linkquality""#, text: "Zigbee2MQTT (zigbee2mqtt/sensor)"),
        PayloadGuess(mark: #""TempUnit""#, text: "Tasmota (tasmota/sensor)"),
        PayloadGuess(mark: #""src":"shelly"#, text: "a Shelly device (shelly/gen2)"),
        PayloadGuess(mark: #""manufacturerdata""#, text: "Theengs (theengs/gateway)"),
        PayloadGuess(mark: #""servicedata""#, text: "Theengs (theengs/gateway)"),
        PayloadGuess(mark: #""bn""#, text: "SenML (senml/json)"),
    ]

    /// Nil where it looks like nothing that is known.
    package static func text(of payload: Span<UInt8>) -> StaticString? {
        guard payload.count > 0 else { return nil }
        let beginning = payload.extracting(first: bytes)
        if isTeltonika(beginning) { return "a Teltonika tracker's frame (teltonika/codec)" }
        guard let first = firstMark(beginning) else { return nil }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
            return first == UInt8(ascii: "$") ? "sentences of NMEA 0183" : nil
        }
        for guess in all where contains(beginning, guess.mark) { return guess.text }
        return "JSON of a device's own: a profile of format json says what its members mean"
    }

    /// Four zeros, the length, and codec 8, 8E or 16.
    private static func isTeltonika(_ payload: Span<UInt8>) -> Bool {
        guard payload.count > 8 else { return false }
        for index in 0..<4 where payload[index] != 0 { return false }
        return [0x08, 0x8E, 0x10].contains(payload[8])
    }

    /// The first byte that is no white space.
    private static func firstMark(_ payload: Span<UInt8>) -> UInt8? {
        for index in payload.indices where payload[index] > 0x20 { return payload[index] }
        return nil
    }

    private static func contains(_ payload: Span<UInt8>, _ mark: StaticString) -> Bool {
        let length = mark.utf8CodeUnitCount
        guard payload.count >= length else { return false }
        for start in 0...payload.count - length {
            if payload.extracting(start..<start + length).isEqual(to: mark) { return true }
        }
        return false
    }
}
