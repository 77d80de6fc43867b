import ColdChain
import DeviceCodecs
import Testing

/// The frame marked MIT is an example of ChirpStack's device profiles; the others follow the manuals.
@Suite struct DraginoLHT65Tests {
    @Test(arguments: [
        // MIT: a socket with nothing in it.
        (
            "cbc6008200f2017fff7fff",
            [
                Expected(.temperature, 1.3), Expected(.humidity, 24.2),
                Expected(.batteryVoltage, 3.014), Expected(.temperature, probe: 1, .probeAbsent),
            ]
        ),
        // From a report of the vendor's decoder: it took this for a history of 276.51 and 407.05 °C.
        (
            "ccb5026c039f010a857fff",
            [
                Expected(.temperature, 6.2), Expected(.humidity, 92.7),
                Expected(.batteryVoltage, 3.253), Expected(.temperature, probe: 1, 26.93),
            ]
        ),
        (
            "cbf6fe0c037601fc187fff",
            [
                Expected(.temperature, -5), Expected(.humidity, 88.6),
                Expected(.batteryVoltage, 3.062), Expected(.temperature, probe: 1, -10),
            ]
        ),
        (
            "cbf60b0d03760121347fff",
            [
                Expected(.temperature, 28.29), Expected(.humidity, 88.6),
                Expected(.batteryVoltage, 3.062), Expected(.temperature, probe: 1, .powerOnValue),
            ]
        ),
        (
            "cbf60b0d037601ffff7fff",
            [
                Expected(.temperature, 28.29), Expected(.humidity, 88.6),
                Expected(.batteryVoltage, 3.062), Expected(.temperature, probe: 1, .sensorError),
            ]
        ),
        // A TMP117 can have measured 85 °C and −0.01 °C.
        (
            "cbf60b0d037602ffff7fff",
            [
                Expected(.temperature, 28.29), Expected(.humidity, 88.6),
                Expected(.batteryVoltage, 3.062), Expected(.temperature, probe: 1, -0.01),
            ]
        ),
        // A cable that is not connected.
        (
            "cbf60b0d037681ffffffff",
            [
                Expected(.temperature, 28.29), Expected(.humidity, 88.6),
                Expected(.batteryVoltage, 3.062), Expected(.temperature, probe: 1, .probeAbsent),
            ]
        ),
        // An SHT31 on the cable; a sensor of light; a counter; a number instead of the air.
        (
            "cbf60b0d03760b01f40190",
            [
                Expected(.temperature, 28.29), Expected(.humidity, 88.6),
                Expected(.batteryVoltage, 3.062), Expected(.temperature, probe: 1, 5),
                Expected(.humidity, probe: 1, 40),
            ]
        ),
        (
            "cbf60b0d03760501f47fff",
            [
                Expected(.temperature, 28.29), Expected(.humidity, 88.6),
                Expected(.batteryVoltage, 3.062),
            ]
        ),
        ("cbf6112233440f55667788", [Expected(.batteryVoltage, 3.062)]),
        (
            "cbf6112233442001f47788",
            [Expected(.batteryVoltage, 3.062), Expected(.temperature, probe: 1, 5)]
        ),
        (
            "00007fff0fff007fff7fff",
            [
                Expected(.temperature, .sensorError), Expected(.humidity, .sensorError),
                Expected(.batteryVoltage, .notAvailable),
            ]
        ),
    ])
    func `an ordinary frame is air, battery and what is in the socket`(
        frame: String, expected: [Expected]
    ) throws {
        #expect(try decode(frame, as: .draginoLHT65).all() == expected)
    }

    @Test func `no temperature of the air makes an ordinary frame a history`() throws {
        for steps in Int16(-4000)...8500 where steps != 0x7FFF {
            var frame = hex("ccb50000039f010a857fff")
            let word = UInt16(bitPattern: steps)
            frame[2] = UInt8(word >> 8)
            frame[3] = UInt8(word & 0xFF)
            let batch = try decode(frame: frame, as: .draginoLHT65)
            #expect(batch.samples.count == 1)
            #expect(batch.value(.temperature) == Double(steps) / 100)
        }
    }

