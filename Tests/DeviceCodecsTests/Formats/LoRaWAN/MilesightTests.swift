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
        ("0367d8ff", [Expected(.temperature, -4)]),
        ("03671f000467f6ff", [Expected(.temperature, 3.1), Expected(.temperature, probe: 1, -1)]),
        (
            "096722000a672d00",
            [Expected(.temperature, 3.4), Expected(.temperature, probe: 1, 4.5)]
        ),
        // An AM319 with all it measures.
        (
            "03672a0004688205000006cb03077d5802087d100009738c270a7d02000b7d0c000c7d1200",
            [
                Expected(.temperature, 4.2), Expected(.humidity, 65),
                Expected(.carbonDioxide, 600), Expected(.pressure, 101_240),
                Expected(.particulates, 12),
            ]
        ),
        // An AM107's six bytes of light are passed over.
        ("06650a0030000500046850", [Expected(.humidity, 40)]),
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
        ("8367510001", [Expected(.temperature, 8.1)]),
        ("93675100140002", [Expected(.temperature, 8.1)]),
        ("94d75100820002", [Expected(.temperature, probe: 1, 8.1)]),
        ("83d75100820002", [Expected(.temperature, 8.1)]),
        ("8468a001", [Expected(.humidity, 80)]),
        ("9468a01402", [Expected(.humidity, 80)]),
        // A reading and its alarm tell the same value.
        (
            "03675100836751000104673200",
            [
                Expected(.temperature, 8.1), Expected(.temperature, probe: 1, 5),
            ]
        ),
    ])
    func `an alarm tells the value it was raised for, once`(
        frame: String, expected: [Expected]
    ) throws {
        #expect(try decode(frame, as: .milesight).all() == expected)
    }

    @Test func `a tracker tells its place and whether it moves`() throws {
        let batch = try decode("01756403672b000500000488353e1f0367c24a0022", as: .milesight)
        #expect(
            batch.all() == [
                Expected(.battery, 100), Expected(.temperature, 4.3), Expected(.motion, 1),
            ])
        #expect(
            batch.samples.first?.position == Position(latitude: 52.379189, longitude: 4.899431))
    }

    @Test(arguments: ["0688353e1f0367c24a0023", "0488353e1f0367c24a0023"])
    func `a position stands on channel 4 or 6`(frame: String) throws {
        let batch = try decode(frame, as: .milesight)
        #expect(batch.samples.first?.position?.latitude == 52.379189)
        #expect(batch.value(.motion) == 0)
    }

    @Test func `no fix is no position`() throws {
        let batch = try decode("03672b000488ffffffffffffffff02", as: .milesight)
        #expect(batch.samples.first?.position == nil)
        #expect(batch.samples.first?.notes == .noFix)
        #expect(batch.value(.temperature) == 4.3)
    }

    @Test(arguments: [
        "ff0bffff0101ff161122334455667788ff090210ff0a0101ff0f00", "fe02c800", "f80a00", "ff0bff",
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
        let whole = hex("01755c036734010468650688353e1f0367c24a0023")
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
    /// 2023-11-02T04:13:36Z and a minute later.
    private let first = "20cef0214365"
    private let second = "20ce2c224365"

    @Test(arguments: [
        ("2b00", [Expected(.temperature, 4.3)]),
        ("2b0078", [Expected(.temperature, 4.3), Expected(.humidity, 60)]),
        ("02d8ff", [Expected(.temperature, -4)]),
        ("11d8ff", [Expected(.temperature, .sensorError)]),
        ("21d8ff", [Expected(.temperature, .overRange)]),
        ("2b007801", [Expected(.temperature, 4.3), Expected(.humidity, 60)]),
        (
            "2b00785802",
            [
                Expected(.temperature, 4.3), Expected(.humidity, 60),
                Expected(.carbonDioxide, 600),
            ]
        ),
        ("040116007c", [Expected(.temperature, 2.2), Expected(.humidity, 62)]),
        ("01d8ff7801", [Expected(.temperature, -4)]),
        ("02d8ff7801", [Expected(.temperature, -4), Expected(.humidity, 60)]),
        ("02d8ff7841", [Expected(.temperature, .sensorError), Expected(.humidity, 60)]),
        ("44d8ff1f00", [Expected(.temperature, -4), Expected(.temperature, probe: 1, 3.1)]),
        ("46d8ff0100", [Expected(.temperature, -4), Expected(.opening, probe: 1, 1)]),
        ("40d8ff0000", [Expected(.temperature, -4)]),
        ("f0001f000000", [Expected(.temperature, 3.1)]),
        (
            "58028c271f0078",
            [
                Expected(.carbonDioxide, 600), Expected(.pressure, 101_240),
                Expected(.temperature, 3.1), Expected(.humidity, 60),
            ]
        ),
        ("2b0078020000010000", [Expected(.temperature, 4.3), Expected(.humidity, 60)]),
        (
            "2a0082000102580210008c27",
            [
                Expected(.temperature, 4.2), Expected(.humidity, 65),
                Expected(.carbonDioxide, 600), Expected(.pressure, 101_240),
            ]
        ),
        (
            "2a0082000102580210008c270c001200",
            [
                Expected(.temperature, 4.2), Expected(.humidity, 65),
                Expected(.carbonDioxide, 600), Expected(.pressure, 101_240),
                Expected(.particulates, 12),
            ]
        ),
    ])
    func `a row is read by the model it fits`(row: String, expected: [Expected]) throws {
        let batch = try decode(first + row, as: .milesight)
        #expect(batch.all() == expected)
        #expect(batch.rejections.isEmpty)
        let sample = try #require(batch.samples.first)
        #expect(sample.measuredAt == Timestamp(milliseconds: 1_698_898_416_000))
        #expect(sample.timeSource == .device)
        #expect(sample.notes == .buffered)
    }

    @Test func `equal rows are all kept, each at its time and without the frame's number`() throws {
        var draft = SampleDraft()
        draft.sequence = 7
        draft.measuredAt = noon
        draft.timeSource = .gateway
        let batch = try decode(
            "03673401046865" + first + "2b0078" + second + "2b0078", as: .milesight, draft: draft)
        let numbers: [Int64?] = [7, nil, nil]
        let times: [Int64?] = [noon.milliseconds, 1_698_898_416_000, 1_698_898_476_000]
        #expect(batch.samples.map(\.sequence) == numbers)
        #expect(batch.samples.map(\.measuredAt?.milliseconds) == times)
        #expect(batch.value(.temperature, ofSample: 0) == 30.8)
        #expect(batch.all(ofSample: 1) == batch.all(ofSample: 2))
    }

    @Test func `a tracker's history is of places`() throws {
        let batch = try decode(first + "67c24a00353e1f03", as: .milesight)
        #expect(
            batch.samples.first?.position == Position(latitude: 52.379189, longitude: 4.899431))
    }

    @Test(arguments: [
        // 26.0 °C at 0 % of humidity, or 0.1 °C of a TS201: seven bytes each.
        "01ff00", "010100",
        // No model's.
        "2b00c95d00", "99",
    ])
    func `a row that could be two things is rejected and not guessed`(row: String) throws {
        let batch = try decode("03672c00" + first + row, as: .milesight)
        #expect(batch.rejections == [Rejection(row: 0, reason: "unknown_frame:history")])
        #expect(batch.all() == [Expected(.temperature, 4.4)])
    }

    @Test func `further rows decide what one leaves open`() throws {
        let batch = try decode(first + "010100" + second + "01d8ff", as: .milesight)
        #expect(batch.value(.temperature, ofSample: 0) == 0.1)
        #expect(batch.value(.temperature, ofSample: 1) == -4)
    }

    @Test func `a clock that was never set is said to be unset`() throws {
        let batch = try decode("20ce100000002b0078", as: .milesight)
        #expect(batch.samples.first?.measuredAt == nil)
        #expect(batch.samples.first?.notes == [.buffered, .clockUnset])
    }
}
