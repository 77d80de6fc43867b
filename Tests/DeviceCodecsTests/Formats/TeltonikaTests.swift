import ColdChain
import DeviceCodecs
import Testing

/// A frame as a test puts it together.
private struct Frame {
    var codec: UInt8 = 0x8E
    var records: [[UInt8]] = []
    var secondCount: UInt8?

    var data: [UInt8] {
        let count = UInt8(records.count)
        return [codec, count] + records.flatMap(\.self) + [secondCount ?? count]
    }

    /// The data between zeros, length and checksum, which is computed bit by bit.
    var framed: [UInt8] {
        var checksum: UInt32 = 0
        for byte in data {
            checksum ^= UInt32(byte)
            for _ in 0..<8 {
                checksum = checksum & 1 == 1 ? checksum >> 1 ^ 0xA001 : checksum >> 1
            }
        }
        return [0, 0, 0, 0] + bytes(UInt32(data.count)) + data + bytes(checksum)
    }
}

private func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    (0..<number.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
}

/// A record of codec 8 Extended with elements as (id, value).
private func record(
    time: Int64 = noon.milliseconds - 60_000, latitude: Int32 = 546_990_336,
    longitude: Int32 = 252_618_832, satellites: UInt8 = 9, speed: UInt16 = 36,
    one: [(UInt16, UInt8)] = [], two: [(UInt16, Int16)] = [], four: [(UInt16, Int32)] = [],
    eight: [(UInt16, Int64)] = [], long: [(UInt16, [UInt8])] = []
) -> [UInt8] {
    var record = bytes(time) + [1] + bytes(longitude) + bytes(latitude) + bytes(Int16(148))
    record += bytes(UInt16(90)) + [satellites] + bytes(speed)
    let count = one.count + two.count + four.count + eight.count + long.count
    record += bytes(UInt16(0)) + bytes(UInt16(count))
    record += bytes(UInt16(one.count)) + one.flatMap { bytes($0.0) + bytes($0.1) }
    record += bytes(UInt16(two.count)) + two.flatMap { bytes($0.0) + bytes($0.1) }
    record += bytes(UInt16(four.count)) + four.flatMap { bytes($0.0) + bytes($0.1) }
    record += bytes(UInt16(eight.count)) + eight.flatMap { bytes($0.0) + bytes($0.1) }
    record += bytes(UInt16(long.count))
    record += long.flatMap { bytes($0.0) + bytes(UInt16($0.1.count)) + $0.1 }
    return record
}

private func decoded(
    _ frame: [UInt8], model: TeltonikaModel = TeltonikaModel()
) throws -> SampleBatch {
    var batch = SampleBatch()
    try Teltonika.decode(
        frame.span, port: 0, SampleDraft(), MessageContext(receivedAt: noon), model: model,
        into: &batch)
    return batch
}

private func failure(_ frame: [UInt8]) -> DecodingReason? {
    do {
        _ = try decoded(frame)
        return nil
    } catch {
        return (error as? DecodingFailure)?.reason
    }
}

/// Examples of the vendor's protocol description, as alim-zanibekov/teltonika (MIT) tests them.
private let codec8 = """
    000000000000003608010000016b40d8ea30010000000000000000000000000000000105021503010101425e0f01f1\
    0000601a014e0000000000000000010000c7cf
    """
private let codec8E = """
    000000000000004a8e010000016b412cee000100000000000000000000000000000000010005000100010100010011\
    001d00010010015e2c880002000b000000003544c87a000e000000001dd7e06a00000100002994
    """
private let codec16 = """
    000000000000005f10020000016bdbc7833000000000000000000000000000000000000b05040200010000030002000b\
    00270042563a00000000016bdbc7871800000000000000000000000000000000000b05040200010000030002000b0026\
    0042563a00000200005fb3
    """

@Suite("Teltonika's binary frames")
struct TeltonikaTests {
    @Test("The vendor's examples of each codec are read, with and without the framing of TCP")
    func vendorExamples() throws {
        for (example, time, told) in [
            (codec8, Int64(1_560_161_086_000), "supply_voltage/0 24.079"),
            (codec8E, 1_560_166_592_000, "odometer/0 22949000.0"),
            (codec16, 1_562_760_414_000, "supply_voltage/0 22.074"),
        ] {
            for frame in [hex(example), Array(hex(example).dropFirst(8).dropLast(4))] {
                let batch = try decoded(frame)
                #expect(batch.samples.first?.measuredAt == Timestamp(milliseconds: time))
                #expect(batch.samples.first?.timeSource == .device)
                #expect(batch.samples.first?.position == nil)
                #expect(batch.samples.first?.notes == .noFix)
                #expect(batch.told() == [told])
            }
        }
        #expect(try decoded(hex(codec16)).samples.count == 2)
    }

