import Bridge
import ColdChain
import Configuration
import Wire

extension AlertSettings {
    init(_ alerts: Configuration.Alerts) {
        self.init()
        escalation = EscalationChain(delays: alerts.escalationDelays.map(\.wholeMilliseconds))
        calendar = WorkingCalendar(
            reviewDays: alerts.reviewDays,
            workingDays: Set(alerts.workingDays.compactMap { Weekday(rawValue: $0.rawValue) }),
            holidays: Set(alerts.holidays.compactMap(CalendarDay.init(text:))),
            offsetMinutes: alerts.utcOffsetMinutes)
    }
}

extension CalendarDay {
    /// The day of a text such as `2026-12-25`.
    fileprivate init?(text: String) {
        guard let start = RFC3339.parse(text + "T00:00:00Z") else { return nil }
        self = WorkingCalendar().day(of: Timestamp(milliseconds: start))
    }
}
