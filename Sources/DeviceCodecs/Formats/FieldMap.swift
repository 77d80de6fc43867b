package import ColdChain

/// A way into a JSON document: names of members and indexes of elements, from the outside in.
package struct JSONPath: Equatable, Sendable {
    /// One step, as the bytes of a member's name.
    let steps: [[UInt8]]

    package init(_ steps: [String]) {
        self.steps = steps.map { Array($0.utf8) }
    }

    package var names: [String] {
        steps.map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Where one value stands in an object, and what it is.
package struct FieldMapping: Equatable, Sendable {
    /// A value or a text that stands for there being no value.
    package struct Invalid: Equatable, Sendable {
        package enum Match: Equatable, Sendable {
            case number(Double)
            /// In any case of Latin letters.
            case text(String)
        }

        package var match: Match
        package var marker: Marker
        /// The text in lower case.
        let word: [UInt8]

        package init(_ match: Match, _ marker: Marker) {
            self.match = match
            self.marker = marker
            if case .text(let text) = match {
                word = Array(text.lowercased().utf8)
            } else {
                word = []
            }
        }
    }

    package var path: JSONPath
    package var target: FieldTarget
    /// In which the value is sent, unless a text says another one that the target takes as well.
    package var unit: FieldUnit
    package var invalid: [Invalid]

    package init(
        path: [String], target: FieldTarget, probe: Int = 0, unit: FieldUnit,
        invalid: [Invalid] = []
    ) {
        self.path = JSONPath(path)
        if case .measurement(let quantity, 0) = target {
            self.target = .measurement(quantity, probe: probe)
        } else {
            self.target = target
        }
        self.unit = unit
        self.invalid = invalid
    }

    /// Of measurements; 0 for all else.
    package var probe: Int {
        if case .measurement(_, let probe) = target { return probe }
        return 0
    }
}

/// How an object of a vendor's own names is read.
package struct FieldMap: Equatable, Sendable {
    package struct Time: Equatable, Sendable {
        package var path: JSONPath
        package var kind: TimeKind
        /// Whether a row whose time cannot be read is recorded at the time of receipt, and not
        /// rejected.
        package var fallsBackToReceipt: Bool

        package init(path: [String], kind: TimeKind, fallsBackToReceipt: Bool = false) {
            self.path = JSONPath(path)
            self.kind = kind
            self.fallsBackToReceipt = fallsBackToReceipt
        }
    }

    /// Values of one instant, each with its way from the same object.
    package struct Part: Equatable, Sendable {
        package var fields: [FieldMapping]
        package var time: Time?
        /// To the name of the device; nil where something else names it.
        package var device: JSONPath?
        /// To the device's running number.
        package var sequence: JSONPath?

        package init(
            fields: [FieldMapping], time: Time? = nil, device: [String]? = nil,
            sequence: [String]? = nil
        ) {
            self.fields = fields
            self.time = time
            self.device = device.map(JSONPath.init)
            self.sequence = sequence.map(JSONPath.init)
        }
    }

    /// An array of readings.
    package struct Rows: Equatable, Sendable {
        package var path: JSONPath
        /// From each of the array's objects.
        package var part: Part
        /// Whether the device kept them beside what it measured now: then neither the frame's time
        /// nor its number is theirs.
        package var isHistory: Bool

        package init(path: [String], part: Part, isHistory: Bool = true) {
            self.path = JSONPath(path)
            self.part = part
            self.isHistory = isHistory
        }
    }

    /// What the device measured now.
    package var now: Part
    package var rows: Rows?

    package init(now: Part, rows: Rows? = nil) {
        self.now = now
        self.rows = rows
    }
}
