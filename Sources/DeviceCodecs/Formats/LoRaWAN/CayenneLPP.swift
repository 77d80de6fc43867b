import ColdChain

/// Cayenne's Low Power Payload. Source: the description of the format and the types that its library
/// for microcontrollers added.
///
/// Channel, type and a value of the type's length, big-endian, again and again. An unknown type ends
/// the frame, since nobody knows its length; what came before is kept. The format has no marker for
/// what is not available, and no time but type 133.
///
/// The temperatures of a frame are its probes in the order of their channels, whatever the channels'
/// numbers are, and so are its humidities: a device is expected to send the same channels each time.
enum CayenneLPP {
    static func decode(
        _ frame: Span<UInt8>, port: Int, _ draft: SampleDraft, _ message: MessageContext,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard frame.count > 0 else {
            throw DecodingFailure(.emptyPayload, detail: "a frame without a value")
        }
        var draft = draft
        let start = batch.measurements.count
        let channels = Channels(frame)
        var offset = 0
        while offset < frame.count {
            guard offset + 2 <= frame.count, let length = length(of: frame[offset + 1]) else {
                if offset == 0 {
                    throw DecodingFailure(.unknownFrame, detail: "no frame of Cayenne's format")
                }
                batch.reject(row: 0, .unsupported, field: "type")
                break
            }
            guard offset + 2 + length <= frame.count else {
                batch.reject(row: 0, .truncatedFrame)
                break
            }
            take(frame, at: offset, channels, since: start, &draft, message, &batch)
            offset += 2 + length
        }
        if !batch.close(draft, from: start), batch.rejections.isEmpty { batch.isStatus = true }
    }

    private enum Kind {
        static let temperature: UInt8 = 103
        static let humidity: UInt8 = 104
        static let barometer: UInt8 = 115
        static let concentration: UInt8 = 125
        static let unixTime: UInt8 = 133
        static let position: UInt8 = 136
    }

    /// How long the value of a type is. 240, a line of positions, is of varying length and of no use
    /// here: it ends the frame.
    private static func length(of type: UInt8) -> Int? {
        switch type {
        case 0, 1, 102, 104, 120, 142: 1
        case 2, 3, 101, 103, 115, 116, 117, 121, 125, 128, 132: 2
        case 135: 3
        case 100, 118, 130, 131, 133: 4
        case 113, 134: 6
        case 136: 9
        default: nil
        }
    }

    /// Which channels of a frame hold a temperature, and which a humidity.
    private struct Channels {
        var temperatures = ChannelSet()
        var humidities = ChannelSet()

        init(_ frame: Span<UInt8>) {
            var offset = 0
            while offset + 2 <= frame.count, let length = length(of: frame[offset + 1]),
                offset + 2 + length <= frame.count
            {
                switch frame[offset + 1] {
                case Kind.temperature: temperatures.insert(frame[offset])
                case Kind.humidity: humidities.insert(frame[offset])
                default: break
                }
                offset += 2 + length
            }
        }
    }

    private static func take(
        _ frame: Span<UInt8>, at offset: Int, _ channels: Channels, since start: Int,
        _ draft: inout SampleDraft, _ message: MessageContext, _ batch: inout SampleBatch
    ) {
        let channel = frame[offset]
        let value = offset + 2
        switch frame[offset + 1] {
        case Kind.temperature:
            guard let steps = frame.bigEndian(Int16.self, at: value) else { return }
            let probe = channels.temperatures.rank(of: channel)
            if steps == .max || steps == .min {
                batch.add(.temperature, probe: probe, .notAvailable)
            } else {
                batch.addOnce(.temperature, probe: probe, Double(steps, per: 10), since: start)
            }
        case Kind.humidity:
            let probe = channels.humidities.rank(of: channel)
            batch.addOnce(.humidity, probe: probe, Double(frame[value], per: 2), since: start)
        case Kind.barometer:
            // Tenths of a hectopascal.
            guard let steps = frame.bigEndian(UInt16.self, at: value) else { return }
            batch.addOnce(.pressure, Double(steps) * 10, since: start)
        case Kind.concentration:
            guard let parts = frame.bigEndian(UInt16.self, at: value) else { return }
            batch.addOnce(.carbonDioxide, Double(parts), since: start)
        case Kind.unixTime:
            guard let seconds = frame.bigEndian(UInt32.self, at: value) else { return }
            draft.preferDeviceTime(Timestamp(milliseconds: Int64(seconds) * 1000), message)
        case Kind.position: setPosition(frame, at: value, &draft)
        default: break
        }
    }

    /// Latitude and longitude in 1/10,000 of a degree, altitude in 1/100 m, three bytes each.
    private static func setPosition(
        _ frame: Span<UInt8>, at offset: Int, _ draft: inout SampleDraft
    ) {
        guard draft.position == nil, let latitude = frame.bigEndian24(at: offset),
            let longitude = frame.bigEndian24(at: offset + 3),
            let altitude = frame.bigEndian24(at: offset + 6)
        else { return }
        draft.position = Position(
            checking: Double(Int32(signed24: latitude), per: 10_000),
            Double(Int32(signed24: longitude), per: 10_000),
            altitude: Double(Int32(signed24: altitude), per: 100))
        if draft.position == nil { draft.notes.insert(.noFix) }
    }
}

/// Some of the 256 channels a frame can have.
private struct ChannelSet {
    private var words: [4 of UInt64] = [0, 0, 0, 0]

    mutating func insert(_ channel: UInt8) {
        words[Int(channel >> 6)] |= 1 << UInt64(channel & 63)
    }

    /// How many of the channels have a lower number.
    func rank(of channel: UInt8) -> Int {
        let word = Int(channel >> 6)
        var count = (words[word] & ((1 << UInt64(channel & 63)) - 1)).nonzeroBitCount
        for lower in 0..<word { count += words[lower].nonzeroBitCount }
        return count
    }
}
