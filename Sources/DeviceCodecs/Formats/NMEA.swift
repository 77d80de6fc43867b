package import ColdChain
import Wire

/// Sentences of NMEA 0183, as GPS receivers write them.
///
///     $GNRMC,100538.00,A,5546.27711,N,03736.91144,E,0.061,,260318,,,A*60
///
/// A message holds one sentence or several, each on its line, with the exclusive or of its
/// characters behind `*`. RMC, GGA, GLL and VTG of one time of day become one sample; other
/// sentences are passed over. Only RMC and ZDA tell the date; a time of day without one in the same
/// message is not used. A year has two digits, of 1980 to 2079. A void position (V, quality 0) is
/// not used. Speed is in knots, latitude as ddmm.mmmm. VTG alone tells no position and so no fix.
///
/// Source: NMEA 0183 as receivers' manuals describe it.
package enum NMEA {
    package static func decode(
        _ frame: Span<UInt8>, port: Int, _ draft: SampleDraft, _ message: MessageContext,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        let before = batch.samples.count
        var track = NMEATrack(draft, message)
        var row = 0
        var start = 0
        var hasSentence = false
        while start < frame.count {
            var end = start
            while end < frame.count, !isLineEnd(frame[end]) { end += 1 }
            let line = frame.extracting(start..<end)
            start = end + 1
            guard !line.isEmpty else { continue }
            if line[0] == UInt8(ascii: "$") || line[0] == UInt8(ascii: "!") {
                hasSentence = true
                do throws(NMEAFault) {
                    try track.read(try sentence(line), &batch)
                } catch {
                    batch.reject(row: row, error)
                }
            } else {
                batch.reject(row: row, .unknownFrame)
            }
            row += 1
        }
        guard hasSentence else {
            batch.rejections.removeLast(row)
            throw DecodingFailure(.unknownFrame, detail: "no line begins with $")
        }
        track.close(&batch)
        if batch.samples.count == before, batch.rejections.isEmpty { batch.isStatus = true }
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") || byte == 0
    }

    /// What stands between `$` and `*`, its checksum being right.
    @_lifetime(copy line)
    private static func sentence(_ line: Span<UInt8>) throws(NMEAFault) -> Span<UInt8> {
        var end = 1
        var checksum: UInt8 = 0
        while end < line.count, line[end] != UInt8(ascii: "*") {
            checksum ^= line[end]
            end += 1
        }
        guard end + 2 < line.count, let high = TextCoding.nibble(line[end + 1]),
            let low = TextCoding.nibble(line[end + 2])
        else { throw NMEAFault(.truncatedFrame) }
        guard high << 4 | low == checksum else { throw NMEAFault(.badChecksum) }
        return line.extracting(1..<end)
    }
}

/// Why a sentence cannot be used.
struct NMEAFault: Error {
    var reason: DecodingReason
    var field: StaticString?

    init(_ reason: DecodingReason, _ field: StaticString? = nil) {
        self.reason = reason
        self.field = field
    }
}

extension SampleBatch {
    fileprivate mutating func reject(row: Int, _ fault: NMEAFault) {
        if let field = fault.field {
            reject(row: row, fault.reason, field: "\(field)")
        } else {
            reject(row: row, fault.reason)
        }
    }
}

/// Puts sentences of one time of day together.
struct NMEATrack {
    private static let halfDay = 43_200_000

    private let draft: SampleDraft
    private let message: MessageContext
    private var date: (day: Int, month: Int, year: Int)?
    /// When the date was told, in milliseconds since midnight, UTC.
    private var dateToldAt = 0
    /// Milliseconds since midnight, UTC.
    private var timeOfDay: Int?
    private var coordinates: (latitude: Double, longitude: Double)?
    private var isVoid = false
    private var isSimulated = false
    private var speed: Double?
    private var course: Double?
    private var altitude: Double?
    private var satellites: Int?

    init(_ draft: SampleDraft, _ message: MessageContext) {
        self.draft = draft
        self.message = message
    }

    mutating func read(
        _ sentence: Span<UInt8>, _ batch: inout SampleBatch
    ) throws(NMEAFault) {
        // Two letters of the talker and three of the kind.
        guard sentence.count > 6, sentence[5] == UInt8(ascii: ",") else { return }
        let kind = sentence.extracting(2..<5)
        if kind.isEqual(to: "RMC") {
            try recommendedMinimum(sentence, &batch)
        } else if kind.isEqual(to: "GGA") {
            try fixData(sentence, &batch)
        } else if kind.isEqual(to: "GLL") {
            try position(sentence, &batch)
        } else if kind.isEqual(to: "VTG") {
            try motion(sentence)
        } else if kind.isEqual(to: "ZDA") {
            try dateAndTime(sentence, &batch)
        }
    }

