import ColdChain
import Wire

/// Times, durations and temperatures for people.
enum TripText {
    static func instant(_ time: Timestamp) -> String { RFC3339.text(time.milliseconds) }

    static func celsius(_ celsius: Double) -> String {
        celsius.isNaN ? "none" : celsius.isFinite ? fixed(celsius, 2) : "\(celsius)"
    }

    static func fixed(_ number: Double, _ decimals: Int) -> String {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (number.magnitude * scale).rounded()
        guard let units = Int64(exactly: scaled), let unit = Int64(exactly: scale) else {
            return "\(number)"
        }
        let sign = number < 0 && units > 0 ? "-" : ""
        guard decimals > 0 else { return "\(sign)\(units)" }
        let fraction = String(units % unit)
        let zeros = String(repeating: "0", count: decimals - fraction.count)
        return "\(sign)\(units / unit).\(zeros)\(fraction)"
    }

    /// `1 h 2 min 3.5 s`, without what is zero.
    static func duration(_ microseconds: Int64) -> String {
        guard microseconds != 0 else { return "0 s" }
        let seconds = microseconds / 1_000_000
        var parts: [String] = []
        if seconds >= 3_600 { parts.append("\(seconds / 3_600) h") }
        if seconds / 60 % 60 > 0 { parts.append("\(seconds / 60 % 60) min") }
        let rest = Double(microseconds % 60_000_000) / 1_000_000
        if rest > 0 {
            parts.append("\(microseconds % 1_000_000 == 0 ? fixed(rest, 0) : fixed(rest, 3)) s")
        }
        return parts.joined(separator: " ")
    }

    static func limit(_ limit: CriticalLimit) -> String {
        switch (limit.minimum, limit.maximum) {
        case (let minimum?, let maximum?): "\(fixed(minimum, 2)) °C to \(fixed(maximum, 2)) °C"
        case (let minimum?, nil): "\(fixed(minimum, 2)) °C or above"
        case (nil, let maximum?): "\(fixed(maximum, 2)) °C or below"
        case (nil, nil): "no number"
        }
    }

    static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(width - text.count, 0))
    }

    static func rightAligned(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(width - text.count, 0)) + text
    }
}
