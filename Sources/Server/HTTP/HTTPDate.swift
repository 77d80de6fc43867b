import Glibc
import Wire

/// The time as the `Date` field has it (RFC 9110 §5.6.7), formatted once a second.
struct HTTPDate {
    private var second = Int64.min
    private var formatted: [UInt8] = []

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Such as `Fri, 20 Nov 2026 21:43:00 GMT`.
    var text: [UInt8] {
        mutating get {
            let now = Int64(time(nil))
            if now != second {
                second = now
                formatted = Self.format(secondsSince1970: now)
            }
            return formatted
        }
    }

    static func format(secondsSince1970 seconds: Int64) -> [UInt8] {
        // `2026-11-20T21:43:00.000Z` has every field but the day of the week.
        var fields: [UInt8] = []
        RFC3339.append(seconds &* 1000, to: &fields)
        // 1970-01-01 was a Thursday.
        let day = Int((seconds / 86_400 + 4) % 7)
        let month = Int(fields[5] - UInt8(ascii: "0")) * 10 + Int(fields[6] - UInt8(ascii: "0"))
        var bytes = Array("\(days[day]), ".utf8)
        bytes.append(contentsOf: fields[8..<10])
        bytes.append(contentsOf: " \(months[month - 1]) ".utf8)
        bytes.append(contentsOf: fields[0..<4])
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: fields[11..<19])
        bytes.append(contentsOf: " GMT".utf8)
        return bytes
    }
}
