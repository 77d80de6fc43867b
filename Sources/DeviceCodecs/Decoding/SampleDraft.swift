package import ColdChain

/// A sample while it is put together: what its measurements have in common.
///
/// A format opens one, adds measurements to the batch, and closes it:
///
///     let start = batch.measurements.count
///     batch.add(.temperature, celsius)
///     batch.close(draft, from: start)
package struct SampleDraft: Equatable, Sendable {
    package var device: Range<Int>?
    package var profile: ProfileNumber?
    package var measuredAt: Timestamp?
    package var timeSource: TimeSource = .receipt
    package var notes: ReadingNotes = []
    package var sequence: Int64?
    package var position: Position?

    package init() {}

    /// Takes a time that somebody's clock tells, as far as it can be believed.
    package mutating func setTime(
        _ claimed: Timestamp, by source: TimeSource, _ message: MessageContext
    ) {
        let (believed, note) = message.clock.judge(claimed, receivedAt: message.receivedAt)
        notes.formUnion(note)
        measuredAt = believed
        timeSource = believed == nil ? .receipt : source
    }
}

/// What is known of a message beside its bytes.
package struct MessageContext: Sendable {
    package var receivedAt: Timestamp
    package var clock: ClockRule

    package init(receivedAt: Timestamp, clock: ClockRule = ClockRule()) {
        self.receivedAt = receivedAt
        self.clock = clock
    }
}

extension SampleBatch {
    /// Adds a value of the sample that is being put together; one that is no number is a marker.
    package mutating func add(_ quantity: Quantity, probe: Int = 0, _ value: Double) {
        guard let probe = UInt8(exactly: probe) else { return }
        measurements.append(
            value.isFinite
                ? Measurement(quantity: quantity, probe: probe, value: value)
                : Measurement(quantity: quantity, probe: probe, marker: .notANumber))
    }

    package mutating func add(_ quantity: Quantity, probe: Int = 0, _ marker: Marker) {
        guard let probe = UInt8(exactly: probe) else { return }
        measurements.append(Measurement(quantity: quantity, probe: probe, marker: marker))
    }

    /// Makes a sample of what was added since `start`, and of the draft's position. Without either
    /// there is no sample, and the answer is false; so where the device's name could not be kept,
    /// shown or put into a topic again, which is rejected.
    @discardableResult
    package mutating func close(_ draft: SampleDraft, from start: Int) -> Bool {
        guard start < measurements.count || draft.position != nil else { return false }
        if let device = draft.device, (try? CarrierName.check(text.span.extracting(device))) == nil
        {
            measurements.removeLast(measurements.count - start)
            reject(row: 0, .missingField, field: "device")
            return false
        }
        var sample = Sample(
            device: draft.device, measuredAt: draft.measuredAt, timeSource: draft.timeSource,
            notes: draft.notes, sequence: draft.sequence, position: draft.position,
            measurements: start..<measurements.count)
        sample.profile = draft.profile
        samples.append(sample)
        return true
    }

    /// Keeps the name of a device that the payload tells, in the spelling of the registry.
    package mutating func keepName(_ name: Span<UInt8>) -> Range<Int> {
        let start = text.count
        for index in name.indices { text.append(name[index]) }
        return start..<text.count
    }

    package mutating func reject(row: Int, _ reason: DecodingReason) {
        rejections.append(Rejection(row: row, reason: reason.rawValue))
    }

    package mutating func reject(row: Int, _ reason: DecodingReason, field: String) {
        rejections.append(Rejection(row: row, reason: reason.text(field: field)))
    }
}

extension Position {
    /// A place that can be, and motion as far as it can be. Nil for coordinates that cannot be, and
    /// for 0, 0, which receivers without a fix send and where no food is delivered.
    package init?(
        checking latitude: Double, _ longitude: Double, speed: Double? = nil,
        heading: Double? = nil, accuracy: Double? = nil, altitude: Double? = nil,
        satellites: Int? = nil
    ) {
        guard (-90...90).contains(latitude), (-180...180).contains(longitude),
            latitude != 0 || longitude != 0
        else { return nil }
        func positive(_ value: Double?) -> Double? {
            value.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
        }
        let course = positive(heading).flatMap { $0 <= 360 ? $0 : nil }
        self.init(
            latitude: latitude, longitude: longitude, speed: positive(speed),
            heading: course == 360 ? 0 : course, accuracy: positive(accuracy),
            altitude: altitude.flatMap { $0.isFinite ? $0 : nil },
            satellites: satellites.flatMap { UInt8(exactly: $0) })
    }
}
