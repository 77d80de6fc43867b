import ColdChain

@testable import Bridge

extension Engine {
    /// A sample as a gateway relays it.
    struct Relayed {
        var device: String?
        var measurements: [Measurement]
        /// Seconds since the start; nil where there is no time.
        var at: Int64?
        var timeSource = TimeSource.gateway
        var sequence: Int64?
        var notes: ReadingNotes = []
        var position: Position?
        var profile: Int? = 2

        init(
            _ device: String?, _ celsius: Double..., at: Int64? = nil,
            timeSource: TimeSource = .gateway, sequence: Int64? = nil, notes: ReadingNotes = [],
            position: Position? = nil, profile: Int? = 2
        ) {
            self.device = device
            measurements = celsius.enumerated().map {
                Measurement(quantity: .temperature, probe: UInt8($0.offset), value: $0.element)
            }
            self.at = at
            self.timeSource = timeSource
            self.sequence = sequence
            self.notes = notes
            self.position = position
            self.profile = profile
        }

        func with(_ measurement: Measurement) -> Relayed {
            var other = self
            other.measurements.append(measurement)
            return other
        }
    }

    /// Takes a message of a gateway.
    mutating func relay(
        _ samples: [Relayed], on topic: String = "gateway/1", naming: TopicNaming = .nobody,
        profile: Int = 0, at seconds: Int64 = 0, broker: Int = 0, isRetained: Bool = false,
        packet: UInt16? = nil, foreignFrames: Int = 0, isStatus: Bool = false
    ) {
        var batch = SampleBatch()
        for sample in samples {
            let first = batch.measurements.count
            batch.measurements += sample.measurements
            var range: Range<Int>?
            if let device = sample.device {
                let start = batch.text.count
                batch.text += device.utf8
                range = start..<batch.text.count
            }
            var said = Sample(
                device: range, measuredAt: sample.at.map(Engine.instant),
                timeSource: sample.timeSource, notes: sample.notes, sequence: sample.sequence,
                position: sample.position, measurements: first..<batch.measurements.count)
            said.profile = sample.profile.map(ProfileNumber.init(rawValue:))
            batch.samples.append(said)
        }
        batch.foreignFrames = foreignFrames
        batch.isStatus = isStatus
        let topicBytes = Array(topic.utf8)
        let payload = Array("\(samples)".utf8)
        let arrival = arrival(
            at: seconds, broker: broker, isRetained: isRetained, packetIdentifier: packet)
        bridge.receive(
            batch, profile: ProfileNumber(rawValue: profile), naming: naming,
            topic: topicBytes.span, payload: payload.span, arrival: arrival, effects: &effects)
    }

    mutating func refuse(
        _ topic: String, _ payload: String = "?", reason: String = "unknown_topic",
        guess: StaticString? = nil, device: String? = nil, at seconds: Int64 = 0
    ) {
        let topicBytes = Array(topic.utf8)
        let bytes = Array(payload.utf8)
        let arrival = arrival(at: seconds)
        let name = device.map { Array($0.utf8) }
        if let name {
            bridge.receive(
                undecodable: topicBytes.span, payload: bytes.span, arrival: arrival,
                reason: reason, detail: "", guess: guess, device: name.span, effects: &effects)
        } else {
            bridge.receive(
                undecodable: topicBytes.span, payload: bytes.span, arrival: arrival,
                reason: reason, detail: "", guess: guess, effects: &effects)
        }
    }

    var readings: [Reading] { effects.records.readings }

    var values: [Double] { readings.map(\.measurement.value) }

    var letters: [String] { effects.records.deadLetters.map(\.reason) }

    /// `device carrier profile` of each source.
    var sourceNames: [String] {
        effects.records.sources.map { "\($0.device) \($0.carrier.name) \($0.profile)" }
    }

    /// What the list of unknown frames holds after all that was written, by topic.
    var listed: [String: UnknownFrame] {
        var frames: [String: UnknownFrame] = [:]
        for change in effects.records.unknownFrames {
            switch change {
            case .put(let frame): frames[String(decoding: frame.topic, as: UTF8.self)] = frame
            case .remove(let topic): frames[String(decoding: topic, as: UTF8.self)] = nil
            }
        }
        return frames
    }
}
