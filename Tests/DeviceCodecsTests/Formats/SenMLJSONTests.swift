import ColdChain
import DeviceCodecs
import JSONText
import Testing

private func decoded(_ json: String) throws -> SampleBatch {
    try DeviceCodecsTests.decoded(json: json) {
        document, root, batch throws(DecodingFailure) in
        try SenMLJSON.decode(document, root, MessageContext(receivedAt: noon), into: &batch)
    }
}

/// Seconds since 1970, a minute before noon.
private let then = noon.milliseconds / 1000 - 60

@Suite("SenML as JSON")
struct SenMLJSONTests {
    /// RFC 8428, section 5.1.3 and 5.1.4.
    @Test("Base fields hold until they change, and lat and lon of one time are one position")
    func track() throws {
        let batch = try decoded(
            """
            [{"bn":"urn:dev:ow:10e2073a01080063","bt":1320067464,"bu":"%RH","v":20,"t":0},\
            {"v":24.30621,"u":"lon","t":0},{"v":60.07965,"u":"lat","t":0},\
            {"v":20.3,"t":60},{"v":24.30622,"u":"lon","t":60},{"v":60.07965,"u":"lat","t":60},\
            {"v":98,"u":"%EL","t":150}]
            """)
        #expect(
            batch.samples.map(\.measuredAt?.milliseconds) == [
                1_320_067_464_000, 1_320_067_524_000, 1_320_067_614_000,
            ])
        #expect(batch.samples[0].position == Position(latitude: 60.07965, longitude: 24.30621))
        #expect(batch.samples[1].position == Position(latitude: 60.07965, longitude: 24.30622))
        #expect(batch.told() == ["humidity/0 20.0"])
        #expect(batch.told(bySample: 1) == ["humidity/0 20.3"])
        #expect(batch.told(bySample: 2) == ["battery/0 98.0"])
        #expect(batch.device(ofSample: 2) == "urn:dev:ow:10e2073a01080063")
    }

    /// RFC 8428, section 5.1.6.
    @Test("A base name that changes inside the pack is another device")
    func gateway() throws {
        let batch = try decoded(
            """
            [{"bn":"2001:db8::2/","bt":1320078429,"n":"temperature","v":25.2,"u":"Cel"},\
            {"n":"humidity","v":30,"u":"%RH"},\
            {"bn":"2001:db8::1/","n":"temperature","v":12.3,"u":"Cel"},\
            {"n":"humidity","v":67,"u":"%RH"}]
            """)
        #expect(batch.samples.count == 2)
        #expect(batch.device() == "2001:db8::2")
        #expect(batch.device(ofSample: 1) == "2001:db8::1")
        #expect(batch.told() == ["temperature/0 25.2", "humidity/0 30.0"])
        #expect(batch.told(bySample: 1) == ["temperature/0 12.3", "humidity/0 67.0"])
        #expect(batch.samples.allSatisfy { $0.measuredAt?.milliseconds == 1_320_078_429_000 })
    }

    @Test(
        "The device is told by the name",
        arguments: [
            ("\"bn\":\"urn:dev:ow:10e2:\",\"n\":\"temp2\"", "urn:dev:ow:10e2", 2),
            ("\"bn\":\"urn:dev:ow:\",\"n\":\"10e2:temp\"", "urn:dev:ow:10e2", 0),
            (
                "\"bn\":\"urn:dev:mac:0024befffe804ff1_\",\"n\":\"temp\"",
                "urn:dev:mac:0024befffe804ff1", 0
            ),
            ("\"bn\":\"urn:dev:os:32473-12/\",\"n\":\"temp\"", "urn:dev:os:32473-12", 0),
            ("\"n\":\"urn:dev:ow:10e2\"", "urn:dev:ow:10e2", 0),
            ("\"bn\":\"urn:x:7\"", "urn:x:7", 0), ("\"n\":\"urn:x:7\"", "urn:x:7", 0),
            ("\"bn\":\"bag7/\",\"n\":\"temp\"", "bag7", 0),
            ("\"bn\":\"bag7-\",\"n\":\"temp1\"", "bag7", 1),
            ("\"bn\":\"bag7\",\"n\":\"temp\"", "bag7", 0),
            ("\"bn\":\"bag7\"", "bag7", 0), ("\"n\":\"bag7/temp3\"", "bag7", 3),
            ("\"n\":\"temp\"", nil, 0), ("\"bn\":\"\",\"n\":\"temp\"", nil, 0),
            ("\"bn\":\"/3303/1/\",\"n\":\"5700\"", nil, 1), ("\"n\":\"temp999\"", nil, 0),
        ] as [(String, String?, UInt8)])
    func devices(names: String, device: String?, probe: UInt8) throws {
        let batch = try decoded("[{\(names),\"u\":\"Cel\",\"v\":4.5}]")
        #expect(batch.device() == device)
        #expect(batch.value(.temperature, probe: probe) == 4.5)
    }

    @Test(
        "Units become those of the log",
        arguments: [
            ("temp", "Cel", "-18.5", "temperature/0 -18.5"),
            ("temp", "K", "277.15", "temperature/0 4.0"),
            ("rh", "%RH", "55", "humidity/0 55.0"), ("humidity", "%", "55", "humidity/0 55.0"),
            ("level", "%EL", "80", "battery/0 80.0"), ("battery", "%", "80", "battery/0 80.0"),
            ("battery", "V", "3.6", "battery_voltage/0 3.6"),
            ("supply", "mV", "12100", "supply_voltage/0 12.1"),
            ("pressure", "hPa", "1013.25", "pressure/0 101325.0"),
            ("pressure", "Pa", "101325", "pressure/0 101325.0"),
            ("co2", "ppm", "415", "co2/0 415.0"), ("PM2.5", "ug/m3", "8", "pm2_5/0 8.0"),
            ("odometer", "km", "12.5", "odometer/0 12500.0"),
            ("temp", "Cel", "327.67", "temperature/0 not_available"),
            ("temp", "Cel", "\"nan\"", "temperature/0 not_a_number"),
            ("temp", "Cel", "NaN", "temperature/0 not_a_number"),
            ("temp", "Cel", "\"4.5\"", "temperature/0 4.5"),
            ("rh", "%RH", "101", "humidity/0 over_range"),
        ])
    func units(name: String, unit: String, value: String, told: String) throws {
        #expect(
            try decoded("[{\"n\":\"\(name)\",\"u\":\"\(unit)\",\"v\":\(value)}]").told() == [told])
    }

    @Test("Motion and altitude belong to the position of their time")
    func motion() throws {
        let batch = try decoded(
            """
            [{"bn":"van:","bt":\(then),"n":"lat","u":"lat","v":60.5},{"n":"speed","u":"km/h","v":36},\
            {"n":"lon","u":"lon","v":24.5},{"n":"heading","u":"deg","v":90},\
            {"n":"altitude","u":"m","v":12},{"n":"wind","u":"m/s","v":7},{"n":"distance","u":"m","v":1}]
            """)
        #expect(batch.samples.count == 1)
        #expect(
            batch.samples.first?.position
                == Position(latitude: 60.5, longitude: 24.5, speed: 10, heading: 90, altitude: 12))
    }

    @Test("Coordinates that do not stand beside each other are joined by device and time")
    func scattered() throws {
        let batch = try decoded(
            """
            [{"bn":"a:","bt":\(then),"n":"lat","u":"lat","v":60},{"bn":"b:","n":"lat","u":"lat","v":61},\
            {"bn":"a:","n":"lon","u":"lon","v":24},{"bn":"b:","n":"lon","u":"lon","v":25},\
            {"bn":"b:","n":"lat","t":9,"u":"lat","v":62}]
            """)
        #expect(batch.samples.map(\.position?.latitude) == [60, 61])
        #expect(batch.samples.map(\.position?.longitude) == [24, 25])
        #expect(batch.device(ofSample: 1) == "b")
        #expect(batch.rejected == ["4 incomplete_position:lon"])
    }

    @Test("Truth values tell of ignition, motion and lids")
    func truth() throws {
        let batch = try decoded(
            """
            [{"n":"open","vb":false},{"n":"ignition","vb":true},{"n":"motion","u":"/","v":1},\
            {"n":"label","vs":"Machine Room"},{"n":"reader","vd":"aGkgCg"}]
            """)
        #expect(batch.told() == ["opening/0 0.0", "ignition/0 1.0", "motion/0 1.0"])
        #expect(batch.rejections.isEmpty)
    }

    @Test(
        "Times are absolute, relative to now, or none",
        arguments: [
            ("\"bt\":\(then)", then * 1000, []), ("\"bt\":\(then).5", then * 1000 + 500, []),
            ("\"bt\":\(then),\"t\":-30", then * 1000 - 30_000, []),
            ("\"bt\":\(then)000", then * 1000, []),
            ("\"bt\":\(then)000,\"t\":-1500", then * 1000 - 1500, []),
            ("\"t\":-90", noon.milliseconds - 90_000, .relativeTime),
            ("\"bt\":-90,\"t\":-30.5", noon.milliseconds - 120_500, .relativeTime),
            ("\"t\":0", nil, []), ("\"s\":1", nil, []),
            ("\"bt\":1072915236", nil, .clockUnset), ("\"bt\":\(then + 7200)", nil, .clockFarOff),
            ("\"t\":-1000000000", nil, [.clockUnset, .relativeTime]),
        ] as [(String, Int64?, ReadingNotes)])
    func times(members: String, time: Int64?, notes: ReadingNotes) throws {
        let batch = try decoded("[{\(members),\"n\":\"temp\",\"u\":\"Cel\",\"v\":4}]")
        #expect(batch.samples.first?.measuredAt?.milliseconds == time)
        #expect(batch.samples.first?.notes == notes)
    }

    @Test("A base value is added, and a single object is a pack of one")
    func leniency() throws {
        #expect(
            try decoded("[{\"bv\":20,\"bu\":\"Cel\",\"n\":\"temp\"},{\"n\":\"temp\",\"v\":0.5}]")
                .told()
                == ["temperature/0 20.5"])
        #expect(
            try decoded("{\"n\":\"temp\",\"u\":\"Cel\",\"v\":4}").told() == ["temperature/0 4.0"])
    }

    @Test("What has to be understood and is not costs the record; what need not be is ignored")
    func unknownFields() throws {
        let batch = try decoded(
            """
            [{"bn":"a:","x_":1,"n":"temp","u":"Cel","v":1},{"n":"temp","u":"Cel","v":2,"l":[{}]}]
            """)
        #expect(batch.rejected == ["0 unsupported"])
        #expect(batch.told() == ["temperature/0 2.0"])
        #expect(batch.device() == "a")
    }

    @Test("A bad record costs only itself")
    func badRecords() throws {
        let batch = try decoded(
            """
            [7,{"n":7,"u":"Cel","v":1},{"n":"temp","u":"Cel","v":1,"v":2},\
            {"n":"temp","u":"Cel","v":3,"t":"soon"},{"n":"temp","u":"Cel","v":true},\
            {"n":"temp","u":"Cel","vb":true},{"n":"temp","u":"Cel","v":null},\
            {"n":"temp","v":4},{"n":"temp","u":"F","v":40},{"n":"humidity","u":"/","v":0.4},\
            {"n":"temp","u":"Cel","v":6},{"n":"inside","u":"Cel","v":7},{"n":"ignition","v":2},\
            {"n":"temp","u":"Cel","v":1,"t":1e15}]
            """)
        #expect(batch.told() == ["temperature/0 not_a_number"])
        #expect(
            batch.rejected == [
                "0 not_an_object", "1 wrong_type", "2 duplicate_field", "3 invalid_time",
                "5 duplicate_field:temperature", "7 unsupported:temperature",
                "8 unsupported:temperature", "9 unsupported:humidity",
                "10 duplicate_field:temperature", "11 duplicate_field:temperature",
                "12 wrong_type:ignition", "13 invalid_time",
            ])
    }

    @Test(
        "Behind a base field that cannot be read nobody knows what a record means",
        arguments: [
            "\"bn\":7", "\"bt\":\"soon\"", "\"bt\":null", "\"bv\":[]", "\"bu\":7",
            "\"bn\":\"b:\",\"bn\":\"c:\"",
        ])
    func brokenBase(members: String) throws {
        let batch = try decoded(
            """
            [{"bn":"a:","n":"temp","u":"Cel","v":1},{\(members),"n":"temp2","u":"Cel","v":2},\
            {"n":"temp3","u":"Cel","v":3}]
            """)
        #expect(batch.told() == ["temperature/0 1.0"])
        #expect(batch.rejected == ["1 wrong_type:base", "2 wrong_type:base"])
    }

    @Test("A pack without anything for the log is no reading; another document is refused")
    func status() throws {
        #expect(try decoded("[]").isStatus)
        #expect(try decoded("[{\"bn\":\"a:\",\"bt\":1}]").isStatus)
        #expect(try decoded("[{\"n\":\"current\",\"u\":\"A\",\"v\":1.2}]").isStatus)
        #expect(
            try decoded("[{\"n\":\"a\",\"u\":\"lat\",\"v\":0},{\"u\":\"lon\",\"n\":\"b\",\"v\":0}]")
                .isStatus)
        for json in ["7", "\"a\"", "[{\"bver\":11,\"n\":\"temp\",\"u\":\"Cel\",\"v\":1}]"] {
            #expect(throws: DecodingFailure.self) { try decoded(json) }
        }
    }
}
