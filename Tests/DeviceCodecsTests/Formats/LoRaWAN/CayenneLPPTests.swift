import ColdChain
import DeviceCodecs
import Testing

/// The frames marked MIT are from the tests of ChirpStack's implementation.
@Suite struct CayenneLPPTests {
    /// MIT: every type in one frame.
    private let everything =
        "0300640500d20301640501d20302000a050203e80303000a050303e80364000000010564fffefdfc0365000a"
        + "056503e803660505660303670110056700ff0368290568960371000100020003057103ea07d30bbb0373041f"
        + "057309c4037400010574fffe037500020575fffd0376000000010576fffefdfb037800057864037900010579"
        + "fffb037d0007057dfffe038000080580fefd03820000011005820102030403830000000c0583fffefdfe0384"
        + "00090584fffc03850000000d0585fffefdfd0386000100020003058603e907d20bbb03876496c80587fabe00"
        + "018806765ff2960a0003e8038e00058e01"

    @Test func `a frame of every type is read to its end`() throws {
        let batch = try decode(everything, as: .cayenneLPP)
        #expect(batch.rejections.isEmpty)
        #expect(
            batch.all() == [
                Expected(.temperature, 27.2), Expected(.temperature, probe: 1, 25.5),
                Expected(.humidity, 20.5), Expected(.humidity, probe: 1, 75),
                Expected(.pressure, 10_550), Expected(.carbonDioxide, 7),
            ])
        #expect(
            batch.samples.first?.position
                == Position(latitude: 42.3519, longitude: -87.9094, altitude: 10))
    }

    @Test(arguments: [
        ("0567ffff", [Expected(.temperature, -0.1)]),
        (
            "0967ff9c0267000a",
            [
                Expected(.temperature, probe: 1, -10), Expected(.temperature, 1),
            ]
        ),
        ("ff67000a", [Expected(.temperature, 1)]),
        ("03677fff", [Expected(.temperature, .notAvailable)]),
        ("036880", [Expected(.humidity, 64)]),
    ])
    func `probes are in the order of their channels`(
        frame: String, expected: [Expected]
    ) throws {
        #expect(try decode(frame, as: .cayenneLPP).all() == expected)
    }

    @Test func `the device's time wins where it can be believed`() throws {
        var draft = SampleDraft()
        draft.measuredAt = noon
        draft.timeSource = .gateway
        let told = try decode("0185654321f00367000a", as: .cayenneLPP, draft: draft)
        #expect(told.samples.first?.measuredAt == Timestamp(milliseconds: 1_698_898_416_000))
        #expect(told.samples.first?.timeSource == .device)
        let unset = try decode("0185000000100367000a", as: .cayenneLPP, draft: draft)
        #expect(unset.samples.first?.measuredAt == noon)
        #expect(unset.samples.first?.notes == .clockUnset)
    }

    @Test func `0, 0 is no fix`() throws {
        let batch = try decode("01880000000000000000000367000a", as: .cayenneLPP)
        #expect(batch.samples.first?.position == nil)
        #expect(batch.samples.first?.notes == .noFix)
    }

    @Test func `an unknown type ends the frame, and what came before is kept`() throws {
        let batch = try decode("0367000a03fa000368ff", as: .cayenneLPP)
        #expect(batch.all() == [Expected(.temperature, 1)])
        #expect(batch.rejections == [Rejection(row: 0, reason: "unsupported:type")])
        #expect(throws: DecodingFailure.self) { try decode("03fa00", as: .cayenneLPP) }
        #expect(throws: DecodingFailure.self) { try decode("", as: .cayenneLPP) }
    }

    @Test func `a frame cut anywhere keeps its whole values and invents none`() throws {
        let whole = hex("0367000a036850")
        for length in 2..<whole.count {
            let batch = try decode(frame: Array(whole[..<length]), as: .cayenneLPP)
            #expect(batch.rejections.isEmpty == (length == 4), "\(length)")
            let temperature: Double? = length >= 4 ? 1 : nil
            #expect(batch.value(.temperature) == temperature)
        }
    }

    @Test func `levels and switches are status`() throws {
        #expect(try decode("030001", as: .cayenneLPP).isStatus)
    }
}
