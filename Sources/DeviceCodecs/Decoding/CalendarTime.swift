package import ColdChain

extension Timestamp {
    /// The instant of a calendar's date and a time of day in UTC, as frames tell them in parts; nil
    /// for one that is on no calendar, such as the zeros of a clock that was never set.
    package init?(
        year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int
    ) {
        let lengths: [12 of Int] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1970...9999).contains(year), (1...12).contains(month), (0..<24).contains(hour),
            (0..<60).contains(minute), (0..<60).contains(second)
        else { return nil }
        let isLeap =
            year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        let length = lengths[month - 1] + (month == 2 && isLeap ? 1 : 0)
        guard (1...length).contains(day) else { return nil }
        let before = year - 1
        // Days since 0001-01-01, of which 719,162 lie before 1970.
        var days = before * 365 + before / 4 - before / 100 + before / 400 - 719_162
        for earlier in 0..<month - 1 { days += lengths[earlier] }
        if month > 2, isLeap { days += 1 }
        let seconds = ((days + day - 1) * 24 + hour) * 3600 + minute * 60 + second
        self.init(milliseconds: Int64(seconds) * 1000)
    }
}
