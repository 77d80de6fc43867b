import ColdChain
import DeviceCodecs
import JSONText
import Testing

private func decoded(
    _ json: String, topic: String = "owntracks/anna/phone"
) throws -> SampleBatch {
    try DeviceCodecsTests.decoded(json: json) {
        document, root, batch throws(DecodingFailure) in
        try OwnTracks.decode(
            document, root, Array(topic.utf8).span, MessageContext(receivedAt: noon), into: &batch)
    }
}

private func failure(_ json: String) -> DecodingReason? {
    do {
        _ = try decoded(json)
        return nil
    } catch {
        return (error as? DecodingFailure)?.reason
    }
}

/// A location a minute before noon.
private func location(_ members: String = "") -> String {
    let rest = members.isEmpty ? "" : ",\(members)"
    return "{\"_type\":\"location\",\"tst\":1795175940,\"lat\":48.85833,\"lon\":2.29513\(rest)}"
}

@Suite("OwnTracks")
struct OwnTracksTests {
    /// From the OwnTracks booklet (Apache-2.0).
    @Test("A location is a fix with motion and charge, and its device is the topic's")
    func wholeLocation() throws {
        let batch = try decoded(
            """
            {"cog":271,"lon":2.29513,"acc":5,"vel":61,"vac":21,"lat":48.85833,"tst":1497349316,\
            "alt":167,"_type":"location","tid":"JJ","t":"u","batt":67}
            """)
        let sample = try #require(batch.samples.first)
        let position = try #require(sample.position)
        #expect(sample.measuredAt == Timestamp(milliseconds: 1_497_349_316_000))
        #expect(sample.notes == [])
        #expect(batch.device() == "anna/phone")
        #expect(position.latitude == 48.85833)
        #expect(position.longitude == 2.29513)
        #expect(abs((position.speed ?? 0) * 3.6 - 61) < 1e-5)
        #expect(position.heading == 271)
        #expect(position.accuracy == 5)
        #expect(position.altitude == 167)
        #expect(batch.told() == ["battery/0 67.0"])
    }

