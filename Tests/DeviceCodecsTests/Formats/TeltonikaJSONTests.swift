import ColdChain
import DeviceCodecs
import JSONText
import Testing

private func decoded(_ json: String, model: TeltonikaModel = TeltonikaModel()) throws -> SampleBatch
{
    try decoded(json: json) { document, root, batch throws(DecodingFailure) in
        try TeltonikaJSON.decode(
            document, root, MessageContext(receivedAt: noon), model: model, into: &batch)
    }
}

/// Members of a report made a minute before noon at a place with a fix.
private func report(_ members: String) -> String {
    """
    {"state":{"reported":{"ts":1795175940000,"pr":1,"latlng":"51.4459466,5.4539983","alt":"87",\
    "ang":"318","sat":"3","sp":"36","evt":250\(members.isEmpty ? "" : ",")\(members)}}}
    """
}

@Suite("Teltonika's JSON")
struct TeltonikaJSONTests {
    @Test(
        "Numbers are read as numbers and as text",
        arguments: [
            report(""),
            """
            {"state":{"reported":{"ts":"1795175940000","latlng":"51.445947, 5.453998","alt":87,\
            "ang":318,"sat":3,"sp":36}}}
            """,
        ])
    func numbersAndText(json: String) throws {
        let batch = try decoded(json)
        let position = try #require(batch.samples.first?.position)
        #expect(abs(position.latitude - 51.445947) < 1e-6)
        #expect(abs(position.longitude - 5.453998) < 1e-6)
        #expect(position.speed == 10)
        #expect(position.heading == 318)
        #expect(position.altitude == 87)
        #expect(position.satellites == 3)
        #expect(batch.samples.first?.measuredAt == Timestamp(milliseconds: 1_795_175_940_000))
        #expect(batch.samples.first?.notes == [])
    }

    @Test(
        "Without a fix there is no position, or an old one",
        arguments: [
            ("\"latlng\":\"0,0\",\"sat\":\"0\"", false),
            ("\"latlng\":\"0.000000,0.000000\"", false),
            ("\"latlng\":\"nan,nan\"", false), ("\"latlng\":\"\"", false),
            ("\"latlng\":7", false), ("\"latlng\":\"91.0,5.0\"", false),
            ("\"latlng\":\"51.4,5.4\",\"sat\":\"0\"", true),
        ])
    func noFix(members: String, hasPosition: Bool) throws {
        let batch = try decoded("{\"state\":{\"reported\":{\(members),\"239\":1}}}")
        #expect(batch.samples.first?.notes == .noFix)
        #expect((batch.samples.first?.position != nil) == hasPosition)
        #expect(batch.told() == ["ignition/0 1.0"])
    }

    @Test("The I/O elements are those of the binary frames")
    func elements() throws {
        let batch = try decoded(
            report(
                """
                "66":11922,"67":"4110","113":100,"239":0,"240":1,"16":10876,"72":850,"73":46,\
                "25":2000,"26":455,"28":65535,"74":4294967111,"86":655,"10801":-1800,"18":64574,\
                "387":1280798554619908095123430985361089971578656229251896478654220238352255302264960815
                """))
        #expect(
            batch.told() == [
                "supply_voltage/0 11.922", "battery_voltage/0 4.11", "battery/0 100.0",
                "ignition/0 0.0", "motion/0 1.0", "odometer/0 10876.0",
                "temperature/0 power_on_value", "temperature/1 4.6", "temperature/2 -18.5",
                "temperature/4 sensor_error", "temperature/5 4.55", "temperature/7 -0.01",
                "humidity/4 65.5", "temperature/9 -18.0",
            ])
        #expect(batch.rejections.isEmpty)
        let other = try decoded(
            report("\"25\":90,\"701\":455"), model: TeltonikaModel(family: .fmx640))
        #expect(other.told() == ["temperature/4 4.55"])
    }

    @Test("A field that cannot be used costs only itself")
    func badFields() throws {
        let batch = try decoded(
            report("\"72\":\"warm\",\"75\":[],\"73\":46,\"25\":1,\"25\":2,\"74\":null"))
        #expect(batch.told() == ["temperature/0 not_a_number", "temperature/1 4.6"])
        #expect(
            batch.rejected == [
                "0 wrong_type:temperature", "0 duplicate_field:temperature",
                "0 duplicate_field:temperature",
            ])
    }

    @Test("A clock that was not set does not date the report, and one without a clock has none")
    func clocks() throws {
        let unset = try decoded("{\"state\":{\"reported\":{\"ts\":1072915236000,\"239\":0}}}")
        #expect(unset.samples.first?.measuredAt == nil)
        #expect(unset.samples.first?.notes == .clockUnset)
        #expect(try decoded("{\"state\":{\"reported\":{\"239\":0}}}").samples.first?.notes == [])
        #expect(throws: DecodingFailure(.invalidTime, detail: "ts is no time")) {
            try decoded("{\"state\":{\"reported\":{\"ts\":\"soon\",\"239\":0}}}")
        }
    }

    @Test(
        "Answers to commands and reports without anything for the log are no readings",
        arguments: [
            "{\"RSP\":\"Ver:03.28\"}", "{\"state\":{\"reported\":{}}}",
            "{\"state\":{\"reported\":{\"ts\":1795175940000,\"18\":64574}}}",
        ])
    func status(json: String) throws {
        let batch = try decoded(json)
        #expect(batch.isStatus)
        #expect(batch.samples.isEmpty)
    }

    @Test(
        "Other documents are refused", arguments: ["[]", "7", "{}", "{\"state\":{\"reported\":7}}"])
    func foreign(json: String) {
        #expect(throws: DecodingFailure.self) { try decoded(json) }
    }
}
