import ColdChain
import DeviceCodecs
import Testing

/// Frames follow the payload definitions that Milesight publishes; those marked MIT are examples of
/// ChirpStack's device profiles.
@Suite struct MilesightTests {
    @Test(arguments: [
        // MIT: EM300-SLD, EM300-TH, EM500-PT100.
        (
            "01755c03673401046865050000",
            [Expected(.battery, 92), Expected(.temperature, 30.8), Expected(.humidity, 50.5)]
        ),
        ("03672c00046817", [Expected(.temperature, 4.4), Expected(.humidity, 11.5)]),
        ("01756403672c01", [Expected(.battery, 100), Expected(.temperature, 30)]),
        // Below zero; two channels; a UC300's inputs for PT100.
        ("0367bdff", [Expected(.temperature, -6.7)]),
        ("0367f1000467f6ff", [Expected(.temperature, 24.1), Expected(.temperature, probe: 1, -1)]),
        (
            "096702010a67fe00",
            [Expected(.temperature, 25.8), Expected(.temperature, probe: 1, 25.4)]
        ),
        // An AM319 with all it measures.
        (
            "0367ee0004687c05000106cb02077da803087d2500097366270a7d04000b7d20000c7d3000",
            [
                Expected(.temperature, 23.8), Expected(.humidity, 62),
                Expected(.carbonDioxide, 936), Expected(.pressure, 100_860),
                Expected(.particulates, 32),
            ]
        ),
        // An AM107's six bytes of light are passed over.
        ("06651c0079001400046865", [Expected(.humidity, 50.5)]),
        (
            "04686506000103670a00",
            [
                Expected(.humidity, 50.5), Expected(.opening, 1), Expected(.temperature, 1),
            ]
        ),
    ])
    func `values are read in steps of their type`(frame: String, expected: [Expected]) throws {
        let batch = try decode(frame, port: 85, as: .milesight)
        #expect(batch.all() == expected)
        #expect(batch.rejections.isEmpty)
    }

    @Test(arguments: [
        ("b36700", [Expected(.temperature, .sensorError)]),
        ("b36701", [Expected(.temperature, .overRange)]),
        ("b46800", [Expected(.humidity, .sensorError)]),
        ("0367ffff", [Expected(.temperature, .sensorError)]),
        ("0367ff7f", [Expected(.temperature, .notAvailable)]),
        ("0468ff", [Expected(.humidity, .sensorError)]),
        ("0175ff", [Expected(.battery, .notAvailable)]),
        ("077dffff", [Expected(.carbonDioxide, .sensorError)]),
        ("0973ffff", [Expected(.pressure, .sensorError)]),
    ])
    func `a failed sensor is a marker and never a number`(
        frame: String, expected: [Expected]
    ) throws {
        #expect(try decode(frame, as: .milesight).all() == expected)
    }

    @Test(arguments: [
        ("8367340101", [Expected(.temperature, 30.8)]),
        ("93673401640002", [Expected(.temperature, 30.8)]),
        ("94d70401820002", [Expected(.temperature, probe: 1, 26)]),
        ("83d70401820002", [Expected(.temperature, 26)]),
        ("84684e01", [Expected(.humidity, 39)]),
        ("94684e0802", [Expected(.humidity, 39)]),
        // A reading and its alarm tell the same value.
        (
            "0367270183672701000467f700",
            [
                Expected(.temperature, 29.5), Expected(.temperature, probe: 1, 24.7),
            ]
        ),
    ])
    func `an alarm tells the value it was raised for, once`(
        frame: String, expected: [Expected]
    ) throws {
        #expect(try decode(frame, as: .milesight).all() == expected)
    }

