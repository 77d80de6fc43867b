import ColdChain

/// Frames of Elsys' sensors (ERS, ELT, EMS and others). Source: Elsys' description of the payload
/// and its generic decoder.
///
/// Types of one byte, each with a value of a known length, big-endian. An unknown type ends the
/// frame, since nobody knows its length; what came before is kept. `3E` on its own port are settings.
///
/// Probe 0 is the sensor's own (type 01), probe 1 the first external one (0C), the probes from 2 on
/// are the further external ones (19) in their order, 16 and 17 are what an infrared sensor measures
/// of itself and of what it looks at. Humidity 0 is the sensor's own (02), 1 an external one (24).
enum Elsys {
    static func decode(
        _ frame: Span<UInt8>, port: Int, _ draft: SampleDraft, _ message: MessageContext,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard let first = frame.count > 0 ? frame[0] : nil else {
            throw DecodingFailure(.emptyPayload, detail: "a frame without a value")
        }
        guard first != settings else {
            batch.isStatus = true
            return
        }
        var draft = draft
        let start = batch.measurements.count
        var furtherProbe = 2
        var offset = 0
        while offset < frame.count {
            let type = frame[offset]
            guard let length = length(of: type, in: frame, at: offset + 1) else {
                if offset == 0 {
                    throw DecodingFailure(.unknownFrame, detail: "no frame of an Elsys sensor")
                }
                batch.reject(row: 0, .unsupported, field: "type")
                break
            }
            guard offset + 1 + length <= frame.count else {
                batch.reject(row: 0, .truncatedFrame)
                break
            }
            take(type, frame, at: offset + 1, since: start, &furtherProbe, &draft, &batch)
            offset += 1 + length
        }
        // Settings that were asked for, a counter, a level: sound, and nothing for the log.
        if !batch.close(draft, from: start), batch.rejections.isEmpty { batch.isStatus = true }
    }

    private static let settings: UInt8 = 0x3E

    /// How long the value of a type is, nil for an unknown type.
    private static func length(of type: UInt8, in frame: Span<UInt8>, at offset: Int) -> Int? {
        switch type {
        case 0x02, 0x05, 0x0D, 0x0F, 0x11, 0x12, 0x1A, 0x1D, 0x1E, 0x1F, 0x21, 0x23, 0x24: 1
        case 0x01, 0x04, 0x06, 0x07, 0x08, 0x0A, 0x0C, 0x0E, 0x15, 0x16, 0x18, 0x19, 0x1C, 0x20,
            0x22:
            2
        case 0x03: 3
        case 0x0B, 0x10, 0x14, 0x17, 0x1B, 0x3C, 0x3D: 4
        case 0x09: 6
        case 0x13: 65
        // Bytes, with their count before them.
        case 0x3B: offset < frame.count ? 1 + Int(frame[offset]) : 1
        default: nil
        }
    }

    private static func take(
        _ type: UInt8, _ frame: Span<UInt8>, at offset: Int, since start: Int,
        _ furtherProbe: inout Int, _ draft: inout SampleDraft, _ batch: inout SampleBatch
    ) {
        switch type {
        case 0x01: addTemperature(frame, at: offset, probe: 0, &batch)
        case 0x02: addHumidity(frame[offset], probe: 0, &batch)
        case 0x05, 0x0F:
            batch.addOnce(.motion, frame[offset] == 0 ? 0 : 1, since: start)
        case 0x06:
            guard let parts = frame.bigEndian(UInt16.self, at: offset) else { return }
            batch.add(.carbonDioxide, Double(parts))
        case 0x07:
            guard let millivolts = frame.bigEndian(UInt16.self, at: offset) else { return }
            batch.addBattery(millivolts: millivolts)
        case 0x09: setPosition(frame, at: offset, &draft)
        case 0x0C: addProbe(frame, at: offset, probe: 1, &batch)
        case 0x10:
            addTemperature(frame, at: offset, probe: 16, &batch)
            addTemperature(frame, at: offset + 2, probe: 17, &batch)
        case 0x14:
            // Thousandths of a hectopascal.
            guard let steps = frame.bigEndian(UInt32.self, at: offset) else { return }
            batch.add(.pressure, Double(steps, per: 10))
        case 0x19:
            guard furtherProbe < 16 else { return }
            addProbe(frame, at: offset, probe: furtherProbe, &batch)
            furtherProbe += 1
        case 0x24: addHumidity(frame[offset], probe: 1, &batch)
        default: break
        }
    }

    private static func addTemperature(
        _ frame: Span<UInt8>, at offset: Int, probe: Int, _ batch: inout SampleBatch
    ) {
        guard let steps = frame.bigEndian(Int16.self, at: offset) else { return }
        if steps == .max || steps == .min {
            batch.add(.temperature, probe: probe, .sensorError)
        } else {
            batch.add(.temperature, probe: probe, Double(steps, per: 10))
        }
    }

    /// A probe on a cable, a DS18B20 in most sensors.
    private static func addProbe(
        _ frame: Span<UInt8>, at offset: Int, probe: Int, _ batch: inout SampleBatch
    ) {
        guard let steps = frame.bigEndian(Int16.self, at: offset) else { return }
        switch steps {
        case .max, .min: batch.add(.temperature, probe: probe, .probeAbsent)
        case 850: batch.add(.temperature, probe: probe, .powerOnValue)
        default: batch.add(.temperature, probe: probe, Double(steps, per: 10))
        }
    }

    private static func addHumidity(_ percent: UInt8, probe: Int, _ batch: inout SampleBatch) {
        if percent == .max {
            batch.add(.humidity, probe: probe, .sensorError)
        } else {
            batch.add(.humidity, probe: probe, Double(percent))
        }
    }

    /// Latitude and longitude of three bytes, least significant first, in 1/10,000 of a degree.
    private static func setPosition(
        _ frame: Span<UInt8>, at offset: Int, _ draft: inout SampleDraft
    ) {
        guard let latitude = frame.littleEndian24(at: offset),
            let longitude = frame.littleEndian24(at: offset + 3)
        else { return }
        draft.position = Position(
            checking: Double(Int32(signed24: latitude), per: 10_000),
            Double(Int32(signed24: longitude), per: 10_000))
        if draft.position == nil { draft.notes.insert(.noFix) }
    }
}
