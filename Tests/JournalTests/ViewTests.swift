import Bridge
import ColdChain
import Journal
import Testing

@Suite("The log in an auditor's hands")
struct ViewTests {
    @Test("temperature_log names everything and prints RFC 3339 times")
    func temperatureLog() throws {
        let scratch = try Scratch()
        let instant: Int64 = 1_795_183_200_007
        _ = try Journal(scratch.settings).commit { batch in
            batch.sources = sources()
            batch.orders = [order()]
            batch.readings = [
                reading(at: instant, 4.25, receivedAt: instant + 999, order: 1),
                reading(2, at: instant, .nan, quantity: .humidity),
            ]
        }
        #expect(
            try sqlite3(scratch.path, "SELECT * FROM temperature_log") == [
                "1|2026-11-20T14:00:00.007Z|2026-11-20T14:00:01.006Z|device|device-1|bag|bag-1"
                    + "|generic/bag@1|order-1|temperature|0|4.25|°C||suspect"
                    + "|gross_range=good event_time=suspect|||||\(instant)|4.25|",
                "2|2026-11-20T14:00:00.007Z|2026-11-20T14:00:00.007Z|device|device-2|bag|bag-2"
                    + "|generic/bag@1||humidity|0||%||suspect"
                    + "|gross_range=good event_time=suspect|||||\(instant)||",
            ])
    }

    @Test("location_log names the vehicle and prints RFC 3339 times")
    func locationLog() throws {
        let scratch = try Scratch()
        _ = try Journal(scratch.settings).commit { batch in
            batch.sources = sources()
            batch.fixes = [fix(at: 0)]
        }
        #expect(
            try sqlite3(scratch.path, "SELECT * FROM location_log") == [
                "1|1970-01-01T00:00:00.000Z|1970-01-01T00:00:00.000Z|device|tracker-1|vehicle|van-1"
                    + "|generic/tracker@1|52.5|13.4||5.0||||not_evaluated|||||"
            ])
    }

    @Test("temperature_log names the marker that came in the place of a number, and the notes")
    func markers() throws {
        let scratch = try Scratch()
        _ = try Journal(scratch.settings).commit { batch in
            batch.sources = sources()
            batch.readings = [silent(at: 1), reading(at: 2)]
        }
        #expect(
            try sqlite3(
                scratch.path,
                "SELECT value IS NULL, marker, quality, tests, notes, time_source FROM temperature_log"
            )
                == [
                    "1|probe_absent|missing|event_time=good sentinel=missing|clock_unset buffered"
                        + "|gateway",
                    "0||suspect|gross_range=good event_time=suspect||device",
                ])
    }

    @Test("location_log tells height, satellites and notes")
    func wholeFix() throws {
        let scratch = try Scratch()
        _ = try Journal(scratch.settings).commit { batch in
            batch.sources = sources()
            var whole = fix(at: 0)
            whole.position.altitude = 35.5
            whole.position.satellites = 9
            whole.notes = [.noFix, .coarsePosition]
            batch.fixes = [whole]
        }
        #expect(
            try sqlite3(scratch.path, "SELECT altitude, satellites, notes FROM location_log")
                == ["35.5|9|no_fix coarse_position"])
    }

    @Test("excursion_log names order, bag and food class")
    func excursionLog() throws {
        let scratch = try Scratch()
        _ = try Journal(scratch.settings).commit { batch in
            batch.sources = sources()
            batch.orders = [order()]
            batch.excursions = [
                Excursion(
                    number: 1, order: OrderNumber(1), source: SourceNumber(2), foodClass: .cold,
                    limit: CriticalLimit(maximum: 5), limitProfile: "us-fda-2022",
                    judged: JudgedExcursion(
                        state: .active, startedAt: TraceTime(at(1_000)), peak: 8))
            ]
        }
        #expect(
            try sqlite3(scratch.path, "SELECT * FROM excursion_log") == [
                "1|order-1|bag-2|device-2|cold||5.0|us-fda-2022|1970-01-01T00:00:01.000Z||8.0|"
                    + "active|holds|1|0.0|0.0"
            ])
    }

    @Test("each number of the vocabulary has its name")
    func vocabulary() throws {
        let scratch = try Scratch()
        _ = try Journal(scratch.settings)
        #expect(
            try sqlite3(scratch.path, "SELECT id, name FROM order_statuses")
                == OrderStatus.allCases.map { "\($0.rawValue)|\($0.name)" })
        #expect(
            try sqlite3(scratch.path, "SELECT id, name, unit FROM quantities")
                == Quantity.allCases.map { "\($0.rawValue)|\($0.name)|\($0.unit)" })
        #expect(
            try sqlite3(scratch.path, "SELECT id, name FROM markers")
                == Marker.allCases.map { "\($0.rawValue)|\($0.name)" })
        #expect(
            try sqlite3(scratch.path, "SELECT id, name FROM time_sources")
                == TimeSource.allCases.map { "\($0.rawValue)|\($0.name)" })
        #expect(
            try sqlite3(scratch.path, "SELECT 1 << id, name FROM reading_notes")
                == ReadingNotes.names.map { "\($0.note.rawValue)|\($0.name)" })
    }
}
