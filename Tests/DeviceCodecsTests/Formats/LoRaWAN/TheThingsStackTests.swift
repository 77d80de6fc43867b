import ColdChain
import DeviceCodecs
import Testing

/// Members as in The Things Stack's documentation (Apache-2.0).
@Suite struct TheThingsStackTests {
    private let network = Network(format: .theThingsStack)

    private let identifiers =
        #""end_device_ids":{"device_id":"cooler-1","application_ids":{"application_id":"app"},"#
        + #""dev_eui":"a840412b81874509","join_eui":"A840410000000102"}"#

    /// A TrackerD without a fix, 27.2 °C.
    private func uplink(
        identifiers: String? = nil, _ members: String = #""f_port":2,"f_cnt":17"#,
        frame: String = #","frm_payload":"AAAAAAAAAAAPoiACpwEQ""#,
        receptions: String = #"[{"time":"2026-11-20T11:59:58.522309Z"}]"#, more: String = ""
    ) -> String {
        "{\(identifiers ?? self.identifiers),\"received_at\":\"2026-11-20T11:59:59.853335601Z\","
            + "\"uplink_message\":{\(members)\(frame),\"rx_metadata\":\(receptions),"
            + "\"received_at\":\"2026-11-20T11:59:59.644805734Z\"}\(more)}"
    }

    @Test func `an uplink is the frame, decoded by the model of its device`() throws {
        let batch = try network.decode(uplink())
        let sample = try #require(batch.samples.first)
        #expect(batch.value(.temperature) == 27.2)
        #expect(batch.value(.humidity) == 67.9)
        #expect(batch.device() == "A840412B81874509")
        #expect(sample.sequence == 17)
        #expect(sample.profile == ProfileNumber(rawValue: 0))
        #expect(sample.measuredAt == Timestamp(milliseconds: noon.milliseconds - 1478))
        #expect(sample.timeSource == .gateway)
        #expect(sample.notes == .noFix)
    }

