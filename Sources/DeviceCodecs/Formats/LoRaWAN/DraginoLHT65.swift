import ColdChain

/// Frames of Dragino's LHT65, LHT65N and their variants: a sensor of air temperature and humidity
/// with a socket for a probe. Source: the user manuals and the decoders that Dragino publishes.
///
/// Port 2, 11 bytes: two bits of battery status and 14 bits of millivolts, air temperature
/// (1/100 °C), humidity (12 bits, 1/10 %), the kind of what is in the socket, its value. The kinds 9,
/// 10 and 12 carry the probe's temperature in the place of the battery and a time at the end. Bit 6
/// of the kind marks a row of the device's log, bit 7 such a row that is sent again or, in an
/// ordinary frame, a probe that is not connected.
///
/// Port 3: rows of the log, or the last temperatures of the probe, which come without times and so
/// are recorded as received. A row is told by the bits of its own kind and its time, never by the
/// third byte, which is the temperature of an ordinary frame: 02 there is 5.12 °C to 7.67 °C.
///
/// Probe 0 is the air, probe 1 what is in the socket. `7FFF` is an absent probe.
enum DraginoLHT65 {
    static func decode(
        _ frame: Span<UInt8>, port: Int, _ draft: SampleDraft, _ message: MessageContext,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        switch port {
        case 2:
            let rows = Rows(frame)
            if rows.areMarked, rows.areTimed || rows.areFirstSent {
                decodeRows(frame, draft, message, into: &batch)
            } else {
                try decodeReading(frame, draft, message, into: &batch)
            }
        case 3:
            let rows = Rows(frame)
            if rows.areMarked, rows.areTimed || !isProbeHistory(frame) {
                decodeRows(frame, draft, message, into: &batch)
            } else {
                try decodeProbeHistory(frame, draft, into: &batch)
            }
        case 5: try DraginoNode.decodeStatus(frame, draft, into: &batch)
        default:
            throw DecodingFailure(.unsupported, detail: "an LHT65 sends on port 2, 3 and 5")
        }
    }

    /// What is in the socket, as far as it measures a temperature.
    private enum Socket {
        case nothing
        case dallas
        /// A sensor that has no value of its own for having failed.
        case digital
        case withHumidity

        init(kind: UInt8) {
            switch kind {
            case 1, 9: self = .dallas
            case 2, 10, 0x20: self = .digital
            case 11, 12, 0x10: self = .withHumidity
            default: self = .nothing
            }
        }
    }

    private static func decodeReading(
        _ frame: Span<UInt8>, _ draft: SampleDraft, _ message: MessageContext,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard frame.count >= DraginoNode.rowLength,
            let head = frame.bigEndian(UInt16.self, at: 0),
            let air = frame.bigEndian(Int16.self, at: 2),
            let humidity = frame.bigEndian(UInt16.self, at: 4),
            let outer = frame.bigEndian(Int16.self, at: 7),
            let outerHumidity = frame.bigEndian(UInt16.self, at: 9),
            let seconds = frame.bigEndian(UInt32.self, at: 7)
        else { throw DecodingFailure(.truncatedFrame, detail: "an LHT65 sends 11 bytes") }
        var draft = draft
        let kind = frame[6] & 0x3F
        let isTimed = kind == 9 || kind == 10 || kind == 12
        let start = batch.measurements.count
        // These kinds tell the probe's own number in the place of the air.
        if kind != 0x0E, kind != 0x0F, kind != 0x10, kind != 0x20 {
            addAir(air, humidity, to: &batch)
        }
        if isTimed {
            draft.preferDeviceTime(Timestamp(milliseconds: Int64(seconds) * 1000), message)
            addProbe(Socket(kind: kind), Int16(bitPattern: head), to: &batch)
        } else {
            batch.addBattery(millivolts: head & 0x3FFF)
            let socket = Socket(kind: kind)
            if frame[6] & 0x80 != 0, socket != .nothing {
                batch.add(.temperature, probe: 1, .probeAbsent)
            } else {
                addProbe(socket, outer, to: &batch)
                if socket == .withHumidity { addHumidity(outerHumidity, probe: 1, to: &batch) }
            }
        }
        batch.close(draft, from: start)
    }

    private static func addAir(_ air: Int16, _ humidity: UInt16, to batch: inout SampleBatch) {
        if air == SampleBatch.noWord {
            batch.add(.temperature, .sensorError)
        } else {
            batch.add(.temperature, Double(air, per: 100))
        }
        addHumidity(humidity, probe: 0, to: &batch)
    }

