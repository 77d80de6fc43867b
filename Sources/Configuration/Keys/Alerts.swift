import Wire

extension Configuration {
    /// How alerts are followed up.
    package struct Alerts: Equatable, Sendable {
        package enum Day: String, CaseIterable, Sendable {
            case monday, tuesday, wednesday, thursday, friday, saturday, sunday
        }

        /// From when an alert began to wait to be acknowledged.
        package var escalationDelays: [Duration] = [.seconds(300), .seconds(900), .seconds(1800)]
        /// In working days.
        package var reviewDays = 7
        package var workingDays: [Day] = [.monday, .tuesday, .wednesday, .thursday, .friday]
        /// Such as `2026-12-25`.
        package var holidays: [String] = []
        /// Ahead of UTC.
        package var utcOffsetMinutes = 0

        package init() {}
    }
}

extension Configuration.Alerts.Day: Choice {}

extension Configuration.Alerts: Section {
    /// Some 60 years of holidays.
    private static let holidaysMaximum = 1_000

    static let keys: [Key<Self>] = [
        Key(
            "escalation_delays", \.escalationDelays,
            .list(of: .duration(.seconds(1) ... .seconds(86_400)), count: 0...10),
            isReloadable: true,
            "How long after an alert began to wait it is told again while nobody acknowledges it."),
        Key(
            "review_days", \.reviewDays, .integer(0...60), isReloadable: true,
            "Within how many working days a record is to be reviewed and signed."),
        Key(
            "working_days", \.workingDays, .list(of: .choice, count: 1...7), isReloadable: true,
            "The days of the week on which people work."),
        Key(
            "holidays", \.holidays, .list(of: .calendarDay, count: 0...holidaysMaximum),
            isReloadable: true, "Days on which nobody works, such as 2026-12-25."),
        Key(
            "utc_offset_minutes", \.utcOffsetMinutes, .integer(-840...840), isReloadable: true,
            "Where a working day begins: the local clock ahead of UTC, in minutes."),
    ]
}

extension ValueType where Value == String {
    /// A day of the calendar.
    fileprivate static var calendarDay: ValueType {
        text("day such as 2026-12-25", maximumBytes: 10) { day in
            RFC3339.parse(day + "T00:00:00Z") == nil ? "is '\(day)', which is no day" : nil
        }
    }
}
