package import ColdChain
package import JSONText
import Wire

/// An object of names that no two vendors share, read by a map of the fields: what a vendor's codec
/// answered about a frame, what a network's server decoded of it, or what a device itself sends.
///
/// A number may be written as text, with its unit behind it or with a decimal comma. A word in the
/// place of a number (`"NoSensor"`) is a marker: the one that the map names, else `notANumber`. So
/// are the extremes of 16 bits, which codecs print as if they were temperatures. Null and what is not
/// there is absent. A bad row costs only itself, and so does a bad field.
package enum MappedObject {
    /// A message of a device itself: an object, or the array of rows that the map tells the way to.
    static func decode(
        message document: borrowing JSONDocument, _ root: JSONDocument.Node,
        _ map: borrowing FieldMap, _ message: MessageContext, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        if let rows = map.rows {
            guard let array = document.node(rows.path, from: root), document.isArray(array) else {
                throw DecodingFailure(
                    .missingField,
                    detail: "there is no array at '/\(rows.path.names.joined(separator: "/"))'")
            }
            decodeRows(document, root, rows, SampleDraft(), message, &batch)
        } else if document.isArray(root) {
            var number = 0
            var next = document.firstChild(of: root)
            while let row = next {
                decodeRow(
                    document, row, map.now, number, isHistory: false, SampleDraft(), message, &batch
                )
                next = document.sibling(of: row, in: root)
                number += 1
            }
        } else {
            decodeRow(document, root, map.now, 0, isHistory: false, SampleDraft(), message, &batch)
        }
    }

    package static func decode(
        _ document: borrowing JSONDocument, _ answer: JSONDocument.Node, _ map: borrowing FieldMap,
        _ draft: SampleDraft, _ message: MessageContext, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        let samples = batch.samples.count
        let rejections = batch.rejections.count
        if document.isObject(answer) {
            decodeNow(document, answer, map.now, draft, message, &batch)
        }
        if let rows = map.rows {
            decodeRows(document, answer, rows, draft, message, &batch)
        } else if !document.isObject(answer) {
            throw DecodingFailure(.codecAnswerUnusable, detail: "the answer is no object")
        }
        guard batch.samples.count == samples, batch.rejections.count == rejections else { return }
        throw DecodingFailure(
            .nothingMeasured, detail: "the answer holds none of the fields that the profile maps")
    }

    private static func decodeNow(
        _ document: borrowing JSONDocument, _ object: JSONDocument.Node,
        _ part: borrowing FieldMap.Part, _ draft: SampleDraft, _ message: MessageContext,
        _ batch: inout SampleBatch
    ) {
        var draft = draft
        if let time = part.time {
            switch readTime(document, document.node(time.path, from: object), time.kind) {
            case .absent: break
            case .instant(let instant): draft.preferDeviceTime(instant, message)
            case .withoutZone: draft.notes.insert(.zoneUnknown)
            case .unreadable: batch.reject(row: 0, .invalidTime)
            }
        }
        close(document, object, part, row: 0, draft, &batch)
    }

    private static func decodeRows(
        _ document: borrowing JSONDocument, _ answer: JSONDocument.Node,
        _ rows: borrowing FieldMap.Rows, _ draft: SampleDraft, _ message: MessageContext,
        _ batch: inout SampleBatch
    ) {
        guard let array = document.node(rows.path, from: answer), document.isArray(array)
        else { return }
        var number = 0
        var next = document.firstChild(of: array)
        while let row = next {
            decodeRow(
                document, row, rows.part, number, isHistory: rows.isHistory, draft, message, &batch)
            next = document.sibling(of: row, in: array)
            number += 1
        }
    }

    private static func decodeRow(
        _ document: borrowing JSONDocument, _ row: JSONDocument.Node,
        _ part: borrowing FieldMap.Part, _ number: Int, isHistory: Bool, _ draft: SampleDraft,
        _ message: MessageContext, _ batch: inout SampleBatch
    ) {
        guard document.isObject(row) else { return batch.reject(row: number, .notAnObject) }
        var kept = draft
        if isHistory {
            // All rows share the frame's number and come at its time; neither is theirs.
            kept.sequence = nil
            kept.position = nil
            kept.measuredAt = nil
            kept.timeSource = .receipt
            kept.notes.insert(.buffered)
        }
        if let time = part.time {
            switch readTime(document, document.node(time.path, from: row), time.kind) {
            case .instant(let instant): kept.setTime(instant, by: .device, message)
            case .withoutZone: kept.notes.insert(.zoneUnknown)
            case .absent: break
            case .unreadable where time.fallsBackToReceipt: kept.notes.insert(.clockUnset)
            case .unreadable: return batch.reject(row: number, .invalidTime)
            }
        }
        close(document, row, part, row: number, kept, &batch)
    }

    /// Reads the fields of one instant and makes a sample of them.
    private static func close(
        _ document: borrowing JSONDocument, _ object: JSONDocument.Node,
        _ part: borrowing FieldMap.Part, row: Int, _ draft: SampleDraft,
        _ batch: inout SampleBatch
    ) {
        var draft = draft
        var place = Place()
        let start = batch.measurements.count
        for index in part.fields.indices {
            guard let node = document.node(part.fields[index].path, from: object) else { continue }
            switch MappedValue(document, node, part.fields[index]) {
            case .absent: break
            case .refused(let reason):
                batch.reject(row: row, reason, field: part.fields[index].target.name)
            case .marker(let marker):
                if case .measurement(let quantity, let probe) = part.fields[index].target {
                    batch.add(quantity, probe: probe, marker)
                }
            case .value(let value):
                if case .measurement(let quantity, let probe) = part.fields[index].target {
                    batch.add(quantity, probe: probe, value)
                } else {
                    place.take(part.fields[index].target, value)
                }
            }
        }
        place.finish(&draft, row: row, &batch)
        guard start < batch.measurements.count || draft.position != nil else { return }
        if let path = part.sequence {
            draft.sequence = readSequence(document, document.node(path, from: object))
        }
        if let path = part.device {
            guard let name = readName(document, document.node(path, from: object), &batch) else {
                batch.measurements.removeLast(batch.measurements.count - start)
                return batch.reject(row: row, .missingField, field: "device")
            }
            draft.device = name
        }
        batch.close(draft, from: start)
    }

    /// A whole number, or the text of one.
    private static func readSequence(
        _ document: borrowing JSONDocument, _ node: JSONDocument.Node?
    ) -> Int64? {
        guard let node else { return nil }
        if case .text = document[node],
            case .number(let value, nil) = NumberText.read(document.text(node))
        {
            return Int64(exactly: value)
        }
        return document.integer(node) ?? document.number(node).flatMap { Int64(exactly: $0) }
    }

    /// A name as it stands there; a number is a name as well.
    private static func readName(
        _ document: borrowing JSONDocument, _ node: JSONDocument.Node?, _ batch: inout SampleBatch
    ) -> Range<Int>? {
        guard let node else { return nil }
        switch document[node] {
        case .text:
            let name = document.text(node)
            let isName = (try? CarrierName.check(name)) != nil
            return isName ? batch.keepName(name) : nil
        case .integer(let number): return batch.keepName(Array("\(number)".utf8).span)
        default: return nil
        }
    }

    private enum TimeReading {
        case absent
        case instant(Timestamp)
        case withoutZone
        case unreadable
    }

    private static func readTime(
        _ document: borrowing JSONDocument, _ node: JSONDocument.Node?, _ kind: TimeKind
    ) -> TimeReading {
        guard let node else { return .absent }
        let milliseconds: Int64?
        switch document[node] {
        case .missing, .null: return .absent
        case .integer(let whole): milliseconds = kind.milliseconds(whole)
        case .number(let value): milliseconds = kind.milliseconds(value)
        case .text:
            let text = document.text(node)
            if kind.isText {
                if let time = kind.milliseconds(text) {
                    return .instant(Timestamp(milliseconds: time))
                }
                return isLocalTime(text) ? .withoutZone : .unreadable
            }
            guard case .number(let value, nil) = NumberText.read(text) else { return .unreadable }
            milliseconds = kind.milliseconds(value)
        case .bool, .container, .notANumber, .outOfRange: return .unreadable
        }
        guard let milliseconds, RFC3339.representable.contains(milliseconds)
        else { return .unreadable }
        return .instant(Timestamp(milliseconds: milliseconds))
    }

    /// Whether a text begins as `2024-01-31` or `2024/01/31`: some clock's time, in nobody knows
    /// which zone.
    private static func isLocalTime(_ text: Span<UInt8>) -> Bool {
        guard text.count >= 10 else { return false }
        for index in 0..<4 where !(0x30...0x39).contains(text[index]) { return false }
        return text[4] == text[7] && (text[4] == UInt8(ascii: "-") || text[4] == UInt8(ascii: "/"))
    }
}

