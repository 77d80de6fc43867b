import ColdChain
import DeviceCodecs
import JSONText
import Testing

private func decoded(_ json: String) throws -> SampleBatch {
    try DeviceCodecsTests.decoded(json: json) {
        document, root, batch throws(DecodingFailure) in
        try PUI.decode(document, root, MessageContext(receivedAt: noon), into: &batch)
    }
}

@Suite("PUI trackers")
struct PUITests {
    @Test("A report tells device, time, place, course and ignition")
    func report() throws {
        let batch = try decoded(
            """
            {"id":"015262001044848","ts":"2023-06-01T03:09:51.362Z","rpt":"hf",\
            "location":{"lat":33.91233,"lon":-84.20784},"bear":70,"spd":2482,"ign":"on"}
            """)
        let sample = try #require(batch.samples.first)
        #expect(batch.device() == "015262001044848")
        #expect(sample.measuredAt == Timestamp(milliseconds: 1_685_588_991_362))
        #expect(sample.position == Position(latitude: 33.91233, longitude: -84.20784, heading: 70))
        #expect(batch.told() == ["ignition/0 1.0"])
    }

    @Test("What is missing or wrong costs only itself")
    func partial() throws {
        let off = try decoded("{\"id\":\"a\",\"location\":{\"lat\":0,\"lon\":0},\"ign\":\"off\"}")
        #expect(off.told() == ["ignition/0 0.0"])
        #expect(off.samples.first?.notes == .noFix)
        let odd = try decoded("{\"id\":\"a\",\"location\":{\"lat\":1,\"lon\":2},\"ign\":\"maybe\"}")
        #expect(odd.rejected == ["0 wrong_type:ignition"])
        #expect(odd.samples.first?.position != nil)
        #expect(try decoded("{\"id\":\"a\",\"rpt\":\"hb\"}").isStatus)
        #expect(
            try decoded("{\"id\":\"a\",\"ts\":\"2023-06-01T03:09:51\",\"ign\":true}").samples.first?
                .notes
                == .zoneUnknown)
        for json in ["[]", "{}", "{\"id\":\"\"}", "{\"id\":\"a\",\"ts\":7}"] {
            #expect(throws: DecodingFailure.self) { try decoded(json) }
        }
    }
}
