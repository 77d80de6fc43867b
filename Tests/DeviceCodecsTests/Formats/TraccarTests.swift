import ColdChain
import DeviceCodecs
import JSONText
import Testing

private func decoded(_ json: String) throws -> SampleBatch {
    try DeviceCodecsTests.decoded(json: json) {
        document, root, batch throws(DecodingFailure) in
        try Traccar.decode(document, root, MessageContext(receivedAt: noon), into: &batch)
    }
}

/// A position whose record and fix are of 11:59, and then what `members` say instead.
private func forward(
    _ members: String = "", attributes: String = "{}",
    times: String = """
    "deviceTime":"2026-11-20T11:59:00.000+00:00","fixTime":"2026-11-20T11:59:00.000+00:00"
    """
) -> String {
    let rest = members.isEmpty ? "" : ",\(members)"
    return """
        {"position":{"id":0,"attributes":\(attributes),"serverTime":"2026-11-20T11:59:30Z",\(times),\
        "latitude":53.8862733,"longitude":27.449195,"altitude":241,"speed":10,"course":316\(rest)},\
        "device":{"id":4,"attributes":[],"name":"Van","uniqueId":"888888888888888"}}
        """
}

private let beforeNoon = Timestamp(milliseconds: noon.milliseconds - 60_000)

@Suite("Traccar")
struct TraccarTests {
    @Test("A position is forwarded with its device, in knots")
    func position() throws {
        let batch = try decoded(
            forward("\"accuracy\":0", attributes: "{\"sat\":13,\"ignition\":true}"))
        let sample = try #require(batch.samples.first)
        #expect(batch.samples.count == 1)
        #expect(batch.device() == "888888888888888")
        #expect(sample.measuredAt == beforeNoon)
        #expect(sample.timeSource == .device)
        #expect(sample.notes == [])
        let position = try #require(sample.position)
        #expect(abs((position.speed ?? 0) - 5.144444) < 1e-9)
        #expect(position.heading == 316)
        #expect(position.altitude == 241)
        #expect(position.satellites == 13)
        #expect(position.accuracy == nil)
        #expect(batch.told() == ["ignition/0 1.0"])
    }

    @Test(
        "Each attribute that is for the log becomes a measurement",
        arguments: [
            ("\"motion\":false", ["motion/0 0.0"]), ("\"door\":true", ["opening/0 1.0"]),
            ("\"batteryLevel\":87", ["battery/0 87.0"]),
            ("\"battery\":4.05", ["battery_voltage/0 4.05"]),
            ("\"power\":14.238", ["supply_voltage/0 14.238"]),
            ("\"odometer\":6902740,\"totalDistance\":13022475.67", ["odometer/0 6902740.0"]),
            ("\"totalDistance\":13022475.67", ["odometer/0 13022475.67"]),
            ("\"temp1\":4.5,\"temp2\":-18.1", ["temperature/1 4.5", "temperature/2 -18.1"]),
            ("\"temperature\":4.5", ["temperature/0 4.5"]),
            ("\"tempProbe1\":4.5", ["temperature/21 4.5"]),
            ("\"bleTemp4\":4.5,\"bleHumidity4\":40", ["temperature/44 4.5", "humidity/44 40.0"]),
            ("\"eyeTemp1\":4.5,\"eyeHumidity1\":40", ["temperature/61 4.5", "humidity/61 40.0"]),
            ("\"humidity\":101", ["humidity/0 over_range"]),
            ("\"temp1\":327.67", ["temperature/1 not_available"]),
            ("\"temp1\":85", ["temperature/1 85.0"]), ("\"tempAlarm\":1", []),
            ("\"temp1\":\"n/a\"", ["temperature/1 not_a_number"]), ("\"temp1\":null", []),
        ])
    func attributes(members: String, told: [String]) throws {
        #expect(try decoded(forward(attributes: "{\(members)}")).told() == Set(told))
    }

    @Test(
        "Fault codes of Teltonika's sensors do not pass for temperatures",
        arguments: [
            ("temp1", "85", "temperature/1 power_on_value"),
            ("temp1", "300.0", "temperature/1 probe_absent"),
            ("bleTemp1", "20.0", "temperature/41 sensor_error"),
            ("bleTemp1", "30", "temperature/41 probe_absent"),
            ("bleTemp1", "327.67", "temperature/41 probe_absent"),
            ("bleTemp1", "20.01", "temperature/41 20.01"),
            ("temp1", "20.0", "temperature/1 20.0"),
        ])
    func teltonika(name: String, value: String, told: String) throws {
        let json = forward("\"protocol\":\"teltonika\"", attributes: "{\"\(name)\":\(value)}")
        #expect(try decoded(json).told() == [told])
    }