    @Test("Members that are 0 may be left out, and −1 is not known")
    func omitted() throws {
        let bare = try decoded(location())
        #expect(
            bare.samples.first?.position == Position(latitude: 48.85833, longitude: 2.29513))
        #expect(bare.measurements.isEmpty)
        let unknown = try decoded(location("\"vel\":-1,\"cog\":-1,\"acc\":0,\"batt\":-1"))
        #expect(unknown.samples.first?.position?.speed == nil)
        #expect(unknown.samples.first?.position?.heading == nil)
        #expect(unknown.samples.first?.position?.accuracy == 0)
        #expect(unknown.told() == ["battery/0 not_available"])
    }

    @Test("A place told by cells is coarse, and 0, 0 is none")
    func places() throws {
        #expect(try decoded(location("\"acc\":1000")).samples.first?.notes == .coarsePosition)
        #expect(try decoded(location("\"acc\":999")).samples.first?.notes == [])
        let nowhere = try decoded(
            "{\"_type\":\"location\",\"tst\":1795175940,\"lat\":0,\"lon\":0,\"batt\":5}")
        #expect(nowhere.samples.first?.position == nil)
        #expect(nowhere.samples.first?.notes == .noFix)
        #expect(try decoded("{\"_type\":\"location\",\"lat\":0,\"lon\":0}").isStatus)
    }

    @Test("The time may be written as text, and what was queued is marked")
    func times() throws {
        let text = "{\"_type\":\"location\",\"tst\":\"1440363922\",\"lat\":1,\"lon\":1}"
        #expect(
            try decoded(text).samples.first?.measuredAt
                == Timestamp(milliseconds: 1_440_363_922_000))
        #expect(
            try decoded(location("\"created_at\":1795175945")).samples.first?.notes == [])
        #expect(
            try decoded(location("\"created_at\":1795176186")).samples.first?.notes == .buffered)
        #expect(
            failure("{\"_type\":\"location\",\"tst\":\"now\",\"lat\":1,\"lon\":1}") == .invalidTime)
        let undated = try decoded("{\"_type\":\"location\",\"lat\":1,\"lon\":1}")
        #expect(undated.samples.first?.measuredAt == nil)
        #expect(undated.samples.first?.timeSource == .receipt)
    }

    @Test(
        "The device is the user and device of the topic",
        arguments: [
            ("owntracks/anna/phone", "anna/phone"), ("owntracks/anna/phone/event", "anna/phone"),
            ("/owntracks/anna/phone", "anna/phone"), ("eu/owntracks/anna/phone", "anna/phone"),
            ("trackers/anna/phone", "anna/phone"), ("owntracks/anna", nil), ("owntracks", nil),
            ("owntracks//phone", nil), ("owntracks/anna/", nil), ("", nil),
        ])
    func device(topic: String, name: String?) throws {
        #expect(try decoded(location(), topic: topic).device() == name)
    }

    @Test("A payload that names another device is marked, and names the one the topic does not")
    func identity() throws {
        let same = try decoded(location("\"topic\":\"owntracks/anna/phone\""))
        #expect(same.samples.first?.notes == [])
        let other = try decoded(location("\"topic\":\"owntracks/bert/phone\""))
        #expect(other.samples.first?.notes == .identityConflict)
        #expect(other.device() == "anna/phone")
        let only = try decoded(location("\"topic\":\"owntracks/bert/phone\""), topic: "in")
        #expect(only.device() == "bert/phone")
        #expect(only.samples.first?.notes == [])
    }

    @Test("A transition tells where the phone was")
    func transition() throws {
        let batch = try decoded(
            """
            {"_type":"transition","wtst":1795000000,"lat":48.85833,"lon":2.29513,"tst":1795175940,\
            "acc":30,"tid":"JJ","event":"enter","desc":"kitchen","t":"c"}
            """, topic: "owntracks/anna/phone/event")
        #expect(batch.samples.first?.position?.accuracy == 30)
        #expect(batch.samples.first?.measuredAt == Timestamp(milliseconds: 1_795_175_940_000))
    }

    @Test(
        "Every other type is no reading",
        arguments: [
            "lwt", "waypoint", "waypoints", "card", "steps", "beacon", "status", "cmd", "request",
            "configuration", "dump",
        ])
    func status(type: String) throws {
        let batch = try decoded("{\"_type\":\"\(type)\",\"tst\":1795175940}")
        #expect(batch.isStatus)
        #expect(batch.samples.isEmpty)
    }

    @Test(
        "What cannot be read is refused for its reason",
        arguments: [
            ("{\"_type\":\"encrypted\",\"data\":\"AAAA\"}", DecodingReason.missingKey),
            ("{\"_type\":\"novelty\"}", .unsupported), ("{\"tst\":1}", .missingField),
            ("{\"_type\":7}", .missingField), ("7", .notAnObject),
            ("{\"_type\":\"location\",\"lat\":1}", .missingField),
            ("{\"_type\":\"location\",\"lat\":\"north\",\"lon\":1}", .missingField),
            ("{\"_type\":\"location\",\"lat\":1,\"lat\":2,\"lon\":1}", .missingField),
        ])
    func refused(json: String, reason: DecodingReason) {
        #expect(failure(json) == reason)
    }

    @Test("A batch is read row by row, and a bad row costs only itself")
    func batches() throws {
        let batch = try decoded("[\(location()),7,{\"_type\":\"location\"},\(location())]")
        #expect(batch.samples.count == 2)
        #expect(batch.rejected == ["1 not_an_object", "2 missing_field"])
        #expect(try decoded("[]").isStatus)
        #expect(try decoded("[{\"_type\":\"lwt\"}]").isStatus)
    }

    @Test("A Queclink tracker's thermometers and voltages are read")
    func queclink() throws {
        let batch = try decoded(
            location(
                """
                "temp_c-0":4.5,"temp_c-01":-18,"temp_c-2":-127,"temp_c-3":"nan","temp_c-a":7,\
                "temp_c-9":1,"temp_c-9":2,"ubatt":4.1,"uext":12900,"odometer":12.5
                """))
        #expect(
            batch.told() == [
                "temperature/0 4.5", "temperature/1 -18.0", "temperature/2 probe_absent",
                "temperature/3 not_a_number", "battery_voltage/0 4.1", "supply_voltage/0 12.9",
                "odometer/0 12500.0",
            ])
        #expect(
            batch.rejected == [
                "0 unsupported:temperature", "0 duplicate_field:temperature",
                "0 duplicate_field:temperature",
            ])
    }
}