    @Test func `a time-stamped frame has the probe in the place of the battery`() throws {
        let batch = try decode("fe700b0dc37609654321f0", as: .draginoLHT65)
        #expect(
            batch.all() == [
                Expected(.temperature, 28.29), Expected(.humidity, 88.6),
                Expected(.temperature, probe: 1, -4),
            ])
        #expect(batch.samples.first?.measuredAt == Timestamp(milliseconds: 1_698_898_416_000))
        #expect(batch.samples.first?.timeSource == .device)
    }

    @Test func `a clock that is not set leaves the network's time`() throws {
        var draft = SampleDraft()
        draft.measuredAt = noon
        draft.timeSource = .gateway
        let batch = try decode("fe700b0dc3760900000010", as: .draginoLHT65, draft: draft)
        #expect(batch.samples.first?.measuredAt == noon)
        #expect(batch.samples.first?.timeSource == .gateway)
        #expect(batch.samples.first?.notes == .clockUnset)
    }

    @Test(arguments: [2, 3])
    func `rows of the log are all kept, at their own times`(port: Int) throws {
        let row = "fe700b0d037641654321f0"
        let later = "7fff0b0d0376416543222c"
        var draft = SampleDraft()
        draft.sequence = 9
        let batch = try decode(row + row + later, port: port, as: .draginoLHT65, draft: draft)
        let times: [Int64?] = [1_698_898_416_000, 1_698_898_416_000, 1_698_898_476_000]
        #expect(batch.samples.map(\.measuredAt?.milliseconds) == times)
        #expect(batch.samples.allSatisfy { $0.notes == .buffered && $0.sequence == nil })
        #expect(batch.value(.temperature, probe: 1, ofSample: 1) == -4)
        #expect(batch.marker(.temperature, probe: 1, ofSample: 2) == .probeAbsent)
    }

    @Test func `equal and negative values of a probe's history are kept as they are`() throws {
        let batch = try decode("cbf60100fa00fa00fb00fafe0c", port: 3, as: .draginoLHT65)
        let values = batch.samples.indices.dropFirst().map {
            batch.value(.temperature, probe: 1, ofSample: $0)
        }
        let expected: [Double?] = [2.5, 2.5, 2.51, 2.5, -5]
        #expect(values == expected)
        #expect(batch.value(.batteryVoltage) == 3.062)
        #expect(batch.samples.dropFirst().allSatisfy { $0.measuredAt == nil })
    }

    @Test func `a history of four values is no row of the log`() throws {
        // The low byte of the second value, 40, would mark a row.
        let batch = try decode("cbf60100fa014001900154", port: 3, as: .draginoLHT65)
        let values = batch.samples.indices.dropFirst().map {
            batch.value(.temperature, probe: 1, ofSample: $0)
        }
        let expected: [Double?] = [2.5, 3.2, 4, 3.4]
        #expect(values == expected)
    }

    @Test func `status is the battery`() throws {
        let batch = try decode("0b0140010b0bf6", port: 5, as: .draginoLHT65)
        #expect(batch.all() == [Expected(.batteryVoltage, 3.062)])
    }

    @Test func `frames cut short and other ports are refused`() {
        let whole = hex("cbf60b0d0376010add7fff")
        for length in 0..<whole.count {
            #expect(throws: DecodingFailure.self) {
                try decode(frame: Array(whole[..<length]), as: .draginoLHT65)
            }
        }
        #expect(throws: DecodingFailure.self) {
            try decode(frame: whole, port: 9, as: .draginoLHT65)
        }
        #expect(throws: DecodingFailure.self) { try decode("0b01", port: 5, as: .draginoLHT65) }
    }
}