    /// Makes a sample of what was read since the last one.
    mutating func close(_ batch: inout SampleBatch) {
        var draft = draft
        if let date, let timeOfDay, let instant = Timestamp(date, timeOfDay: timeOfDay) {
            // The date was told late in the day, and this is early in the next one.
            let isNextDay = dateToldAt - timeOfDay > Self.halfDay
            draft.setTime(
                instant.advanced(byMilliseconds: isNextDay ? Int64(2 * Self.halfDay) : 0),
                by: .device, message)
        }
        if let coordinates, !isVoid {
            draft.position = Position(
                checking: coordinates.latitude, coordinates.longitude, speed: speed,
                heading: course, altitude: altitude, satellites: satellites)
        }
        if isSimulated { draft.notes.insert(.simulated) }
        batch.close(draft, from: batch.measurements.count)
        let told = (date: date, at: dateToldAt)
        self = NMEATrack(self.draft, message)
        (date, dateToldAt) = told
    }

    /// Another time of day begins another sample.
    private mutating func begin(_ time: Int?, _ batch: inout SampleBatch) {
        if let time, let timeOfDay, time != timeOfDay { close(&batch) }
        timeOfDay = time ?? timeOfDay
    }
}

// Sentences.
extension NMEATrack {
    private mutating func recommendedMinimum(
        _ sentence: Span<UInt8>, _ batch: inout SampleBatch
    ) throws(NMEAFault) {
        let time = try sentence.timeOfDay(1)
        let isVoid = try sentence.isVoid(2)
        let place = try sentence.coordinates(3)
        let knots = try sentence.decimal(7, "speed")
        let course = try sentence.decimal(8, "heading")
        let date = try sentence.date(9)
        begin(time, &batch)
        if let date { setDate(date) }
        take(place, isVoid: isVoid, mode: sentence.letter(12))
        speed = knots.map(FieldUnit.knots.canonical) ?? speed
        self.course = course ?? self.course
    }

    private mutating func fixData(
        _ sentence: Span<UInt8>, _ batch: inout SampleBatch
    ) throws(NMEAFault) {
        let time = try sentence.timeOfDay(1)
        let place = try sentence.coordinates(2)
        let quality = try sentence.decimal(6, "quality") ?? 0
        guard (0...8).contains(quality) else { throw NMEAFault(.outOfRange, "quality") }
        let satellites = try sentence.decimal(7, "satellites")
        let altitude = try sentence.decimal(9, "altitude")
        begin(time, &batch)
        take(place, isVoid: quality == 0, mode: quality == 8 ? UInt8(ascii: "S") : nil)
        self.satellites = satellites.flatMap { Int(exactly: $0) } ?? self.satellites
        self.altitude = altitude ?? self.altitude
    }

    private mutating func position(
        _ sentence: Span<UInt8>, _ batch: inout SampleBatch
    ) throws(NMEAFault) {
        let place = try sentence.coordinates(1)
        let time = try sentence.timeOfDay(5)
        let isVoid = try sentence.isVoid(6)
        begin(time, &batch)
        take(place, isVoid: isVoid, mode: sentence.letter(7))
    }

    private mutating func motion(_ sentence: Span<UInt8>) throws(NMEAFault) {
        let course = try sentence.decimal(1, "heading")
        let knots = try sentence.decimal(5, "speed")
        let kilometresPerHour = try sentence.decimal(7, "speed")
        guard sentence.letter(9) != UInt8(ascii: "N") else { return }
        self.course = course ?? self.course
        speed =
            kilometresPerHour.map(FieldUnit.kilometresPerHour.canonical)
            ?? knots.map(FieldUnit.knots.canonical) ?? speed
    }

    private mutating func dateAndTime(
        _ sentence: Span<UInt8>, _ batch: inout SampleBatch
    ) throws(NMEAFault) {
        let time = try sentence.timeOfDay(1)
        let day = try sentence.decimal(2, "date")
        let month = try sentence.decimal(3, "date")
        let year = try sentence.decimal(4, "date")
        begin(time, &batch)
        guard let day = day.flatMap({ Int(exactly: $0) }), (1...31).contains(day),
            let month = month.flatMap({ Int(exactly: $0) }), (1...12).contains(month),
            let year = year.flatMap({ Int(exactly: $0) }), (1980...9999).contains(year)
        else { return }
        setDate((day, month, year))
    }

    private mutating func setDate(_ date: (day: Int, month: Int, year: Int)) {
        self.date = date
        dateToldAt = timeOfDay ?? 0
    }

    /// `mode` is N for no fix and S for a simulator.
    private mutating func take(
        _ place: (latitude: Double, longitude: Double)?, isVoid: Bool, mode: UInt8?
    ) {
        if isVoid || mode == UInt8(ascii: "N") {
            self.isVoid = true
        } else {
            coordinates = place ?? coordinates
        }
        if mode == UInt8(ascii: "S") || mode == UInt8(ascii: "s") { isSimulated = true }
    }
}

