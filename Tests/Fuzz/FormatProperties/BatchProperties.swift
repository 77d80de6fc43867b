import ColdChain
import DeviceCodecs
import Wire

/// What holds for the samples of a message that was taken.
enum BatchProperties {
    /// - Parameter length: of the message, in bytes.
    static func check(_ batch: SampleBatch, of length: Int, _ message: MessageContext) {
        var next = 0
        for sample in batch.samples {
            precondition(sample.measurements.lowerBound == next, "no measurement is lost or shared")
            next = sample.measurements.upperBound
            precondition(
                !sample.measurements.isEmpty || sample.position != nil, "a sample says something")
            if let device = sample.device { checkName(batch, device) }
            if let time = sample.measuredAt { checkTime(time, message) }
            if sample.measuredAt == nil {
                precondition(sample.timeSource == .receipt, "no time is nobody's")
            }
            if let position = sample.position { checkPosition(position) }
        }
        precondition(next == batch.measurements.count, "no measurement is without a sample")
        for measurement in batch.measurements {
            precondition(
                measurement.value.isFinite == (measurement.marker == nil),
                "a measurement is a finite number or has a marker")
        }
        // A frame may hold eight switches in a byte, and history in half bytes.
        precondition(batch.measurements.count <= 8 * length + 8, "a message does not swell")
        precondition(batch.samples.count <= 2 * length + 1, "a message does not swell")
        precondition(batch.text.count <= 200 * (length + 1), "a message does not swell")
        checkRejections(batch)
    }

    private static func checkName(_ batch: SampleBatch, _ name: Range<Int>) {
        precondition(name.upperBound <= batch.text.count, "a name is where it is said to be")
        precondition(
            (try? CarrierName.check(batch.text.span.extracting(name))) != nil,
            "a name can be kept, shown and put into a topic")
    }

    private static func checkTime(_ time: Timestamp, _ message: MessageContext) {
        precondition(RFC3339.representable.contains(time.milliseconds), "a real time")
        precondition(
            time.milliseconds(since: message.receivedAt)
                <= message.clock.futureToleranceMilliseconds, "a time that has come")
    }

    private static func checkPosition(_ position: Position) {
        precondition((-90...90).contains(position.latitude), "a latitude")
        precondition((-180...180).contains(position.longitude), "a longitude")
        if let heading = position.heading { precondition((0..<360).contains(heading), "a heading") }
        for value in [position.speed, position.accuracy].compactMap(\.self) {
            precondition(value >= 0 && value.isFinite, "a speed or radius")
        }
        if let altitude = position.altitude { precondition(altitude.isFinite, "an altitude") }
    }

    private static func checkRejections(_ batch: SampleBatch) {
        precondition(
            batch.rejections.allSatisfy { rejection in
                let name = rejection.reason.prefix { $0 != ":" }
                return rejection.row >= 0 && DecodingReason(rawValue: String(name)) != nil
            }, "reasons are known ones")
    }
}
