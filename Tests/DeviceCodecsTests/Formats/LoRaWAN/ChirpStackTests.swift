import ColdChain
import DeviceCodecs
import Testing

/// Members as in ChirpStack's documentation of its events.
@Suite struct ChirpStackTests {
    private var network: Network {
        var network = Network(format: .chirpStack)
        network.topic = "application/17c82e96/device/0101010101010101/event/up"
        return network
    }

    private let device =
        #""deviceInfo":{"deviceProfileName":"TrackerD LW","deviceName":"Cooler 1","#
        + #""devEui":"0101010101010101","tags":{"key":"value"}}"#

    private func uplink(_ more: String = "") -> String {
        #"{"time":"2026-11-20T11:59:59.205+00:00",\#(device),"fPort":2,"#
            + #""data":"AAAAAAAAAAAPoiACpwEQ"\#(more)}"#
    }

    @Test(arguments: [
        ("", -795, TimeSource.networkServer),
        (#","rxInfo":[{"gwTime":"2026-11-20T11:59:58Z"}]"#, -2000, .gateway),
        (#","rxInfo":[{"time":"2026-11-20T11:59:58Z"}]"#, -2000, .gateway),
        (#","rxInfo":[{"gwTime":"2026-11-20T09:59:58Z"}]"#, -795, .networkServer),
        // Where the server told when it received the frame, the event's time may be a gateway's.
        (#","rxInfo":[{"nsTime":"2026-11-20T11:00:00Z"}]"#, -3_600_000, .networkServer),
    ])
    func `an uplink is the frame, decoded by the model of its device`(
        more: String, offset: Int64, source: TimeSource
    ) throws {
        let batch = try network.decode(uplink(#","fCnt":9"# + more))
        let sample = try #require(batch.samples.first)
        #expect(batch.value(.temperature) == 27.2)
        #expect(batch.device() == "0101010101010101")
        #expect(sample.sequence == 9)
        #expect(sample.measuredAt == Timestamp(milliseconds: noon.milliseconds + offset))
        #expect(sample.timeSource == source)
        #expect(sample.notes == .noFix)
    }

    @Test func `a count of zero is left out`() throws {
        let batch = try network.decode(uplink())
        #expect(batch.samples.first?.sequence == 0)
    }

    @Test(arguments: ["AQEBAQEBAQE=", "0101010101010101", "01-01-01-01-01-01-01-01"])
    func `version 3 names the device at the top, in Base64 or digits`(name: String) throws {
        let batch = try network.decode(
            #"{"applicationID":"123","applicationName":"app","deviceName":"d","devEUI":"\#(name)","#
                + #""rxInfo":[{"time":"2026-11-20T11:59:58Z","rssi":-48}],"fCnt":10,"fPort":2,"#
                + #""data":"AAAAAAAAAAAPoiACpwEQ","objectJSON":"{\"temperature\":99}"}"#)
        #expect(batch.device() == "0101010101010101")
        #expect(batch.value(.temperature) == 27.2)
        #expect(batch.samples.first?.timeSource == .gateway)
    }

    @Test func `a topic of another device is an identity conflict`() throws {
        var network = network
        network.topic = "application/17c82e96/device/0202020202020202/event/up"
        let batch = try network.decode(uplink())
        #expect(batch.samples.first?.notes == [.noFix, .identityConflict])
        #expect(batch.device() == "0101010101010101")
    }

    @Test func `the topic names a device that the event does not`() throws {
        let batch = try network.decode(#"{"fPort":2,"data":"AAAAAAAAAAAPoiACpwEQ"}"#)
        #expect(batch.device() == "0101010101010101")
        #expect(batch.samples.first?.timeSource == .receipt)
    }

    @Test(arguments: [
        (#""margin":10,"batteryLevel":88.3"#, Expected(.battery, 88.3)),
        (#""margin":10,"externalPowerSource":true"#, Expected(.battery, .externalPower)),
        (#""batteryLevelUnavailable":true"#, Expected(.battery, .notAvailable)),
        (
            #""batteryLevel":0,"batteryLevelUnavailable":true,"externalPowerSource":false"#,
            Expected(.battery, .notAvailable)
        ),
    ])
    func `a status is the battery`(members: String, expected: Expected) throws {
        let batch = try network.decode(
            #"{"time":"2022-07-18T09:35:06.927172638+00:00",\#(device),\#(members)}"#)
        #expect(batch.all() == [expected])
        #expect(
            batch.samples.first?.measuredAt == Timestamp(milliseconds: 1_658_136_906_927))
        #expect(batch.samples.first?.timeSource == .networkServer)
    }

    @Test func `a location is a position, coarse unless satellites made it`() throws {
        func location(_ source: String) throws -> Sample? {
            let batch = try network.decode(
                #"{"time":"2022-07-18T09:55:11.059481003+00:00",\#(device),"location":"#
                    + #"{"latitude":37.344214,"longitude":-8.839375,"altitude":2\#(source)}}"#)
            return batch.samples.first
        }
        let place = Position(latitude: 37.344214, longitude: -8.839375, altitude: 2)
        #expect(try location("")?.position == place)
        #expect(try location("")?.notes == .coarsePosition)
        #expect(try location(#","source":"GEO_RESOLVER_GNSS""#)?.notes == [])
        #expect(try location(#","source":"CONFIG""#) == nil)
    }

    @Test(arguments: [
        #""devAddr":"00189440""#, #""acknowledged":true,"fCntDown":10"#, #""downlinkId":1"#,
        #""level":"ERROR","code":"UPLINK_CODEC","description":"x""#, #""margin":5"#,
        #""integrationName":"loracloud","object":{"temperature":4}"#, #""fPort":2"#,
        #""fPort":0,"data":"AAAA""#, #""fPort":2,"data":null"#,
    ])
    func `other events are status`(members: String) throws {
        let batch = try network.decode("{\(device),\(members)}")
        #expect(batch.isStatus)
        #expect(batch.samples.isEmpty)
    }

    @Test func `what the server decoded is taken where the profile maps it`() throws {
        var network = network
        network.fieldMap = FieldMap(
            now: FieldMap.Part(fields: [
                FieldMapping(
                    path: ["TempC_SHT"], target: .measurement(.temperature), unit: .celsius)
            ]))
        let batch = try network.decode(
            uplink(#","object":{"TempC_SHT":"4.20"}"#))
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
        let failure = #expect(throws: DecodingFailure.self) {
            _ = try network.decode(uplink())
        }
        #expect(failure?.reason == .unknownModel)
        for part in ["0101010101010101", "port 2", "0fa22002a70110", "TrackerD LW"] {
            #expect(failure?.detail.contains(part) == true, "\(part)")
        }
    }

    @Test func `an event that names no device is refused`() {
        var network = network
        network.topic = "bags/7/readings"
        let failure = #expect(throws: DecodingFailure.self) {
            _ = try network.decode(#"{"data":"AAAA","fPort":2,"devEUI":"no"}"#)
        }
        #expect(failure?.reason == .missingField)
    }
}
