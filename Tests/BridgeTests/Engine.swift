import ColdChain
import Fabric

@testable import Bridge

/// A bridge in hand: says messages and commands to it in few words, and keeps what it answers.
struct Engine {
    var bridge: Bridge
    /// Everything since `effects` was last emptied.
    var effects = Effects()
    private var packetIdentifier: UInt16 = 0
    /// When the log answers.
    private var now = Engine.start

    static let start = Timestamp(milliseconds: 1_795_176_000_000)

    /// Without patience: a single reading outside is an alarm, a single one inside ends it.
    static func settings(
        endpoints: [EndpointSubscription] = [], checks: ReadingChecks.Extent = .grossRange
    ) -> BridgeSettings {
        var settings = patientSettings(endpoints: endpoints, checks: checks)
        settings.excursions.grace = 0
        settings.excursions.hysteresis = 0
        settings.excursions.clearDelay = 0
        return settings
    }

    /// Readings are put to the tests of one value only: what is judged here are temperatures that
    /// jump as no sensor's do.
    static func patientSettings(
        endpoints: [EndpointSubscription] = [], checks: ReadingChecks.Extent = .grossRange
    ) -> BridgeSettings {
        var settings = BridgeSettings(
            brokers: ["north", "south"],
            profiles: [
                ProfileTraits(
                    name: "generic/bag@1", carrier: .bag,
                    ranges: GrossRanges(
                        temperature: GrossRange(sensorSpan: -40...125, plausibleSpan: -30...95))),
                ProfileTraits(name: "generic/tracker@1", carrier: .vehicle),
                ProfileTraits(name: "ruuvi/ruuvitag@2", carrier: .bag),
            ],
            endpoints: endpoints)
        settings.checks.extent = checks
        // A year: what time alone does to sensors that say nothing is tried by itself.
        settings.silence = SilenceSettings(silentAfter: 31_536_000_000)
        return settings
    }

    init(_ settings: BridgeSettings = Engine.settings(), restored: RestoredState = RestoredState())
    {
        bridge = Bridge(settings: settings, restored: restored, seed: 1, effects: &effects)
    }

    /// A sample as a test writes it: seconds since the start, nil where the device has no clock.
    struct Row {
        var at: Int64?
        var celsius: [Double]
        var humidity: Double?
        var position: Position?

        init(
            _ at: Int64?, _ celsius: Double..., humidity: Double? = nil, position: Position? = nil
        ) {
            self.at = at
            self.celsius = celsius
            self.humidity = humidity
            self.position = position
        }
    }

    static func instant(_ seconds: Int64) -> Timestamp {
        start.advanced(byMilliseconds: seconds * 1000)
    }

    /// The next message of a broker: its packet identifier has not been used.
    mutating func arrival(
        at seconds: Int64, broker: Int = 0, isRetained: Bool = false,
        packetIdentifier: UInt16? = nil
    ) -> Arrival {
        self.packetIdentifier &+= 1
        let identifier = packetIdentifier ?? self.packetIdentifier
        now = max(now, Engine.instant(seconds))
        return Arrival(
            broker: broker, receivedAt: Engine.instant(seconds), isRetained: isRetained,
            packetIdentifier: identifier)
    }

    /// Takes a message of a bag (or of a vehicle, by profile 1).
    mutating func receive(
        _ rows: [Row], from name: String = "bag-1", at seconds: Int64? = nil, profile: Int = 0,
        rejecting rejections: [Rejection] = [], broker: Int = 0, isRetained: Bool = false,
        packetIdentifier: UInt16? = nil
    ) {
        var batch = SampleBatch()
        for row in rows {
            let first = batch.measurements.count
            for (probe, celsius) in row.celsius.enumerated() {
                batch.measurements.append(
                    Measurement(quantity: .temperature, probe: UInt8(probe), value: celsius))
            }
            if let humidity = row.humidity {
                batch.measurements.append(Measurement(quantity: .humidity, value: humidity))
            }
            batch.samples.append(
                Sample(
                    measuredAt: row.at.map(Engine.instant), position: row.position,
                    measurements: first..<batch.measurements.count))
        }
        batch.rejections = rejections
        let prefix = profile == 1 ? "vehicles/" : "bags/"
        let topic = prefix + name
        let payload = "\(rows)"
        let arrival = arrival(
            at: seconds ?? rows.compactMap(\.at).max() ?? 0, broker: broker,
            isRetained: isRetained, packetIdentifier: packetIdentifier)
        let topicBytes = Array(topic.utf8)
        let payloadBytes = Array(payload.utf8)
        bridge.receive(
            batch, profile: ProfileNumber(rawValue: profile),
            naming: .carrier(
                profile == 1 ? .vehicle : .bag, prefix.utf8.count..<topicBytes.count),
            topic: topicBytes.span, payload: payloadBytes.span, arrival: arrival,
            effects: &effects)
        answerRecalls()
    }

