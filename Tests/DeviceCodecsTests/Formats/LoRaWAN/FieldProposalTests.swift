import ColdChain
import DeviceCodecs
import JSONText
import Testing

private func propose(_ json: String) throws -> AnswerProposal {
    var document = try JSONDocument()
    let root = try document.read(Array(json.utf8).span)
    return AnswerProposal(document, root)
}

private func lines(_ fields: [FieldProposal]) -> [String] {
    fields.map { field in
        let probe = field.probe == 0 ? "" : "[\(field.probe)]"
        let path = field.path.joined(separator: "/")
        return "\(path) \(field.target.name)\(probe) \(field.unit.rawValue) \(field.value)"
    }
}

/// Names that codecs really use.
@Suite struct FieldProposalTests {
    @Test(
        arguments: [
            (#"{"temperature":4.2}"#, ["temperature temperature °C 4.2"]),
            (#"{"Temp":4.2}"#, ["Temp temperature °C 4.2"]),
            (
                #"{"air_temperature":{"displayName":"Air temperature","value":4.2,"unit":"°C"}}"#,
                [
                    "air_temperature/value temperature °C 4.2"
                ]
            ),
            (#"{"sensorTemperature":4.2}"#, ["sensorTemperature temperature °C 4.2"]),
            (
                #"{"temperature_chn1":4.2,"temperature_chn1_alarm":"threshold"}"#,
                [
                    "temperature_chn1 temperature °C 4.2"
                ]
            ),
            (#"{"tempF":40.1}"#, ["tempF temperature °F 40.1"]),
            (
                #"{"temperature":{"value":277.3,"unit":"K"}}"#,
                ["temperature/value temperature K 277.3"]
            ),
            (#"{"TempC_DS18B20":"NoSensor"}"#, ["TempC_DS18B20 temperature °C NoSensor"]),
            (#"{"TempC_DS18B20":"279.90"}"#, ["TempC_DS18B20 temperature °C 279.90"]),
            (
                #"{"temp_SOIL":"24.59","TempC_DS18B20":"24.1"}"#,
                ["temp_SOIL temperature[1] °C 24.59", "TempC_DS18B20 temperature °C 24.1"]
            ),
            (
                #"{"temperatureSensor":{"3":27.2,"5":25.5},"humiditySensor":{"3":20.5}}"#,
                [
                    "temperatureSensor/3 temperature °C 27.2",
                    "temperatureSensor/5 temperature[1] °C 25.5",
                    "humiditySensor/3 humidity % 20.5",
                ]
            ),
            (#"{"temperature_3":27.2}"#, ["temperature_3 temperature °C 27.2"]),
            // Batteries.
            (#"{"BatV":3.062,"Bat_status":3}"#, ["BatV battery_voltage V 3.062"]),
            (#"{"Bat":3.42}"#, ["Bat battery_voltage V 3.42"]),
            (#"{"batteryVoltage":3600}"#, ["batteryVoltage battery_voltage mV 3600"]),
            (#"{"Volt":3.6}"#, ["Volt battery_voltage V 3.6"]),
            (#"{"vdd":3638}"#, ["vdd battery_voltage mV 3638"]),
            (#"{"battery":92}"#, ["battery battery % 92"]),
            (#"{"batteryLevel":88.3}"#, ["batteryLevel battery % 88.3"]),
            (#"{"battery":"3.1V(low battery)"}"#, ["battery battery_voltage V 3.1V(low battery)"]),
            (#"{"battery":"80-100%"}"#, []),
            (
                #"{"battery_voltage":{"value":3.168,"unit":"V"}}"#,
                [
                    "battery_voltage/value battery_voltage V 3.168"
                ]
            ),
            // Places; the LED of a tracker is called LON.
            (
                #"{"LON":"ON","Latitude":22.70423,"Longitud":114.244856,"Tem":21.8,"Hum":43,"MD":0}"#,
                [
                    "Latitude lat ° 22.70423", "Longitud lon ° 114.244856",
                    "Tem temperature °C 21.8",
                    "Hum humidity % 43",
                ]
            ),
            (
                #"{"gpsLocation":{"1":{"latitude":42.3519,"longitude":-87.9094,"altitude":10}}}"#,
                [
                    "gpsLocation/1/latitude lat ° 42.3519",
                    "gpsLocation/1/longitude lon ° -87.9094",
                    "gpsLocation/1/altitude altitude m 10",
                ]
            ),
            // The air.
            (
                #"{"co2":600,"pressure":1012.4,"pm2_5":12,"pm10":18,"relative_humidity":65}"#,
                [
                    "co2 co2 ppm 600", "pressure pressure hPa 1012.4", "pm2_5 pm2_5 µg/m³ 12",
                    "relative_humidity humidity % 65",
                ]
            ),
            (#"{"barometer":101320}"#, ["barometer pressure Pa 101320"]),
            (#"{"Door_status":"OPEN","ALARM_status":"FALSE"}"#, ["Door_status opening bool OPEN"]),
            // Limits and settings beside.
            (
                #"{"temperature_max":8,"target_temperature":4,"temperature_threshold":5,"dew_point":1}"#,
                []
            ),
            ("{}", []), ("7", []), (#"{"a":{"b":[1,2]}}"#, []),
        ] as [(String, [String])])
    func `a name and a value propose a field`(json: String, expected: [String]) throws {
        #expect(lines(try propose(json).fields) == expected)
    }

    @Test func `what looks like the air comes before what is on a cable`() throws {
        let proposal = try propose(
            #"{"TempC_DS":26.93,"externalTemperature":1,"TempC_SHT":6.2,"temperature":5}"#)
        #expect(
            lines(proposal.fields) == [
                "TempC_DS temperature[2] °C 26.93", "externalTemperature temperature[3] °C 1",
                "TempC_SHT temperature °C 6.2", "temperature temperature[1] °C 5",
            ])
    }

    @Test func `an array of readings is proposed as rows with their time`() throws {
        let proposal = try propose(
            #"{"battery":92,"history":[{"timestamp":1698898416,"temperature":4.3,"humidity":60.5}]}"#
        )
        #expect(lines(proposal.fields) == ["battery battery % 92"])
        let rows = try #require(proposal.rows)
        #expect(rows.path == ["history"])
        #expect(
            lines(rows.fields) == ["temperature temperature °C 4.3", "humidity humidity % 60.5"])
        #expect(rows.time == FieldMap.Time(path: ["timestamp"], kind: .epochSeconds))
    }

    @Test(arguments: [
        ("1698898416000", TimeKind?.some(.epochMilliseconds)),
        ("1698898416", .epochSeconds), (#""2023-11-02T08:02:38Z""#, .rfc3339), ("12", nil),
        (#""2023-11-02 08:02:38""#, nil),
    ])
    func `a time is proposed by what it looks like`(value: String, kind: TimeKind?) throws {
        #expect(try propose(#"{"time":\#(value),"temperature":1}"#).time?.kind == kind)
    }

    @Test func `a proposal decodes the answer it was made of`() throws {
        let json = #"{"BatV":3.062,"TempC_SHT":28.29,"Hum_SHT":88.6,"TempC_DS":27.81}"#
        var document = try JSONDocument()
        let root = try document.read(Array(json.utf8).span)
        let map = AnswerProposal(document, root).map
        var batch = SampleBatch()
        try MappedObject.decode(
            document, root, map, SampleDraft(), MessageContext(receivedAt: noon), into: &batch)
        #expect(
            batch.all() == [
                Expected(.batteryVoltage, 3.062), Expected(.temperature, 28.29),
                Expected(.humidity, 88.6), Expected(.temperature, probe: 1, 27.81),
            ])
    }
}