    private static func addHumidity(
        _ word: UInt16, probe: Int, to batch: inout SampleBatch
    ) {
        let tenths = word & 0xFFF
        if tenths == 0xFFF {
            batch.add(.humidity, probe: probe, .sensorError)
        } else {
            batch.add(.humidity, probe: probe, Double(tenths, per: 10))
        }
    }

    private static func addProbe(
        _ socket: Socket, _ steps: Int16, to batch: inout SampleBatch
    ) {
        switch socket {
        case .nothing: break
        case .dallas: batch.addDallas(probe: 1, steps, per: 100)
        case .digital, .withHumidity:
            if steps == SampleBatch.noWord {
                batch.add(.temperature, probe: 1, .probeAbsent)
            } else {
                batch.add(.temperature, probe: 1, Double(steps, per: 100))
            }
        }
    }
}

// The device's log.
extension DraginoLHT65 {
    /// What speaks for a frame being rows of the log.
    private struct Rows {
        /// Whole rows, each marked as one.
        var areMarked = false
        /// None of them is marked as sent again, which in an ordinary frame means something else.
        var areFirstSent = true
        /// Each tells a time that can be.
        var areTimed = true

        init(_ frame: Span<UInt8>) {
            let length = DraginoNode.rowLength
            guard frame.count >= length, frame.count.isMultiple(of: length) else { return }
            areMarked = true
            for row in 0..<frame.count / length {
                let marks = frame[row * length + 6] >> 6
                if marks != 1 && marks != 2 { areMarked = false }
                if marks != 1 { areFirstSent = false }
                let time = frame.bigEndian(UInt32.self, at: row * length + 7) ?? 0
                if !DraginoNode.isTime(time) { areTimed = false }
            }
        }
    }

    /// Rows of: probe (2), air (2), humidity (2), kind, seconds since 1970 (4).
    private static func decodeRows(
        _ frame: Span<UInt8>, _ draft: SampleDraft, _ message: MessageContext,
        into batch: inout SampleBatch
    ) {
        let length = DraginoNode.rowLength
        for row in 0..<frame.count / length {
            let offset = row * length
            guard let outer = frame.bigEndian(Int16.self, at: offset),
                let air = frame.bigEndian(Int16.self, at: offset + 2),
                let humidity = frame.bigEndian(UInt16.self, at: offset + 4),
                let seconds = frame.bigEndian(UInt32.self, at: offset + 7)
            else { return }
            let start = batch.measurements.count
            addAir(air, humidity, to: &batch)
            addProbe(Socket(kind: frame[offset + 6] & 0x0F), outer, to: &batch)
            batch.close(draft.row(measuredAt: seconds, message), from: start)
        }
    }

    /// Whether the frame can be the last temperatures of a probe: battery (2), the probe's kind 1
    /// to 4, and temperatures that such a probe can have.
    private static func isProbeHistory(_ frame: Span<UInt8>) -> Bool {
        guard frame.count >= 5, !frame.count.isMultiple(of: 2), (1...4).contains(frame[2])
        else { return false }
        for index in 0..<(frame.count - 3) / 2 {
            guard let steps = frame.bigEndian(Int16.self, at: 3 + 2 * index) else { return false }
            let isPossible = steps == SampleBatch.noWord || (-6000...13_000).contains(steps)
            guard isPossible else { return false }
        }
        return true
    }

    private static func decodeProbeHistory(
        _ frame: Span<UInt8>, _ draft: SampleDraft, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard isProbeHistory(frame), let head = frame.bigEndian(UInt16.self, at: 0) else {
            throw DecodingFailure(
                .unknownFrame, detail: "neither rows of an LHT65's log nor a probe's history")
        }
        var draft = draft
        let start = batch.measurements.count
        batch.addBattery(millivolts: head & 0x3FFF)
        batch.close(draft, from: start)
        // When each was measured is not said, and not even in which order.
        draft.sequence = nil
        draft.measuredAt = nil
        draft.timeSource = .receipt
        draft.notes.insert(.buffered)
        let socket = frame[2] == 1 ? Socket.dallas : .digital
        for index in 0..<(frame.count - 3) / 2 {
            guard let steps = frame.bigEndian(Int16.self, at: 3 + 2 * index) else { return }
            let start = batch.measurements.count
            addProbe(socket, steps, to: &batch)
            batch.close(draft, from: start)
        }
    }
}