@Suite struct DraginoLSN50Tests {
    @Test(arguments: [
        (
            "0b540012000000 00fc0205",
            [
                Expected(.temperature, 25.2), Expected(.humidity, 51.7),
                Expected(.temperature, probe: 1, 1.8), Expected(.batteryVoltage, 2.9),
            ]
        ),
        (
            "0b547fff000080ffffffff",
            [
                Expected(.temperature, .sensorError), Expected(.humidity, .sensorError),
                Expected(.temperature, probe: 1, .probeAbsent), Expected(.batteryVoltage, 2.9),
            ]
        ),
        // Light in the place of the climate.
        (
            "0b540012000000 01900000",
            [
                Expected(.temperature, probe: 1, 1.8), Expected(.batteryVoltage, 2.9),
            ]
        ),
        // Three DS18B20.
        (
            "0b54ffce00000cffe70352",
            [
                Expected(.temperature, -5), Expected(.temperature, probe: 1, -2.5),
                Expected(.temperature, probe: 2, .powerOnValue), Expected(.batteryVoltage, 2.9),
            ]
        ),
        (
            "0b54001900008cffff7fff",
            [
                Expected(.temperature, 2.5), Expected(.temperature, probe: 1, .sensorError),
                Expected(.temperature, probe: 2, .probeAbsent), Expected(.batteryVoltage, 2.9),
            ]
        ),
        // Distance, weight, count, interrupts: with one DS18B20.
        (
            "0b54001900008400000000",
            [
                Expected(.temperature, 2.5), Expected(.batteryVoltage, 2.9),
            ]
        ),
        (
            "0b54001900009400000000",
            [
                Expected(.temperature, 2.5), Expected(.batteryVoltage, 2.9),
            ]
        ),
        // Voltages in the head, the battery at the end.
        (
            "0b540019000088 00fc0205 24",
            [
                Expected(.temperature, 25.2), Expected(.humidity, 51.7),
                Expected(.batteryVoltage, 3.6),
            ]
        ),
        // The limits of the node's alarm are no readings.
        ("0b54001900007c05060708", [Expected(.batteryVoltage, 2.9)]),
    ])
    func `what a frame holds depends on the node's mode`(
        frame: String, expected: [Expected]
    ) throws {
        #expect(try decode(frame, as: .draginoLSN50).all() == expected)
    }

    @Test func `rows of the log come with their times`() throws {
        let batch = try decode(
            "ffce00197fff00654321f0ffce00197fff006543222c", port: 3, as: .draginoLSN50)
        #expect(batch.samples.count == 2)
        #expect(
            batch.all(ofSample: 1) == [
                Expected(.temperature, -5), Expected(.temperature, probe: 1, 2.5),
                Expected(.temperature, probe: 2, .probeAbsent),
            ])
        #expect(batch.samples[1].measuredAt == Timestamp(milliseconds: 1_698_898_476_000))
    }

    @Test func `frames cut short, unknown modes and other ports are refused`() {
        let whole = hex("0b540012000000 00fc0205")
        for length in 0..<whole.count {
            #expect(throws: DecodingFailure.self) {
                try decode(frame: Array(whole[..<length]), as: .draginoLSN50)
            }
        }
        for frame in ["0b54001900002400000000", "0b540019000008 00fc0205"] {
            #expect(throws: DecodingFailure.self) { try decode(frame, as: .draginoLSN50) }
        }
        #expect(throws: DecodingFailure.self) {
            try decode(frame: whole, port: 1, as: .draginoLSN50)
        }
    }
}

