package import ColdChain
import Wire

extension Timestamp {
    /// The instant of a calendar's date and a time of day in UTC, as frames tell them in parts; nil
    /// for one that is on no calendar, such as the zeros of a clock that was never set.
    package init?(
        year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int
    ) {
        guard (1970...9999).contains(year), (1...12).contains(month),
            (1...RFC3339.daysIn(month: month, year: year)).contains(day),
            (0..<24).contains(hour), (0..<60).contains(minute), (0..<60).contains(second)
        else { return nil }
        let days = RFC3339.daysSince1970(year: year, month: month, day: day)
        let seconds = Int64(hour * 3600 + minute * 60 + second)
        self.init(milliseconds: (days * 86_400 + seconds) * 1000)
    }
}
