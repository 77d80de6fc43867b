import ColdChain
import JSONText
import Wire

/// Turns the wanted fields of one row into a sample, by one profile.
struct RowDecoder: Sendable {
    /// The fields to be extracted, in the order of their slots.
    let wanted: [WantedField]

    private struct NumberSlot {
        var slot: Int
        var unit: FieldUnit
        var target: FieldTarget
    }

    private struct MeasurementSlot {
        var number: NumberSlot
        var quantity: Quantity
        var probe: Int
    }

    private struct PositionSlots {
        var latitude: NumberSlot
        var longitude: NumberSlot
        var speed: NumberSlot?
        var heading: NumberSlot?
        var accuracy: NumberSlot?
        var altitude: NumberSlot?
    }

    private let measurements: [MeasurementSlot]
    private let position: PositionSlots?
    private let time: (slot: Int, kind: TimeKind)?
    private let sequence: Int?

    init(_ profile: Profile) {
        var wanted = profile.fields.map { field in
            WantedField(path: field.path, acceptsNumericText: field.acceptsNumericText)
        }
        let numbers = profile.fields.enumerated().map { slot, field in
            NumberSlot(slot: slot, unit: field.unit, target: field.target)
        }
        measurements = numbers.compactMap { number in
            guard case .measurement(let quantity, let probe) = number.target else { return nil }
            return MeasurementSlot(number: number, quantity: quantity, probe: probe)
        }
        position = Self.positionSlots(numbers)
        if let field = profile.time {
            time = (slot: wanted.count, kind: field.kind)
            wanted.append(
                WantedField(path: field.path, acceptsNumericText: field.acceptsNumericText))
        } else {
            time = nil
        }
        if let field = profile.sequence {
            sequence = wanted.count
            wanted.append(
                WantedField(path: field.path, acceptsNumericText: field.acceptsNumericText))
        } else {
            sequence = nil
        }
        self.wanted = wanted
    }

    private static func positionSlots(_ numbers: [NumberSlot]) -> PositionSlots? {
        func slot(_ target: FieldTarget) -> NumberSlot? {
            numbers.first { $0.target == target }
        }
        guard let latitude = slot(.latitude), let longitude = slot(.longitude) else { return nil }
        return PositionSlots(
            latitude: latitude, longitude: longitude, speed: slot(.speed),
            heading: slot(.heading), accuracy: slot(.accuracy), altitude: slot(.altitude))
    }

    /// Adds the row's sample to the batch, and a rejection for whatever of it cannot be used. A row
    /// without a usable measurement or position adds no sample.
    func decode(
        _ row: Int, of fields: borrowing FieldExtractor, _ message: MessageContext,
        into batch: inout SampleBatch
    ) {
        var rejector = Rejector(row: row)
        var draft = SampleDraft()
        switch readTime(fields) {
        case .absent: break
        case .value(let instant): draft.setTime(instant, by: .device, message)
        case .refused(let reason):
            return rejector.reject(reason, &batch)
        }
        let start = batch.measurements.count
        for slot in measurements {
            guard let value = read(slot.number, fields, &rejector, &batch) else { continue }
            batch.add(slot.quantity, probe: slot.probe, value)
        }
        draft.position = readPosition(fields, &rejector, &batch)
        guard start < batch.measurements.count || draft.position != nil else {
            if !rejector.hasRejected { rejector.reject(.nothingMeasured, &batch) }
            return
        }
        draft.sequence = readSequence(fields, &rejector, &batch)
        batch.close(draft, from: start)
    }

    /// What a field came to.
    private enum Outcome<Value> {
        case absent
        case value(Value)
        case refused(DecodingReason)
    }

    /// Adds rejections of one row.
    private struct Rejector {
        let row: Int
        var hasRejected = false

        mutating func reject(_ reason: DecodingReason, _ batch: inout SampleBatch) {
            hasRejected = true
            batch.rejections.append(Rejection(row: row, reason: reason.rawValue))
        }

        mutating func reject(
            _ reason: DecodingReason, field: String, _ batch: inout SampleBatch
        ) {
            hasRejected = true
            batch.rejections.append(Rejection(row: row, reason: reason.text(field: field)))
        }
    }
}

// Numbers.
extension RowDecoder {
    /// The number of a field in the unit of the log; nil where there is none or it was rejected.
    private func read(
        _ number: NumberSlot, _ fields: borrowing FieldExtractor, _ rejector: inout Rejector,
        _ batch: inout SampleBatch
    ) -> Double? {
        switch outcome(number, fields) {
        case .absent: return nil
        case .value(let value): return value
        case .refused(let reason):
            rejector.reject(reason, field: number.target.name, &batch)
            return nil
        }
    }

