import ColdChain
import DeviceCodecs
import JSONText
import Testing

private func decoded(_ json: String, unit: FieldUnit = .celsius) throws -> SampleBatch {
    try DeviceCodecsTests.decoded(json: json) {
        document, root, batch throws(DecodingFailure) in
        try Flespi.decode(
            document, root, MessageContext(receivedAt: noon), temperatureUnit: unit, into: &batch)
    }
}

/// A message of a minute before noon.
private func message(_ members: String) -> String {
    "{\"ident\":\"352093081234567\",\"timestamp\":1795175940.013227,\(members)}"
}

@Suite("flespi")
struct FlespiTests {
    @Test("A message tells its device, time, number, position and vehicle")
    func whole() throws {
        let batch = try decoded(
            message(
                """
                "position.latitude":57.986744,"position.longitude":56.207576,"position.speed":36,\
                "position.altitude":219,"position.direction":262.643854,"position.satellites":5,\
                "position.valid":true,"engine.ignition.status":true,"movement.status":false,\
                "external.powersource.voltage":15.303,"battery.voltage":3.934,"battery.level":88,\
                "vehicle.mileage":160.25,"record.seqnum":8174,"message.buffered.status":false
                """))
        let sample = try #require(batch.samples.first)
        #expect(batch.device() == "352093081234567")
        #expect(sample.measuredAt == Timestamp(milliseconds: 1_795_175_940_013))
        #expect(sample.sequence == 8174)
        #expect(sample.notes == [])
        #expect(
            sample.position
                == Position(
                    latitude: 57.986744, longitude: 56.207576, speed: 10, heading: 262.643854,
                    altitude: 219, satellites: 5))
        #expect(
            batch.told() == [
                "ignition/0 1.0", "motion/0 0.0", "supply_voltage/0 15.303",
                "battery_voltage/0 3.934", "battery/0 88.0", "odometer/0 160250.0",
            ])
    }

    @Test(
        "Each sensor has a probe of its own",
        arguments: [
            ("sensor.temperature", "temperature/0 4.5"),
            ("sensor.temperature.1", "temperature/1 4.5"),
            ("sensor.temperature#19", "temperature/19 4.5"),
            ("refrigerator.sensor.temperature", "temperature/20 4.5"),
            ("refrigerator.sensor.temperature#6", "temperature/26 4.5"),
            ("ble.sensor.temperature.4", "temperature/44 4.5"),
            ("sensor.humidity.2", "humidity/2 4.5"), ("humidity", "humidity/0 4.5"),
            ("ble.sensor.humidity.1", "humidity/41 4.5"),
        ])
    func probes(name: String, told: String) throws {
        #expect(try decoded(message("\"\(name)\":4.5")).told() == [told])
    }

    @Test(
        "Other names are no sensors",
        arguments: [
            "sensor.temperature.alarm.status", "sensor.temperatures", "device.temperature",
            "sensor.temperature.", "sensor.temperature.x", "humidity.status",
        ])
    func others(name: String) throws {
        #expect(try decoded(message("\"\(name)\":4.5")).isStatus)
    }

    @Test("Fahrenheit in a field of Celsius is brought right where the profile knows it")
    func fahrenheit() throws {
        let json = message("\"refrigerator.sensor.temperature#1\":41,\"sensor.temperature\":-127")
        #expect(
            try decoded(json, unit: .fahrenheit).told() == [
                "temperature/21 5.0", "temperature/0 probe_absent",
            ])
        #expect(
            try decoded(json).told() == ["temperature/21 41.0", "temperature/0 probe_absent"])
    }

    @Test(
        "What no thermometer measures is a marker",
        arguments: [
            ("327.67", "not_available"), ("-3276.8", "not_available"), ("300", "over_range"),
            ("-300", "under_range"), ("\"off\"", "not_a_number"), ("NaN", "not_a_number"),
        ])
    func markers(value: String, marker: String) throws {
        #expect(
            try decoded(message("\"sensor.temperature\":\(value)")).told()
                == ["temperature/0 \(marker)"])
    }

    @Test(
        "Without a fix the position is an old one, or none",
        arguments: [
            ("\"position.valid\":false,\"position.latitude\":1,\"position.longitude\":1", true),
            ("\"position.latitude\":1,\"position.longitude\":1,\"position.satellites\":0", true),
            ("\"position.latitude\":0,\"position.longitude\":0", false),
            ("\"position.valid\":false", false),
        ])
    func noFix(members: String, hasPosition: Bool) throws {
        let batch = try decoded(message("\(members),\"battery.level\":5"))
        #expect(batch.samples.first?.notes == .noFix)
        #expect((batch.samples.first?.position != nil) == hasPosition)
    }

    @Test("What was kept until it could be sent is marked, and an unset clock does not date it")
    func times() throws {
        let kept = try decoded(message("\"message.buffered.status\":true,\"battery.level\":5"))
        #expect(kept.samples.first?.notes == .buffered)
        let unset = try decoded("{\"timestamp\":946684800,\"sensor.temperature\":4.5}")
        #expect(unset.samples.first?.measuredAt == nil)
        #expect(unset.samples.first?.notes == .clockUnset)
        #expect(unset.device() == nil)
    }

    @Test("An array is read row by row, and what is wrong costs only itself")
    func rows() throws {
        let batch = try decoded(
            """
            [\(message("\"sensor.temperature\":1")),[],{"timestamp":"soon","battery.level":1},\
            {"ident":"b","sensor.temperature":2,"sensor.temperature.1":true,\
            "sensor.temperature.2":3,"sensor.temperature.2":4,"sensor.temperature.20":5,\
            "engine.ignition.status":"on"}]
            """)
        #expect(batch.samples.count == 2)
        #expect(batch.device(ofSample: 1) == "b")
        #expect(batch.told(bySample: 1) == ["temperature/0 2.0"])
        #expect(
            batch.rejected == [
                "1 not_an_object", "2 invalid_time", "3 wrong_type:ignition",
                "3 wrong_type:temperature", "3 duplicate_field:temperature",
                "3 duplicate_field:temperature", "3 out_of_range:temperature",
            ])
    }

    @Test("A message without anything for the log is no reading, and other documents are refused")
    func status() throws {
        #expect(try decoded(message("\"gsm.signal.level\":4")).isStatus)
        #expect(try decoded("[]").isStatus)
        #expect(throws: DecodingFailure.self) { try decoded("7") }
    }
}
