import ColdChain

/// Frames of Milesight's sensors and trackers (AM, EM, TS, AT, UC, CT, GS, WS series). Source: the
/// definitions of payloads that Milesight publishes beside its decoders.
///
/// Channel, type and a value of a length that both tell, little-endian, again and again. An unknown
/// pair ends the frame, since nobody knows its length; what came before is kept. The channel's upper
/// bits tell variants of the same value: `8x` and `9x` an alarm, `Bx` a failed sensor. `FF`, `FE`,
/// `F8` and `F9` are the device's description and its answers to commands. Channel `20` or `21` with
/// type `CE` is a row of the device's log (`MilesightHistory`).
///
/// Probe 0 is the temperature on channel 2, 3 or 9, whichever the device has, probe 1 that on channel
/// 4 or 10, probe 2 on 5 or 11 and so on. Thermostats (WT series) send their target on channel 4.
///
/// `FFFF`, which would be −0.1 °C, is what these devices send for a sensor that cannot be read: it is
/// taken for that, since a gap is found and a false −0.1 °C is not.
enum Milesight {
    static func decode(
        _ frame: Span<UInt8>, port: Int, _ draft: SampleDraft, _ message: MessageContext,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard frame.count > 0 else {
            throw DecodingFailure(.emptyPayload, detail: "a frame without a value")
        }
        var sample = OpenSample(draft: draft, start: batch.measurements.count)
        var offset = 0
        while offset < frame.count {
            guard offset + 2 <= frame.count else {
                batch.reject(row: 0, .truncatedFrame)
                break
            }
            let pair = Pair(channel: frame[offset], type: frame[offset + 1])
            if pair.isHistory {
                sample.close(&batch)
                offset = MilesightHistory.decode(frame, from: offset, draft, message, &batch)
                sample = OpenSample(draft: draft, start: batch.measurements.count)
                continue
            }
            if pair.isAnswer { break }
            guard let length = pair.length else {
                if offset == 0 {
                    throw DecodingFailure(.unknownFrame, detail: "no known frame of Milesight's")
                }
                batch.reject(row: 0, .unsupported, field: "type")
                break
            }
            guard offset + 2 + length <= frame.count else {
                batch.reject(row: 0, .truncatedFrame)
                break
            }
            sample.take(pair, frame, at: offset + 2, &batch)
            offset += 2 + length
        }
        sample.close(&batch)
        if batch.samples.isEmpty, batch.rejections.isEmpty { batch.isStatus = true }
    }

    /// What a value is and how long, by its first two bytes.
    fileprivate struct Pair {
        var channel: UInt8
        var type: UInt8

        var isHistory: Bool { type == 0xCE && (channel == 0x20 || channel == 0x21) }

        /// An answer to a command, or a description with an entry that is not listed below: of many
        /// lengths, and never before a measurement.
        var isAnswer: Bool {
            channel == 0xFE || channel == 0xF8 || channel == 0xF9
                || (channel == 0xFF && length == nil)
        }

        var isAlarm: Bool { (0x80..<0xA0).contains(channel) }

        /// The channel whose alarm or failure this is.
        var base: UInt8 { channel < 0x80 ? channel : channel & 0x0F }

        var length: Int? {
            switch channel {
            case 0xFF: descriptionLength
            case 0x80..<0x90: thresholdLength
            case 0x90..<0xA0: mutationLength
            case 0xB0..<0xC0: 1
            case 0x20, 0x21: nil
            default: valueLength
            }
        }

        private var descriptionLength: Int? {
            switch type {
            case 0x01, 0x0B, 0x0F, 0x14, 0x15, 0xFE: 1
            case 0x09, 0x0A, 0xFF: 2
            case 0x16: 8
            case 0xA0: 9
            default: nil
            }
        }

        /// A value and what is the matter with it, in a byte.
        private var thresholdLength: Int? {
            switch type {
            // A temperature, how much it changed, and the alarm.
            case 0xD7: 5
            case 0x98, 0x99: 7
            case 0x0E: nil
            default: valueLength.map { $0 + 1 }
            }
        }

        /// A value, how much it changed, and the alarm.
        private var mutationLength: Int? {
            switch type {
            case 0x67, 0xD7: 5
            case 0x68: 3
            case 0xC8: 9
            case 0xE2: 13
            default: nil
            }
        }

        private var valueLength: Int? {
            switch type {
            case 0x00, 0x01, 0x68, 0x75, 0x92, 0xCB, 0xE5, 0xED, 0xEE: 1
            case 0x67, 0x6A, 0x73, 0x77, 0x7B, 0x7D, 0x7F, 0x82, 0x90, 0x98, 0x99, 0xCA, 0xE6: 2
            case 0x94, 0x97, 0xC8: 4
            case 0xCF: 7
            case 0xE1, 0xE2: 8
            case 0x88, 0xD9: 9
            case 0xDB: 37
            // An analogue input: with its extremes and average on the UC50x, alone on the UC300.
            case 0x02: channel == 5 || channel == 6 ? 8 : 4
            // Light in three spectra on the AM series, in one on the EM500-LGT.
            case 0x65: channel == 3 ? 4 : 6
            default: nil
            }
        }
    }

