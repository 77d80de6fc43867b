import ColdChain
import DeviceCodecs
import JSONText
import Wire

/// What holds for every format of payloads whatever it is given. A property that does not hold stops
/// the program, which is what a fuzzer looks for.
///
/// An input is a format, by its index in `FuzzedFormat.all`, a port, and a payload; that of a
/// document has the topic before it, up to the first line feed.
package struct FormatProperties: ~Copyable {
    /// Small, so that inputs of a fuzzer's size reach them, and enough for every format's messages.
    private static let limits = JSONLimits(
        maximumBytes: 4000, maximumDepth: 16, maximumRows: 100)
    private static let message = MessageContext(
        receivedAt: Timestamp(milliseconds: 1_795_176_000_000))

    private let formats = FuzzedFormat.all.map(\.format)
    /// Copied for each message, as what a router remembers may change what it answers.
    private let router: FrameRouter
    private var document: JSONDocument
    private var batch = SampleBatch()
    /// What was decoded the time before.
    private var before = SampleBatch()

    package init() throws {
        document = try JSONDocument(limits: Self.limits)
        // A model for each way to decode a frame, for the devices 00…, 01… and so on.
        var router = FrameRouter(formats: PayloadFormat.allCases)
        for number in PayloadFormat.allCases.indices {
            let device = hexadecimal([UInt8](repeating: UInt8(number), count: 8)).uppercased()
            router.setModel(ProfileNumber(rawValue: number), ofDevice: Array(device.utf8).span)
        }
        self.router = router
    }

    /// The names of the formats, by the first byte of an input.
    package static var names: [String] { FuzzedFormat.all.map(\.name) }

    package mutating func check(_ input: Span<UInt8>) {
        guard input.count >= 2, Int(input[0]) < formats.count else { return }
        let format = formats[Int(input[0])]
        let port = Int(input[1])
        let rest = input.extracting(droppingFirst: 2)
        if case .announcement = format { return checkAnnouncement(rest) }
        let first = decode(rest, port, format)
        swap(&batch, &before)
        let second = decode(rest, port, format)
        precondition(first == second, "decoding twice ends alike")
        precondition(Self.areEqual(batch, before), "decoding twice says the same")
        // What a failed message leaves behind is taken away by who asked for it.
        if first == nil { BatchProperties.check(batch, of: rest.count, Self.message) }
    }

    /// Why the format refuses the message; nil where it takes it, or never saw it.
    private mutating func decode(
        _ input: Span<UInt8>, _ port: Int, _ format: FuzzedFormat
    ) -> DecodingFailure? {
        batch.removeAll()
        do throws(DecodingFailure) {
            var draft = SampleDraft()
            switch format {
            case .frame(let decode):
                draft.device = batch.keepName(Array("A4C13852680F".utf8).span)
                try decode(input, port, draft, Self.message, &batch)
            case .routed(let format):
                draft.device = batch.keepName(Array("A4C13852680F".utf8).span)
                let number = PayloadFormat.allCases.firstIndex(of: format) ?? 0
                var router = router
                try router.decode(
                    input, port: port, by: ProfileNumber(rawValue: number), draft, Self.message,
                    into: &batch)
            default: try decodeDocument(input, format)
            }
            return nil
        } catch {
            return error
        }
    }

    private mutating func decodeDocument(
        _ input: Span<UInt8>, _ format: FuzzedFormat
    ) throws(DecodingFailure) {
        let length = Self.topicLength(input)
        let topic = input.extracting(first: length ?? 0)
        let payload = input.extracting(droppingFirst: length.map { $0 + 1 } ?? 0)
        guard let root = try? document.read(payload) else { return }
        var router = router
        switch format {
        case .document(let decode): try decode(document, root, Self.message, &batch)
        case .topicDocument(let decode): try decode(document, root, topic, Self.message, &batch)
        case .gateway(let decode): try decode(document, root, Self.message, &router, &batch)
        case .topicGateway(let decode):
            try decode(document, root, topic, Self.message, &router, &batch)
        case .frame, .routed, .announcement: break
        }
    }

    /// How long the topic is that stands before a document: none without a line feed.
    private static func topicLength(_ input: Span<UInt8>) -> Int? {
        for index in input.indices where input[index] == 0x0A { return index }
        return nil
    }

    private static func areEqual(_ left: SampleBatch, _ right: SampleBatch) -> Bool {
        left.samples == right.samples && left.rejections == right.rejections
            && left.text == right.text && left.isStatus == right.isStatus
            && left.foreignFrames == right.foreignFrames
            && left.measurements.elementsEqual(right.measurements) { left, right in
                left.quantity == right.quantity && left.probe == right.probe
                    && left.marker == right.marker
                    && left.value.bitPattern == right.value.bitPattern
            }
    }
}

// Announcements.
extension FormatProperties {
    /// Takes the input as an announcement, and then as a message on each topic it announced.
    private mutating func checkAnnouncement(_ input: Span<UInt8>) {
        let length = Self.topicLength(input)
        let topic = input.extracting(first: length ?? 0)
        let payload = input.extracting(droppingFirst: length.map { $0 + 1 } ?? 0)
        checkTasmota(payload)
        guard AnnouncedTopics.isAnnouncement(topic: topic) else { return }
        var topics = AnnouncedTopics(limit: 50)
        guard let refusals = try? topics.take(topic, payload, &document) else { return }
        let filters = topics.takeNewFilters()
        precondition(topics.announcements.count <= 50, "the table is bounded")
        precondition(filters.isEmpty == topics.isEmpty, "what is announced is subscribed to")
        precondition(refusals.allSatisfy { $0.description.utf8.count < 1000 }, "reasons are short")
        for announcement in topics.announcements { checkAnnounced(announcement) }
        for filter in filters {
            let name = Array(filter.utf8)
            batch.removeAll()
            do throws(DecodingFailure) {
                let isKnown = try topics.decode(
                    name.span, payload, Self.message, &document, into: &batch)
                precondition(isKnown, "a topic that is subscribed to is known")
            } catch {
                continue
            }
            BatchProperties.check(batch, of: payload.count + 50, Self.message)
        }
        _ = try? topics.take(topic, input.extracting(first: 0), &document)
        precondition(topics.isEmpty, "an empty message withdraws what was announced")
    }

    private func checkAnnounced(_ announcement: Announcement) {
        let topic = announcement.stateTopic
        precondition(!topic.isEmpty && !topic.hasPrefix("$"), "a topic that is no broker's")
        precondition(!topic.contains("#") && !topic.contains("+"), "a topic without wildcards")
        precondition(
            (try? CarrierName.check(Array(announcement.device.utf8).span)) != nil,
            "a device with a name")
        precondition(announcement.path.allSatisfy { !$0.isEmpty }, "a path has names")
        precondition(announcement.expireAfterSeconds ?? 1 > 0, "a time that passes")
    }

    private mutating func checkTasmota(_ payload: Span<UInt8>) {
        let source = Array("tasmota/discovery/A4CF12345678/config".utf8)
        var topics = AnnouncedTasmota(limit: 1)
        guard (try? topics.take(source.span, payload, &document)) != nil else { return }
        let filters = topics.takeNewFilters()
        for filter in filters {
            precondition(!filter.contains("#") && !filter.contains("+"), "a topic of its own")
            precondition(topics.holds(Array(filter.utf8).span), "what is subscribed to is known")
        }
        _ = try? topics.take(source.span, payload.extracting(first: 0), &document)
        precondition(
            filters.allSatisfy { !topics.holds(Array($0.utf8).span) },
            "an empty message withdraws it")
    }
}
