import ColdChain
import DeviceCodecs
import JSONText
import Testing

@Suite("Tasmota (B-3)")
struct TasmotaTests {
    private func sensors(
        _ json: String, _ topic: String = "tele/bag7/SENSOR", ahead: Int? = nil
    ) throws -> SampleBatch {
        try decoded(json: json, topic: topic) {
            document, root, topic, message, batch throws(DecodingFailure) in
            try Tasmota.decode(
                document, root, topic, message, utcOffsetMinutes: ahead, into: &batch)
        }
    }

    private func refused(
        _ json: String, _ topic: String = "tele/bag7/SENSOR"
    ) throws -> DecodingReason? {
        try refusal(json: json, topic: topic) {
            document, root, topic, message, batch throws(DecodingFailure) in
            try Tasmota.decode(document, root, topic, message, into: &batch)
        }
    }

    @Test(
        "B-3: each sensor is read in the log's unit, and each value that is none as its marker",
        arguments: [
            (#"{"DS18B20":{"Id":"0305","Temperature":20.9},"TempUnit":"C"}"#, ["temperature 20.9"]),
            (#"{"DS18B20":{"Temperature":20.6}}"#, ["temperature 20.6"]),
            (#"{"DS18B20":{"Temperature":134.6},"TempUnit":"F"}"#, ["temperature 57.0"]),
            (#"{"DS18B20":{"Temperature":278.15},"TempUnit":"K"}"#, ["temperature 5.0"]),
            (#"{"DS18B20":{"Temperature":null}}"#, ["temperature not_available"]),
            (#"{"DS18B20":{"Temperature":85.0}}"#, ["temperature power_on_value"]),
            (
                #"{"DS18S20":{"Temperature":185},"TempUnit":"F"}"#, ["temperature power_on_value"]
            ),
            (#"{"DS18B20":{"Temperature":-127}}"#, ["temperature probe_absent"]),
            (#"{"BME280":{"Temperature":85}}"#, ["temperature 85.0"]),
            (#"{"SHT3X-0x44":{"Temperature":130.0}}"#, ["temperature sensor_error"]),
            (#"{"SHT4X":{"Temperature":-45}}"#, ["temperature sensor_error"]),
            (#"{"AM2301":{"Temperature":-300}}"#, ["temperature under_range"]),
            (#"{"AM2301":{"Temperature":"cold"}}"#, ["temperature not_a_number"]),
            (#"{"AM2301":{"Temperature":nan}}"#, ["temperature not_a_number"]),
            (
                #"{"BME280":{"Temperature":4.5,"Humidity":60.5,"DewPoint":1,"Pressure":1013.2}}"#,
                ["temperature 4.5", "humidity 60.5", "pressure 101320.0"]
            ),
            (
                #"{"BMP280":{"Pressure":30,"SeaPressure":31},"PressureUnit":"inHg"}"#,
                ["pressure 101591.67"]
            ),
            (#"{"BMP280":{"Pressure":1000},"PressureUnit":"hPa"}"#, ["pressure 100000.0"]),
            (
                #"{"SCD40":{"CarbonDioxide":1204,"eCO2":1235,"Temperature":28.8}}"#,
                ["co2 1204.0", "temperature 28.8"]
            ),
            (#"{"PMS5003":{"CF1":1,"PM2.5":7}}"#, ["pm2_5 7.0"]),
            (
                #"{"MLX90614":{"OBJTMP":23.8,"AMBTMP":22.7}}"#,
                ["temperature/1 23.8", "temperature 22.7"]
            ),
            (
                #"{"MAX31855":{"ProbeTemperature":-18.5,"ReferenceTemperature":23,"Error":0}}"#,
                ["temperature -18.5"]
            ),
            (
                #"{"ANALOG":{"Temperature1":4,"Temperature2":5}}"#,
                ["temperature 4.0", "temperature/1 5.0"]
            ),
            (
                #"{"DS18B20":{"Temperature":4},"ESP32":{"Temperature":41.1},"Switch1":"ON"}"#,
                ["temperature 4.0"]
            ),
            (#"{"StatusSNS":{"DS18B20":{"Temperature":4}}}"#, ["temperature 4.0"]),
        ] as [(String, [String])])
    func members(json: String, expected: [String]) throws {
        #expect(try sensors(json).spelled == expected)
    }

    @Test("B-3: probes count by position, for each quantity by itself")
    func positions() throws {
        let batch = try sensors(
            """
            {"DS18B20":{"Temperature":1},"AHT1X-0x38":{"Temperature":2,"Humidity":50},
             "BME280-76":{"Temperature":3,"Humidity":51},"BME280-77":{"Temperature":4}}
            """)
        #expect(
            batch.spelled == [
                "temperature 1.0", "temperature/1 2.0", "humidity 50.0", "temperature/2 3.0",
                "humidity/1 51.0", "temperature/3 4.0",
            ])
        #expect(batch.samples.count == 1)
    }

    @Test("B-3: one-wire probes keep their numbers when one between them is missing")
    func oneWire() throws {
        let batch = try sensors(
            """
            {"AM2301":{"Temperature":9},"DS18B20-1":{"Id":"A","Temperature":1},
             "DS18B20-3":{"Id":"C","Temperature":3},"DS18B20-999":{"Temperature":5}}
            """)
        #expect(
            batch.spelled == [
                "temperature 9.0", "temperature/1 1.0", "temperature/3 3.0", "temperature/4 5.0",
            ])
        #expect(
            try sensors(#"{"DS18S20_2":{"Temperature":2},"DS18B20_1":{"Temperature":1}}"#).spelled
                == ["temperature/1 2.0", "temperature 1.0"])
    }

    @Test("B-3: what is heard by Bluetooth or Zigbee is another device's")
    func relayed() throws {
        let batch = try sensors(
            """
            {"LYWSD03-52680f":{"mac":"a4c13852680f","Temperature":21.1,"Humidity":58,"Battery":90},
             "DS18B20":{"Temperature":4},"MJ_HT_V1-d8799d":{"Temperature":21.4},
             "ZbReceived":{"0x4773":{"Device":"0x4773","Name":"Fridge","Temperature":-327.68},
                           "0x1234":{"Device":"0x1234","BatteryPercentage":71}}}
            """)
        #expect(
            (0..<5).map { batch.device(ofSample: $0) }
                == ["bag7", "A4C13852680F", "MJ_HT_V1-d8799d", "Fridge", "0x1234"])
        #expect(
            batch.spelled == [
                "temperature 4.0", "temperature 21.1", "humidity 58.0", "battery 90.0",
                "temperature 21.4", "temperature not_available", "battery 71.0",
            ])
    }

    @Test(
        "B-3: the device is called as its topic, wherever the prefix stands",
        arguments: [
            ("tele/bag7/SENSOR", "bag7"), ("bag7/tele/SENSOR", "bag7"),
            ("tele/site/bag7/SENSOR", "site/bag7"), ("home/tele/bag7/SENSOR", "home/bag7"),
            ("stat/bag7/STATUS10", "bag7"), ("tele/tele/SENSOR", "tele"),
        ])
    func names(topic: String, name: String) throws {
        #expect(try sensors(#"{"DS18B20":{"Temperature":4}}"#, topic).device() == name)
    }

    @Test(
        "B-3: a device's own state and orders are no readings",
        arguments: [
            "tele/bag7/LWT", "tele/bag7/STATE", "tele/bag7/INFO1", "stat/bag7/RESULT",
            "stat/bag7/POWER", "cmnd/bag7/SENSOR", "tele/bag7/UPTIME",
        ])
    func status(topic: String) throws {
        let batch = try sensors(#"{"DS18B20":{"Temperature":4}}"#, topic)
        #expect(batch.isStatus && batch.samples.isEmpty)
    }

    @Test("B-3: a device without sensors is sound and says nothing for the log")
    func nothing() throws {
        for json in ["{}", #"{"Time":"2026-11-20T12:00:00","Switch1":"ON"}"#, #"{"ENERGY":{}}"#] {
            let batch = try sensors(json)
            #expect(batch.isStatus && batch.samples.isEmpty)
        }
    }

    @Test(
        "B-3: a time without a zone is used only where the zone is told",
        arguments: [
            (#""Time":"2026-11-20T12:59:00""#, nil, nil, .zoneUnknown),
            (#""Time":"2026-11-20T12:59:00""#, 60, -60_000, .zoneUnknown),
            (#""Time":"2026-11-20T12:59:00.500""#, 60, -59_500, .zoneUnknown),
            (#""Time":"1970-01-01T00:00:10""#, nil, nil, [.zoneUnknown, .clockUnset]),
            (#""Time":"1970-01-01T00:00:10""#, 60, nil, [.zoneUnknown, .clockUnset]),
            (#""Time":"2026-11-20T12:59:00""#, Int.max, nil, [.zoneUnknown]),
            (#""Time":"2026-11-20T12:59:00+01:00""#, nil, -60_000, []),
            (#""Time":"2026-11-20T12:59:00","Epoch":1795175940"#, nil, -60_000, []),
            (#""Time":1795175940"#, nil, -60_000, []),
            (#""Time":1795175940.25"#, nil, -59_750, []),
            (#""Time":1795175940250"#, nil, -59_750, []),
            (#""Time":null"#, nil, nil, []),
        ] as [(String, Int?, Int64?, ReadingNotes)])
    func times(json: String, ahead: Int?, fromNoon: Int64?, notes: ReadingNotes) throws {
        let batch = try sensors("{\(json),\"DS18B20\":{\"Temperature\":4}}", ahead: ahead)
        let sample = try #require(batch.samples.first)
        if ahead == Int.max {
            // Clamped to a day: no zone is further away.
            #expect(sample.measuredAt.map { $0 < noon } == true)
        } else {
            #expect(sample.measuredAt == fromNoon.map { noon.advanced(byMilliseconds: $0) })
            #expect(sample.timeSource == (fromNoon == nil ? .receipt : .device))
        }
        #expect(sample.notes == notes)
        #expect(batch.rejections.isEmpty)
    }

    @Test("B-3: a time that is none is reported, and the reading is kept")
    func unreadableTime() throws {
        for text in [#""noon""#, "true", "[]", #""2026-13-01T00:00:00""#] {
            let batch = try sensors(#"{"Time":\#(text),"DS18B20":{"Temperature":4}}"#)
            #expect(batch.rejections == [Rejection(row: 0, reason: "invalid_time:Time")])
            #expect(batch.spelled == ["temperature 4.0"])
        }
    }

    @Test(
        "B-3: a message whose numbers mean nobody knows what is refused",
        arguments: [
            ("[]", .notAnObject), ("4", .notAnObject), (#"{"StatusSNS":4}"#, .notAnObject),
            (#"{"DS18B20":{"Temperature":4},"TempUnit":"R"}"#, .unsupported),
            (#"{"DS18B20":{"Temperature":4},"TempUnit":null}"#, .unsupported),
            (#"{"BMP280":{"Pressure":4},"PressureUnit":"bar"}"#, .unsupported),
            (#"{"DS18B20":{"Temperature":4,"Temperature":5}}"#, .duplicateField),
            (#"{"DS18B20-1":{"Temperature":4},"DS18S20-1":{"Temperature":4}}"#, .duplicateField),
        ] as [(String, DecodingReason)])
    func refused(json: String, expected: DecodingReason) throws {
        #expect(try refused(json) == expected)
    }

    @Test("B-3: a topic that names no device is refused")
    func nameless() throws {
        let json = #"{"DS18B20":{"Temperature":4}}"#
        for topic in ["tele/SENSOR", "SENSOR", "", "tele/a\u{7}/SENSOR"] {
            #expect(try refused(json, topic) == .missingField)
        }
    }

    @Test("B-8: probes beyond what a number can count are refused one by one")
    func manyProbes() throws {
        let keys = (0..<300).map { #""S\#($0)x":{"Temperature":4}"# }
        let batch = try sensors("{\(keys.joined(separator: ","))}")
        #expect(batch.measurements.count == 256)
        #expect(batch.rejections.count == 44)
        #expect(batch.rejections.first?.reason == "out_of_range:temperature")
    }

    @Test("B-8: no document stops the decoder")
    func hostile() throws {
        let seed = """
            {"Time":"2026-11-20T12:00:00","DS18B20-1":{"Temperature":85},"LYWSD03-52680f":{
            "mac":"a4c13852680f","Temperature":2},"ZbReceived":{"a":{"Name":"b","Humidity":1}}}
            """
        var document = try JSONDocument()
        var batch = SampleBatch()
        for bytes in hostileDocuments(from: seed, count: 10_000) {
            batch.removeAll()
            guard let root = try? document.read(bytes.span) else { continue }
            try? Tasmota.decode(
                document, root, Array("tele/b/SENSOR".utf8).span,
                MessageContext(receivedAt: noon), into: &batch)
            #expect(batch.measurements.allSatisfy { ($0.marker == nil) == $0.value.isFinite })
        }
    }
}
