/// A day of the Gregorian calendar.
package struct CalendarDay: Hashable, Comparable, Sendable {
    /// Days since 1970-01-01.
    package var daysSince1970: Int64

    package init(daysSince1970: Int64) {
        self.daysSince1970 = daysSince1970
    }

    package static func < (earlier: CalendarDay, later: CalendarDay) -> Bool {
        earlier.daysSince1970 < later.daysSince1970
    }

    /// 1970-01-01 was a Thursday.
    package var weekday: Weekday {
        let remainder = Int(daysSince1970 % 7)
        let place = (remainder + 7 + 3) % 7
        return Weekday.allCases[place]
    }
}

package enum Weekday: String, CaseIterable, Sendable {
    case monday, tuesday, wednesday, thursday, friday, saturday, sunday
}

/// Which days people work, for the time that a review may take.
package struct WorkingCalendar: Equatable, Sendable {
    /// Working days until a record has to be reviewed. By default 7: 21 CFR 117.165 speaks of seven
    /// working days for records of monitoring and corrective action; unverified [K].
    package var reviewDays: Int
    package var workingDays: Set<Weekday>
    package var holidays: Set<CalendarDay>
    /// The site's clock ahead of UTC, in minutes: where a day begins. One offset for the whole year,
    /// so with summer time a day may begin an hour off.
    package var offsetMinutes: Int

    package static let standardWorkingDays: Set<Weekday> = [
        .monday, .tuesday, .wednesday, .thursday, .friday,
    ]
    /// How many days in a row may be none of work before the search for the next one ends: a
    /// calendar without working days has an answer, too.
    private static let longestRest = 400
    private static let dayMilliseconds: Int64 = 86_400_000

    package init(
        reviewDays: Int = 7, workingDays: Set<Weekday> = standardWorkingDays,
        holidays: Set<CalendarDay> = [], offsetMinutes: Int = 0
    ) {
        self.reviewDays = reviewDays
        self.workingDays = workingDays
        self.holidays = holidays
        self.offsetMinutes = offsetMinutes
    }

    package func isWorkingDay(_ day: CalendarDay) -> Bool {
        workingDays.contains(day.weekday) && !holidays.contains(day)
    }

    /// The day at the site at an instant.
    package func day(of instant: Timestamp) -> CalendarDay {
        let local = instant.advanced(byMilliseconds: offsetMilliseconds).milliseconds
        let days = local / Self.dayMilliseconds
        return CalendarDay(
            daysSince1970: local % Self.dayMilliseconds < 0 ? days - 1 : days)
    }

    /// The end of the last working day in which a record made at `instant` is to be reviewed. The
    /// day on which it was made does not count.
    package func reviewDue(after instant: Timestamp) -> Timestamp {
        var day = day(of: instant)
        for _ in 0..<max(reviewDays, 0) { day = nextWorkingDay(after: day) }
        let (end, overflow) = (day.daysSince1970 + 1)
            .multipliedReportingOverflow(by: Self.dayMilliseconds)
        return Timestamp(milliseconds: overflow ? .max : end)
            .advanced(byMilliseconds: -offsetMilliseconds)
    }

    private func nextWorkingDay(after day: CalendarDay) -> CalendarDay {
        for step in 1...Int64(Self.longestRest) {
            let next = CalendarDay(daysSince1970: day.daysSince1970 + step)
            if isWorkingDay(next) { return next }
        }
        return CalendarDay(daysSince1970: day.daysSince1970 + 1)
    }

    private var offsetMilliseconds: Int64 { Int64(offsetMinutes) * 60_000 }
}