    private func outcome(
        _ number: NumberSlot, _ fields: borrowing FieldExtractor
    ) -> Outcome<Double> {
        let sent: Double
        switch fields[number.slot] {
        case .missing, .null: return .absent
        case .integer(let whole): sent = Double(whole)
        case .number(let value): sent = value
        case .notANumber, .outOfRange: return .refused(.notFinite)
        case .bool, .text, .container: return .refused(.wrongType)
        }
        let value = number.unit.canonical(sent)
        guard value.isFinite else { return .refused(.notFinite) }
        return isPossible(value, number.target) ? .value(value) : .refused(.outOfRange)
    }

    /// Coordinates and motion have limits of their own; a measurement beyond its sensor's span is
    /// kept and flagged by the gross range test.
    private func isPossible(_ value: Double, _ target: FieldTarget) -> Bool {
        switch target {
        case .measurement, .altitude: true
        case .latitude: (-90...90).contains(value)
        case .longitude: (-180...180).contains(value)
        case .heading: (0...360).contains(value)
        case .speed, .accuracy: value >= 0
        }
    }

    private func readPosition(
        _ fields: borrowing FieldExtractor, _ rejector: inout Rejector,
        _ batch: inout SampleBatch
    ) -> Position? {
        guard let position else { return nil }
        let latitude = outcome(position.latitude, fields)
        let longitude = outcome(position.longitude, fields)
        let speed = read(position.speed, fields, &rejector, &batch)
        let heading = read(position.heading, fields, &rejector, &batch)
        let accuracy = read(position.accuracy, fields, &rejector, &batch)
        let altitude = read(position.altitude, fields, &rejector, &batch)
        switch (latitude, longitude) {
        case (.value(let latitude), .value(let longitude)):
            return Position(
                latitude: latitude, longitude: longitude, speed: speed,
                heading: heading == 360 ? 0 : heading, accuracy: accuracy, altitude: altitude)
        case (.absent, .absent):
            // Without a fix nothing is said, unless there is motion that now belongs nowhere.
            guard speed != nil || heading != nil || accuracy != nil else { return nil }
            rejector.reject(.incompletePosition, field: "lat", &batch)
        case (.absent, .value):
            rejector.reject(.incompletePosition, field: "lat", &batch)
        case (.value, .absent):
            rejector.reject(.incompletePosition, field: "lon", &batch)
        case (.refused, _), (_, .refused):
            // Each is rejected for its own reason.
            if case .refused(let reason) = latitude {
                rejector.reject(reason, field: "lat", &batch)
            }
            if case .refused(let reason) = longitude {
                rejector.reject(reason, field: "lon", &batch)
            }
        }
        return nil
    }

    private func read(
        _ number: NumberSlot?, _ fields: borrowing FieldExtractor, _ rejector: inout Rejector,
        _ batch: inout SampleBatch
    ) -> Double? {
        guard let number else { return nil }
        return read(number, fields, &rejector, &batch)
    }
}

// Time and sequence.
extension RowDecoder {
    private func readTime(_ fields: borrowing FieldExtractor) -> Outcome<Timestamp> {
        guard let time else { return .absent }
        let instant: Int64?
        switch fields[time.slot] {
        case .missing, .null: return .absent
        case .integer(let count): instant = time.kind.milliseconds(count)
        case .number(let count): instant = time.kind.milliseconds(count)
        case .text: instant = time.kind.milliseconds(fields.text(time.slot))
        case .bool, .container, .notANumber, .outOfRange: instant = nil
        }
        guard let instant, RFC3339.representable.contains(instant) else {
            return .refused(.invalidTime)
        }
        return .value(Timestamp(milliseconds: instant))
    }

    private func readSequence(
        _ fields: borrowing FieldExtractor, _ rejector: inout Rejector,
        _ batch: inout SampleBatch
    ) -> Int64? {
        guard let sequence else { return nil }
        switch fields[sequence] {
        case .missing, .null: return nil
        case .integer(let number): return number
        case .number(let number):
            // 7.0 is the number 7; beyond 2^53 a double no longer tells neighbours apart.
            if number.magnitude <= 9_007_199_254_740_992, let whole = Int64(exactly: number) {
                return whole
            }
            rejector.reject(.outOfRange, field: "sequence", &batch)
        case .notANumber, .outOfRange: rejector.reject(.notFinite, field: "sequence", &batch)
        case .bool, .text, .container: rejector.reject(.wrongType, field: "sequence", &batch)
        }
        return nil
    }
}
