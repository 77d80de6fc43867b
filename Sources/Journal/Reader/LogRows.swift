package import ColdChain

/// A reading with the names behind its numbers.
package struct LoggedReading: Equatable, Sendable {
    /// Its place in the log, in the order of arrival, counted from 1.
    package var id: UInt64
    package var reading: Reading
    package var source: Source

    package init(id: UInt64, reading: Reading, source: Source) {
        self.id = id
        self.reading = reading
        self.source = source
    }

    package var position: LogPosition {
        LogPosition(measuredAt: reading.measuredAt, id: id)
    }
}

/// A fix with the names behind its numbers.
package struct LoggedFix: Equatable, Sendable {
    /// Its place in the log, in the order of arrival, counted from 1.
    package var id: UInt64
    package var fix: Fix
    package var source: Source

    package init(id: UInt64, fix: Fix, source: Source) {
        self.id = id
        self.fix = fix
        self.source = source
    }

    package var position: LogPosition { LogPosition(measuredAt: fix.measuredAt, id: id) }
}

/// A place in a log sorted by time of measurement; rows of the same time follow by arrival.
package struct LogPosition: Hashable, Comparable, Sendable {
    package var measuredAt: Timestamp
    package var id: UInt64

    package init(measuredAt: Timestamp, id: UInt64) {
        self.measuredAt = measuredAt
        self.id = id
    }

    package static func < (earlier: LogPosition, later: LogPosition) -> Bool {
        (earlier.measuredAt, earlier.id) < (later.measuredAt, later.id)
    }
}

/// What the log says of one order: a page of readings, and what they were judged by.
package struct OrderTemperatureLog: Equatable, Sendable {
    package var order: Order
    /// Which bags carried it when, by start.
    package var custody: [Custody]
    package var excursions: [Excursion]
    /// By time of measurement.
    package var readings: [LoggedReading]

    package init(
        order: Order, custody: [Custody], excursions: [Excursion], readings: [LoggedReading]
    ) {
        self.order = order
        self.custody = custody
        self.excursions = excursions
        self.readings = readings
    }
}
