import ColdChain
import DeviceCodecs
import Testing

@Suite("Minew gateways (B-3)")
struct MinewGatewayTests {
    static let gateway =
        #"{"type":"Gateway","mac":"AC23000020AA","timestamp":"2026-11-20T11:59:59Z"}"#
    static let raw = "1016e1ffa1016404803200000000000000"

    @Test(
        "Each model's way with the time",
        arguments: [
            (#""2026-11-20T11:59:59Z""#, 1_795_175_999_000, []),
            (#""2026-11-20T11:59:59.123Z""#, 1_795_175_999_123, []),
            (#""2026-11-20T18:59:59.123+07:00""#, 1_795_175_999_123, []),
            ("1795175999123", 1_795_175_999_123, []), (#""1795175999123""#, 1_795_175_999_123, []),
            ("1795175999", 1_795_175_999_000, []),
            (#""2026-11-20T11:59:59""#, nil, .zoneUnknown),
            (#""2026-11-20 11:59:59.5""#, nil, .zoneUnknown),
            (#""1970-01-01T00:00:05Z""#, nil, .clockUnset),
        ] as [(String, Int64?, ReadingNotes)])
    func times(time: String, expected: Int64?, notes: ReadingNotes) throws {
        let batch = try RelayingGateway.minew.read(
            #"[\#(Self.gateway),{"mac":"AA:BB:CC:DD:EE:01","rawData":"\#(Self.raw)","timestamp":\#(time)}]"#
        )
        #expect(batch.value(.temperature) == 4.5)
        #expect(batch.device() == "AABBCCDDEE01")
        #expect(batch.time() == expected)
        #expect(batch.samples.first?.notes == notes)
    }

    @Test("Rows that the gateway decoded, rows of bytes, rows of neither, and strangers")
    func rows() throws {
        let batch = try RelayingGateway.minew.read(
            #"""
            [\#(Self.gateway),
            {"rssi":"-67","bleName":null,"temperature":6.25,"humidity":50.5,"type":"S1","battery":100,"mac":"AC23000000E7","timestamp":"2026-11-20T11:59:59Z"},
            {"rssi":-55,"bleName":"","rawData":"","type":"Unknown","mac":"AC23000000E7","timestamp":"2026-11-20T11:59:59Z"},
            {"rawData":"0D16E1FFA1025500060504030201","type":"Unknown","mac":"AC23000001FA"},
            {"rawData":"\#(strangersBeacon)","type":"iBeacon","mac":"AC23000001FB"},
            {"rawData":"\#(Self.raw)","mac":"AABBCCDDEEFF","temperature":4.4,"humidity":49.9},
            {"rawData":"\#(strangersBeacon)","mac":"AC23000001FC","temperature":4.5}]
            """#)
        #expect(batch.samples.count == 3)
        #expect(batch.value(.temperature) == 6.25)
        #expect(batch.value(.battery) == 100)
        #expect(batch.value(.temperature, ofSample: 1) == 4.5)
        #expect(batch.value(.temperature, ofSample: 2) == 4.5)
        #expect(batch.device(ofSample: 2) == "AC23000001FC")
        #expect(batch.foreignFrames == 1)
        #expect(batch.rejections.isEmpty)
    }

    @Test("A bad row costs only itself")
    func badRows() throws {
        let batch = try RelayingGateway.minew.read(
            #"""
            [\#(Self.gateway),7,{"rawData":"\#(Self.raw)"},{"mac":"AC233F","rawData":"\#(Self.raw)"},
            {"mac":"AC23000000E1","rawData":"xyz"},{"mac":"AC23000000E2","rawData":"0616e1ffa10164"},
            {"mac":"AC23000000E3","rawData":"\#(Self.raw)","timestamp":"soon"},
            {"mac":"AC23000000E4","temperature":{"value":4},"humidity":50},
            {"mac":"AC23000000E5","rawData":"xyz","temperature":-18.25},
            {"mac":"AC23000000E6","rawData":"\#(Self.raw)"}]
            """#)
        #expect(
            batch.reasons == [
                "1 not_an_object", "2 missing_field:mac", "3 missing_field:mac", "4 bad_encoding",
                "5 truncated_frame", "6 invalid_time", "7 wrong_type:temperature",
                "8 bad_encoding",
            ])
        #expect(batch.samples.count == 3)
        #expect(batch.foreignFrames == 0)
        #expect(batch.value(.humidity) == 50)
        #expect(batch.value(.temperature, ofSample: 1) == -18.25)
        #expect(batch.device(ofSample: 2) == "AC23000000E6")
    }

    @Test(
        "A message of the gateway's row alone is its state",
        arguments: [
            "[]", "[\(gateway)]", #"[{"gateway":"AC23000020AA","timestamp":1795175999123}]"#,
            gateway,
        ])
    func status(json: String) throws {
        #expect(try RelayingGateway.minew.read(json).isStatus)
    }

    @Test("A row may come without its array; other documents are failures")
    func shapes() throws {
        let batch = try RelayingGateway.minew.read(
            #"{"mac":"AABBCCDDEEFF","rawData":"\#(Self.raw)"}"#)
        #expect(batch.value(.temperature) == 4.5)
        #expect(RelayingGateway.minew.failure("7") == .notAnObject)
    }
}
