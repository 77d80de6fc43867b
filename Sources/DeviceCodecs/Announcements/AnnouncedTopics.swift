package import ColdChain
package import JSONText
import Wire

/// The topics on which devices say that they publish, and what stands in their messages.
///
/// Filled from announcements, each under the topic it was retained on: what that topic announces
/// later takes the place of what it announced before, and nothing, as by an empty message, deletes
/// it. The values of one device on one topic are one sample.
///
/// A device that announces several values of a quantity, and does not number them, has them
/// numbered in the order of the topics that announced them. That does not depend on the order in
/// which they come, so that the same announcements lead to the same probes after a restart; until
/// all that are retained have come the numbers are not final.
package struct AnnouncedTopics: Sendable {
    /// Ten values for each of a thousand devices.
    package static let standardLimit = 10_000
    /// As many as a probe's number can tell apart.
    private static let mostOfDevice = 256

    private struct Value: Sendable {
        var device: [UInt8]
        var quantity: Quantity
        var probe: Int
        var form: Form
        var path: [[UInt8]]
    }

    fileprivate enum Form: Sendable {
        case number(FieldUnit)
        case truth(on: [UInt8], off: [UInt8])
        case zigbee
    }

    private let limit: Int
    private let salt: UInt64
    /// What was announced, by the topic that announced it and by device.
    private var sources: [String: [String: [Announcement]]] = [:]
    /// Which topics announced values of a device.
    private var sourcesOfDevice: [String: Set<String>] = [:]
    private var count = 0
    /// State topics, by number; a name without values is one that was withdrawn.
    private var topics: NameTable
    private var values: [[Value]] = []
    private var newFilters: [String] = []

    /// - Parameter salt: drawn at random, so that nobody can choose topics that collide.
    package init(limit: Int = standardLimit, salt: UInt64 = 0) {
        self.limit = limit
        self.salt = salt
        topics = NameTable(salt: salt)
    }

    package var isEmpty: Bool { count == 0 }

    /// The topics to subscribe to that were announced since this was asked for the last time.
    package mutating func takeNewFilters() -> [String] {
        var taken: [String] = []
        swap(&taken, &newFilters)
        return taken
    }

    /// All that is announced now, in the order of the topics that announced it.
    package var announcements: [Announcement] {
        sources.sorted { $0.key < $1.key }.flatMap { _, devices in
            devices.sorted { $0.key < $1.key }.flatMap(\.value)
        }
    }

    /// Takes what `source`, the topic of a retained announcement, announces from now on. Nothing
    /// changes where that is more than the limit.
    package mutating func announce(
        _ announcements: [Announcement], by source: String
    ) throws(AnnouncementRefusal) {
        let old = sources[source] ?? [:]
        let new = Dictionary(grouping: announcements, by: \.device)
        let devices = Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }
        let more = announcements.count - old.values.reduce(0) { $0 + $1.count }
        guard count + more <= limit else { throw .tooMany }
        for device in devices {
            let others = of(device).count - (old[device]?.count ?? 0)
            guard others + (new[device]?.count ?? 0) <= Self.mostOfDevice else { throw .tooMany }
        }
        count += more
        noteNewFilters(devices.flatMap { new[$0] ?? [] })
        sources[source] = new.isEmpty ? nil : new
        for device in devices {
            for announcement in old[device] ?? [] { remove(device: device, from: announcement) }
            if new[device] == nil {
                sourcesOfDevice[device]?.remove(source)
                if sourcesOfDevice[device]?.isEmpty == true { sourcesOfDevice[device] = nil }
            } else {
                sourcesOfDevice[device, default: []].insert(source)
            }
            renumber(device)
        }
        if topics.count > 2 * limit + 64 { compact() }
    }

    /// To be asked before the announcements are in the table.
    private mutating func noteNewFilters(_ announcements: [Announcement]) {
        newFilters += Set(announcements.map(\.stateTopic)).filter { topic in
            topics.find(Array(topic.utf8).span).map { values[$0].isEmpty } ?? true
        }.sorted()
    }

    /// What is announced of a device, in the order of the topics that announced it.
    private func of(_ device: String) -> [Announcement] {
        (sourcesOfDevice[device] ?? []).sorted().flatMap { sources[$0]?[device] ?? [] }
    }

    private mutating func remove(device: String, from announcement: Announcement) {
        guard let number = topics.find(Array(announcement.stateTopic.utf8).span) else { return }
        let name = Array(device.utf8)
        values[number].removeAll { $0.device == name }
    }

    /// Puts all values of a device into the table anew.
    private mutating func renumber(_ device: String) {
        let all = of(device)
        for announcement in all { remove(device: device, from: announcement) }
        var taken: [Quantity: Set<Int>] = [:]
        var places: Set<[String]> = []
        // Those that tell their number first: where two announce the same value, such as
        // Zigbee2MQTT and, for it, Home Assistant, theirs is taken.
        for announcement in all.filter({ $0.probe != nil }) + all.filter({ $0.probe == nil }) {
            guard places.insert([announcement.stateTopic] + announcement.path).inserted else {
                continue
            }
            let quantity = announcement.quantity
            let numbers = taken[quantity] ?? []
            let told = announcement.probe.flatMap { numbers.contains($0) ? nil : $0 }
            guard
                let probe = told ?? (0...Self.mostOfDevice).first(where: { !numbers.contains($0) })
            else { continue }
            taken[quantity, default: []].insert(probe)
            insert(announcement, probe)
        }
    }

    private mutating func insert(_ announcement: Announcement, _ probe: Int) {
        let topic = Array(announcement.stateTopic.utf8)
        let number: Int
        if let known = topics.find(topic.span) {
            number = known
        } else {
            number = topics.insert(topic.span)
            values.append([])
        }
        values[number].append(
            Value(
                device: Array(announcement.device.utf8), quantity: announcement.quantity,
                probe: probe, form: Form(announcement.form),
                path: announcement.path.map { Array($0.utf8) }))
    }

    /// Forgets the topics that are withdrawn.
    private mutating func compact() {
        topics = NameTable(salt: salt)
        values = []
        for device in sourcesOfDevice.keys.sorted() { renumber(device) }
    }
}