    @Test("Where the fix is older than the record, each is dated by its own time")
    func twoTimes() throws {
        let batch = try decoded(
            forward(
                "\"outdated\":true", attributes: "{\"temp1\":4.5}",
                times: """
                    "deviceTime":"2026-11-20T11:59:00Z","fixTime":"2026-11-20T10:00:00.000+0000"
                    """))
        #expect(batch.samples.count == 2)
        #expect(batch.samples[0].measuredAt == beforeNoon)
        #expect(batch.samples[0].position == nil)
        #expect(batch.samples[0].notes == [])
        #expect(batch.told() == ["temperature/1 4.5"])
        #expect(
            batch.samples[1].measuredAt
                == Timestamp(milliseconds: noon.milliseconds - 7_200_000))
        #expect(batch.samples[1].position != nil)
        #expect(batch.samples[1].notes == .noFix)
        #expect(batch.device(ofSample: 1) == "888888888888888")
    }

    @Test(
        "A position without a fix says so",
        arguments: ["\"outdated\":true", "\"valid\":false", "\"outdated\":true,\"valid\":true"])
    func noFix(members: String) throws {
        let batch = try decoded(forward(members))
        #expect(batch.samples.count == 1)
        #expect(batch.samples.first?.notes == .noFix)
        #expect(batch.samples.first?.position != nil)
    }

    @Test(
        "The time is the device's, then the server's, and none without a zone",
        arguments: [
            ("\"fixTime\":\"2026-11-20T12:59:00.000+01:00\"", TimeSource.device, beforeNoon),
            ("\"deviceTime\":\"2026-11-20T11:59:00Z\",\"fixTime\":null", .device, beforeNoon),
            (
                "\"fixTime\":null", .networkServer,
                Timestamp(milliseconds: noon.milliseconds - 30_000)
            ),
            ("\"fixTime\":\"2026-11-20T11:59:00\"", .receipt, nil),
        ] as [(String, TimeSource, Timestamp?)])
    func times(members: String, source: TimeSource, time: Timestamp?) throws {
        let batch = try decoded(forward(times: members))
        #expect(batch.samples.count == 1)
        #expect(batch.samples.first?.timeSource == source)
        #expect(batch.samples.first?.measuredAt == time)
        #expect(batch.samples.first?.notes == (source == .receipt ? .zoneUnknown : []))
    }

    @Test("A record that was kept until it could be sent is marked")
    func archive() throws {
        let batch = try decoded(forward(attributes: "{\"archive\":true,\"temp1\":4}"))
        #expect(batch.samples.first?.notes == .buffered)
    }

    @Test("An empty PHP array stands for no attributes")
    func emptyAttributes() throws {
        let batch = try decoded(forward(attributes: "[]"))
        #expect(batch.samples.first?.position != nil)
        #expect(batch.rejections.isEmpty)
    }

    @Test("An event is a reading where it brings its position")
    func events() throws {
        let event = "\"event\":{\"type\":\"deviceOnline\",\"attributes\":{}}"
        #expect(try decoded("{\(event),\"device\":{}}").isStatus)
        #expect(try decoded("{\(event),\"position\":null}").isStatus)
        let batch = try decoded(
            "{\(event),\"position\":{\"fixTime\":\"2026-11-20T11:59:00Z\",\"latitude\":1,\"longitude\":2}}"
        )
        #expect(batch.samples.first?.position == Position(latitude: 1, longitude: 2))
        #expect(batch.device() == nil)
    }

    @Test("What is wrong costs only itself, or the message where nothing is left")
    func wrong() throws {
        let batch = try decoded(
            forward(attributes: "{\"temp1\":[],\"temp2\":1,\"temp3\":1,\"temp3\":2,\"motion\":7}"))
        #expect(batch.told() == ["temperature/2 1.0"])
        #expect(
            batch.rejected == [
                "0 wrong_type:motion", "0 wrong_type:temperature", "0 duplicate_field:temperature",
                "0 duplicate_field:temperature",
            ])
        for json in [
            "[]", "{}", "{\"position\":7}",
            "{\"position\":{\"fixTime\":\"soon\",\"latitude\":1,\"longitude\":2}}",
        ] {
            #expect(throws: DecodingFailure.self) { try decoded(json) }
        }
    }
}
