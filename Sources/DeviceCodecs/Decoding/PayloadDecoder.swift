package import ColdChain
package import JSONText

/// What is known of a message beside topic and payload.
package struct IncomingMessage: Equatable, Sendable {
    package var receivedAt: Timestamp
    /// Of a LoRaWAN frame that is given by itself; elsewhere 0.
    package var port: Int

    package init(receivedAt: Timestamp, port: Int = 0) {
        self.receivedAt = receivedAt
        self.port = port
    }
}

/// Decodes messages by the profiles of a catalogue. Made once, used by one thread for one message
/// after the other; in steady state a sound message allocates nothing.
package struct PayloadDecoder: ~Copyable {
    private var extractor: FieldExtractor
    private var document: JSONDocument
    private let profiles: [Profile]
    /// By profile number; nil for the profiles that `extractor` has no part in.
    private let rows: [RowDecoder?]
    private let plans: [FieldExtractor.PlanNumber?]
    /// The frames that gateways and networks relay.
    package var frames: FrameRouter

    /// Throws only when there is no memory for it.
    package init(
        _ catalogue: ProfileCatalogue, limits: JSONLimits = .standard
    ) throws(JSONSyntaxError) {
        try self.init(profiles: catalogue.profiles, limits: limits)
    }

    init(profiles: [Profile], limits: JSONLimits) throws(JSONSyntaxError) {
        var extractor = try FieldExtractor(limits: limits)
        let rows = profiles.map { $0.isFlat ? RowDecoder($0) : nil }
        var plans: [FieldExtractor.PlanNumber?] = []
        for row in rows {
            guard let row else {
                plans.append(nil)
                continue
            }
            plans.append(try extractor.register(row.wanted))
        }
        document = try JSONDocument(limits: limits)
        frames = FrameRouter(formats: profiles.map(\.format))
        self.extractor = extractor
        self.profiles = profiles
        self.rows = rows
        self.plans = plans
    }

    /// Fills `batch`, emptied before, with what a message says.
    ///
    /// What cannot be used of a sound message is among the batch's rejections: a row, or a field of
    /// a row that is otherwise kept. A message without a single sample fails as a whole, for the
    /// reason of its first rejection; the batch is empty then. Where a vendor's codec has its part
    /// in it, `frames.codecCall` is to be answered before the batch is complete.
    package mutating func decode(
        _ payload: Span<UInt8>, topic: Span<UInt8>, profile: ProfileNumber,
        _ message: IncomingMessage, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        batch.removeAll()
        frames.codecCall = nil
        let context = MessageContext(receivedAt: message.receivedAt)
        do throws(DecodingFailure) {
            if let rows = rows[profile.rawValue], let plan = plans[profile.rawValue] {
                try decodeRows(payload, rows, plan, context, into: &batch)
            } else if payload.isEmpty {
                // Retained messages are deleted by an empty one.
                batch.isStatus = true
            } else if profiles[profile.rawValue].format.isDocument {
                try decodeDocument(payload, topic, profile, context, into: &batch)
            } else {
                try decodeFrame(payload, message.port, profile, context, into: &batch)
            }
        } catch {
            batch.removeAll()
            throw error
        }
        guard batch.samples.isEmpty, !batch.isStatus, frames.codecCall == nil,
            batch.foreignFrames == 0
        else { return }
        let failure = DecodingFailure(withoutSamples: batch.rejections)
        batch.removeAll()
        throw failure
    }

    private mutating func decodeRows(
        _ payload: Span<UInt8>, _ decoder: RowDecoder, _ plan: FieldExtractor.PlanNumber,
        _ message: MessageContext, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        do throws(JSONSyntaxError) {
            try extractor.begin(payload, plan: plan)
            var row = 0
            while let kind = try extractor.nextRow() {
                switch kind {
                case .fields: decoder.decode(row, of: extractor, message, into: &batch)
                case .notAnObject: batch.reject(row: row, .notAnObject)
                case .duplicateName: batch.reject(row: row, .duplicateField)
                }
                row += 1
            }
        } catch {
            throw DecodingFailure(error)
        }
    }

    private mutating func decodeDocument(
        _ payload: Span<UInt8>, _ topic: Span<UInt8>, _ profile: ProfileNumber,
        _ message: MessageContext, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        let root: JSONDocument.Node
        do throws(JSONSyntaxError) {
            root = try document.read(payload)
        } catch {
            throw DecodingFailure(error)
        }
        _ = root
        throw DecodingFailure(.unsupported, detail: "a document")
    }

    private mutating func decodeFrame(
        _ frame: Span<UInt8>, _ port: Int, _ profile: ProfileNumber, _ message: MessageContext,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        let format = profiles[profile.rawValue].format
        try FrameRouter.decode(
            frame, port: port, as: format, SampleDraft(), message, into: &batch)
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