    mutating func receiveUndecodable(_ payload: String, at seconds: Int64 = 0, packet: UInt16) {
        let topic = Array("bags/bag-1".utf8)
        let bytes = Array(payload.utf8)
        let arrival = arrival(at: seconds, packetIdentifier: packet)
        bridge.receive(
            undecodable: topic.span, payload: bytes.span, arrival: arrival, reason: "not_json",
            detail: "at byte 0", effects: &effects)
    }

    /// Carries out a command by API and answers what the asker is told.
    @discardableResult
    mutating func ask(
        _ command: Command, at seconds: Int64 = 0
    ) -> Result<CommandAnswer, CommandRefusal>? {
        let before = effects.replies.count
        now = max(now, Engine.instant(seconds))
        bridge.perform(
            command, token: CommandToken(9), at: Engine.instant(seconds), effects: &effects)
        answerRecalls()
        return effects.replies.count == before + 1 ? effects.replies.last?.result : nil
    }

    /// Carries out a command that came by MQTT.
    mutating func take(_ command: Command, at seconds: Int64, packet: UInt16) {
        let topic = Array("orders/o-1/events".utf8)
        let arrival = arrival(at: seconds, packetIdentifier: packet)
        bridge.perform(
            command, arrival: arrival, topic: topic.span, payload: topic.span, effects: &effects)
    }

    /// Makes an order that `bag` carries from an instant on.
    mutating func makeOrder(
        _ id: String = "o-1", _ foodClass: FoodClass = .hot, in bag: String? = "bag-1",
        from seconds: Int64 = 0, at now: Int64? = nil
    ) {
        var fields = OrderFields()
        fields.id = id
        fields.foodClass = foodClass
        ask(.createOrder(fields), at: now ?? seconds)
        guard let bag else { return }
        ask(
            .bindBag(order: id, bag: bag, from: Engine.instant(seconds)), at: now ?? seconds)
    }

    mutating func amend(_ id: String, at seconds: Int64, _ change: (inout OrderFields) -> Void) {
        var fields = OrderFields()
        change(&fields)
        ask(.amendOrder(id: id, fields), at: seconds)
    }

    /// Answers the recalls from the readings recorded so far.
    mutating func answerRecalls() {
        let recalls = effects.recalls
        effects.recalls.removeAll()
        for order in recalls {
            let stretches = effects.records.custody.filter { $0.order == order }
            let sources = effects.records.sources.filter { source in
                stretches.contains { source.carrier == .bag($0.bag) }
            }
            var readings = recordedOnce.filter { reading in
                sources.contains { $0.number == reading.source }
                    && stretches.contains { $0.from <= reading.measuredAt }
            }
            revise(&readings)
            bridge.recalled(readings, for: order, at: now, effects: &effects)
        }
    }

    /// The readings as the journal has them: one that comes again is not recorded again.
    private var recordedOnce: [Reading] {
        var seen: Set<String> = []
        return effects.records.readings.filter { reading in
            let measurement = reading.measurement
            return seen.insert(
                "\(reading.source.rawValue) \(reading.measuredAt.milliseconds) "
                    + "\(measurement.quantity) \(measurement.probe) \(measurement.value) "
                    + (measurement.marker?.name ?? "")
            ).inserted
        }
    }

    /// Gives readings of the log the flags that were said of them last.
    func revise(_ readings: inout [Reading]) {
        for revision in effects.records.qualityRevisions {
            for place in readings.indices
            where readings[place].source == revision.source
                && readings[place].measuredAt == revision.measuredAt
                && readings[place].measurement.quantity == revision.quantity
                && readings[place].measurement.probe == revision.probe
            {
                readings[place].quality = revision.quality.flags
                readings[place].reasons = revision.quality.packedReasons
            }
        }
    }

