package import JSONText

/// A field of an object that somebody's codec made, and what its name and value look like: for a
/// person to confirm. Nothing is decoded by a proposal before.
package struct FieldProposal: Equatable, Sendable {
    package var path: [String]
    package var target: FieldTarget
    /// Of measurements only, counted from 0: what looks like the air inside comes first.
    package var probe: Int
    package var unit: FieldUnit
    /// As the object has it.
    package var value: String
}

/// What is proposed for one object: the fields of now, and those of the rows of an array beside.
package struct AnswerProposal: Equatable, Sendable {
    package struct Rows: Equatable, Sendable {
        package var path: [String]
        package var fields: [FieldProposal] = []
        package var time: FieldMap.Time?
    }

    package var fields: [FieldProposal] = []
    package var time: FieldMap.Time?
    package var rows: Rows?

    /// The proposal as it would be used if it is confirmed as it is.
    package var map: FieldMap {
        FieldMap(
            now: FieldMap.Part(fields: fields.map(\.mapping), time: time),
            rows: rows.map { rows in
                FieldMap.Rows(
                    path: rows.path,
                    part: FieldMap.Part(fields: rows.fields.map(\.mapping), time: rows.time))
            })
    }

    /// Looks at the names and values of a decoded object; rows are judged by the first of them.
    package init(_ document: borrowing JSONDocument, _ object: JSONDocument.Node) {
        var search = ProposalSearch()
        search.walk(document, object, path: [], parent: FieldName(""))
        fields = search.ranked
        time = search.time
        guard let array = search.rows, let first = document.firstChild(of: array.node) else {
            return
        }
        var inner = ProposalSearch()
        inner.walk(document, first, path: [], parent: FieldName(""))
        guard !inner.found.isEmpty else { return }
        rows = Rows(path: array.path, fields: inner.ranked, time: inner.time)
    }
}

extension FieldProposal {
    fileprivate var mapping: FieldMapping {
        FieldMapping(path: path, target: target, probe: probe, unit: unit)
    }
}

/// Collects proposals on a walk through an object.
private struct ProposalSearch {
    struct Found {
        var proposal: FieldProposal
        var name: FieldName
    }

    var found: [Found] = []
    var time: FieldMap.Time?
    var rows: (path: [String], node: JSONDocument.Node)?

    /// Decoded objects are flat; what lies deeper or comes later is not worth a person's look.
    private static let deepest = 6
    private static let most = 64

    mutating func walk(
        _ document: borrowing JSONDocument, _ node: JSONDocument.Node, path: [String],
        parent: FieldName
    ) {
        guard path.count < Self.deepest, found.count < Self.most else { return }
        let unitHint = document.member("unit", of: node).flatMap { Self.unit(document, $0) }
        var next = document.firstChild(of: node)
        while let child = next {
            next = document.sibling(of: child, in: node)
            let bytes = document.name(of: child)
            var text: [UInt8] = []
            for index in bytes.indices { text.append(bytes[index]) }
            let key = String(decoding: text, as: UTF8.self)
            let name = FieldName(key)
            // `{"temperature": {"value": 4.2, "unit": "°C"}}`, `{"temperatureSensor": {"3": 4.2}}`
            let meant = name.saysNothing ? parent : name
            if document.isArray(child) {
                if rows == nil, let first = document.firstChild(of: child),
                    document.isObject(first)
                {
                    rows = (path + [key], child)
                }
            } else if document.isObject(child) {
                walk(document, child, path: path + [key], parent: meant)
            } else {
                propose(document, child, path: path + [key], meant, unitHint)
            }
        }
    }

    private mutating func propose(
        _ document: borrowing JSONDocument, _ node: JSONDocument.Node, path: [String],
        _ name: FieldName, _ unitHint: FieldUnit?
    ) {
        guard let value = SeenValue(document, node) else { return }
        if name.isTime, let kind = value.timeKind {
            if time == nil { time = FieldMap.Time(path: path, kind: kind) }
            return
        }
        guard let (target, unit) = name.meaning(of: value, unitHint: unitHint) else { return }
        let isTaken = found.contains { $0.proposal.target == target }
        if target.isPosition, isTaken { return }
        found.append(
            Found(
                proposal: FieldProposal(
                    path: path, target: target, probe: 0, unit: unit, value: value.text),
                name: name))
    }

    /// Numbered by quantity: what looks like the air first, then in the order of the object.
    var ranked: [FieldProposal] {
        var proposals = found.map(\.proposal)
        let order = found.indices.sorted { left, right in
            (found[left].name.outwardness, left) < (found[right].name.outwardness, right)
        }
        var counts: [FieldTarget: Int] = [:]
        for index in order where !proposals[index].target.isPosition {
            let probe = counts[proposals[index].target, default: 0]
            proposals[index].probe = probe
            counts[proposals[index].target] = probe + 1
        }
        return proposals
    }

    private static func unit(
        _ document: borrowing JSONDocument, _ node: JSONDocument.Node
    ) -> FieldUnit? {
        guard document.isText(node) else { return nil }
        let text = document.text(node)
        // A unit as it would stand behind a number.
        var number: [UInt8] = [UInt8(ascii: "0"), UInt8(ascii: " ")]
        for index in text.indices { number.append(text[index]) }
        guard case .number(_, let unit) = NumberText.read(number.span) else { return nil }
        return unit
    }
}

/// A value as it was seen, as far as a field can have it.
struct SeenValue {
    var number: Double?
    var unit: FieldUnit?
    var isTruth = false
    /// Of a probe that is not connected, say: the field is one, though this is no number.
    var isWord = false
    var isInstant = false
    var text: String

    init?(_ document: borrowing JSONDocument, _ node: JSONDocument.Node) {
        switch document[node] {
        case .integer(let whole):
            number = Double(whole)
            text = "\(whole)"
        case .number(let value):
            number = value
            text = "\(value)"
        case .bool(let truth):
            isTruth = true
            text = "\(truth)"
        case .text:
            let span = document.text(node)
            var bytes: [UInt8] = []
            for index in 0..<min(span.count, 64) { bytes.append(span[index]) }
            text = String(decoding: bytes, as: UTF8.self)
            switch NumberText.read(span) {
            case .number(let value, let unit):
                number = value
                self.unit = unit
            case .word:
                isWord = true
                isInstant = NetworkMessage.time(document, node) != nil
            case .absent, .notFinite: isWord = true
            }
        default: return nil
        }
    }

    /// By the size of the number: a year that devices are used in comes out of one reading only.
    var timeKind: TimeKind? {
        if isInstant { return .rfc3339 }
        guard let number else { return nil }
        switch number {
        case 1e8..<1e10: return .epochSeconds
        case 1e11..<1e13: return .epochMilliseconds
        default: return nil
        }
    }
}