    @Test func `a tracker tells its place and whether it moves`() throws {
        let batch = try decode("01756403671b01050000048836bf7701f000090722", as: .milesight)
        #expect(
            batch.all() == [
                Expected(.battery, 100), Expected(.temperature, 28.3), Expected(.motion, 1),
            ])
        #expect(
            batch.samples.first?.position == Position(latitude: 24.62495, longitude: 118.030576))
    }

    @Test(arguments: ["068873c177019cff080723", "048873c177019cff080723"])
    func `a position stands on channel 4 or 6`(frame: String) throws {
        let batch = try decode(frame, as: .milesight)
        #expect(batch.samples.first?.position?.latitude == 24.625523)
        #expect(batch.value(.motion) == 0)
    }

    @Test func `no fix is no position`() throws {
        let batch = try decode("03671b010488ffffffffffffffff02", as: .milesight)
        #expect(batch.samples.first?.position == nil)
        #expect(batch.samples.first?.notes == .noFix)
        #expect(batch.value(.temperature) == 28.3)
    }

    @Test(arguments: [
        "ff0bffff0101ff166746d38802580000ff090100ff0a0101ff0f00", "fe02c800", "f80a00", "ff0bff",
    ])
    func `what a device says of itself is status`(frame: String) throws {
        let batch = try decode(frame, as: .milesight)
        #expect(batch.isStatus)
        #expect(batch.samples.isEmpty)
    }

    @Test func `an unknown pair ends the frame, and what came before is kept`() throws {
        let batch = try decode("03672c00aabbcc046817", as: .milesight)
        #expect(batch.all() == [Expected(.temperature, 4.4)])
        #expect(batch.rejections == [Rejection(row: 0, reason: "unsupported:type")])
    }

    @Test func `bytes of another maker are refused`() {
        #expect(throws: DecodingFailure.self) { try decode("aabbcc", as: .milesight) }
        #expect(throws: DecodingFailure.self) { try decode("", as: .milesight) }
    }

    @Test func `a frame cut anywhere keeps its whole values and invents none`() throws {
        let whole = hex("01755c03673401046865068873c177019cff080723")
        for length in 1..<whole.count {
            let batch = try decode(frame: Array(whole[..<length]), as: .milesight)
            let isWhole = [3, 7, 10].contains(length)
            #expect(batch.rejections.isEmpty == isWhole, "\(length)")
            let battery: Double? = length >= 3 ? 92 : nil
            let temperature: Double? = length >= 7 ? 30.8 : nil
            let humidity: Double? = length >= 10 ? 50.5 : nil
            #expect(batch.value(.battery) == battery)
            #expect(batch.value(.temperature) == temperature)
            #expect(batch.value(.humidity) == humidity)
        }
    }

    @Test func `hostile bytes are never a crash`() {
        for frame in hostileFrames(count: 10_000, upTo: 64) {
            guard let batch = try? decode(frame: frame, as: .milesight) else { continue }
            #expect(isConsistent(batch))
        }
    }
}

@Suite struct MilesightHistoryTests {
    /// 2022-10-12T08:02:38Z and 2023-09-08T03:53:43Z.
    private let first = "20ce9e744663"
    private let second = "20cec79afa64"

