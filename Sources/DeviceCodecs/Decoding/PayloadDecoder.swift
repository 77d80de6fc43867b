package import ColdChain
package import JSONText

/// Decodes messages by the profiles of a catalogue. Made once, used by one thread for one message
/// after the other; in steady state a sound message allocates nothing.
package struct PayloadDecoder: ~Copyable {
    private var extractor: FieldExtractor
    /// By profile number.
    private let rows: [RowDecoder]
    private let plans: [FieldExtractor.PlanNumber]

    /// Throws only when there is no memory for it.
    package init(
        _ catalogue: ProfileCatalogue, limits: JSONLimits = .standard
    ) throws(JSONSyntaxError) {
        try self.init(profiles: catalogue.profiles, limits: limits)
    }

    init(profiles: [Profile], limits: JSONLimits) throws(JSONSyntaxError) {
        var extractor = try FieldExtractor(limits: limits)
        let rows = profiles.map(RowDecoder.init)
        var plans: [FieldExtractor.PlanNumber] = []
        for row in rows { plans.append(try extractor.register(row.wanted)) }
        self.extractor = extractor
        self.rows = rows
        self.plans = plans
    }

    /// Fills `batch`, emptied before, with what a message says.
    ///
    /// What cannot be used of a sound message is among the batch's rejections: a row, or a field of
    /// a row that is otherwise kept. A message without a single sample fails as a whole, for the
    /// reason of its first rejection; the batch is empty then.
    package mutating func decode(
        _ payload: Span<UInt8>, profile: ProfileNumber, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        batch.removeAll()
        do {
            try extractor.begin(payload, plan: plans[profile.rawValue])
            let decoder = rows[profile.rawValue]
            var row = 0
            while let kind = try extractor.nextRow() {
                switch kind {
                case .fields: decoder.decode(row, of: extractor, into: &batch)
                case .notAnObject: batch.reject(row, .notAnObject)
                case .duplicateName: batch.reject(row, .duplicateField)
                }
                row += 1
            }
        } catch {
            batch.removeAll()
            throw DecodingFailure(error)
        }
        guard batch.samples.isEmpty else { return }
        let failure = DecodingFailure(withoutSamples: batch.rejections)
        batch.removeAll()
        throw failure
    }
}

extension SampleBatch {
    fileprivate mutating func reject(_ row: Int, _ reason: DecodingReason) {
        rejections.append(Rejection(row: row, reason: reason.rawValue))
    }
}

extension DecodingFailure {
    /// The failure of a sound message of which nothing could be used.
    fileprivate init(withoutSamples rejections: [Rejection]) {
        guard let first = rejections.first else {
            self.init(.nothingMeasured, detail: "the array holds no rows")
            return
        }
        let name = first.reason.prefix { $0 != ":" }
        let others = rejections.count - 1
        self.init(
            DecodingReason(rawValue: String(name)) ?? .nothingMeasured,
            detail: "row \(first.row): \(first.reason)"
                + (others > 0 ? ", and \(others) further rejections" : ""))
    }
}
