package import ColdChain
package import JSONText

/// What is known of a message beside topic and payload.
package struct IncomingMessage: Equatable, Sendable {
    package var receivedAt: Timestamp
    /// Whom the topic names.
    package var naming: TopicNaming
    /// Of a LoRaWAN frame that is given by itself; elsewhere 0.
    package var port: Int

    package init(receivedAt: Timestamp, naming: TopicNaming = .nobody, port: Int = 0) {
        self.naming = naming
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
    private let limits: JSONLimits
    /// By profile number; empty for formats that know the ways themselves.
    private let maps: [FieldMap]
    /// By profile number; nil for the profiles that `extractor` has no part in.
    private let rows: [RowDecoder?]
    private let plans: [FieldExtractor.PlanNumber?]
    /// The frames that gateways and networks relay.
    package var frames: FrameRouter
    /// What devices say of their own topics.
    private var announced = AnnouncedTopics(salt: .random(in: .min ... .max))
    private var announcedTasmota = AnnouncedTasmota(salt: .random(in: .min ... .max))

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
        frames = FrameRouter(profiles)
        maps = profiles.map { profile in
            let isMapped = profile.format == .json || profile.format == .javaScript
            return isMapped ? profile.map : FieldMap(now: FieldMap.Part(fields: []))
        }
        for (number, profile) in profiles.enumerated()
        where profile.format == .json && profile.topics.isEmpty {
            // Without topics of its own it maps what a network's server decoded of a frame.
            frames.setFieldMap(maps[number], ofProfile: ProfileNumber(rawValue: number))
        }
        self.extractor = extractor
        self.profiles = profiles
        self.limits = limits
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
        _ bytes: Span<UInt8>, topic: Span<UInt8>, profile: ProfileNumber,
        _ message: IncomingMessage, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        batch.removeAll()
        let isDocument = profiles[profile.rawValue].format.isDocument
        let payload = isDocument ? Lines.withoutEnd(bytes) : bytes
        frames.codecCall = nil
        let context = MessageContext(receivedAt: message.receivedAt)
        do throws(DecodingFailure) {
            if let rows = rows[profile.rawValue], let plan = plans[profile.rawValue] {
                try decodeRows(payload, rows, plan, context, into: &batch)
            } else if profiles[profile.rawValue].format == .homeAssistant {
                try takeAnnouncement(payload, topic)
                batch.isStatus = true
            } else if payload.isEmpty || isStatus(topic, of: profile) {
                // Retained messages are deleted by an empty one.
                batch.isStatus = true
            } else if isDocument {
                try decodeDocument(payload, topic, profile, context, into: &batch)
            } else {
                try decodeFrame(
                    payload, message.port, topic, message.naming, profile, context, into: &batch)
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

    /// Fills `batch`, emptied before, with what a message says on a topic that a device announced.
    /// False where nobody did.
    package mutating func decodeAnnounced(
        _ payload: Span<UInt8>, topic: Span<UInt8>, receivedAt: Timestamp,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        batch.removeAll()
        frames.codecCall = nil
        let message = MessageContext(receivedAt: receivedAt)
        do throws(DecodingFailure) {
            if try announced.decode(topic, payload, message, &document, into: &batch) {
                return true
            }
            guard announcedTasmota.holds(topic) else { return false }
            try decodeTasmota(payload, topic, message, into: &batch)
            return true
        } catch {
            batch.removeAll()
            throw error
        }
    }

    private mutating func decodeTasmota(
        _ payload: Span<UInt8>, _ topic: Span<UInt8>, _ message: MessageContext,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard !payload.isEmpty else {
            batch.isStatus = true
            return
        }
        let root = try document.root(of: payload)
        try Tasmota.decode(
            document, root, topic, message, utcOffsetMinutes: announcedOffsetMinutes, into: &batch)
        if batch.samples.isEmpty, !batch.isStatus {
            throw DecodingFailure(withoutSamples: batch.rejections)
        }
    }

    /// How far the clocks of devices that announce themselves are ahead of UTC, by the options of the
    /// profile that takes the announcements.
    private var announcedOffsetMinutes: Int? {
        profiles.first { $0.format == .homeAssistant }?.options.utcOffsetMinutes
    }

    /// The topics that were announced since this was asked for the last time.
    package mutating func takeNewFilters() -> [String] {
        announced.takeNewFilters() + announcedTasmota.takeNewFilters()
    }

    /// What is announced beside the log's quantities is nobody's fault; a value that could be read
    /// if it were announced in another way is.
    private mutating func takeAnnouncement(
        _ payload: Span<UInt8>, _ topic: Span<UInt8>
    ) throws(DecodingFailure) {
        if TasmotaDevice.isAnnouncement(topic: topic) {
            return try announcedTasmota.take(topic, payload, &document)
        }
        for refusal in try announced.take(topic, payload, &document) {
            switch refusal {
            case .unsupportedComponent, .unsupportedQuantity: continue
            default: throw DecodingFailure(.unsupported, detail: refusal.description)
            }
        }
    }

    /// Whether what comes on a topic is told by words of its own, such as `Online`.
    private func isStatus(_ topic: Span<UInt8>, of profile: ProfileNumber) -> Bool {
        switch profiles[profile.rawValue].format {
        case .zigbee2MQTT: Zigbee2MQTT.isStatus(topic: topic)
        case .tasmota: Tasmota.isStatus(topic: topic)
        case .shelly: Shelly.isStatus(topic: topic)
        case .esphome: ESPHome.isStatus(topic: topic)
        default: false
        }
    }

    /// One document, or one in each line.
    private mutating func decodeRows(
        _ payload: Span<UInt8>, _ decoder: RowDecoder, _ plan: FieldExtractor.PlanNumber,
        _ message: MessageContext, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        var row = 0
        do throws(JSONSyntaxError) {
            try decodeRows(payload, decoder, plan, message, from: &row, into: &batch)
        } catch {
            // Lines are documents of their own only where the first one is.
            var lines = Lines()
            guard Lines.areSeveral(in: payload), let first = lines.next(in: payload),
                (try? document.read(payload.extracting(first))) != nil
            else { throw DecodingFailure(error) }
            batch.removeAll()
            try decodeLines(payload, decoder, plan, message, into: &batch)
        }
    }

    /// A line that is no JSON costs only itself.
    private mutating func decodeLines(
        _ payload: Span<UInt8>, _ decoder: RowDecoder, _ plan: FieldExtractor.PlanNumber,
        _ message: MessageContext, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        var lines = Lines()
        var row = 0
        while let line = lines.next(in: payload) {
            guard row < limits.maximumRows else { throw DecodingFailure(.tooManyRows) }
            let extent = (batch.samples.count, batch.measurements.count, batch.rejections.count)
            let first = row
            do throws(JSONSyntaxError) {
                try decodeRows(
                    payload.extracting(line), decoder, plan, message, from: &row, into: &batch)
            } catch {
                batch.samples.removeLast(batch.samples.count - extent.0)
                batch.measurements.removeLast(batch.measurements.count - extent.1)
                batch.rejections.removeLast(batch.rejections.count - extent.2)
                batch.reject(row: first, DecodingFailure(error).reason)
                row = first + 1
            }
        }
    }

    private mutating func decodeRows(
        _ text: Span<UInt8>, _ decoder: RowDecoder, _ plan: FieldExtractor.PlanNumber,
        _ message: MessageContext, from row: inout Int, into batch: inout SampleBatch
    ) throws(JSONSyntaxError) {
        try extractor.begin(text, plan: plan)
        while let kind = try extractor.nextRow() {
            switch kind {
            case .fields: decoder.decode(row, of: extractor, message, into: &batch)
            case .notAnObject: batch.reject(row: row, .notAnObject)
            case .duplicateName: batch.reject(row: row, .duplicateField)
            }
            row += 1
        }
    }

    private mutating func decodeDocument(
        _ payload: Span<UInt8>, _ topic: Span<UInt8>, _ profile: ProfileNumber,
        _ message: MessageContext, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        let root = try document.root(of: payload)
        switch profiles[profile.rawValue].format {
        case .json:
            try MappedObject.decode(
                message: document, root, maps[profile.rawValue], message, into: &batch)
        case .theThingsStack:
            try TheThingsStack.decode(document, root, topic, message, &frames, into: &batch)
        case .chirpStack:
            try ChirpStack.decode(document, root, topic, message, &frames, into: &batch)
        case .ruuviGateway:
            try RuuviGateway.decode(document, root, topic, message, &frames, into: &batch)
        case .minewGateway:
            try MinewGateway.decode(document, root, message, &frames, into: &batch)
        case .mokoGateway:
            try MokoGateway.decode(document, root, message, &frames, into: &batch)
        case .theengs: try Theengs.decode(document, root, message, &frames, into: &batch)
        case .teltonikaJSON:
            try TeltonikaJSON.decode(
                document, root, message, model: profiles[profile.rawValue].options.tracker,
                into: &batch)
        case .ownTracks: try OwnTracks.decode(document, root, topic, message, into: &batch)
        case .flespi:
            try Flespi.decode(
                document, root, message,
                temperatureUnit: profiles[profile.rawValue].options.temperatureUnit, into: &batch)
        case .senMLJSON: try SenMLJSON.decode(document, root, message, into: &batch)
        case .pui: try PUI.decode(document, root, message, into: &batch)
        case .meshtastic: try Meshtastic.decode(document, root, message, into: &batch)
        case .traccar: try Traccar.decode(document, root, message, into: &batch)
        case .zigbee2MQTT: try Zigbee2MQTT.decode(document, root, topic, message, into: &batch)
        case .tasmota:
            try Tasmota.decode(
                document, root, topic, message,
                utcOffsetMinutes: profiles[profile.rawValue].options.utcOffsetMinutes,
                into: &batch)
        case .shelly: try Shelly.decode(document, root, topic, message, into: &batch)
        default: throw DecodingFailure(.unsupported, detail: "the format is none of documents")
        }
    }

    /// Fills `batch`, emptied before, with what a vendor's codec answered to `frames.codecCall`: the
    /// JSON text of its data.
    package mutating func decode(
        _ answer: Span<UInt8>, to call: CodecCall, receivedAt: Timestamp,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        batch.removeAll()
        var draft = call.draft
        if !call.device.isEmpty { draft.device = batch.keepName(call.device.span) }
        do throws(DecodingFailure) {
            let root: JSONDocument.Node
            do throws(JSONSyntaxError) {
                root = try document.read(answer)
            } catch {
                throw DecodingFailure(.codecAnswerUnusable, detail: error.description)
            }
            try MappedObject.decode(
                document, root, maps[call.profile.rawValue], draft,
                MessageContext(receivedAt: receivedAt), into: &batch)
        } catch {
            batch.removeAll()
            throw error
        }
        guard batch.samples.isEmpty else { return }
        let failure = DecodingFailure(withoutSamples: batch.rejections)
        batch.removeAll()
        throw failure
    }

    private mutating func decodeFrame(
        _ frame: Span<UInt8>, _ port: Int, _ topic: Span<UInt8>, _ naming: TopicNaming,
        _ profile: ProfileNumber, _ message: MessageContext, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        var draft = SampleDraft()
        // Some frames are sealed with a key of the device, which their topic names.
        if profiles[profile.rawValue].format == .advert, let name = naming.name {
            draft.device = batch.keepName(topic.extracting(name))
        }
        try frames.decode(frame, port: port, by: profile, draft, message, into: &batch)
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