@Suite struct DraginoTrackerDTests {
    @Test func `a fix comes with battery and climate`() throws {
        let batch = try decode("015a706606cf3cf80fa23001aeff38", as: .draginoTrackerD)
        #expect(
            batch.all() == [
                Expected(.temperature, -20), Expected(.humidity, 43),
                Expected(.batteryVoltage, 4.002),
            ])
        #expect(
            batch.samples.first?.position == Position(latitude: 22.70423, longitude: 114.244856))
    }

    @Test(arguments: ["0000000000000000", "0fffffff0fffffff"])
    func `without a fix there is the climate and no place`(place: String) throws {
        let batch = try decode(place + "0fa22002a70110", as: .draginoTrackerD)
        #expect(batch.value(.temperature) == 27.2)
        #expect(batch.samples.first?.position == nil)
        #expect(batch.samples.first?.notes == .noFix)
    }

    @Test func `an old position has its own time and no climate`() throws {
        let batch = try decode("015a706606cf3cf80fa22807e70a1c062f17", as: .draginoTrackerD)
        let sample = try #require(batch.samples.first)
        #expect(sample.measuredAt == Timestamp(milliseconds: 1_698_475_643_000))
        #expect(sample.notes == [.noFix, .buffered])
        #expect(sample.position != nil)
        #expect(batch.all() == [Expected(.batteryVoltage, 4.002)])
    }

    @Test func `an old position without a time is not used`() throws {
        let batch = try decode("015a706606cf3cf80fa228000000000000 00", as: .draginoTrackerD)
        #expect(batch.samples.first?.position == nil)
        #expect(batch.value(.batteryVoltage) == 4.002)
    }

    @Test(arguments: [
        ("7fff", Marker.sensorError), ("0884", .overRange), ("f000", .underRange),
    ])
    func `what the sensor cannot measure is a marker`(word: String, marker: Marker) throws {
        let batch = try decode("015a706606cf3cf80fa23001ae" + word, as: .draginoTrackerD)
        #expect(batch.marker(.temperature) == marker)
    }

    @Test func `kept positions are rows, and one without a date costs only itself`() throws {
        let good = "015a706606cf3cf807e70a1c062f17"
        let bad = "015a706606cf3cf80000000000 0000"
        let batch = try decode(good + bad + good, port: 4, as: .draginoTrackerD)
        #expect(batch.samples.count == 2)
        #expect(batch.rejections == [Rejection(row: 1, reason: "invalid_time")])
        #expect(batch.samples.allSatisfy { $0.notes == .buffered && $0.sequence == nil })
        let newer = "015a706606cf3cf8 00000000 00000000 07e70a1c062f17 0fa2"
        let moving = try decode(newer + newer, port: 4, as: .draginoTrackerD)
        #expect(moving.samples.count == 2)
        #expect(moving.all(ofSample: 1) == [Expected(.batteryVoltage, 4.002)])
    }

    @Test func `newer firmware has speed and course before the battery`() throws {
        let batch = try decode(
            "015a706606cf3cf8 00000005 0000005a 0fa2 30 00da 01ae", as: .draginoTrackerD)
        #expect(
            batch.all() == [
                Expected(.temperature, 21.8), Expected(.humidity, 43),
                Expected(.batteryVoltage, 4.002),
            ])
    }

    @Test(arguments: [
        (3, "015a706606cf3cf80fa230"), (5, "130150010b0fa20100"), (7, "4fa200"),
        (8, "414243444546c60fa200"), (9, "0fa200"),
        (10, "112233445566c6112233445566c6112233445566c60fa200"),
        (6, "000102030405060708090a0b0c0d0e0f1011121314151617 0fa200"),
    ])
    func `the other ports tell the battery`(port: Int, frame: String) throws {
        let batch = try decode(frame, port: port, as: .draginoTrackerD)
        #expect(batch.all() == [Expected(.batteryVoltage, 4.002)])
    }

    @Test func `frames cut short and other ports are refused`() {
        let whole = hex("015a706606cf3cf80fa230")
        for length in 0..<whole.count {
            #expect(throws: DecodingFailure.self) {
                try decode(frame: Array(whole[..<length]), as: .draginoTrackerD)
            }
        }
        for port in [0, 1, 11] {
            #expect(throws: DecodingFailure.self) {
                try decode(frame: whole, port: port, as: .draginoTrackerD)
            }
        }
    }
}

@Suite struct HostileLoRaWANFrameTests {
    @Test(arguments: [
        PayloadFormat.draginoLHT65, .draginoLSN50, .draginoTrackerD, .elsys, .cayenneLPP,
        .milesight,
    ])
    func `hostile bytes on any port are never a crash`(format: PayloadFormat) {
        for frame in hostileFrames(count: 10_000, upTo: 48, seed: 7) {
            let port = allPorts[frame.count % allPorts.count]
            guard let batch = try? decode(frame: frame, port: port, as: format) else { continue }
            #expect(isConsistent(batch))
        }
    }
}