    @Test("A position comes with motion, altitude and satellites in the units of the log")
    func position() throws {
        let batch = try decoded(Frame(records: [record()]).framed)
        #expect(
            batch.samples.first?.position
                == Position(
                    latitude: 54.6990336, longitude: 25.2618832, speed: 10, heading: 90,
                    altitude: 148, satellites: 9))
        #expect(batch.samples.first?.notes == [])
    }

    @Test("A place that is repeated without satellites is kept, and said to be no fix")
    func repeatedPosition() throws {
        let batch = try decoded(Frame(records: [record(satellites: 0)]).framed)
        #expect(batch.samples.first?.position?.latitude == 54.6990336)
        #expect(batch.samples.first?.notes == .noFix)
    }

    @Test("A clock that was not set does not date the record")
    func unsetClock() throws {
        let batch = try decoded(Frame(records: [record(time: 1_072_915_236_000)]).framed)
        #expect(batch.samples.first?.measuredAt == nil)
        #expect(batch.samples.first?.notes == .clockUnset)
        let wild = try decoded(Frame(records: [record(time: -1)]).framed)
        #expect(wild.samples.first?.notes == .clockFarOff)
    }

    @Test("All records of a frame are kept, in the order in which they are sent")
    func history() throws {
        let times = [1, 2, 3].map { noon.milliseconds - 3_600_000 + $0 * 60_000 }
        let batch = try decoded(
            Frame(records: times.map { record(time: $0, two: [(25, Int16($0 % 100))]) }).framed)
        #expect(batch.samples.map(\.measuredAt?.milliseconds) == times)
    }

    @Test(
        "Each I/O element that is for the log becomes a measurement",
        arguments: [
            (record(one: [(239, 1)]), "ignition/0 1.0"),
            (record(one: [(240, 0)]), "motion/0 0.0"),
            (record(one: [(113, 87)]), "battery/0 87.0"),
            (record(one: [(29, 60)]), "battery/4 60.0"),
            (record(one: [(20, 61)]), "battery/5 61.0"),
            (record(one: [(22, 62)]), "battery/6 62.0"),
            (record(one: [(23, 63)]), "battery/7 63.0"),
            (record(one: [(10_805, 55)]), "humidity/9 55.0"),
            (record(two: [(66, 12_345)]), "supply_voltage/0 12.345"),
            (record(two: [(66, Int16(truncatingIfNeeded: 40_000))]), "supply_voltage/0 40.0"),
            (record(two: [(67, 4043)]), "battery_voltage/0 4.043"),
            (record(two: [(10_824, 3001)]), "battery_voltage/8 3.001"),
            (record(four: [(16, Int32(bitPattern: 3_000_000_000))]), "odometer/0 3000000000.0"),
            (record(four: [(72, 46)]), "temperature/0 4.6"),
            (record(four: [(75, -185)]), "temperature/3 -18.5"),
            (record(two: [(73, -1)]), "temperature/1 -0.1"),
            (record(two: [(25, 455)]), "temperature/4 4.55"),
            (record(two: [(28, -1801)]), "temperature/7 -18.01"),
            (record(two: [(86, 655)]), "humidity/4 65.5"),
            (record(two: [(108, 1000)]), "humidity/7 100.0"),
            (record(two: [(10_803, 333)]), "temperature/11 3.33"),
            (record(two: [(10_644, -2000)]), "temperature/12 -20.0"),
            (record(two: [(10_649, 2000)]), "temperature/17 20.0"),
            (record(two: [(10_683, 41)]), "temperature/18 4.1"),
            (record(two: [(10_695, -205)]), "temperature/24 -20.5"),
        ])
    func elements(record: [UInt8], told: String) throws {
        #expect(try decoded(Frame(records: [record]).framed).told() == [told])
    }

    @Test(
        "What stands for no value is a marker",
        arguments: [
            (record(four: [(72, 850)]), "temperature/0 power_on_value"),
            (record(four: [(72, 2000)]), "temperature/0 sensor_error"),
            (record(four: [(72, 3000)]), "temperature/0 probe_absent"),
            (record(four: [(72, 4000)]), "temperature/0 not_identified"),
            (record(four: [(72, 5000)]), "temperature/0 not_ready"),
            (record(four: [(72, 1251)]), "temperature/0 over_range"),
            (record(two: [(72, -551)]), "temperature/0 under_range"),
            (record(two: [(25, 32_767)]), "temperature/4 probe_absent"),
            (record(two: [(25, 32_766)]), "temperature/4 sensor_error"),
            (record(two: [(25, 32_765)]), "temperature/4 sensor_error"),
            (record(two: [(25, 2000)]), "temperature/4 sensor_error"),
            (record(two: [(25, 3000)]), "temperature/4 probe_absent"),
            (record(two: [(25, 4000)]), "temperature/4 sensor_error"),
            (record(two: [(25, -32_768)]), "temperature/4 under_range"),
            (record(two: [(10_800, 32_767)]), "temperature/8 probe_absent"),
            (record(two: [(10_800, 12_501)]), "temperature/8 over_range"),
            (record(two: [(86, -1)]), "humidity/4 probe_absent"),
            (record(two: [(86, 32_733)]), "humidity/4 sensor_error"),
            (record(two: [(86, 32_735)]), "humidity/4 probe_absent"),
            (record(two: [(86, 1001)]), "humidity/4 over_range"),
            (record(two: [(10_644, 32_767)]), "temperature/12 not_available"),
            (record(two: [(10_683, 2001)]), "temperature/18 over_range"),
            (record(two: [(10_683, -1001)]), "temperature/18 under_range"),
            (record(one: [(113, 101)]), "battery/0 over_range"),
            (record(one: [(113, 255)]), "battery/0 not_available"),
            (record(one: [(239, 2)]), "ignition/0 not_available"),
            (record(two: [(66, -1)]), "supply_voltage/0 not_available"),
            (record(four: [(16, -1)]), "odometer/0 not_available"),
        ])
    func markers(record: [UInt8], told: String) throws {
        #expect(try decoded(Frame(records: [record]).framed).told() == [told])
    }

    @Test("Where the firmware is known to be new, 20.00, 30.00 and 40.00 °C are temperatures")
    func newFirmware() throws {
        let frame = Frame(records: [
            record(two: [(25, 2000), (26, 3000), (27, 4000), (28, 32_767)])
        ])
        let model = TeltonikaModel(bluetoothFaults: .since0328)
        #expect(
            try decoded(frame.framed, model: model).told() == [
                "temperature/4 20.0", "temperature/5 30.0", "temperature/6 40.0",
                "temperature/7 probe_absent",
            ])
    }

    @Test("The same id means another thing in another model family")
    func families() throws {
        let frame = Frame(records: [
            record(two: [(25, 90), (86, 500), (701, 455)], four: [(16, 1), (216, 2)])
        ])
        let model = TeltonikaModel(family: .fmx640)
        #expect(
            try decoded(frame.framed, model: model).told() == [
                "temperature/4 4.55", "odometer/0 2.0",
            ])
        #expect(
            try decoded(frame.framed).told() == [
                "temperature/4 0.9", "humidity/4 50.0", "odometer/0 1.0",
            ])
    }

    @Test("A value of another width is another parameter, and values of any length are passed over")
    func widths() throws {
        let frame = Frame(records: [
            record(
                one: [(25, 4)], four: [(113, 29_525)], eight: [(75, 0x28AA_0102)],
                long: [(281, [1, 2, 3]), (548, [])])
        ])
        let batch = try decoded(frame.framed)
        #expect(batch.samples.count == 1)
        #expect(batch.measurements.isEmpty)
    }

    @Test("A wrong checksum, length or count refuses the frame")
    func damage() {
        let frame = Frame(records: [record(two: [(25, 455)])]).framed
        for index in 8..<frame.count {
            var damaged = frame
            damaged[index] ^= 0x10
            #expect(failure(damaged) == .badChecksum)
        }
        #expect(failure(frame + [0]) == .unknownFrame)
        #expect(failure(Frame(records: [record()], secondCount: 2).framed) == .truncatedFrame)
        #expect(failure(Frame(records: [record() + [0]]).framed) == .truncatedFrame)
        #expect(failure(Frame(codec: 0x08, records: [record()]).framed) == .truncatedFrame)
        #expect(failure(Frame(codec: 0x07, records: [record()]).framed) == .unknownFrame)
        #expect(failure([]) == .emptyPayload)
    }

    @Test("A frame that is cut anywhere is refused as a whole")
    func truncation() {
        let records = [record(two: [(25, 455)]), record(long: [(281, [1, 2, 3])])]
        for frame in [Frame(records: records).framed, Frame(records: records).data] {
            for length in 1..<frame.count {
                #expect(failure(Array(frame[..<length])) != nil, "\(length)")
            }
        }
    }

    @Test(
        "Commands, answers, greetings and frames without anything for the log are no readings",
        arguments: [
            "00000000000000130d01060000000b0a81c320676574696e666f0100001d6b",
            "000000000000000f0c010500000007676574696e666f0100004312",
            "0c010500000007676574696e666f01",
            "000f333536333037303432343431303133",
            "ff", "8e0000",
        ])
    func status(text: String) throws {
        let batch = try decoded(hex(text))
        #expect(batch.isStatus)
        #expect(batch.samples.isEmpty)
    }

    @Test("A record without a place and without anything measured leaves no sample")
    func emptyRecord() throws {
        let batch = try decoded(Frame(records: [record(latitude: 0, longitude: 0)]).framed)
        #expect(batch.samples.isEmpty)
        #expect(batch.isStatus)
    }

    @Test("Random bytes are refused or read, and never stop the program")
    func hostile() {
        for (index, tail) in hostileFrames(count: 10_000, upTo: 120).enumerated() {
            let head: [UInt8] = [[0x08, 1], [0x8E, 2], [0x10, 1], [0, 0, 0, 0]][index % 4]
            _ = failure(head + tail)
            _ = failure(Frame(codec: head[0], records: [tail]).framed)
        }
    }
}
