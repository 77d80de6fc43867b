package import JSONText
import Wire

/// The topics of the sensors of Tasmota devices, each announced under a topic of its own.
///
/// What a topic announces later takes the place of what it announced before, and an empty message
/// withdraws it. Where a device's FullTopic is the usual one its messages come anyway; of others
/// nobody would know.
package struct AnnouncedTasmota: Sendable {
    private let limit: Int
    private let salt: UInt64
    /// The topic of a device's sensors, by the topic that announced it.
    private var sensorTopics: [String: String] = [:]
    private var names: NameTable
    /// By the number of a name: how many devices announced it.
    private var announcers: [Int] = []
    private var newFilters: [String] = []

    /// - Parameter salt: drawn at random, so that nobody can choose topics that collide.
    package init(limit: Int = AnnouncedTopics.standardLimit, salt: UInt64 = 0) {
        self.limit = limit
        self.salt = salt
        names = NameTable(salt: salt)
    }

    /// The topics to subscribe to that were announced since this was asked for the last time.
    package mutating func takeNewFilters() -> [String] {
        var taken: [String] = []
        swap(&taken, &newFilters)
        return taken
    }

    /// Whether a device announced that its sensors' readings come on this topic.
    package func holds(_ topic: Span<UInt8>) -> Bool {
        names.find(topic).map { announcers[$0] > 0 } ?? false
    }

    /// Takes a retained announcement; one that is no JSON, or no announcement, changes nothing.
    package mutating func take(
        _ topic: Span<UInt8>, _ payload: Span<UInt8>, _ document: inout JSONDocument
    ) throws(DecodingFailure) {
        let source = String(decoding: topic)
        guard !payload.isEmpty else { return withdraw(source) }
        let root = try document.root(of: payload)
        guard let device = TasmotaDevice(document, root) else {
            throw DecodingFailure(
                .unsupported, detail: "the announcement does not tell where a device publishes")
        }
        guard sensorTopics.count < limit || sensorTopics[source] != nil else {
            throw DecodingFailure(
                .unsupported, detail: AnnouncementRefusal.tooMany.description)
        }
        if !holds(Array(device.sensorTopic.utf8).span) { newFilters.append(device.sensorTopic) }
        withdraw(source)
        sensorTopics[source] = device.sensorTopic
        add(device.sensorTopic)
        if names.count > 2 * limit + 64 { compact() }
    }

    private mutating func withdraw(_ source: String) {
        guard let topic = sensorTopics.removeValue(forKey: source),
            let number = names.find(Array(topic.utf8).span)
        else { return }
        announcers[number] -= 1
    }

    private mutating func add(_ topic: String) {
        let name = Array(topic.utf8)
        if let number = names.find(name.span) {
            announcers[number] += 1
        } else {
            _ = names.insert(name.span)
            announcers.append(1)
        }
    }

    /// Forgets the topics that are withdrawn.
    private mutating func compact() {
        names = NameTable(salt: salt)
        announcers = []
        for topic in sensorTopics.values { add(topic) }
    }
}