    @Test(arguments: [
        // A gateway whose clock was never set, and one that is right.
        (
            #"[{"time":"1970-01-01T00:00:10Z"},{"time":"2026-11-20T11:59:58Z"}]"#, -2000,
            TimeSource.gateway
        ),
        (#"[{"time":"2026-11-20T10:59:59Z"},{"rssi":-101}]"#, -356, .networkServer),
        (#"[{"time":"2026-11-20T10:59:59.700Z"}]"#, -3_600_300, .gateway),
        ("[]", -356, .networkServer), ("{}", -356, .networkServer),
        (#"[{"time":"yesterday"},7]"#, -356, .networkServer),
    ])
    func `a gateway is believed within an hour of the server`(
        receptions: String, offset: Int64, source: TimeSource
    ) throws {
        let batch = try network.decode(uplink(receptions: receptions))
        let sample = try #require(batch.samples.first)
        #expect(sample.measuredAt == Timestamp(milliseconds: noon.milliseconds + offset))
        #expect(sample.timeSource == source)
    }

    @Test func `without any time there is none`() throws {
        let batch = try network.decode(
            #"{"end_device_ids":{"device_id":"cooler-1"},"#
                + #""uplink_message":{"f_port":2,"frm_payload":"AAAAAAAAAAAPoiACpwEQ"}}"#)
        #expect(batch.samples.first?.measuredAt == nil)
        #expect(batch.samples.first?.timeSource == .receipt)
        #expect(batch.samples.first?.sequence == 0)
        #expect(batch.device() == "cooler-1")
    }

    @Test(arguments: [
        #""f_port":2"#, #""f_cnt":3"#, #""f_port":0,"f_cnt":3"#, #""f_port":"2""#,
    ])
    func `an uplink without a frame, or with the network's own, is status`(
        members: String
    ) throws {
        let hasPort = members == #""f_port":2"#
        let batch = try network.decode(
            uplink(members, frame: hasPort ? "" : #","frm_payload":"AAAA""#))
        #expect(batch.isStatus)
        #expect(batch.samples.isEmpty)
    }

    @Test func `a simulated uplink says so`() throws {
        let batch = try network.decode(uplink(more: #","simulated":true"#))
        #expect(batch.samples.first?.notes == [.noFix, .simulated])
    }

    @Test func `a topic of another device is an identity conflict`() throws {
        var network = network
        network.topic = "v3/app@tenant/devices/cooler-2/up"
        let batch = try network.decode(uplink())
        #expect(batch.samples.first?.notes == [.noFix, .identityConflict])
        #expect(batch.device() == "A840412B81874509")
    }

    @Test func `what the server decoded is taken where the profile maps it`() throws {
        var network = network
        network.fieldMap = FieldMap(
            now: FieldMap.Part(fields: [
                FieldMapping(
                    path: ["TempC_SHT"], target: .measurement(.temperature), unit: .celsius)
            ]))
        let batch = try network.decode(
            uplink(frame: #","frm_payload":"AAAA","decoded_payload":{"TempC_SHT":"4.20"}"#))
        #expect(batch.all() == [Expected(.temperature, 4.2)])
        #expect(batch.samples.first?.profile == ProfileNumber(rawValue: 0))
        let failure = #expect(throws: DecodingFailure.self) {
            _ = try network.decode(uplink())
        }
        #expect(failure?.reason == .missingField)
    }

    @Test func `a device of unknown model is named with what is known of it`() {
        var network = network
        network.devices = []
        let members =
            #""f_port":2,"version_ids":{"brand_id":"dragino","model_id":"trackerd"}"#
        let failure = #expect(throws: DecodingFailure.self) {
            _ = try network.decode(uplink(members))
        }
        #expect(failure?.reason == .unknownModel)
        for part in [
            "A840412B81874509", "port 2", "00000000000000000fa22002a70110", "dragino trackerd",
        ] {
            #expect(failure?.detail.contains(part) == true, "\(part)")
        }
    }

    @Test func `a long frame of an unknown model is shown in part`() {
        var network = network
        network.devices = []
        let long = String(repeating: "AAAA", count: 80)
        let failure = #expect(throws: DecodingFailure.self) {
            _ = try network.decode(uplink(frame: #","frm_payload":"\#(long)""#))
        }
        #expect(failure?.detail.contains("(240 bytes)") == true)
        #expect((failure?.detail.utf8.count ?? 0) < 300)
    }

    @Test func `a frame for the vendor's codec is handed on`() throws {
        var network = network
        network.model = .javaScript
        var batch = SampleBatch()
        let call = try network.decode(uplink(), into: &batch)
        #expect(batch.samples.isEmpty)
        #expect(call?.frame == hex("00000000000000000fa22002a70110"))
        #expect(call?.port == 2)
        #expect(call?.draft.sequence == 17)
    }

    @Test(arguments: [
        #""join_accept":{"session_key_id":"AX"}"#, #""downlink_ack":{}"#, #""downlink_failed":{}"#,
        #""service_data":{"service":"x","data":{}}"#, #""location_solved":{}"#,
        #""location_solved":{"location":{"latitude":52.5,"longitude":4.9,"source":"SOURCE_REGISTRY"}}"#,
    ])
    func `other events are status`(member: String) throws {
        let batch = try network.decode("{\(identifiers),\(member)}")
        #expect(batch.isStatus)
        #expect(batch.samples.isEmpty)
    }

    @Test(arguments: [
        ("SOURCE_LORA_RSSI_GEOLOCATION", ReadingNotes.coarsePosition),
        ("SOURCE_GPS", ReadingNotes()),
    ])
    func `a solved location is a position`(source: String, notes: ReadingNotes) throws {
        let location =
            #""location":{"longitude":4.9,"altitude":3,"accuracy":120,"source":"\#(source)"}"#
        let batch = try network.decode(
            #"{\#(identifiers),"received_at":"2026-11-20T11:59:59Z","location_solved":{\#(location)}}"#
        )
        let sample = try #require(batch.samples.first)
        // A latitude of zero is left out.
        #expect(
            sample.position == Position(latitude: 0, longitude: 4.9, accuracy: 120, altitude: 3))
        #expect(sample.notes == notes)
        #expect(sample.timeSource == .networkServer)
    }

    @Test(arguments: [
        (#"{"uplink_message":{"f_port":2,"frm_payload":7}}"#, DecodingReason.missingField),
        ("[]", .notAnObject), ("7", .notAnObject),
    ])
    func `what is no message of the network is refused`(
        json: String, reason: DecodingReason
    ) {
        var network = network
        network.topic = "bags/7/readings"
        let failure = #expect(throws: DecodingFailure.self) {
            _ = try network.decode(json)
        }
        #expect(failure?.reason == reason)
    }

    @Test(arguments: [#","frm_payload":7"#, #","frm_payload":"%%%%""#])
    func `a frame that is no Base64 is refused`(frame: String) {
        let failure = #expect(throws: DecodingFailure.self) {
            _ = try network.decode(uplink(frame: frame))
        }
        #expect(failure?.reason == .badEncoding)
    }
}