/// The parts of a position as they turn up.
private struct Place {
    private var latitude: Double?
    private var longitude: Double?
    private var speed: Double?
    private var heading: Double?
    private var accuracy: Double?
    private var altitude: Double?

    mutating func take(_ target: FieldTarget, _ value: Double) {
        switch target {
        case .latitude: latitude = value
        case .longitude: longitude = value
        case .speed: speed = value
        case .heading: heading = value
        case .accuracy: accuracy = value
        case .altitude: altitude = value
        case .measurement: break
        }
    }

    func finish(_ draft: inout SampleDraft, row: Int, _ batch: inout SampleBatch) {
        switch (latitude, longitude) {
        case (nil, nil): break
        case (let latitude?, let longitude?):
            draft.position = Position(
                checking: latitude, longitude, speed: speed, heading: heading, accuracy: accuracy,
                altitude: altitude)
            if draft.position == nil { draft.notes.insert(.noFix) }
        case (nil, _?): batch.reject(row: row, .incompletePosition, field: "lat")
        case (_?, nil): batch.reject(row: row, .incompletePosition, field: "lon")
        }
    }
}

extension JSONDocument {
    /// What a path leads to; a number is the name of a member or the index of an element, by what
    /// stands there.
    func node(_ path: borrowing JSONPath, from start: Node) -> Node? {
        var node = start
        for index in path.steps.indices {
            let step = path.steps[index]
            let next = isArray(node) ? element(step.span, of: node) : member(step.span, of: node)
            guard let next else { return nil }
            node = next
        }
        return node
    }

    private func element(_ number: Span<UInt8>, of array: Node) -> Node? {
        var index = 0
        guard number.count > 0, number.count < 6 else { return nil }
        for place in number.indices {
            guard (0x30...0x39).contains(number[place]) else { return nil }
            index = index * 10 + Int(number[place] - 0x30)
        }
        var node = firstChild(of: array)
        while index > 0, let current = node {
            node = sibling(of: current, in: array)
            index -= 1
        }
        return node
    }
}
