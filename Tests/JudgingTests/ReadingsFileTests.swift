import ColdChain
import Host
import Testing

@Suite("Readings are read as loggers write them")
struct ReadingsFileTests {
    private static let expected = [
        FiledReading(place: 0, measuredAt: Trips.noon, celsius: 4.1),
        FiledReading(
            place: 0, measuredAt: Trips.noon.advanced(byMilliseconds: 60_000), celsius: -0.5),
    ]

    @Test(
        "whatever the notation",
        arguments: [
            "time,temperature\n2026-11-20T12:00:00Z,4.1\n2026-11-20T12:01:00Z,-0.5\n",
            "\u{FEFF}Timestamp;Temp. [°C]\r\n2026-11-20T13:00:00+01:00;4,1\r\n2026-11-20 12:01:00;-0,5",
            "measured_at\tdevice\tvalue\n1795176000\tA\t4.1 °C\n1795176060\tA\t\u{2212}0.5\n",
            "# a logger\n\n\"celsius\",\"t\"\n\"4,1\",1795176000000\n\"-0,5\",1795176060000\n",
            "Date,Time,Temperature (°F)\n2026-11-20,12:00:00,39.38 °F\n2026-11-20,12:01,31.1\n",
            "time,temperature\n1795176000.0,4.1,,\n1795176060.0,-5e-1,\n",
            #"[{"time":"2026-11-20T12:00:00Z","temperature":4.1},{"time":1795176060,"temperature":-0.5}]"#,
            #"{"bag":"B","readings":[{"t":1795176000000,"celsius":"4,1"},{"t":1795176060000,"celsius":-0.5}]}"#,
            """
            {"measuredAt":"2026-11-20T12:00:00Z","quantity":"temperature","value":4.1,"unit":"°C"}
            {"measuredAt":"2026-11-20T12:00:00Z","quantity":"humidity","value":41,"unit":"%"}
            {"measuredAt":"2026-11-20T12:01:00Z","quantity":"temperature","value":-0.5,"unit":"°C"}
            """,
        ])
    func notations(text: String) throws {
        let readings = try Trips.file(text).readings.map { reading in
            FiledReading(place: 0, measuredAt: reading.measuredAt, celsius: reading.celsius)
        }
        #expect(readings == Self.expected)
    }

    @Test(
        "what cannot be read is told with its line, and nothing of the file is judged",
        arguments: [
            ("", "the file is empty"), (" \n\t\n", "the file is empty"),
            ("time,temperature\n", "holds no readings"),
            ("# only words\n", "holds no readings"),
            ("foo,bar\n1,2\n", "line 1 is no header with a time"),
            ("time,humidity\n1,2\n", "line 1 is no header with a temperature"),
            ("time,temperature\n1795176000,4\n1795176060,warm\n", "line 3: 'warm' is no temp"),
            ("time,temperature\n\n1795176000,0x10\n", "line 3: '0x10' is no temp"),
            ("time,temperature\n1795176000,39.4 °F\n", "line 2: '39.4 °F' is no temp"),
            ("time,temperature\n0x10,4\n", "line 2: '0x10' is no time"),
            ("time,temperature\nyesterday,4\n", "line 2: 'yesterday' is no time"),
            ("time,temperature\n,4\n", "line 2: there is no time"),
            ("time,temperature\n-1,4\n", "line 2: '-1' is no time"),
            ("time,temperature\n1e300,4\n", "line 2: '1e300' is no time"),
            ("time,temperature\nnan,4\n", "line 2: 'nan' is no time"),
            ("time,temperature\n2026-02-30T00:00:00Z,4\n", "is no time"),
            ("time,temperature\n2026-11-20T12:00:00Z,4,1\n", "line 2 has 3 fields"),
            ("time,temperature\n\"2026-11-20T12:00:00Z,4\n", "line 2 ends within quotes"),
            ("time,temperature,unit\n1795176000,4,K\n", "line 2: 'K' is no unit of temp"),
            ("time,temperature,device\n1795176000,4,A\n1795176060,4,B\n", "2 devices: A, B"),
            ("[]", "holds no readings"), ("[1]", "reading 1: there is no temp"),
            (#"{"readings":1}"#, "no array of readings"), ("[{\n\"time\":1,\n", "(line "),
            (#"[{"time":1795176000,"degrees":4}]"#, "reading 1: there is no temp"),
            (#"[{"time":1795176000,"temperature":true}]"#, "reading 1: 'true' is no temp"),
            (#"[{"time":"x","temperature":1}]"#, "reading 1: 'x' is no time"),
            ("{\"time\":1795176000,\"temperature\":1}\n{\n", "line 2: "),
        ])
    func unreadable(text: String, words: String) {
        let error = #expect(throws: ReadingsFileError.self) { try Trips.file(text) }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }

    @Test("of many unreadable rows the first are told, and how many follow")
    func many() {
        let rows = (0..<100).map { "x\($0),4\n" }.joined()
        let error = #expect(throws: ReadingsFileError.self) {
            try Trips.file("time,temperature\n" + rows)
        }
        #expect(error?.description.contains("line 2: 'x0'") == true)
        #expect(error?.description.hasSuffix("and 95 more") == true)
    }

    @Test("UTF-16 is refused by its name")
    func utf16() {
        let error = #expect(throws: ReadingsFileError.self) {
            try ReadingsFile([0xFF, 0xFE, 0x74, 0x00])
        }
        #expect(error?.hint == "save it as UTF-8")
    }

    @Test("one device of several can be picked, and what was left out is told")
    func device() throws {
        let text = "time,temperature,device\n1795176000,4,A\n1795176060,5,B\n1795176120,6,A\n"
        let file = try Trips.file(text, device: "A")
        #expect(file.readings.map(\.celsius) == [4, 6])
        #expect(file.remarks == ["1 readings of other devices were left out"])
        #expect(throws: ReadingsFileError.self) { try Trips.file(text, device: "C") }
    }

    @Test("times without a zone are taken as UTC, and told so")
    func zone() throws {
        let file = try Trips.file("time,temperature\n2026-11-20 12:00:00,4\n")
        #expect(file.readings.first?.measuredAt == Trips.noon)
        #expect(file.remarks == ["1 times name no zone, and are taken as UTC"])
    }

    @Test("a value is what it says, or nothing", arguments: ["", "NaN", "null", "n/a", "-", "---"])
    func missing(text: String) throws {
        let file = try Trips.file("time,temperature\n1795176000,\(text)\n")
        #expect(file.readings.first?.celsius.isNaN == true)
    }
}
