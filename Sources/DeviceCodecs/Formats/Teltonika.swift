package import ColdChain

/// The binary frames of Teltonika's vehicle trackers: codecs 8, 8 Extended and 16.
///
/// On TCP a frame is four zero bytes, the length of the data, the data and its CRC-16; over MQTT it
/// comes so or as the data alone. The data: the codec's number, how many records, the records, and
/// again how many. A record: milliseconds since 1970, priority, longitude and latitude in 1e-7°,
/// altitude in m, course in °, satellites, km/h, and groups of I/O elements, each group of values
/// of one width. Codecs 12 to 14 carry commands and their answers, which are no readings; so is the
/// greeting, the IMEI behind its length.
///
/// Without a fix the position is 0, 0, or the last one again with no satellites. A clock that was
/// not set shows 2004-01-01. Records are kept in the order in which they are sent: the oldest first,
/// but one of high priority may come before. Nothing in a record numbers it.
///
/// Source: the vendor's description of its data sending protocols.
package enum Teltonika {
    private static let command: ClosedRange<UInt8> = 12...15

    /// What differs in the I/O part of the three codecs.
    private struct Layout {
        var idWidth: Int
        var countWidth: Int
        /// The cause of the record's making stands behind the event.
        var hasGenerationType: Bool
        /// Values of any length come behind those of 1, 2, 4 and 8 bytes.
        var hasLongValues: Bool

        init?(codec: UInt8) {
            switch codec {
            case 0x08: self.init(idWidth: 1, countWidth: 1)
            case 0x8E: self.init(idWidth: 2, countWidth: 2, hasLongValues: true)
            case 0x10: self.init(idWidth: 2, countWidth: 1, hasGenerationType: true)
            default: return nil
            }
        }

        private init(
            idWidth: Int, countWidth: Int, hasGenerationType: Bool = false,
            hasLongValues: Bool = false
        ) {
            self.idWidth = idWidth
            self.countWidth = countWidth
            self.hasGenerationType = hasGenerationType
            self.hasLongValues = hasLongValues
        }
    }

    package static func decode(
        _ frame: Span<UInt8>, port: Int, _ draft: SampleDraft, _ message: MessageContext,
        model: TeltonikaModel = TeltonikaModel(), into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        if isGreeting(frame) {
            batch.isStatus = true
            return
        }
        let data = frame.extracting(try dataField(frame))
        guard let codec = data.first, let count = data.second, data.count >= 3 else {
            throw .truncated
        }
        guard count == data[data.count - 1] else {
            throw DecodingFailure(
                .truncatedFrame, detail: "the records are not counted alike at both ends")
        }
        if command.contains(codec) {
            batch.isStatus = true
            return
        }
        guard let layout = Layout(codec: codec) else {
            throw DecodingFailure(.unknownFrame, detail: "codec \(codec) is none of 8, 142 and 16")
        }
        let before = (batch.samples.count, batch.measurements.count)
        do throws(DecodingFailure) {
            var reader = RecordReader(layout: layout, model: model)
            for _ in 0..<count { try reader.record(data, draft, message, into: &batch) }
            guard reader.offset == data.count - 1 else {
                throw DecodingFailure(
                    .truncatedFrame, detail: "\(count) records do not fill the frame")
            }
        } catch {
            // A record has no mark of its own: nobody knows which of them is at fault.
            batch.samples.removeLast(batch.samples.count - before.0)
            batch.measurements.removeLast(batch.measurements.count - before.1)
            throw error
        }
        if batch.samples.count == before.0 { batch.isStatus = true }
    }

    /// The length of the IMEI in two bytes and its 15 digits; or the single byte that keeps a
    /// connection alive.
    private static func isGreeting(_ frame: Span<UInt8>) -> Bool {
        if frame.count == 1 { return frame[0] == 0xFF }
        guard frame.count == 17, frame[0] == 0, frame[1] == 15 else { return false }
        for index in 2..<17 where !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(frame[index]) {
            return false
        }
        return true
    }

    /// Where the data lies, its checksum being right where there is one.
    private static func dataField(
        _ frame: Span<UInt8>
    ) throws(DecodingFailure) -> Range<Int> {
        guard !frame.isEmpty else { throw DecodingFailure(.emptyPayload, detail: "no bytes") }
        guard frame.bigEndian(UInt32.self, at: 0) == 0 else { return 0..<frame.count }
        guard let length = frame.bigEndian(UInt32.self, at: 4) else { throw .truncated }
        let data = 8..<8 + Int(length)
        guard data.upperBound + 4 <= frame.count else { throw .truncated }
        guard data.upperBound + 4 == frame.count else {
            throw DecodingFailure(.unknownFrame, detail: "bytes behind the end of the frame")
        }
        let checksum = frame.bigEndian(UInt32.self, at: data.upperBound)
        guard checksum == UInt32(CRC16.checksum(frame.extracting(data))) else {
            throw DecodingFailure(.badChecksum, detail: "CRC-16 over \(length) bytes")
        }
        return data
    }

    private struct RecordReader {
        let layout: Layout
        let model: TeltonikaModel
        var offset = 2

        mutating func record(
            _ data: Span<UInt8>, _ draft: SampleDraft, _ message: MessageContext,
            into batch: inout SampleBatch
        ) throws(DecodingFailure) {
            var draft = draft
            let time = try take(UInt64.self, data)
            draft.setTime(
                Timestamp(milliseconds: Int64(clamping: time)), by: .device, message)
            _ = try take(UInt8.self, data)
            let longitude = try take(Int32.self, data)
            let latitude = try take(Int32.self, data)
            let altitude = try take(Int16.self, data)
            let course = try take(UInt16.self, data)
            let satellites = try take(UInt8.self, data)
            let speed = try take(UInt16.self, data)
            draft.position = Position(
                checking: Double(latitude, per: 1e7), Double(longitude, per: 1e7),
                speed: FieldUnit.kilometresPerHour.canonical(Double(speed)),
                heading: Double(course), altitude: Double(altitude), satellites: Int(satellites))
            if draft.position == nil || satellites == 0 { draft.notes.insert(.noFix) }
            let start = batch.measurements.count
            try elements(data, into: &batch)
            batch.close(draft, from: start)
        }

        private mutating func elements(
            _ data: Span<UInt8>, into batch: inout SampleBatch
        ) throws(DecodingFailure) {
            // The id of the element that caused the record.
            _ = try unsigned(data, width: layout.idWidth)
            if layout.hasGenerationType { _ = try take(UInt8.self, data) }
            _ = try unsigned(data, width: layout.countWidth)
            var width = 1
            while width <= 8 {
                for _ in 0..<(try unsigned(data, width: layout.countWidth)) {
                    let id = try unsigned(data, width: layout.idWidth)
                    let value = try signed(data, width: width)
                    guard let parameter = model.parameter(id), parameter.widths.contains(width)
                    else { continue }
                    model.add(
                        parameter,
                        parameter.isTemperature
                            ? value : value.unsigned(width: width), to: &batch)
                }
                width *= 2
            }
            guard layout.hasLongValues else { return }
            for _ in 0..<(try take(UInt16.self, data)) {
                _ = try take(UInt16.self, data)
                let length = Int(try take(UInt16.self, data))
                guard length <= data.count - offset else { throw .truncated }
                offset += length
            }
        }

        private mutating func take<Number: FixedWidthInteger>(
            _ type: Number.Type, _ data: Span<UInt8>
        ) throws(DecodingFailure) -> Number {
            guard let number = data.bigEndian(type, at: offset) else { throw .truncated }
            offset += Number.bitWidth / 8
            return number
        }

        private mutating func unsigned(
            _ data: Span<UInt8>, width: Int
        ) throws(DecodingFailure) -> Int {
            width == 1 ? Int(try take(UInt8.self, data)) : Int(try take(UInt16.self, data))
        }

        private mutating func signed(
            _ data: Span<UInt8>, width: Int
        ) throws(DecodingFailure) -> Int64 {
            switch width {
            case 1: Int64(try take(Int8.self, data))
            case 2: Int64(try take(Int16.self, data))
            case 4: Int64(try take(Int32.self, data))
            default: try take(Int64.self, data)
            }
        }
    }
}

extension Int64 {
    /// The same bytes read without a sign; the largest number where they say more.
    fileprivate func unsigned(width: Int) -> Int64 {
        guard self < 0 else { return self }
        return width == 8 ? .max : self + (1 << Int64(width * 8))
    }
}

extension Span where Element == UInt8 {
    fileprivate var first: UInt8? { isEmpty ? nil : self[0] }
    fileprivate var second: UInt8? { count < 2 ? nil : self[1] }
}

extension DecodingFailure {
    fileprivate static var truncated: DecodingFailure {
        DecodingFailure(.truncatedFrame, detail: "the frame ends before its data does")
    }
}
