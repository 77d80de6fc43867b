import ColdChain
import DeviceCodecs
import JSONText
import Testing
import Wire

@Suite struct HostileNetworkTests {
    private static let messages = [
        #"{"end_device_ids":{"device_id":"cooler-1","dev_eui":"A840412B81874509"},"received_at":"#
            + #""2026-11-20T11:59:59Z","uplink_message":{"f_port":2,"f_cnt":1,"frm_payload":"#
            + #""AAAAAAAAAAAPoiACpwEQ","rx_metadata":[{"time":"2026-11-20T11:59:58Z"},{}]}}"#,
        #"{"time":"2026-11-20T11:59:59Z","deviceInfo":{"devEui":"0101010101010101"},"fCnt":9,"#
            + #""fPort":2,"data":"AAAAAAAAAAAPoiACpwEQ","rxInfo":[{"gwTime":"2026-11-20T11:59:58Z"}]}"#,
        #"{"time":"2026-11-20T11:59:59Z","deviceInfo":{"devEui":"0101010101010101"},"#
            + #""location":{"latitude":52.5,"longitude":4.9},"batteryLevel":88,"margin":1}"#,
    ]

    /// What a member might hold instead.
    private static let replacements = [
        "null", "true", "7", "-1", "1e300", "9223372036854775807", #""""#, #""x""#, "[]", "{}",
        "[{}]",
        "[[1]]", "NaN",
    ]

    /// A message with one of its values or names replaced, or cut, or with some bytes changed.
    private func mutated(_ text: String, _ random: inout SplitMix64) -> String {
        var bytes = Array(text.utf8)
        let place = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 3 {
        case 0:
            guard let colon = bytes[place...].firstIndex(of: UInt8(ascii: ":")),
                let end = bytes[colon...].firstIndex(where: { $0 == 0x2C || $0 == 0x7D })
            else { return text }
            let other = Self.replacements[Int(random.next() % UInt64(Self.replacements.count))]
            bytes.replaceSubrange(colon + 1..<end, with: other.utf8)
        case 1: bytes.removeSubrange(place..<min(place + 6, bytes.count))
        default: bytes[place] = UInt8(truncatingIfNeeded: random.next() & 0x7F)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [PayloadFormat.theThingsStack, .chirpStack])
    func `a damaged message is decoded, refused or status, and never a crash`(
        format: PayloadFormat
    ) {
        var random = SplitMix64(state: 11)
        let network = Network(format: format)
        var sound = 0
        for _ in 0..<10_000 {
            let message = Self.messages[Int(random.next() % UInt64(Self.messages.count))]
            let damaged = mutated(message, &random)
            guard let batch = try? network.decode(damaged) else { continue }
            sound += 1
            #expect(isConsistent(batch))
            #expect(batch.isStatus || !batch.samples.isEmpty)
        }
        #expect(sound > 100)
    }

    @Test func `a damaged answer is read or refused, and never a crash`() throws {
        let answer =
            #"{"BatV":3.062,"TempC_SHT":"28,29 °C","gps":{"lat":52.5,"lon":"4.9"},"time":1698898416,"#
            + #""history":[{"timestamp":"1698898416","temperature":-4},{"temperature":"NoSensor"}]}"#
        var document = try JSONDocument()
        let map = AnswerProposal(document, try document.read(Array(answer.utf8).span)).map
        var random = SplitMix64(state: 12)
        var batch = SampleBatch()
        for _ in 0..<10_000 {
            let damaged = Array(mutated(answer, &random).utf8)
            guard let root = try? document.read(damaged.span) else { continue }
            batch.removeAll()
            _ = AnswerProposal(document, root)
            try? MappedObject.decode(
                document, root, map, SampleDraft(), MessageContext(receivedAt: noon), into: &batch)
            #expect(isConsistent(batch))
        }
    }
}
