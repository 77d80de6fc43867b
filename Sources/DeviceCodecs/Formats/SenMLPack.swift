import ColdChain
import Wire

/// One record of a SenML pack as it was read, without its names.
struct SenMLRecord {
    enum Value: Equatable {
        case number(Double)
        /// A word, NaN or an infinity where a number belongs.
        case notANumber
        case bool(Bool)
        /// Text, or bytes.
        case other
    }

    var baseTime: Double?
    var baseValue: Double?
    var baseUnit: SenMLUnit?
    var baseVersion: Double?
    var time: Double?
    var unit: SenMLUnit?
    var value: Value?
    /// A base field that cannot be read: from here on nobody knows what the records mean.
    var hasBrokenBase = false
    /// Why the record itself cannot be used.
    var fault: DecodingReason?
}

/// Puts the records of a pack together: resolves them by the base fields that hold, and makes one
/// sample of neighbouring records of one device and time.
///
/// Which part of a name is the device:
/// - `urn:dev:TYPE:ID` up to the next `:`, `_` or `/`, wherever base name and name meet;
/// - otherwise the base name, without the separator at its end;
/// - without a base name, what stands before the last `/` of the name, or all of a URN;
/// - a LwM2M path, which begins with `/`, and any other name tell no device: it is the topic's.
///
/// What follows is the name of the measurement; the number at its end is the probe, 0 without one.
/// A temperature whose probe was told before in the same sample is rejected: nobody knows which one
/// is which.
struct SenMLPack {
    /// Times before are relative to now.
    private static let earliestAbsolute = 268_435_456.0
    /// Times from here on are milliseconds: as seconds it would be the year 5138.
    private static let earliestInMilliseconds = 1e11
    /// As milliseconds it would be the year 5138.
    private static let latestInMilliseconds = 1e14
    /// The version of RFC 8428; a later one may mean anything.
    private static let knownVersion = 10.0
    /// How many positions may wait for their other half, which is searched among all of them.
    private static let waitingPositions = 256

    private let message: MessageContext
    private var baseTime: Double?
    private var baseValue = 0.0
    private var baseUnit: SenMLUnit?
    private var isBroken = false
    private var group: Group?
    private var waiting: [Group] = []

    /// Records that become one sample.
    fileprivate struct Group {
        var draft: SampleDraft
        var time: Double?
        var row: Int
        var start: Int
        var latitude: Double?
        var longitude: Double?
        var altitude: Double?
        var speed: Double?
        var heading: Double?
    }

    init(_ message: MessageContext) {
        self.message = message
    }

    /// Adds the next record. Throws when the whole pack is of a version that is not known.
    mutating func add(
        _ record: SenMLRecord, baseName: Span<UInt8>, name: Span<UInt8>, row: Int,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        if let version = record.baseVersion, version > Self.knownVersion {
            throw DecodingFailure(.unsupported, detail: "SenML of a later version")
        }
        if let time = record.baseTime { baseTime = time }
        if let value = record.baseValue { baseValue = value }
        if let unit = record.baseUnit { baseUnit = unit }
        if record.hasBrokenBase { isBroken = true }
        if isBroken { return batch.reject(row: row, .wrongType, field: "base") }
        if let fault = record.fault { return batch.reject(row: row, fault) }
        guard let value = record.value, value != .other else { return }

        let textStart = batch.text.count
        _ = batch.keepName(baseName)
        _ = batch.keepName(name)
        let (device, measured) = Self.split(
            batch.text.span.extracting(textStart..<batch.text.count), base: baseName.count)
        let target = SenMLTarget(
            unit: record.unit ?? baseUnit,
            name: batch.text.span.extracting(
                textStart + measured.lowerBound..<textStart + measured.upperBound))
        batch.text.removeLast(batch.text.count - textStart - device)
        var time = baseTime
        if let offset = record.time { time = (time ?? 0) + offset }
        let isOpen = target != .nothing && open(textStart, time, row: row, &batch)
        if !isOpen { batch.text.removeLast(batch.text.count - textStart) }
        guard target != .nothing, group != nil else { return }
        add(value, as: target, row: row, &batch)
    }

