package import ColdChain
package import JSONText
import Wire

/// What the OwnTracks apps for phones publish, and qtripp for Queclink trackers.
///
///     owntracks/anna/phone  {"_type":"location","tst":1497349316,"lat":48.85833,"lon":2.29513,
///                            "acc":5,"alt":167,"vel":61,"cog":271,"batt":67,"tid":"JJ"}
///
/// The device is the `user/device` of the topic. A location is a fix, and so is a transition, which
/// tells where the phone was when it entered or left a region. Every other `_type` is no reading; an
/// encrypted message cannot be read. Members that are 0 may be left out. `vel` and `cog` are −1
/// where they are not known; `acc` of 1000 m and more is a place told by cells. A phone without a
/// network keeps its locations and sends them later: `created_at` is then later than `tst`.
///
/// qtripp adds `temp_c-NN` (°C, probe NN), `ubatt` and `uext` (V, or mV from 100 on) and `odometer`
/// (km).
///
/// Source: the OwnTracks booklet.
package enum OwnTracks {
    /// From how many metres on a place is one of cells.
    private static let coarseAccuracy = 1000.0
    /// How long after the fix a phone that is not queueing may take to make its message.
    private static let promptMilliseconds: Int64 = 10_000
    /// No vehicle has so many volts; what is told as more is millivolts.
    private static let highestVoltage = 100.0

    package static func decode(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ topic: Span<UInt8>,
        _ message: MessageContext, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        let before = batch.samples.count
        if document.isArray(root) {
            var row = 0
            var next = document.firstChild(of: root)
            while let object = next {
                next = document.sibling(of: object, in: root)
                do throws(DecodingFailure) {
                    try decode(document, object, row: row, topic, message, into: &batch)
                } catch {
                    batch.reject(row: row, error.reason)
                }
                row += 1
            }
        } else {
            try decode(document, root, row: 0, topic, message, into: &batch)
        }
        if batch.samples.count == before, batch.rejections.isEmpty { batch.isStatus = true }
    }

    private static func decode(
        _ document: borrowing JSONDocument, _ object: JSONDocument.Node, row: Int,
        _ topic: Span<UInt8>, _ message: MessageContext, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard document.isObject(object) else {
            throw DecodingFailure(.notAnObject, detail: "row \(row)")
        }
        guard let type = document.member("_type", of: object), document.isText(type) else {
            throw DecodingFailure(.missingField, detail: "there is no _type")
        }
        if document.isText(type, "location") || document.isText(type, "transition") {
            try location(document, object, row: row, topic, message, into: &batch)
        } else if document.isText(type, "encrypted") {
            throw DecodingFailure(.missingKey, detail: "the message is encrypted")
        } else if !isStatus(document, type) {
            throw DecodingFailure(.unsupported, detail: "a _type that is not known")
        }
    }

    private static func isStatus(
        _ document: borrowing JSONDocument, _ type: JSONDocument.Node
    ) -> Bool {
        document.isText(type, "lwt") || document.isText(type, "waypoint")
            || document.isText(type, "waypoints") || document.isText(type, "card")
            || document.isText(type, "steps") || document.isText(type, "beacon")
            || document.isText(type, "status") || document.isText(type, "cmd")
            || document.isText(type, "request") || document.isText(type, "configuration")
            || document.isText(type, "dump")
    }

    private static func location(
        _ document: borrowing JSONDocument, _ object: JSONDocument.Node, row: Int,
        _ topic: Span<UInt8>, _ message: MessageContext, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        func number(_ name: StaticString) -> Double? {
            document.decimal(document.member(name, of: object))
        }
        var draft = SampleDraft()
        try setTime(&draft, document, object, message)
        guard let latitude = number("lat"), let longitude = number("lon") else {
            throw DecodingFailure(.missingField, detail: "there is no lat and lon")
        }
        let accuracy = number("acc")
        draft.position = Position(
            checking: latitude, longitude,
            speed: number("vel").flatMap {
                $0 < 0 ? nil : FieldUnit.kilometresPerHour.canonical($0)
            },
            heading: number("cog"), accuracy: accuracy, altitude: number("alt"))
        if draft.position == nil { draft.notes.insert(.noFix) }
        if let accuracy, accuracy >= coarseAccuracy { draft.notes.insert(.coarsePosition) }
        setDevice(&draft, document, object, topic, &batch)
        let start = batch.measurements.count
        addMeasurements(document, object, row: row, into: &batch)
        batch.close(draft, from: start)
    }

    private static func setTime(
        _ draft: inout SampleDraft, _ document: borrowing JSONDocument,
        _ object: JSONDocument.Node, _ message: MessageContext
    ) throws(DecodingFailure) {
        guard let told = document.member("tst", of: object), document.hasValue(told) else { return }
        guard let instant = document.instant(epochSeconds: told) else {
            throw DecodingFailure(.invalidTime, detail: "tst is no time")
        }
        draft.setTime(instant, by: .device, message)
        let created = document.instant(epochSeconds: document.member("created_at", of: object))
        if let created, created.milliseconds(since: instant) > promptMilliseconds {
            draft.notes.insert(.buffered)
        }
    }

    /// The device is the topic's; the topic that the payload tells counts where the other names none.
    private static func setDevice(
        _ draft: inout SampleDraft, _ document: borrowing JSONDocument,
        _ object: JSONDocument.Node, _ topic: Span<UInt8>, _ batch: inout SampleBatch
    ) {
        let name = deviceName(in: topic)
        if let name { draft.device = batch.keepName(topic.extracting(name)) }
        guard let told = document.member("topic", of: object), document.isText(told),
            let toldName = deviceName(in: document.text(told))
        else { return }
        let toldTopic = document.text(told)
        if let name {
            if !topic.extracting(name).isEqual(to: toldTopic.extracting(toldName)) {
                draft.notes.insert(.identityConflict)
            }
        } else {
            draft.device = batch.keepName(toldTopic.extracting(toldName))
        }
    }

    /// The `user/device` of a topic: the two levels behind `owntracks`, or behind the first level
    /// where none is called so.
    private static func deviceName(in topic: Span<UInt8>) -> Range<Int>? {
        var start = topic.endOfLevel(from: 0) + 1
        var level = 0..<(start - 1)
        while level.upperBound < topic.count {
            if topic.extracting(level).isEqual(to: "owntracks") {
                start = level.upperBound + 1
                break
            }
            let next = level.upperBound + 1
            level = next..<topic.endOfLevel(from: next)
        }
        guard start < topic.count else { return nil }
        let user = start..<topic.endOfLevel(from: start)
        guard !user.isEmpty, user.upperBound + 1 < topic.count else { return nil }
        let device = topic.endOfLevel(from: user.upperBound + 1)
        return device > user.upperBound + 1 ? user.lowerBound..<device : nil
    }

    private static func addMeasurements(
        _ document: borrowing JSONDocument, _ object: JSONDocument.Node, row: Int,
        into batch: inout SampleBatch
    ) {
        func unit(_ voltage: JSONDocument.Node?) -> FieldUnit {
            let isMilli = document.decimal(voltage).map { $0 > highestVoltage } ?? false
            return isMilli ? .millivolts : .volts
        }
        let charge = document.member("batt", of: object)
        batch.add(.battery, number: charge, in: .percent, of: document, row: row)
        let battery = document.member("ubatt", of: object)
        batch.add(.batteryVoltage, number: battery, in: unit(battery), of: document, row: row)
        let supply = document.member("uext", of: object)
        batch.add(.supplyVoltage, number: supply, in: unit(supply), of: document, row: row)
        let mileage = document.member("odometer", of: object)
        batch.add(.odometer, number: mileage, in: .kilometres, of: document, row: row)
        var next = document.firstChild(of: object)
        while let node = next {
            next = document.sibling(of: node, in: object)
            let name = document.name(of: node)
            guard let suffix = name.range(behind: "temp_c-"), document.hasValue(node) else {
                continue
            }
            let number = DecimalText.integer(name.extracting(suffix))
            guard let probe = number.flatMap({ UInt8(exactly: $0) }) else {
                batch.reject(row: row, .unsupported, field: "temperature")
                continue
            }
            guard document.member(name, of: object) != nil else {
                batch.reject(row: row, .duplicateField, field: "temperature")
                continue
            }
            if let celsius = batch.number(
                node, of: document, for: .temperature, probe: Int(probe), row: row)
            {
                batch.addTemperature(celsius, probe: Int(probe))
            }
        }
    }
}
