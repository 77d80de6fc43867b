import ColdChain
import DeviceCodecs
import Testing

/// Frames marked MIT are examples of ChirpStack's device profiles; the others follow the maker's
/// description.
@Suite struct ElsysTests {
    @Test(arguments: [
        // MIT: ELT-2.
        ("0100b4081388", [Expected(.temperature, 18)]),
        ("0100c80c0096", [Expected(.temperature, 20), Expected(.temperature, probe: 1, 15)]),
        ("01ffce0250", [Expected(.temperature, -5), Expected(.humidity, 80)]),
        ("0100d20d01", [Expected(.temperature, 21)]),
        // Several external probes.
        (
            "0100c80cff9c190014190028",
            [
                Expected(.temperature, 20), Expected(.temperature, probe: 1, -10),
                Expected(.temperature, probe: 2, 2), Expected(.temperature, probe: 3, 4),
            ]
        ),
        (
            "1000c8ffce",
            [
                Expected(.temperature, probe: 16, 20), Expected(.temperature, probe: 17, -5),
            ]
        ),
        ("0601f4070e10", [Expected(.carbonDioxide, 500), Expected(.batteryVoltage, 3.6)]),
        ("14000f75d1", [Expected(.pressure, 101_320.1)]),
        ("02ff2440", [Expected(.humidity, .sensorError), Expected(.humidity, probe: 1, 64)]),
        ("05000f03", [Expected(.motion, 0)]),
        ("0c7fff", [Expected(.temperature, probe: 1, .probeAbsent)]),
        ("0c0352", [Expected(.temperature, probe: 1, .powerOnValue)]),
        ("018000", [Expected(.temperature, .sensorError)]),
        ("070000", [Expected(.batteryVoltage, .notAvailable)]),
        // Everything else is passed over by its length.
        (
            "03010203 041234 0a0001 0b00000001 0e0001 1100 1200 150102 160001 1700000001 180001 1a01"
                + "1b00000001 1c0001 1d01 1e01 1f01 200001 2101 220001 2301 3b03aabbcc 3c00000001"
                + "3d00000001 0100c8",
            [Expected(.temperature, 20)]
        ),
        (
            "13" + String(repeating: "11", count: 65) + "0100c8",
            [Expected(.temperature, 20)]
        ),
    ])
    func `values are read by type`(frame: String, expected: [Expected]) throws {
        let batch = try decode(frame, port: 5, as: .elsys)
        #expect(batch.all() == expected)
        #expect(batch.rejections.isEmpty)
    }

    @Test func `a position is least significant byte first`() throws {
        let batch = try decode("09 e09304 c0cff9", as: .elsys)
        #expect(batch.samples.first?.position == Position(latitude: 30, longitude: -40.5568))
        let none = try decode("09 000000 000000 0100c8", as: .elsys)
        #expect(none.samples.first?.notes == .noFix)
    }

    @Test func `settings and counters are status`() throws {
        #expect(try decode("3e1a05", port: 6, as: .elsys).isStatus)
        #expect(try decode("0d01", as: .elsys).isStatus)
    }

    @Test func `an unknown type ends the frame, and what came before is kept`() throws {
        let batch = try decode("0100b4 7f 0250", as: .elsys)
        #expect(batch.all() == [Expected(.temperature, 18)])
        #expect(batch.rejections == [Rejection(row: 0, reason: "unsupported:type")])
        #expect(throws: DecodingFailure.self) { try decode("7f00", as: .elsys) }
        #expect(throws: DecodingFailure.self) { try decode("", as: .elsys) }
    }

    @Test func `a frame cut anywhere keeps its whole values and invents none`() throws {
        let whole = hex("0100b40250070e10")
        for length in 1..<whole.count {
            let batch = try decode(frame: Array(whole[..<length]), as: .elsys)
            #expect(batch.rejections.isEmpty == [3, 5].contains(length), "\(length)")
            let temperature: Double? = length >= 3 ? 18 : nil
            let humidity: Double? = length >= 5 ? 80 : nil
            #expect(batch.value(.temperature) == temperature)
            #expect(batch.value(.humidity) == humidity)
        }
    }
}