    /// Ends the pack: what is still open becomes a sample.
    mutating func finish(_ batch: inout SampleBatch) {
        close(&batch)
        for index in waiting.indices {
            guard var half = takeWaiting(index) else { continue }
            for other in waiting.indices.dropFirst(index + 1)
            where half.isOtherHalf(waiting[other], batch.text.span) {
                half.merge(waiting[other])
                waiting[other].latitude = nil
                waiting[other].longitude = nil
                break
            }
            half.settlePosition()
            batch.close(half.draft, from: batch.measurements.count)
            half.rejectIfIncomplete(&batch)
        }
    }

    private func takeWaiting(_ index: Int) -> Group? {
        let half = waiting[index]
        return half.latitude == nil && half.longitude == nil ? nil : half
    }
}

// Names and times.
extension SenMLPack {
    /// How long the device's part at the beginning of a name is, and where its measurement's part
    /// lies; `base` bytes of it are the base name.
    private static func split(
        _ name: Span<UInt8>, base: Int
    ) -> (device: Int, measured: Range<Int>) {
        if let length = deviceURN(name) {
            var start = length
            if start < name.count { start += 1 }
            return (length, start..<name.count)
        }
        guard name.isEmpty || name[0] != UInt8(ascii: "/") else { return (0, 0..<name.count) }
        if base > 0 {
            var length = base
            while length > 0, isSeparator(name[length - 1]) { length -= 1 }
            return (length, base..<name.count)
        }
        if name.range(behind: "urn:") != nil { return (name.count, name.count..<name.count) }
        var slash = name.count - 1
        while slash > 0, name[slash] != UInt8(ascii: "/") { slash -= 1 }
        return slash > 0 ? (slash, slash + 1..<name.count) : (0, 0..<name.count)
    }

    /// The length of the `urn:dev:TYPE:ID` that a name begins with (RFC 9039).
    private static func deviceURN(_ name: Span<UInt8>) -> Int? {
        guard let rest = name.range(behind: "urn:dev:") else { return nil }
        var index = rest.lowerBound
        while index < name.count, name[index] != UInt8(ascii: ":") { index += 1 }
        let identifier = index + 1
        index = identifier
        while index < name.count, name[index] != UInt8(ascii: ":"),
            name[index] != UInt8(ascii: "_"), name[index] != UInt8(ascii: "/")
        {
            index += 1
        }
        return index > identifier ? index : nil
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
            UInt8(ascii: "_"), UInt8(ascii: "#"):
            true
        default: false
        }
    }

    /// Opens a group for the device whose name begins at `textStart` and for this time, unless the
    /// open one is that. Whether the name is kept; a time that is none costs the record.
    private mutating func open(
        _ textStart: Int, _ time: Double?, row: Int, _ batch: inout SampleBatch
    ) -> Bool {
        let device = textStart..<batch.text.count
        let name: Range<Int>? = device.isEmpty ? nil : device
        if let group, group.time == time,
            Self.isSame(group.draft.device, name, in: batch.text.span)
        {
            return false
        }
        close(&batch)
        var draft = SampleDraft()
        draft.device = name
        guard setTime(time, &draft) else {
            batch.reject(row: row, .invalidTime)
            return false
        }
        group = Group(draft: draft, time: time, row: row, start: batch.measurements.count)
        return name != nil
    }

    private static func isSame(
        _ left: Range<Int>?, _ right: Range<Int>?, in text: Span<UInt8>
    ) -> Bool {
        guard let left, let right else { return left == right }
        return text.extracting(left).isEqual(to: text.extracting(right))
    }

    private func setTime(_ time: Double?, _ draft: inout SampleDraft) -> Bool {
        guard let time, time != 0 else { return true }
        guard time.isFinite, time.magnitude < Self.latestInMilliseconds else { return false }
        if time < Self.earliestAbsolute {
            let ago = Int64((time * 1000).rounded())
            draft.notes.insert(.relativeTime)
            draft.setTime(message.receivedAt.advanced(byMilliseconds: ago), by: .device, message)
            return true
        }
        let isMilliseconds = time >= Self.earliestInMilliseconds
        guard let instant = Timestamp(epochSeconds: isMilliseconds ? time / 1000 : time) else {
            return false
        }
        draft.setTime(instant, by: .device, message)
        return true
    }
}

