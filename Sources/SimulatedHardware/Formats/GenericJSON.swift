import ColdChain
import Wire

/// The plain JSON of the profiles `generic/bag` and `generic/tracker`: an object for one reading, an
/// array of objects for what was buffered.
enum GenericJSON {
    /// Rows of one message: what a device with some kilobytes of memory puts together.
    static let mostRows = 100

    static func bag(_ snapshots: [Snapshot]) -> (payload: [UInt8], samples: [ExpectedSample]) {
        let rows = snapshots.map { snapshot in
            BagRow(
                time: time(snapshot),
                celsius: snapshot.isProbeDead ? nil : (snapshot.celsius * 100).rounded() / 100,
                humidity: (snapshot.humidity * 10).rounded() / 10,
                battery: snapshot.charge.rounded(), sequence: snapshot.sequence)
        }
        let samples = zip(rows, snapshots).map { row, snapshot in
            sample(snapshot, measurements: row.measurements)
        }
        return (payload(rows) { row, json in row.write(&json) }, samples)
    }

    static func tracker(
        _ snapshots: [Snapshot]
    ) -> (payload: [UInt8], samples: [ExpectedSample]) {
        let rows = snapshots.compactMap { snapshot in
            snapshot.position.map { position in
                TrackerRow(
                    time: time(snapshot), latitude: position.latitude,
                    longitude: position.longitude,
                    speed: ((position.speed ?? 0) * 36).rounded() / 10,
                    heading: position.heading ?? 0, accuracy: position.accuracy ?? 0,
                    battery: snapshot.charge.rounded(), sequence: snapshot.sequence)
            }
        }
        let samples = zip(rows, snapshots).map { row, snapshot in
            sample(
                snapshot, measurements: [Measurement(quantity: .battery, value: row.battery)],
                position: row.position)
        }
        return (payload(rows) { row, json in row.write(&json) }, samples)
    }

    /// Milliseconds since 1970; a clock that was never set counts from its being switched on.
    private static func time(_ snapshot: Snapshot) -> Int64 {
        snapshot.isClockUnset ? snapshot.uptime : snapshot.time
    }

    private static func sample(
        _ snapshot: Snapshot, measurements: [Measurement], position: Position? = nil
    ) -> ExpectedSample {
        ExpectedSample(
            measuredAt: snapshot.isClockUnset ? nil : snapshot.time, by: .device,
            notes: snapshot.isClockUnset ? .clockUnset : [], sequence: snapshot.sequence,
            measurements: measurements, position: position)
    }

    private static func payload<Row>(
        _ rows: [Row], _ write: (Row, inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter()
        if rows.count == 1 {
            write(rows[0], &writer)
        } else {
            writer.array { json in for row in rows { write(row, &json) } }
        }
        return writer.bytes
    }

    private struct BagRow {
        var time: Int64
        /// Nil for a dead probe: `null`, of which nothing comes into the log.
        var celsius: Double?
        var humidity: Double
        var battery: Double
        var sequence: Int64

        var measurements: [Measurement] {
            (celsius.map { [Measurement(quantity: .temperature, value: $0)] } ?? [])
                + [
                    Measurement(quantity: .humidity, value: humidity),
                    Measurement(quantity: .battery, value: battery),
                ]
        }

        func write(_ json: inout JSONWriter) {
            json.object { json in
                json.member("t", time)
                json.name("temperature")
                if let celsius { json.value(celsius) } else { json.null() }
                json.member("humidity", humidity)
                json.member("battery", battery)
                json.member("seq", sequence)
            }
        }
    }

    private struct TrackerRow {
        var time: Int64
        var latitude: Double
        var longitude: Double
        /// km/h.
        var speed: Double
        var heading: Double
        var accuracy: Double
        var battery: Double
        var sequence: Int64

        var position: Position {
            Position(
                latitude: latitude, longitude: longitude,
                speed: .metresASecond(kilometresAnHour: speed),
                heading: heading == 360 ? 0 : heading, accuracy: accuracy)
        }

        func write(_ json: inout JSONWriter) {
            json.object { json in
                json.member("t", time)
                json.member("lat", latitude)
                json.member("lon", longitude)
                json.member("speed", speed)
                json.member("heading", heading)
                json.member("accuracy", accuracy)
                json.member("battery", battery)
                json.member("seq", sequence)
            }
        }
    }
}