extension Timestamp {
    fileprivate init?(_ date: (day: Int, month: Int, year: Int), timeOfDay: Int) {
        var text = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
        func write(_ number: Int, at index: Int, digits: Int, _ text: inout InlineArray<20, UInt8>)
        {
            var rest = number
            for place in (index..<index + digits).reversed() {
                text[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
        }
        write(date.year, at: 0, digits: 4, &text)
        write(date.month, at: 5, digits: 2, &text)
        write(date.day, at: 8, digits: 2, &text)
        text[4] = UInt8(ascii: "-")
        text[7] = UInt8(ascii: "-")
        text[10] = UInt8(ascii: "T")
        text[13] = UInt8(ascii: ":")
        text[16] = UInt8(ascii: ":")
        text[19] = UInt8(ascii: "Z")
        guard let midnight = RFC3339.parse(text.span) else { return nil }
        self.init(milliseconds: midnight + Int64(timeOfDay))
    }
}

// Fields, counted from the address, which is 0.
extension Span where Element == UInt8 {
    private func field(_ number: Int) -> Range<Int> {
        var start = 0
        var left = number
        while left > 0 {
            guard let comma = comma(from: start) else { return count..<count }
            start = comma + 1
            left -= 1
        }
        return start..<(comma(from: start) ?? count)
    }

    private func comma(from start: Int) -> Int? {
        for index in start..<count where self[index] == UInt8(ascii: ",") { return index }
        return nil
    }

    fileprivate func letter(_ number: Int) -> UInt8? {
        let field = field(number)
        return field.count == 1 ? self[field.lowerBound] : nil
    }

    /// Nil for an empty field.
    fileprivate func decimal(
        _ number: Int, _ name: StaticString
    ) throws(NMEAFault) -> Double? {
        let field = field(number)
        guard !field.isEmpty else { return nil }
        guard let value = DecimalText.number(extracting(field)) else {
            throw NMEAFault(.wrongType, name)
        }
        return value
    }

    fileprivate func isVoid(_ number: Int) throws(NMEAFault) -> Bool {
        switch letter(number) {
        case UInt8(ascii: "A"): return false
        case UInt8(ascii: "V"): return true
        default: throw NMEAFault(.outOfRange, "status")
        }
    }

    private func digits(_ start: Int, _ count: Int) -> Int? {
        var number = 0
        for index in start..<start + count {
            guard index < self.count, let digit = TextCoding.nibble(self[index]), digit < 10 else {
                return nil
            }
            number = number * 10 + Int(digit)
        }
        return number
    }

    /// hhmmss.sss, in milliseconds since midnight.
    fileprivate func timeOfDay(_ number: Int) throws(NMEAFault) -> Int? {
        let field = field(number)
        guard !field.isEmpty else { return nil }
        guard field.count >= 6, let hour = digits(field.lowerBound, 2), hour < 24,
            let minute = digits(field.lowerBound + 2, 2), minute < 60,
            let second = DecimalText.number(
                extracting(field.lowerBound + 4..<field.upperBound)),
            (0..<61).contains(second)
        else { throw NMEAFault(.invalidTime) }
        return (hour * 3600 + minute * 60) * 1000 + Int((second * 1000).rounded(.down))
    }

    /// ddmmyy.
    fileprivate func date(_ number: Int) throws(NMEAFault) -> (day: Int, month: Int, year: Int)? {
        let field = field(number)
        guard !field.isEmpty else { return nil }
        guard field.count == 6, let day = digits(field.lowerBound, 2), (1...31).contains(day),
            let month = digits(field.lowerBound + 2, 2), (1...12).contains(month),
            let year = digits(field.lowerBound + 4, 2)
        else { throw NMEAFault(.invalidTime) }
        return (day, month, year < 80 ? 2000 + year : 1900 + year)
    }

    /// Latitude, N or S, longitude, E or W, in four fields; nil where they are empty.
    fileprivate func coordinates(
        _ number: Int
    ) throws(NMEAFault) -> (latitude: Double, longitude: Double)? {
        let latitude = field(number)
        let longitude = field(number + 2)
        if latitude.isEmpty, longitude.isEmpty { return nil }
        guard
            let north = degrees(
                latitude, letter(number + 1), UInt8(ascii: "N"), UInt8(ascii: "S"), limit: 90)
        else { throw NMEAFault(.outOfRange, "lat") }
        guard
            let east = degrees(
                longitude, letter(number + 3), UInt8(ascii: "E"), UInt8(ascii: "W"), limit: 180)
        else { throw NMEAFault(.outOfRange, "lon") }
        return (north, east)
    }

    /// Degrees and minutes, written without anything between them: dddmm.mmmm.
    private func degrees(
        _ field: Range<Int>, _ hemisphere: UInt8?, _ positive: UInt8, _ negative: UInt8,
        limit: Double
    ) -> Double? {
        guard !field.isEmpty, hemisphere == positive || hemisphere == negative,
            let value = DecimalText.number(extracting(field)), value >= 0, value <= limit * 100
        else { return nil }
        let whole = (value / 100).rounded(.down)
        // What stands before the minutes is taken away from the text, so that they stay exact.
        var point = field.lowerBound
        while point < field.upperBound, self[point] != UInt8(ascii: ".") { point += 1 }
        let start = Swift.max(field.lowerBound, point - 2)
        guard let minutes = DecimalText.number(extracting(start..<field.upperBound)), minutes < 60
        else { return nil }
        let degrees = whole + minutes / 60
        guard degrees <= limit else { return nil }
        return hemisphere == positive ? degrees : -degrees
    }
}
