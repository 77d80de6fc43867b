/// Instants as RFC 3339 text, in milliseconds since 1970-01-01T00:00:00Z.
///
/// Calendar arithmetic follows the proleptic Gregorian calendar by counting days from 0000-03-01,
/// so that the leap day is the last of a year.
package enum RFC3339 {
    private static let millisecondsADay: Int64 = 86_400_000

    /// The year 1 to the year 9999: what the text form can say.
    package static let representable: ClosedRange<Int64> =
        -62_135_596_800_000...253_402_300_799_999

    /// Appends `YYYY-MM-DDTHH:MM:SS.sssZ`; an instant outside `representable` is clamped to it.
    package static func append(_ milliseconds: Int64, to bytes: inout [UInt8]) {
        let instant = min(max(milliseconds, representable.lowerBound), representable.upperBound)
        let (days, rest) = flooredDivision(instant, by: millisecondsADay)
        let (year, month, day) = civilDate(daysSince1970: days)
        bytes.append(year, width: 4)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(month, width: 2)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(day, width: 2)
        bytes.append(UInt8(ascii: "T"))
        let time = Int(rest)
        bytes.append(time / 3_600_000, width: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(time / 60_000 % 60, width: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(time / 1000 % 60, width: 2)
        bytes.append(UInt8(ascii: "."))
        bytes.append(time % 1000, width: 3)
        bytes.append(UInt8(ascii: "Z"))
    }

    package static func text(_ milliseconds: Int64) -> String {
        var bytes: [UInt8] = []
        append(milliseconds, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The instant a text such as `2026-11-20T12:00:00.5+01:00` names, or nil where it is not
    /// RFC 3339. Digits below the millisecond are cut; a leap second counts as the second before it.
    package static func parse(_ text: String) -> Int64? {
        parse(Array(text.utf8).span)
    }

    package static func parse(_ text: Span<UInt8>) -> Int64? {
        var index = 0
        guard let local = local(text, &index), let offsetMinutes = offset(text, &index),
            index == text.count
        else { return nil }
        return local - Int64(offsetMinutes) * 60_000
    }

    /// Date and time without a zone, such as `2026-11-20T12:00:00`, as if they were in UTC.
    package static func parseLocal(_ text: Span<UInt8>) -> Int64? {
        var index = 0
        guard let local = local(text, &index), index == text.count else { return nil }
        return local
    }

    /// Reads up to the zone, and answers where that begins.
    private static func local(_ text: Span<UInt8>, _ index: inout Int) -> Int64? {
        guard text.count >= 19,
            let year = digits(text, 0, 4), text[4] == UInt8(ascii: "-"),
            let month = digits(text, 5, 2), text[7] == UInt8(ascii: "-"),
            let day = digits(text, 8, 2), isDateTimeSeparator(text[10]),
            let hour = digits(text, 11, 2), text[13] == UInt8(ascii: ":"),
            let minute = digits(text, 14, 2), text[16] == UInt8(ascii: ":"),
            let second = digits(text, 17, 2),
            (1...12).contains(month), (1...daysIn(month: month, year: year)).contains(day),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        index = 19
        guard let fraction = milliseconds(text, &index) else { return nil }
        let days = daysSince1970(year: year, month: month, day: day)
        let seconds = Int64(hour * 3600 + minute * 60 + min(second, 59))
        return days * millisecondsADay + seconds * 1000 + Int64(fraction)
    }

    private static func isDateTimeSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "T") || byte == UInt8(ascii: "t") || byte == UInt8(ascii: " ")
    }

    private static func milliseconds(_ text: Span<UInt8>, _ index: inout Int) -> Int? {
        guard index < text.count, text[index] == UInt8(ascii: ".") else { return 0 }
        index += 1
        var value = 0
        var weight = 100
        let start = index
        while index < text.count, let digit = digits(text, index, 1) {
            value += digit * weight
            weight /= 10
            index += 1
        }
        return index > start ? value : nil
    }

    private static func offset(_ text: Span<UInt8>, _ index: inout Int) -> Int? {
        guard index < text.count else { return nil }
        let sign = text[index]
        index += 1
        if sign == UInt8(ascii: "Z") || sign == UInt8(ascii: "z") { return 0 }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), index + 5 <= text.count,
            let hours = digits(text, index, 2), text[index + 2] == UInt8(ascii: ":"),
            let minutes = digits(text, index + 3, 2), hours < 24, minutes < 60
        else { return nil }
        index += 5
        return (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
    }

    private static func digits(_ text: Span<UInt8>, _ start: Int, _ count: Int) -> Int? {
        var value = 0
        for index in start..<start + count {
            let digit = Int(text[index]) - Int(UInt8(ascii: "0"))
            guard (0...9).contains(digit) else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    private static func flooredDivision(_ value: Int64, by divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    /// How many days a month has; `month` is 1...12.
    package static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func isLeap(_ year: Int) -> Bool {
        year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    }

    /// Of a date that the calendar has.
    package static func daysSince1970(year: Int, month: Int, day: Int) -> Int64 {
        let marchYear = month > 2 ? year : year - 1
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int64(era * 146_097 + dayOfEra - 719_468)
    }

    private static func civilDate(daysSince1970: Int64) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra64) = flooredDivision(daysSince1970 + 719_468, by: 146_097)
        let dayOfEra = Int(dayOfEra64)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = Int(era) * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        return (year, month, day)
    }
}
