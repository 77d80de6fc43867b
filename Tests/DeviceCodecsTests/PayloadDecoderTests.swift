import ColdChain
import DeviceCodecs
import JSONText
import Testing

@Suite("Payloads by the shipped profiles (B-3, B-8)")
struct PayloadDecoderTests {
    @Test(
        "B-3: a bag's message becomes samples, and nothing of it is dropped in silence",
        arguments: [
            (
                #"{"t":1795176000000,"temperature":4.2,"humidity":61.5,"battery":88,"seq":17}"#,
                .samples([
                    Decoded(
                        time: 1_795_176_000_000, sequence: 17, temperature: 4.2, humidity: 61.5,
                        battery: 88)
                ])
            ),
            (#"{"temperature":4}"#, .samples([Decoded(temperature: 4)])),
            ("\u{FEFF}{\"temperature\":4}", .samples([Decoded(temperature: 4)])),
            (#"{"t":null,"seq":null,"temperature":4}"#, .samples([Decoded(temperature: 4)])),
            (#"{"temperature":null,"battery":0}"#, .samples([Decoded(battery: 0)])),
            (#"{"temperature":-999,"model":{"x":[1]}}"#, .samples([Decoded(temperature: -999)])),
            (
                #"{"temperature":100000000000000000000,"seq":1}"#,
                .samples([Decoded(sequence: 1, temperature: 1e20)])
            ),
            (
                #"{"temperature":"4.2","humidity":60}"#,
                .samples([Decoded(humidity: 60)], rejected: ["0 wrong_type:temperature"])
            ),
            (
                #"{"temperature":4,"humidity":true,"battery":[]}"#,
                .samples(
                    [Decoded(temperature: 4)],
                    rejected: ["0 wrong_type:humidity", "0 wrong_type:battery"])
            ),
            (
                #"{"temperature":4,"humidity":NaN,"battery":1e999}"#,
                .samples(
                    [Decoded(temperature: 4)],
                    rejected: ["0 not_finite:humidity", "0 not_finite:battery"])
            ),
            (#"{"temperature":"4.2"}"#, .failure(.wrongType)),
            (#"{"temperature":NaN}"#, .failure(.notFinite)),
            (#"{"temperature":-Infinity}"#, .failure(.notFinite)),
            (#"{"temperature":1e999}"#, .failure(.notFinite)),
            (#"{"temperature":4,"temperature":5}"#, .failure(.duplicateField)),
            (#"{"temperature":4,"t":1,"t":1}"#, .failure(.duplicateField)),
            (#"{"x":1,"x":2,"temperature":4}"#, .samples([Decoded(temperature: 4)])),
            ("{}", .failure(.nothingMeasured)),
            (#"{"seq":1,"t":1795176000000}"#, .failure(.nothingMeasured)),
            (#"{"seq":"a"}"#, .failure(.nothingMeasured)),
            ("[]", .failure(.nothingMeasured)),
            ("[{},{}]", .failure(.nothingMeasured)),
            ("21.5", .failure(.notAnObject)),
            ("null", .failure(.notAnObject)),
            ("[1,2]", .failure(.notAnObject)),
            ("[[{\"temperature\":4}]]", .failure(.notAnObject)),
            ("", .failure(.emptyPayload)),
            (" \n", .failure(.emptyPayload)),
            ("hello", .failure(.notJSON)),
            (#"{"temperature":4"#, .failure(.notJSON)),
            (#"{"temperature":4}}"#, .failure(.notJSON)),
            (#"{"temperature":4}{"temperature":5}"#, .failure(.notJSON)),
            (#"{"temperature":04}"#, .failure(.notJSON)),
            (#"{"temperature":+4}"#, .failure(.notJSON)),
            (#"{"temperature":4,5}"#, .failure(.notJSON)),
            (#"{'temperature':4}"#, .failure(.notJSON)),
            ("{\"temperature\":4,\"x\":\"\u{7}\"}", .failure(.notJSON)),
            ("{\"temperature\":4}\0\0", .samples([Decoded(temperature: 4)])),
            (
                "{\"temperature\":4}\n\r\n{\"temperature\":5}\n",
                .samples([Decoded(temperature: 4), Decoded(temperature: 5)])
            ),
            (
                "{\"temperature\":4}\n{\"temp\n{\"temperature\":NaN}\n[{\"temperature\":5}]",
                .samples(
                    [Decoded(temperature: 4), Decoded(temperature: 5)],
                    rejected: ["1 not_json", "2 not_finite:temperature"])
            ),
            ("{}\n{", .failure(.nothingMeasured)),
        ] as [(String, Outcome)])
    func bag(payload: String, expected: Outcome) throws {
        #expect(try decode(Array(payload.utf8), with: shipped("generic/bag")) == expected)
    }

    @Test("B-3: a batch's bad rows cost only themselves, and each says why")
    func badRows() throws {
        let payload = """
            [{"t":1795176000001,"temperature":1},"x",{"t":2,"temperature":2,"temperature":3},
             {"t":"3","temperature":3},{"t":4},{"t":5,"temperature":{}},
             {"t":1795176000006,"temperature":6,"seq":1.5},
             {"t":1795176000007,"temperature":1e400,"battery":7},null,[],
             {"t":1795176000008,"temperature":8}]
            """
        #expect(
            try decode(Array(payload.utf8), with: shipped("generic/bag"))
                == .samples(
                    [
                        Decoded(time: 1_795_176_000_001, temperature: 1),
                        Decoded(time: 1_795_176_000_006, temperature: 6),
                        Decoded(time: 1_795_176_000_007, battery: 7),
                        Decoded(time: 1_795_176_000_008, temperature: 8),
                    ],
                    rejected: [
                        "1 not_an_object", "2 duplicate_field", "3 invalid_time",
                        "4 nothing_measured", "5 wrong_type:temperature",
                        "6 out_of_range:sequence", "7 not_finite:temperature",
                        "8 not_an_object", "9 not_an_object",
                    ]))
    }

    @Test("B-8: a failure says in words where it lies")
    func details() throws {
        let catalogue = try ProfileCatalogue([shipped("generic/bag")])
        var decoder = try PayloadDecoder(catalogue)
        var batch = SampleBatch()
        let topic = Array("bags/a/readings".utf8)
        let profile = try catalogue.route(topic.span).profile
        let cases = [
            (#"[{"temperature":4},"#, "the text ends too early at byte 19"),
            (
                #"[{"temperature":"a"},7]"#,
                "row 0: wrong_type:temperature, and 1 further rejections"
            ),
            ("[]", "the array holds no rows"),
        ]
        for (payload, words) in cases {
            let bytes = Array(payload.utf8)
            let error = #expect(throws: DecodingFailure.self) {
                try decoder.decode(
                    bytes.span, topic: [UInt8]().span, profile: profile, atNoon, into: &batch)
            }
            #expect(error?.detail == words)
        }
    }

    private static let munich = Position(latitude: 48.137154, longitude: 11.576124)

    @Test(
        "B-3: a tracker's message becomes fixes in SI units",
        arguments: [
            (
                #"{"t":1795176000005,"lat":48.137154,"lon":11.576124,"speed":36,"heading":360,"accuracy":5,"battery":71,"seq":4}"#,
                .samples([
                    Decoded(
                        time: 1_795_176_000_005, sequence: 4, battery: 71,
                        position: Position(
                            latitude: 48.137154, longitude: 11.576124, speed: 10, heading: 0,
                            accuracy: 5))
                ])
            ),
            (#"{"lat":48.137154,"lon":11.576124}"#, .samples([Decoded(position: munich)])),
            (
                #"{"lat":-90,"lon":180}"#,
                .samples([Decoded(position: Position(latitude: -90, longitude: 180))])
            ),
            (
                #"{"lat":0,"lon":0}"#,
                .samples([Decoded(position: Position(latitude: 0, longitude: 0))])
            ),
            (
                #"{"lat":48.137154,"lon":11.576124,"speed":-1,"heading":361,"accuracy":-0.5}"#,
                .samples(
                    [Decoded(position: munich)],
                    rejected: [
                        "0 out_of_range:speed", "0 out_of_range:heading", "0 out_of_range:accuracy",
                    ])
            ),
            (
                #"{"lat":48.137154,"lon":11.576124,"speed":"fast","heading":null}"#,
                .samples([Decoded(position: munich)], rejected: ["0 wrong_type:speed"])
            ),
            (
                #"{"lat":90.1,"lon":11,"battery":5}"#,
                .samples([Decoded(battery: 5)], rejected: ["0 out_of_range:lat"])
            ),
            (
                #"{"lat":91,"lon":181,"battery":5}"#,
                .samples(
                    [Decoded(battery: 5)], rejected: ["0 out_of_range:lat", "0 out_of_range:lon"])
            ),
            (
                #"{"lat":48,"battery":5}"#,
                .samples([Decoded(battery: 5)], rejected: ["0 incomplete_position:lon"])
            ),
            (
                #"{"lon":11,"battery":5}"#,
                .samples([Decoded(battery: 5)], rejected: ["0 incomplete_position:lat"])
            ),
            (
                #"{"speed":11,"battery":5}"#,
                .samples([Decoded(battery: 5)], rejected: ["0 incomplete_position:lat"])
            ),
            (#"{"lat":null,"lon":null,"battery":5}"#, .samples([Decoded(battery: 5)])),
            (#"{"lat":"48","lon":11}"#, .failure(.wrongType)),
            (#"{"lat":NaN,"lon":11}"#, .failure(.notFinite)),
            (#"{"lat":48}"#, .failure(.incompletePosition)),
            (#"{"lat":48,"lon":200}"#, .failure(.outOfRange)),
            (#"{"lat":null,"lon":null}"#, .failure(.nothingMeasured)),
        ] as [(String, Outcome)])
    func tracker(payload: String, expected: Outcome) throws {
        #expect(try decode(Array(payload.utf8), with: shipped("generic/tracker")) == expected)
    }

    @Test("one decoder serves every profile, and a batch holds nothing of the message before")
    func reuse() throws {
        let catalogue = try ProfileCatalogue([shipped("generic/bag"), shipped("generic/tracker")])
        var decoder = try PayloadDecoder(catalogue)
        var batch = SampleBatch()
        for _ in 0..<3 {
            let bag = Array(#"[{"temperature":1},{"temperature":2},{}]"#.utf8)
            #expect(
                try decode(bag, catalogue, &decoder, &batch, profile: 0)
                    == .samples(
                        [Decoded(temperature: 1), Decoded(temperature: 2)],
                        rejected: ["2 nothing_measured"]))
            let tracker = Array(#"{"lat":1,"lon":2}"#.utf8)
            #expect(
                try decode(tracker, catalogue, &decoder, &batch, profile: 1)
                    == .samples([Decoded(position: Position(latitude: 1, longitude: 2))]))
            let broken = Array(#"[{"temperature":1},{"temperature":2},"#.utf8)
            #expect(
                try decode(broken, catalogue, &decoder, &batch, profile: 0) == .failure(.notJSON))
        }
    }
}
