import ColdChain
import DeviceCodecs
import JSONText
import Testing

private func decoded(_ json: String) throws -> SampleBatch {
    try DeviceCodecsTests.decoded(json: json) {
        document, root, batch throws(DecodingFailure) in
        try Meshtastic.decode(document, root, MessageContext(receivedAt: noon), into: &batch)
    }
}

private func packet(_ type: String, _ payload: String) -> String {
    """
    {"from":2130636288,"to":4294967295,"id":452664778,"sender":"!da5ed0a0",\
    "timestamp":1795175940,"type":"\(type)","payload":{\(payload)}}
    """
}

@Suite("Meshtastic")
struct MeshtasticTests {
    @Test("A position is of the node that sent it, and numbered by its packet")
    func position() throws {
        let batch = try decoded(
            packet(
                "position",
                """
                "latitude_i":399600000,"longitude_i":-862600000,"altitude":100,"time":1795175930,\
                "ground_speed":3,"sats_in_view":7,"precision_bits":32
                """))
        let sample = try #require(batch.samples.first)
        #expect(batch.device() == "!7efeee00")
        #expect(sample.sequence == 452_664_778)
        #expect(sample.measuredAt == Timestamp(milliseconds: 1_795_175_930_000))
        #expect(sample.timeSource == .device)
        #expect(
            sample.position
                == Position(
                    latitude: 39.96, longitude: -86.26, speed: 3, altitude: 100, satellites: 7))
        #expect(sample.notes == [])
    }

    @Test("A number with a sign is the same node, and a coarse position says so")
    func oldFirmware() throws {
        let batch = try decoded(
            """
            {"from":-2164331008,"type":"position","payload":{"latitude_i":1,"longitude_i":1,\
            "precision_bits":13}}
            """)
        #expect(batch.device() == "!7efeee00")
        #expect(batch.samples.first?.notes == .coarsePosition)
        #expect(batch.samples.first?.measuredAt == nil)
    }

    @Test("Telemetry is dated by the gateway where the packet does not tell a time")
    func telemetry() throws {
        let batch = try decoded(
            packet(
                "telemetry",
                """
                "battery_level":87,"voltage":4.05,"temperature":4.5,"relative_humidity":55,\
                "barometric_pressure":1013.25
                """))
        #expect(
            batch.told() == [
                "battery/0 87.0", "battery_voltage/0 4.05", "temperature/0 4.5", "humidity/0 55.0",
                "pressure/0 101325.0",
            ])
        #expect(batch.samples.first?.timeSource == .gateway)
        #expect(batch.samples.first?.measuredAt == Timestamp(milliseconds: 1_795_175_940_000))
        #expect(
            try decoded(packet("telemetry", "\"battery_level\":101,\"time\":0")).told()
                == ["battery/0 external_power"])
    }

    @Test("Other packets are no readings, and other documents are refused")
    func others() throws {
        for type in ["nodeinfo", "text", "neighborinfo", "traceroute"] {
            #expect(try decoded(packet(type, "")).isStatus)
        }
        #expect(try decoded("{\"from\":1,\"type\":\"position\",\"payload\":\"\"}").isStatus)
        #expect(try decoded(packet("position", "")).isStatus)
        for json in ["[]", "{}", "{\"from\":\"me\"}", packet("position", "\"time\":\"soon\"")] {
            #expect(throws: DecodingFailure.self) { try decoded(json) }
        }
    }
}
