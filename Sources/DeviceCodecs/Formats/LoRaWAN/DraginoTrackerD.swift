import ColdChain

/// Frames of Dragino's TrackerD, a tracker with a sensor of air temperature and humidity. Source:
/// the user manual and the decoders that Dragino publishes; the steps of 1/10 °C are those of real
/// frames (some of the manual's editions say 1/100).
///
/// Port 2: latitude and longitude (4 each, millionths of a degree), battery (2, 14 bits of
/// millivolts, bit 14 the alarm), flags, humidity (2, 1/10 %), temperature (2, 1/10 °C). Bit 3 of the
/// flags says that the position is an old one, and its time stands in the place of the climate.
/// Port 3: the same without the climate. Port 4: rows of positions that were kept, each with its
/// date and time. Firmware from 1.5.4 on puts speed and course (4 each) behind the coordinates; its
/// frames are told by their length. Ports 5 to 10 are status, beacons and networks nearby, of which
/// the battery is taken.
///
/// The time in frames is that of the satellites, UTC. 0, 0 and `0FFFFFFF` mean that there is no fix.
enum DraginoTrackerD {
    static func decode(
        _ frame: Span<UInt8>, port: Int, _ draft: SampleDraft, _ message: MessageContext,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        switch port {
        case 2, 3: try decodeFix(frame, draft, message, into: &batch)
        case 4: try decodeRows(frame, draft, message, into: &batch)
        case 5: try DraginoNode.decodeStatus(frame, draft, into: &batch)
        case 6: try decodeBeacon(frame, draft, into: &batch)
        case 7, 9: try decodeBattery(frame, at: 0, draft, into: &batch)
        case 8: try decodeBattery(frame, at: 7, draft, into: &batch)
        case 10:
            // Three or five addresses of six bytes with a strength, by firmware.
            try decodeBattery(frame, at: frame.count >= 38 ? 35 : 21, draft, into: &batch)
        default:
            throw DecodingFailure(.unsupported, detail: "a TrackerD sends on the ports 2 to 10")
        }
    }

    /// Where things stand in a frame with a position, counted from its start.
    private struct Layout {
        var battery: Int
        var temperature: Int
        var humidity: Int

        static let classic = Layout(battery: 8, temperature: 13, humidity: 11)
        /// With speed and course behind the coordinates.
        static let withMotion = Layout(battery: 16, temperature: 19, humidity: 21)

        init(battery: Int, temperature: Int, humidity: Int) {
            self.battery = battery
            self.temperature = temperature
            self.humidity = humidity
        }

        init(length: Int) {
            self = length == 19 || length >= 23 ? .withMotion : .classic
        }

        var flags: Int { battery + 2 }
        var climate: Int { battery + 3 }
    }

    private static func decodeFix(
        _ frame: Span<UInt8>, _ draft: SampleDraft, _ message: MessageContext,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        let layout = Layout(length: frame.count)
        guard frame.count > layout.flags,
            let battery = frame.bigEndian(UInt16.self, at: layout.battery)
        else { throw DecodingFailure(.truncatedFrame, detail: "a fix of a TrackerD has 11 bytes") }
        var draft = draft
        let start = batch.measurements.count
        setPosition(frame, at: 0, &draft)
        if frame[layout.flags] & 0x08 != 0 {
            draft.notes.formUnion([.noFix, .buffered])
            if let time = time(frame, at: layout.climate) {
                draft.setTime(time, by: .device, message)
            } else {
                // When the old position was taken is not known, least of all now.
                draft.position = nil
            }
        } else {
            addClimate(frame, at: layout.temperature, layout.humidity, to: &batch)
        }
        batch.addBattery(millivolts: battery & 0x3FFF)
        batch.close(draft, from: start)
    }

    private static func setPosition(
        _ frame: Span<UInt8>, at offset: Int, _ draft: inout SampleDraft
    ) {
        guard let latitude = frame.bigEndian(Int32.self, at: offset),
            let longitude = frame.bigEndian(Int32.self, at: offset + 4)
        else { return }
        draft.position = Position(
            checking: Double(latitude, per: 1_000_000), Double(longitude, per: 1_000_000))
        if draft.position == nil { draft.notes.insert(.noFix) }
    }

