import ColdChain
import Wire

/// A location as the OwnTracks app publishes it.
///
/// Members that are 0 are left out. `created_at` later than `tst` shows that it waited in the
/// phone's queue.
struct OwnTracksLocation {
    /// Of the fix, and of the message's making, in seconds since 1970 by the phone's clock.
    private let taken: Int64
    private let created: Int64
    private let latitude: Double
    private let longitude: Double
    /// km/h.
    private let speed: Int64
    private let course: Int64
    private let battery: Int64
    private let isClockUnset: Bool

    private static let accuracy: Int64 = 8
    private static let altitude: Int64 = 36
    /// A phone that is not queueing makes its message sooner after the fix.
    private static let promptSeconds: Int64 = 10

    /// - Parameter time: When it goes out, in milliseconds since 1970.
    init(_ snapshot: Snapshot, sentAt time: Int64) {
        let shown = snapshot.isClockUnset ? snapshot.uptime : snapshot.time
        taken = shown / 1000
        created = (shown + time - snapshot.time) / 1000
        latitude = snapshot.position?.latitude ?? 0
        longitude = snapshot.position?.longitude ?? 0
        speed = Steps.nearest(snapshot.position?.speed ?? 0, perUnit: 3.6, within: 0...999)
        course = Steps.nearest(snapshot.position?.heading ?? 0, perUnit: 1, within: 0...360) % 360
        battery = Steps.nearest(snapshot.charge, perUnit: 1, within: 0...100)
        isClockUnset = snapshot.isClockUnset
    }

    func payload(_ device: DeviceIdentity) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { json in
            json.member("_type", "location")
            json.member("acc", Self.accuracy)
            json.member("alt", Self.altitude)
            json.member("batt", battery)
            json.member("bs", Int64(1))
            if course != 0 { json.member("cog", course) }
            json.member("conn", "m")
            json.member("created_at", created)
            json.member("lat", latitude)
            json.member("lon", longitude)
            json.member("m", Int64(2))
            json.member("t", "u")
            json.member("tid", String(device.name.suffix(2)))
            json.member("topic", device.topics[0])
            json.member("tst", taken)
            json.member("vac", Int64(4))
            if speed != 0 { json.member("vel", speed) }
        }
        return writer.bytes
    }

    var sample: ExpectedSample {
        var notes: ReadingNotes = isClockUnset ? .clockUnset : []
        if created - taken > Self.promptSeconds { notes.insert(.buffered) }
        let position = Position(
            latitude: latitude, longitude: longitude,
            speed: speed == 0 ? nil : .metresASecond(kilometresAnHour: Double(speed)),
            heading: course == 0 ? nil : Double(course), accuracy: Double(Self.accuracy),
            altitude: Double(Self.altitude))
        return ExpectedSample(
            measuredAt: isClockUnset ? nil : taken * 1000, by: .device, notes: notes,
            measurements: [Measurement(quantity: .battery, value: Double(battery))],
            position: position)
    }
}
