import ColdChain
import DeviceCodecs
import Testing

@Suite struct PayloadGuessTests {
    private func guess(_ payload: [UInt8]) -> String? {
        PayloadGuess.text(of: payload.span).map { "\($0)" }
    }

    @Test(arguments: [
        (#"{"end_device_ids":{"device_id":"a"}}"#, "the-things-stack/v3"),
        (#"{"deduplicationId":"x","deviceInfo":{"devEui":"a"}}"#, "chirpstack/v4"),
        ("\n [{\"gw_mac\":\"C8:25\"}]", "ruuvi/gateway"),
        (#"{"_type":"location"}"#, "owntracks/phone"),
        (#"{"temperature":4,"linkquality":120}"#, "zigbee2mqtt/sensor"),
        (#"[{"bn":"a","n":"t"}]"#, "senml/json"), (#"{"tempC":4}"#, "format json"),
        ("$GPGGA,1", "NMEA"),
        ("\0\0\0\0\0\0\0\u{10}\u{08}\u{01}", "teltonika/codec"),
    ])
    func `a payload of a known kind is told by how it looks`(payload: String, name: String) {
        #expect(guess(Array(payload.utf8))?.contains(name) == true)
    }

    @Test(arguments: [[], [0x20], [0xFF, 0x00], Array("warm".utf8), [0, 0, 0, 0, 0, 0, 0, 1]])
    func `what looks like nothing known is not guessed at`(payload: [UInt8]) {
        #expect(guess(payload) == nil)
    }

    @Test func `a mark far behind the beginning is not looked for`() {
        let payload = #"{"x":""# + String(repeating: "x", count: 600) + #"","_type":"location"}"#
        #expect(guess(Array(payload.utf8))?.contains("owntracks") == false)
    }

    @Test func `every profile that a guess names is part of the program`() throws {
        let known = Set(try ProfileCatalogue.shippedProfiles().map(\.id))
        for guess in PayloadGuess.all {
            let text = "\(guess.text)"
            let name = text.split(separator: "(").last.map { String($0.dropLast()) } ?? ""
            #expect(known.contains(name), "\(text)")
        }
    }
}