// Messages.
extension AnnouncedTopics {
    /// Adds what a message on an announced topic says, a sample for each device. False, with
    /// nothing added, where nobody announced the topic.
    ///
    /// A message without any of the announced values is a status.
    package func decode(
        _ topic: Span<UInt8>, _ payload: Span<UInt8>, _ message: MessageContext,
        _ document: inout JSONDocument, into batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard let number = topics.find(topic), !values[number].isEmpty else { return false }
        let isDocument = values[number].contains { !$0.path.isEmpty }
        let root = isDocument ? try document.root(of: payload) : nil
        let before = batch.samples.count
        var index = 0
        while index < values[number].count {
            index = try decodeDevice(
                number, from: index, payload, document, root, message, into: &batch)
        }
        if batch.samples.count == before { batch.isStatus = batch.rejections.isEmpty }
        return true
    }

    /// Adds the sample of the device whose values begin at `first`, and answers where the next
    /// device's begin.
    private func decodeDevice(
        _ number: Int, from first: Int, _ payload: Span<UInt8>,
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node?, _ message: MessageContext,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) -> Int {
        let start = batch.measurements.count
        var draft = SampleDraft()
        var index = first
        while index < values[number].count,
            values[number][index].device == values[number][first].device
        {
            let value = values[number][index]
            if let root {
                batch.add(
                    value.quantity, probe: value.probe,
                    reading(value, document, node(value.path, document, root)))
                if case .zigbee = value.form, index == first {
                    let lastSeen = document.reportedTime(document.member("last_seen", of: root))
                    if !draft.setTime(lastSeen, by: .gateway, message) {
                        batch.reject(row: 0, .invalidTime, field: "last_seen")
                    }
                }
            } else {
                guard let reported = value.form.reported(payload, value.quantity) else {
                    throw DecodingFailure(
                        .wrongType, detail: "\(payload.count) bytes that are no number")
                }
                batch.add(value.quantity, probe: value.probe, reported)
            }
            index += 1
        }
        if batch.measurements.count > start {
            let device = values[number][first].device
            draft.device = batch.keepName(device.span)
            batch.close(draft, from: start)
        }
        return index
    }

    private func node(
        _ path: [[UInt8]], _ document: borrowing JSONDocument, _ root: JSONDocument.Node
    ) -> JSONDocument.Node? {
        var node = root
        for name in path {
            guard let next = document.member(name.span, of: node) else { return nil }
            node = next
        }
        return node
    }

    private func reading(
        _ value: Value, _ document: borrowing JSONDocument, _ node: JSONDocument.Node?
    ) -> ReportedValue {
        guard let node else { return .absent }
        if case .zigbee = value.form {
            return Zigbee2MQTT.Property(value.quantity, probe: value.probe)
                .reading(document, node, hasBattery: true)
        }
        if document.isText(node) {
            return value.form.reported(document.text(node), value.quantity)
                ?? .marker(.notANumber)
        }
        switch value.form {
        case .number(let unit): return document.reported(node).converted(from: unit)
        case .truth(let on, let off):
            switch document[node] {
            case .null: return .marker(.notAvailable)
            case .bool(let isSo): return Form.truth(isSo ? "true" : "false", on, off)
            case .integer(1): return Form.truth("1", on, off)
            case .integer(0): return Form.truth("0", on, off)
            default: return .marker(.notANumber)
            }
        case .zigbee: return .absent
        }
    }
}

extension AnnouncedTopics.Form {
    init(_ form: Announcement.Form) {
        switch form {
        case .number(let unit): self = .number(unit)
        case .truth(let on, let off):
            self = .truth(on: Array(on.lowercased().utf8), off: Array(off.lowercased().utf8))
        case .zigbee: self = .zigbee
        }
    }

    /// What a text means; nil for bytes that cannot be one.
    func reported(_ text: Span<UInt8>, _ quantity: Quantity) -> ReportedValue? {
        switch self {
        case .number(let unit): ESPHome.reported(text, quantity, unit)
        case .truth(let on, let off):
            if text.isWord(on.span) {
                .value(1)
            } else if text.isWord(off.span) {
                .value(0)
            } else {
                text.isEmpty || ESPHome.isNothing(text)
                    ? .marker(.notAvailable) : .marker(.notANumber)
            }
        case .zigbee: ESPHome.reported(text, quantity, .celsius)
        }
    }

    static func truth(_ word: StaticString, _ on: [UInt8], _ off: [UInt8]) -> ReportedValue {
        if on.span.isEqual(to: word) { return .value(1) }
        return off.span.isEqual(to: word) ? .value(0) : .marker(.notANumber)
    }
}