    @Test(arguments: [
        ("1001", [Expected(.temperature, 27.2)]),
        ("10015d", [Expected(.temperature, 27.2), Expected(.humidity, 46.5)]),
        ("02bdff", [Expected(.temperature, -6.7)]),
        ("11bdff", [Expected(.temperature, .sensorError)]),
        ("21bdff", [Expected(.temperature, .overRange)]),
        ("10015d01", [Expected(.temperature, 27.2), Expected(.humidity, 46.5)]),
        (
            "10015dc501",
            [
                Expected(.temperature, 27.2), Expected(.humidity, 46.5),
                Expected(.carbonDioxide, 453),
            ]
        ),
        ("01bdff2e01", [Expected(.temperature, -6.7)]),
        ("02bdff2e01", [Expected(.temperature, -6.7), Expected(.humidity, 23)]),
        ("02bdff2e41", [Expected(.temperature, .sensorError), Expected(.humidity, 23)]),
        ("44bdfff600", [Expected(.temperature, -6.7), Expected(.temperature, probe: 1, 24.6)]),
        ("46bdff0100", [Expected(.temperature, -6.7), Expected(.opening, probe: 1, 1)]),
        ("40bdff0000", [Expected(.temperature, -6.7)]),
        ("f00019010000", [Expected(.temperature, 28.1)]),
        (
            "6704682719015d",
            [
                Expected(.carbonDioxide, 1127), Expected(.pressure, 100_880),
                Expected(.temperature, 28.1), Expected(.humidity, 46.5),
            ]
        ),
        ("10015d020000010000", [Expected(.temperature, 27.2), Expected(.humidity, 46.5)]),
        (
            "ee007c000102a80325006627",
            [
                Expected(.temperature, 23.8), Expected(.humidity, 62),
                Expected(.carbonDioxide, 936), Expected(.pressure, 100_860),
            ]
        ),
        (
            "ee007c000102a8032500662720003000",
            [
                Expected(.temperature, 23.8), Expected(.humidity, 62),
                Expected(.carbonDioxide, 936), Expected(.pressure, 100_860),
                Expected(.particulates, 32),
            ]
        ),
    ])
    func `a row is read by the model it fits`(row: String, expected: [Expected]) throws {
        let batch = try decode(first + row, as: .milesight)
        #expect(batch.all() == expected)
        #expect(batch.rejections.isEmpty)
        let sample = try #require(batch.samples.first)
        #expect(sample.measuredAt == Timestamp(milliseconds: 1_665_561_758_000))
        #expect(sample.timeSource == .device)
        #expect(sample.notes == .buffered)
    }

    @Test func `equal rows are all kept, each at its time and without the frame's number`() throws {
        var draft = SampleDraft()
        draft.sequence = 7
        draft.measuredAt = noon
        draft.timeSource = .gateway
        let batch = try decode(
            "03673401046865" + first + "10015d" + second + "10015d", as: .milesight, draft: draft)
        let numbers: [Int64?] = [7, nil, nil]
        let times: [Int64?] = [noon.milliseconds, 1_665_561_758_000, 1_694_145_223_000]
        #expect(batch.samples.map(\.sequence) == numbers)
        #expect(batch.samples.map(\.measuredAt?.milliseconds) == times)
        #expect(batch.value(.temperature, ofSample: 0) == 30.8)
        #expect(batch.all(ofSample: 1) == batch.all(ofSample: 2))
    }

    @Test func `a tracker's history is of places`() throws {
        let batch = try decode(first + "f000090736bf7701", as: .milesight)
        #expect(
            batch.samples.first?.position == Position(latitude: 24.62495, longitude: 118.030576))
    }

    @Test(arguments: [
        // 26.0 °C at 0 % of humidity, or 0.1 °C of a TS201: seven bytes each.
        "01ff00", "010100",
        // No model's.
        "1001c95d00", "99",
    ])
    func `a row that could be two things is rejected and not guessed`(row: String) throws {
        let batch = try decode("03672c00" + first + row, as: .milesight)
        #expect(batch.rejections == [Rejection(row: 0, reason: "unknown_frame:history")])
        #expect(batch.all() == [Expected(.temperature, 4.4)])
    }

    @Test func `further rows decide what one leaves open`() throws {
        let batch = try decode(first + "010100" + second + "01bdff", as: .milesight)
        #expect(batch.value(.temperature, ofSample: 0) == 0.1)
        #expect(batch.value(.temperature, ofSample: 1) == -6.7)
    }

    @Test func `a clock that was never set is said to be unset`() throws {
        let batch = try decode("20ce1000000010015d", as: .milesight)
        #expect(batch.samples.first?.measuredAt == nil)
        #expect(batch.samples.first?.notes == [.buffered, .clockUnset])
    }
}