    /// What is not in the frame is absent.
    private static func addClimate(
        _ frame: Span<UInt8>, at temperature: Int, _ humidity: Int, to batch: inout SampleBatch
    ) {
        if let steps = frame.bigEndian(Int16.self, at: temperature) {
            // Far beyond what the sensor can measure: steps of another size, or an error.
            switch steps {
            case SampleBatch.noWord: batch.add(.temperature, .sensorError)
            case 1300...: batch.add(.temperature, .overRange)
            case ..<(-1000): batch.add(.temperature, .underRange)
            default: batch.add(.temperature, Double(steps, per: 10))
            }
        }
        if let steps = frame.bigEndian(UInt16.self, at: humidity) {
            if steps == .max {
                batch.add(.humidity, .sensorError)
            } else {
                batch.add(.humidity, Double(steps, per: 10))
            }
        }
    }

    /// Year (2), month, day, hour, minute, second.
    private static func time(_ frame: Span<UInt8>, at offset: Int) -> Timestamp? {
        guard let year = frame.bigEndian(UInt16.self, at: offset), offset + 7 <= frame.count
        else { return nil }
        return Timestamp(
            year: Int(year), month: Int(frame[offset + 2]), day: Int(frame[offset + 3]),
            hour: Int(frame[offset + 4]), minute: Int(frame[offset + 5]),
            second: Int(frame[offset + 6]))
    }

    /// A battery of 14 bits that nothing else stands beside.
    private static func decodeBattery(
        _ frame: Span<UInt8>, at offset: Int, _ draft: SampleDraft, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard let battery = frame.bigEndian(UInt16.self, at: offset) else {
            throw DecodingFailure(.truncatedFrame, detail: "a TrackerD's frame without its battery")
        }
        let start = batch.measurements.count
        batch.addBattery(millivolts: battery & 0x3FFF)
        batch.close(draft, from: start)
    }

    /// The nearest beacon (24), battery (2), flags, and the climate where the frame goes on.
    private static func decodeBeacon(
        _ frame: Span<UInt8>, _ draft: SampleDraft, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard let battery = frame.bigEndian(UInt16.self, at: 24) else {
            throw DecodingFailure(.truncatedFrame, detail: "a TrackerD's beacon has 27 bytes")
        }
        let start = batch.measurements.count
        addClimate(frame, at: 29, 27, to: &batch)
        batch.addBattery(millivolts: battery & 0x3FFF)
        batch.close(draft, from: start)
    }
}

// Positions that were kept.
extension DraginoTrackerD {
    private static let classicRow = 15
    /// With speed and course before the date, and the battery behind it.
    private static let rowWithMotion = 25

    private static func decodeRows(
        _ frame: Span<UInt8>, _ draft: SampleDraft, _ message: MessageContext,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        let length =
            areRows(frame, length: rowWithMotion, date: 16) ? rowWithMotion : classicRow
        guard frame.count >= length, frame.count.isMultiple(of: length) else {
            throw DecodingFailure(.truncatedFrame, detail: "rows of a TrackerD have 15 bytes")
        }
        for row in 0..<frame.count / length {
            let offset = row * length
            var kept = draft
            kept.sequence = nil
            kept.notes.insert(.buffered)
            setPosition(frame, at: offset, &kept)
            let date = offset + (length == classicRow ? 8 : 16)
            guard let time = time(frame, at: date) else {
                batch.reject(row: row, .invalidTime)
                continue
            }
            kept.setTime(time, by: .device, message)
            let start = batch.measurements.count
            if length == rowWithMotion,
                let battery = frame.bigEndian(UInt16.self, at: offset + 23)
            {
                batch.addBattery(millivolts: battery & 0x3FFF)
            }
            batch.close(kept, from: start)
        }
        batch.isStatus = batch.samples.isEmpty && batch.rejections.isEmpty
    }

    /// Whether the frame divides into rows of this length, each with a date.
    private static func areRows(_ frame: Span<UInt8>, length: Int, date: Int) -> Bool {
        guard frame.count >= length, frame.count.isMultiple(of: length) else { return false }
        for row in 0..<frame.count / length
        where time(frame, at: row * length + date) == nil { return false }
        return true
    }
}