// Values and samples.
extension SenMLPack {
    private mutating func add(
        _ value: SenMLRecord.Value, as target: SenMLTarget, row: Int, _ batch: inout SampleBatch
    ) {
        let number: Double?
        switch value {
        case .number(let sent): number = sent + baseValue
        case .bool(let truth): number = target.isTruth ? (truth ? 1 : 0) : nil
        case .notANumber, .other: number = nil
        }
        switch target {
        case .unknownUnit(let quantity):
            batch.reject(row: row, .unsupported, field: quantity.name)
        case .measurement(let quantity, let probe, let unit):
            guard let group, !batch.holds(quantity, probe: probe, since: group.start) else {
                return batch.reject(row: row, .duplicateField, field: quantity.name)
            }
            if let number, number.isFinite {
                batch.add(quantity, probe: probe, number, in: unit, row: row)
            } else if value == .notANumber || number != nil {
                batch.add(quantity, probe: probe, .notANumber)
            } else {
                batch.reject(row: row, .wrongType, field: quantity.name)
            }
        case .latitude: group?.latitude = number
        case .longitude: group?.longitude = number
        case .altitude: group?.altitude = number
        case .heading: group?.heading = number
        case .speed(let unit): group?.speed = number.map(unit.canonical)
        case .nothing: break
        }
    }

    private mutating func close(_ batch: inout SampleBatch) {
        guard var group else { return }
        self.group = nil
        group.settlePosition()
        batch.close(group.draft, from: group.start)
        guard (group.latitude == nil) != (group.longitude == nil) else { return }
        if waiting.count < Self.waitingPositions {
            waiting.append(group)
        } else {
            group.rejectIfIncomplete(&batch)
        }
    }
}

extension SenMLPack.Group {
    /// Makes the position of what was told of it, where both coordinates were.
    fileprivate mutating func settlePosition() {
        guard let latitude, let longitude else { return }
        draft.position = Position(
            checking: latitude, longitude, speed: speed, heading: heading, altitude: altitude)
        if draft.position == nil { draft.notes.insert(.noFix) }
    }

    fileprivate func rejectIfIncomplete(_ batch: inout SampleBatch) {
        if latitude == nil {
            batch.reject(row: row, .incompletePosition, field: "lat")
        } else if longitude == nil {
            batch.reject(row: row, .incompletePosition, field: "lon")
        }
    }

    fileprivate func isOtherHalf(_ other: SenMLPack.Group, _ text: Span<UInt8>) -> Bool {
        guard time == other.time, (latitude == nil) != (other.latitude == nil),
            (longitude == nil) != (other.longitude == nil)
        else { return false }
        guard let name = draft.device, let otherName = other.draft.device else {
            return draft.device == other.draft.device
        }
        return text.extracting(name).isEqual(to: text.extracting(otherName))
    }

    fileprivate mutating func merge(_ other: SenMLPack.Group) {
        latitude = latitude ?? other.latitude
        longitude = longitude ?? other.longitude
        altitude = altitude ?? other.altitude
        speed = speed ?? other.speed
        heading = heading ?? other.heading
    }
}

extension SenMLTarget {
    fileprivate var isTruth: Bool {
        if case .measurement(_, _, .truth) = self { return true }
        return false
    }
}

extension SampleBatch {
    fileprivate func holds(_ quantity: Quantity, probe: Int, since start: Int) -> Bool {
        for index in start..<measurements.count
        where measurements[index].quantity == quantity && Int(measurements[index].probe) == probe {
            return true
        }
        return false
    }

    fileprivate mutating func add(
        _ quantity: Quantity, probe: Int, _ number: Double, in unit: FieldUnit, row: Int
    ) {
        switch unit {
        case .celsius, .kelvin: addTemperature(number, probe: probe, unit: unit)
        case .percent: addPercent(quantity, probe: probe, number)
        case .truth where number != 0 && number != 1:
            reject(row: row, .wrongType, field: quantity.name)
        default: add(quantity, probe: probe, unit.canonical(number))
        }
    }
}
