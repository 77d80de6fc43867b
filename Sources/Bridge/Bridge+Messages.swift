package import ColdChain
import Fabric

extension Bridge {
    /// Takes a message that a device profile decoded.
    ///
    /// - Parameters:
    ///   - batch: What was decoded, and which rows could not be.
    ///   - profile: Of the topic; a sample may name that of the device it was relayed for.
    ///   - naming: What the topic says of whose the samples are that do not name their device.
    ///   - topic: The whole topic, for the dead letter of a rejected row.
    package mutating func receive(
        _ batch: borrowing SampleBatch, profile: ProfileNumber, naming: TopicNaming,
        topic: Span<UInt8>, payload: Span<UInt8>, arrival: Arrival, effects: inout Effects
    ) {
        countMessage(arrival, &effects)
        if batch.foreignFrames > 0 { noteForeign(batch, topic, payload, arrival, &effects) }
        if batch.samples.isEmpty && batch.rejections.isEmpty {
            if batch.isStatus { counters.statusMessages += 1 }
            return
        }
        let faults = findOrigins(
            of: batch, profile: profile, naming: naming, topic: topic, arrival: arrival,
            effects: &effects)
        let fault = fault(of: batch, faults)
        if faults.hasUntimed || fault != nil {
            guard recordFingerprint(of: arrival, topic, payload, effects: &effects) else { return }
        }
        if let fault {
            bury(
                topic: topic, payload: payload, arrival: arrival, reason: fault.reason,
                detail: fault.detail, effects: &effects)
        }
        if let index = faults.unregistered {
            let name = name(ofSample: index, in: batch, naming: naming, topic: topic)
            list(
                topic, payload, reason: Bridge.unregisteredDevice, guess: nil, device: name,
                arrival, &effects)
        }
        record(batch, topic: topic, payload: payload, arrival: arrival, effects: &effects)
    }

    static let unregisteredDevice = "unregistered_device"

    private func name(
        ofSample index: Int, in batch: borrowing SampleBatch, naming: TopicNaming,
        topic: Span<UInt8>
    ) -> String? {
        if let range = batch.samples[index].device {
            return String(decoding: batch.text[range], as: UTF8.self)
        }
        switch naming {
        case .carrier(_, let range), .device(let range):
            return String(
                decoding: Bridge.bytes(topic.extracting(range), range.count), as: UTF8.self)
        case .nobody: return nil
        }
    }

    /// Why a decoded message is a dead letter as well, whole or in part: one letter a message.
    private func fault(
        of batch: borrowing SampleBatch, _ faults: MessageFaults
    ) -> (reason: String, detail: String)? {
        var found: [(reason: String, detail: String)] = []
        if faults.isAny { describe(faults, &found) }
        if !batch.rejections.isEmpty {
            found.append(("row_rejected", Bridge.describe(batch.rejections)))
        }
        guard let first = found.first else { return nil }
        return (first.reason, found.map(\.detail).joined(separator: "; "))
    }

    private func describe(
        _ faults: MessageFaults, _ found: inout [(reason: String, detail: String)]
    ) {
        if faults.hasTooManySources {
            found.append(
                ("too_many_sources", "the log knows \(sources.count) devices, which is the limit"))
        }
        if faults.hasTooManyDevices {
            found.append(
                ("too_many_devices", "\(devices.count) devices are registered, the limit"))
        }
        if let index = faults.unregistered {
            found.append(
                (Bridge.unregisteredDevice, "sample \(index): the device is not registered"))
        }
        if let index = faults.unnamed {
            found.append(
                ("unnamed_device", "sample \(index): neither topic nor payload names its device"))
        }
        if let index = faults.misnamed {
            found.append(
                ("invalid_name", "sample \(index): what names its device can be no name"))
        }
        if faults.skipsUntimed {
            found.append(
                ("retained_without_time", "a retained message must carry its time of measurement"))
        }
    }