    /// The bridge made anew from everything recorded so far, with what it asks for answered.
    mutating func restart(settings: BridgeSettings? = nil) {
        var restored = RestoredState()
        let records = effects.records
        restored.sources = records.sources
        for reading in records.readings {
            let newest = restored.newestMeasurement[reading.source] ?? reading.measuredAt
            restored.newestMeasurement[reading.source] = max(newest, reading.measuredAt)
            restored.measuring.insert(reading.source)
        }
        restored.orders = Engine.last(records.orders) { $0.number }
        restored.custody = Engine.last(records.custody) {
            "\($0.bag) \($0.order) \($0.from)"
        }
        restored.excursions = Engine.last(records.excursions) { $0.number }
        restored.dataGaps = Engine.last(records.dataGaps) {
            "\($0.order) \($0.source) \($0.loss.from)"
        }
        restored.silences = silences.filter { $0.end == nil }
        restored.alerts = Engine.last(records.alerts.map(\.alert)) { $0.number }
        restored.lastAlert = restored.alerts.map(\.number).max() ?? 0
        restored.fingerprints = records.fingerprints
        restored.lastRawMessages = records.rawMessages.blocks.last?.number ?? 0
        for change in records.devices {
            switch change {
            case .put(let device):
                restored.devices.removeAll { $0.id == device.id }
                var written = device
                written.lastSeen = nil
                restored.devices.append(written)
            case .remove(let id): restored.devices.removeAll { $0.id == id }
            }
        }
        for change in records.unknownFrames {
            switch change {
            case .put(let frame):
                restored.unknownFrames.removeAll { $0.topic == frame.topic }
                restored.unknownFrames.append(frame)
            case .remove(let topic): restored.unknownFrames.removeAll { $0.topic == topic }
            }
        }
        let progress = records.deliveryProgress
        restored.deliveries = records.deliveries.compactMap { delivery in
            var delivery = delivery
            for step in progress where step.number == delivery.number {
                if step.state != .pending { return nil }
                delivery.attempts = step.attempts
                delivery.nextAttemptAt = step.nextAttemptAt
            }
            return delivery
        }
        restored.lastOrder = restored.orders.map(\.number.rawValue).max() ?? 0
        restored.lastSource = restored.sources.map(\.number.rawValue).max() ?? 0
        restored.lastExcursion = restored.excursions.map(\.number).max() ?? 0
        restored.calibrations = records.calibrations
        restored.lastCheckpoint = records.checkpoints.map(\.number).max() ?? 0
        restored.lastEvent = records.events.map(\.number).max() ?? 0
        restored.lastDelivery = records.deliveries.map(\.number).max() ?? 0
        effects.recalls.removeAll()
        bridge = Bridge(
            settings: settings ?? bridge.settings, restored: restored, seed: 2, effects: &effects)
        answerRecalls()
    }

    static func last<Element, Key: Hashable>(
        _ elements: [Element], by key: (Element) -> Key
    ) -> [Element] {
        var places: [Key: Int] = [:]
        var result: [Element] = []
        for element in elements {
            if let place = places[key(element)] {
                result[place] = element
            } else {
                places[key(element)] = result.count
                result.append(element)
            }
        }
        return result
    }

    // MARK: What it answered

    /// The excursions as the log has them: start, end and peak, in seconds and °C.
    var excursions: [String] {
        Engine.last(effects.records.excursions) { $0.number }.filter {
            $0.standing == .holds
        }.map { excursion in
            let end = excursion.closedAt.map { "\(seconds($0))" } ?? "open"
            return "\(seconds(excursion.openedAt))…\(end) \(excursion.peak)"
        }
    }

    /// Names of the events recorded, in order.
    var events: [String] { effects.records.events.map(\.name) }
    /// Those that tell of orders and their food, without what is told to staff.
    var orderEvents: [String] { events.filter { $0 != "alert.updated" } }

    /// As the log has them.
    var silences: [Silence] {
        Engine.last(effects.records.silences) {
            "\($0.order) \($0.bag) \($0.carriedSince) \($0.source as Any) \($0.probe as Any) \($0.since)"
        }
    }

    var alerts: [TemperatureAlert] {
        effects.publications.compactMap {
            if case .alert(let alert) = $0.event { alert } else { nil }
        }
    }

    var temperatures: [TemperatureUpdate] {
        effects.publications.compactMap {
            if case .temperature(let update) = $0.event { update } else { nil }
        }
    }

    var locations: [LocationUpdate] {
        effects.publications.compactMap {
            if case .location(let update) = $0.event { update } else { nil }
        }
    }

    func seconds(_ instant: Timestamp) -> Int64 {
        instant.milliseconds(since: Engine.start) / 1000
    }
}