    /// The sample that a frame's values up to here make.
    fileprivate struct OpenSample {
        var draft: SampleDraft
        var start: Int
    }

    /// The probe on a channel.
    static func probe(onChannel channel: UInt8) -> Int {
        switch channel {
        case 3...8: Int(channel) - 3
        case 9...: Int(channel) - 9
        default: 0
        }
    }
}

extension Milesight.OpenSample {
    mutating func close(_ batch: inout SampleBatch) {
        batch.close(draft, from: start)
    }

    mutating func take(
        _ pair: Milesight.Pair, _ frame: Span<UInt8>, at offset: Int, _ batch: inout SampleBatch
    ) {
        if pair.channel >= 0xB0, pair.channel < 0xC0 {
            return takeFailure(pair, frame[offset], &batch)
        }
        switch pair.type {
        case 0x75 where pair.channel == 1: batch.addMilesight(battery: frame[offset])
        case 0x67, 0xD7:
            guard let steps = frame.littleEndian(Int16.self, at: offset) else { return }
            batch.addMilesight(
                temperature: steps, probe: Milesight.probe(onChannel: pair.base), since: start)
        case 0x68: batch.addMilesight(humidity: frame[offset], since: start)
        case 0x73:
            guard let steps = frame.littleEndian(UInt16.self, at: offset) else { return }
            batch.addMilesight(pressure: steps)
        case 0x7D:
            guard let steps = frame.littleEndian(UInt16.self, at: offset) else { return }
            takeConcentration(steps, onChannel: pair.base, &batch)
        case 0x88: takePosition(frame, at: offset, &batch)
        case 0x00 where pair.channel == 6 && hasHumidity(batch):
            // The contact of an EM300-MCS. Others, which send no humidity, have other switches here.
            batch.addOnce(.opening, frame[offset] == 0 ? 0 : 1, since: start)
        default: break
        }
    }

    private func takeFailure(
        _ pair: Milesight.Pair, _ status: UInt8, _ batch: inout SampleBatch
    ) {
        let marker: Marker = status == 1 ? .overRange : .sensorError
        switch pair.type {
        case 0x67:
            batch.add(.temperature, probe: Milesight.probe(onChannel: pair.base), marker)
        case 0x68: batch.add(.humidity, marker)
        default: break
        }
    }

    private func takeConcentration(
        _ steps: UInt16, onChannel channel: UInt8, _ batch: inout SampleBatch
    ) {
        let quantity: Quantity
        switch channel {
        case 5, 7: quantity = .carbonDioxide
        case 0x0B: quantity = .particulates
        default: return
        }
        if steps == .max {
            batch.add(quantity, .sensorError)
        } else {
            batch.add(quantity, Double(steps))
        }
    }

    /// Latitude and longitude in millionths of a degree, and whether the device moves.
    private mutating func takePosition(
        _ frame: Span<UInt8>, at offset: Int, _ batch: inout SampleBatch
    ) {
        guard let latitude = frame.littleEndian(Int32.self, at: offset),
            let longitude = frame.littleEndian(Int32.self, at: offset + 4)
        else { return }
        draft.position = Milesight.position(latitude, longitude)
        if draft.position == nil { draft.notes.insert(.noFix) }
        switch frame[offset + 8] & 0x0F {
        case 1, 2: batch.addOnce(.motion, 1, since: start)
        case 3: batch.addOnce(.motion, 0, since: start)
        default: break
        }
    }

    private func hasHumidity(_ batch: SampleBatch) -> Bool {
        for index in start..<batch.measurements.count
        where batch.measurements[index].quantity == .humidity { return true }
        return false
    }
}

extension Milesight {
    /// `FFFFFFFF` in either place is no fix.
    static func position(_ latitude: Int32, _ longitude: Int32) -> Position? {
        guard latitude != -1, longitude != -1 else { return nil }
        return Position(
            checking: Double(latitude, per: 1_000_000), Double(longitude, per: 1_000_000))
    }
}

extension SampleBatch {
    mutating func addMilesight(battery: UInt8) {
        if battery > 100 {
            add(.battery, .notAvailable)
        } else {
            add(.battery, Double(battery))
        }
    }

    mutating func addMilesight(temperature steps: Int16, probe: Int, since start: Int) {
        switch steps {
        case -1: add(.temperature, probe: probe, .sensorError)
        case .max, .min: add(.temperature, probe: probe, .notAvailable)
        default: addOnce(.temperature, probe: probe, Double(steps, per: 10), since: start)
        }
    }

    /// In half per cent.
    mutating func addMilesight(humidity: UInt8, since start: Int) {
        if humidity == .max {
            add(.humidity, .sensorError)
        } else {
            addOnce(.humidity, Double(humidity, per: 2), since: start)
        }
    }

    /// In tenths of a hectopascal.
    mutating func addMilesight(pressure steps: UInt16) {
        if steps == .max {
            add(.pressure, .sensorError)
        } else {
            add(.pressure, Double(steps) * 10)
        }
    }
}