    /// Takes a message that could not be decoded (B-8).
    ///
    /// - Parameters:
    ///   - guess: What it could be, for whoever looks at the list of unknown frames.
    ///   - device: The device's name, where it could be told.
    package mutating func receive(
        undecodable topic: Span<UInt8>, payload: Span<UInt8>, arrival: Arrival, reason: String,
        detail: String, guess: StaticString? = nil, device: Span<UInt8>? = nil,
        effects: inout Effects
    ) {
        countMessage(arrival, &effects)
        guard recordFingerprint(of: arrival, topic, payload, effects: &effects) else { return }
        bury(
            topic: topic, payload: payload, arrival: arrival, reason: reason, detail: detail,
            effects: &effects)
        guard Bridge.unknownReasons.contains(reason) else { return }
        var name: String?
        if let device {
            name = String(decoding: Bridge.bytes(device, device.count), as: UTF8.self)
        }
        list(
            topic, payload, reason: reason, guess: guess.map { "\($0)" }, device: name, arrival,
            &effects)
    }

    /// Dead letters that somebody can do something about by adding a profile, a device or a key.
    private static let unknownReasons: Set<String> = [
        "unknown_topic", "unknown_model", unregisteredDevice, "unknown_frame", "missing_key",
        "not_json",
    ]

    /// Puts a message on the list of unknown frames.
    private mutating func list(
        _ topic: Span<UInt8>, _ payload: Span<UInt8>, reason: String, guess: String?,
        device: String?, count: UInt64 = 1, _ arrival: Arrival, _ effects: inout Effects
    ) {
        let sighting = UnknownFrames.Sighting(
            reason: reason, guess: guess, device: device, count: count,
            receivedAt: arrival.receivedAt)
        unknownFrames.note(topic, payload, sighting, records: &effects.records.unknownFrames)
    }

    private mutating func noteForeign(
        _ batch: borrowing SampleBatch, _ topic: Span<UInt8>, _ payload: Span<UInt8>,
        _ arrival: Arrival, _ effects: inout Effects
    ) {
        let count = UInt64(batch.foreignFrames)
        counters.foreignFrames &+= count
        list(
            topic, payload, reason: "foreign_frames", guess: nil, device: nil, count: count,
            arrival, &effects)
    }

    /// What a redelivery of the message is known by. Reads all of it, so it is asked for only where
    /// the message has no identity of its own.
    func fingerprint(
        of arrival: Arrival, _ topic: Span<UInt8>, _ payload: Span<UInt8>
    ) -> DeliveryFingerprint? {
        DeliveryFingerprint(
            brokerMark: brokerMarks[arrival.broker], packetIdentifier: arrival.packetIdentifier,
            topic: topic, payload: payload)
    }

    /// - Returns: False where the message was recorded before.
    mutating func recordFingerprint(
        of arrival: Arrival, _ topic: Span<UInt8>, _ payload: Span<UInt8>, effects: inout Effects
    ) -> Bool {
        guard let fingerprint = fingerprint(of: arrival, topic, payload) else { return true }
        guard recent.insert(fingerprint, records: &effects.records.fingerprints) else {
            counters.redeliveries += 1
            return false
        }
        return true
    }

    mutating func countMessage(_ arrival: Arrival, _ effects: inout Effects) {
        counters.messages += 1
        guard arrival.mayComeAgain else { return }
        if let milestone = recent.countMessage(ofBroker: brokerMarks[arrival.broker]) {
            effects.records.fingerprints.append(milestone)
        }
    }

    private mutating func bury(
        topic: Span<UInt8>, payload: Span<UInt8>, arrival: Arrival, reason: String,
        detail: String, effects: inout Effects
    ) {
        counters.deadLetters[reason, default: 0] += 1
        let kept = min(payload.count, settings.bounds.deadLetterPayloadBytes)
        effects.records.deadLetters.append(
            DeadLetter(
                receivedAt: arrival.receivedAt, broker: settings.brokers[arrival.broker],
                topic: Bridge.bytes(topic, topic.count), payload: Bridge.bytes(payload, kept),
                payloadLength: payload.count, reason: reason, detail: detail))
    }

    static func bytes(_ span: Span<UInt8>, _ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for index in 0..<count { bytes.append(span[index]) }
        return bytes
    }

    /// The first rejections in words; a batch of thousands of bad rows has the rest counted.
    private static func describe(_ rejections: [Rejection]) -> String {
        let shown = 10
        var text = rejections.prefix(shown).map { "row \($0.row): \($0.reason)" }
            .joined(separator: "; ")
        if rejections.count > shown { text += "; and \(rejections.count - shown) more" }
        return text
    }
}
