import ColdChain

/// Frames of Dragino's LSN50 v2 and of the D20, D22 and D23, which are the same node with one to
/// three DS18B20 on cables. Source: the user manuals and the decoders that Dragino publishes.
///
/// Port 2, 11 or 12 bytes: millivolts (2), first DS18B20 (2, 1/10 °C), voltage at a pin (2), flags,
/// four bytes by mode. Bits 2 to 6 of the flags are the mode; bit 7 is the level of the pin for a
/// door contact, which reads "open" where no contact is fitted and is passed over. Modes: 0 and 2 an SHT sensor of temperature and humidity or one of
/// light, 1 distance, 3 two further DS18B20, 4 weight, 5 count, 6 three interrupts, 31 the limits of
/// the node's own alarm. In mode 2 the head holds voltages and the last byte the battery in 1/10 V.
///
/// Port 3: rows of the log: three DS18B20, flags, seconds since 1970. Port 5: status.
///
/// In the modes 0 and 2 probe 0 is the SHT sensor and probe 1 the DS18B20; in all others the probes
/// 0, 1 and 2 are the DS18B20 in the order of the manual (red, white and black cable).
enum DraginoLSN50 {
    static func decode(
        _ frame: Span<UInt8>, port: Int, _ draft: SampleDraft, _ message: MessageContext,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        switch port {
        case 2: try decodeReading(frame, draft, into: &batch)
        case 3: try decodeRows(frame, draft, message, into: &batch)
        case 5: try DraginoNode.decodeStatus(frame, draft, into: &batch)
        default:
            throw DecodingFailure(.unsupported, detail: "an LSN50 sends on port 2, 3 and 5")
        }
    }

    private static func decodeReading(
        _ frame: Span<UInt8>, _ draft: SampleDraft, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard frame.count >= DraginoNode.rowLength,
            let millivolts = frame.bigEndian(UInt16.self, at: 0),
            let first = frame.bigEndian(Int16.self, at: 2),
            let second = frame.bigEndian(Int16.self, at: 7),
            let third = frame.bigEndian(Int16.self, at: 9)
        else { throw DecodingFailure(.truncatedFrame, detail: "an LSN50 sends 11 bytes") }
        let start = batch.measurements.count
        let mode = frame[6] >> 2 & 0x1F
        switch mode {
        case 0:
            addClimate(second, UInt16(bitPattern: third), to: &batch)
            batch.addDallas(probe: 1, first, per: 10)
        case 2:
            guard frame.count > DraginoNode.rowLength else {
                throw DecodingFailure(.truncatedFrame, detail: "an LSN50 in mode 2 sends 12 bytes")
            }
            addClimate(second, UInt16(bitPattern: third), to: &batch)
        case 3:
            batch.addDallas(probe: 0, first, per: 10)
            batch.addDallas(probe: 1, second, per: 10)
            batch.addDallas(probe: 2, third, per: 10)
        case 1, 4, 5, 6: batch.addDallas(probe: 0, first, per: 10)
        case 31: break
        default:
            throw DecodingFailure(.unsupported, detail: "an LSN50 in mode \(mode)")
        }
        batch.addBattery(
            millivolts: mode == 2 ? UInt16(frame[DraginoNode.rowLength]) * 100 : millivolts)
        batch.close(draft, from: start)
    }

    /// An SHT sensor; without humidity there is a sensor of light in its place.
    private static func addClimate(
        _ steps: Int16, _ humidity: UInt16, to batch: inout SampleBatch
    ) {
        guard humidity != 0 else { return }
        if steps == SampleBatch.noWord || steps == -1 {
            batch.add(.temperature, .sensorError)
        } else {
            batch.add(.temperature, Double(steps, per: 10))
        }
        if humidity == .max {
            batch.add(.humidity, .sensorError)
        } else {
            batch.add(.humidity, Double(humidity, per: 10))
        }
    }

    private static func decodeRows(
        _ frame: Span<UInt8>, _ draft: SampleDraft, _ message: MessageContext,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        let length = DraginoNode.rowLength
        guard frame.count >= length, frame.count.isMultiple(of: length) else {
            throw DecodingFailure(.truncatedFrame, detail: "rows of an LSN50's log have 11 bytes")
        }
        for row in 0..<frame.count / length {
            let offset = row * length
            guard let seconds = frame.bigEndian(UInt32.self, at: offset + 7) else { return }
            let start = batch.measurements.count
            for probe in 0..<3 {
                guard let steps = frame.bigEndian(Int16.self, at: offset + 2 * probe) else {
                    return
                }
                batch.addDallas(probe: probe, steps, per: 10)
            }
            batch.close(draft.row(measuredAt: seconds, message), from: start)
        }
    }
}
