import ColdChain
import JSONText
import Wire

/// Numbers and times as firmware writes them into JSON: as numbers, or as text that is one.
extension JSONDocument {
    /// A finite number, also one that is written as text.
    func decimal(_ node: Node?) -> Double? {
        guard let node else { return nil }
        return isText(node) ? DecimalText.number(text(node)) : number(node)
    }

    /// A whole number, also one that is written as text or with a fraction of zero.
    func wholeNumber(_ node: Node?) -> Int64? {
        guard let node else { return nil }
        if isText(node) { return DecimalText.integer(text(node)) }
        return integer(node) ?? number(node).flatMap { Int64(exactly: $0) }
    }

    /// Whether something is so: true or false, or a number that is 1 or 0.
    func truth(_ node: Node?) -> Bool? {
        guard let node else { return nil }
        if let value = bool(node) { return value }
        guard let value = wholeNumber(node), value == 0 || value == 1 else { return nil }
        return value == 1
    }

    /// Whether there is a value: neither nothing nor `null`.
    func hasValue(_ node: Node?) -> Bool {
        guard let node else { return false }
        return self[node] != .null
    }

    /// Seconds since 1970, with or without a fraction, also written as text.
    func instant(epochSeconds node: Node?) -> Timestamp? {
        guard let node else { return nil }
        if let whole = wholeNumber(node) {
            let (milliseconds, overflow) = whole.multipliedReportingOverflow(by: 1000)
            return overflow ? nil : Timestamp(representable: milliseconds)
        }
        return decimal(node).flatMap { Timestamp(epochSeconds: $0) }
    }

    /// RFC 3339 text, with its zone.
    func instant(rfc3339 node: Node?) -> Timestamp? {
        guard let node else { return nil }
        return RFC3339.parse(text(node)).map { Timestamp(milliseconds: $0) }
    }
}

extension Timestamp {
    /// Nil beyond the years that a text can say.
    init?(representable milliseconds: Int64) {
        guard RFC3339.representable.contains(milliseconds) else { return nil }
        self.init(milliseconds: milliseconds)
    }

    /// To the nearest millisecond; nil for what is no time.
    init?(epochSeconds seconds: Double) {
        guard let milliseconds = Int64(exactly: (seconds * 1000).rounded()) else { return nil }
        self.init(representable: milliseconds)
    }
}

extension SampleBatch {
    /// The number that a member is, where it is there. A word in its place is the marker that it is
    /// no number; a value of another type is rejected.
    mutating func number(
        _ node: JSONDocument.Node?, of document: borrowing JSONDocument, for quantity: Quantity,
        probe: Int = 0, row: Int
    ) -> Double? {
        guard let node, document.hasValue(node) else { return nil }
        if let value = document.decimal(node) { return value }
        switch document[node] {
        case .text, .notANumber, .outOfRange: add(quantity, probe: probe, .notANumber)
        default: reject(row: row, .wrongType, field: quantity.name)
        }
        return nil
    }

    /// Adds the number that a member is, brought from its unit into that of the log.
    mutating func add(
        _ quantity: Quantity, number node: JSONDocument.Node?, in unit: FieldUnit,
        of document: borrowing JSONDocument, row: Int
    ) {
        guard let value = number(node, of: document, for: quantity, row: row) else { return }
        if unit == .percent {
            addPercent(quantity, value)
        } else {
            add(quantity, unit.canonical(value))
        }
    }

    /// Adds whether something is so; what is neither is rejected.
    mutating func add(
        _ quantity: Quantity, truth node: JSONDocument.Node?, of document: borrowing JSONDocument,
        row: Int
    ) {
        guard document.hasValue(node) else { return }
        if let value = document.truth(node) {
            add(quantity, value ? 1 : 0)
        } else {
            reject(row: row, .wrongType, field: quantity.name)
        }
    }
}
