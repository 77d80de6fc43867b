extension QartodOracle {
    /// `time_gap_test`: bad after a longer interval than the span, in whole seconds rounded down.
    /// The first is flagged as the second is; times that go back pass. Nil stands for a missing
    /// time; what follows one is not evaluated.
    package static func timeGap(
        _ times: [Int64?], failSpanHours: Double = 2
    ) throws(OracleError) -> [QualityFlag] {
        guard times.count > 1 else { throw .tooFewElements(needed: 2) }
        let span = wholeSeconds(hours: failSpanHours).map { $0 * nanosecondsPerSecond }
        var flags = zip(times.dropFirst(), times).map { time, last -> QualityFlag in
            guard let time else { return .missing }
            guard let last else { return .notEvaluated }
            return span.map { elapsed(from: last, to: time) > $0 } ?? false ? .bad : .good
        }
        flags.insert(times[0] != nil && times[1] == nil ? .notEvaluated : flags[0], at: 0)
        return flags
    }

    /// `data_reception_test`: bad where older than the span, in whole seconds rounded down; what is
    /// newer than now is good.
    package static func dataReception(
        _ times: [Int64?], failSpanHours: Double = 6, now: Int64
    ) -> [QualityFlag] {
        let span = wholeSeconds(hours: failSpanHours).map { $0 * nanosecondsPerSecond }
        return times.map { time in
            guard let time else { return .missing }
            return span.map { elapsed(from: time, to: now) > $0 } ?? false ? .bad : .good
        }
    }

    package enum LengthUnit: Sendable {
        case characters
        /// Two hexadecimal characters.
        case bytes
    }

    /// `syntax_test`: whether a line has as many characters, bytes or, with a delimiter, fields.
    /// In bytes a line of an odd number of characters is bad, whatever its fields.
    package static func syntax(
        _ line: String, count: Double, unit: LengthUnit = .characters, delimiter: String? = nil
    ) -> QualityFlag {
        let characters = Array(line.unicodeScalars)
        var length = Double(characters.count)
        if case .bytes = unit {
            guard characters.count.isMultiple(of: 2) else { return .bad }
            length /= 2
        }
        if let delimiter, !delimiter.isEmpty {
            length = Double(fields(of: characters, delimiter: Array(delimiter.unicodeScalars)))
        }
        return length == count ? .good : .bad
    }

    private static func fields(
        of line: [Unicode.Scalar], delimiter: [Unicode.Scalar]
    ) -> Int {
        var fields = 1
        var place = 0
        while place + delimiter.count <= line.count {
            if line[place..<place + delimiter.count].elementsEqual(delimiter) {
                fields += 1
                place += delimiter.count
            } else {
                place += 1
            }
        }
        return fields
    }
}
