import ColdChain
import DeviceCodecs
import Testing
import Wire

@Suite struct CalendarTimeTests {
    @Test func `every day of five centuries is the one that its text says`() throws {
        for day in 0..<180_000 {
            let text = RFC3339.text(Int64(day) * 86_400_000)
            let parts = text.prefix(10).split(separator: "-").compactMap { Int($0) }
            try #require(parts.count == 3)
            let time = Timestamp(
                year: parts[0], month: parts[1], day: parts[2], hour: 23, minute: 59, second: 58)
            #expect(time?.milliseconds == Int64(day) * 86_400_000 + 86_398_000)
        }
    }

    @Test(arguments: [
        (0, 0, 0, 0, 0, 0), (2026, 13, 1, 0, 0, 0), (2026, 2, 29, 0, 0, 0), (2100, 2, 29, 0, 0, 0),
        (2026, 4, 31, 0, 0, 0), (2026, 1, 1, 24, 0, 0), (2026, 1, 1, 0, 60, 0),
        (2026, 1, 1, 0, 0, 60), (65_535, 1, 1, 0, 0, 0), (1969, 12, 31, 0, 0, 0),
    ])
    func `what is on no calendar is no time`(
        year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int
    ) {
        let time = Timestamp(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        #expect(time == nil)
    }

    @Test func `29 February is in leap years`() {
        let time = Timestamp(year: 2024, month: 2, day: 29, hour: 12, minute: 0, second: 0)
        #expect(time == RFC3339.parse("2024-02-29T12:00:00Z").map(Timestamp.init))
    }
}
