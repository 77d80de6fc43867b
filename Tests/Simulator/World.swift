import Bridge
import ColdChain

/// What devices and publishers do.
extension Simulation {
    func act(device index: Int) {
        guard !devices[index].isTag else { return }
        if random.chance(0.1) { devices[index].isOffline.toggle() }
        for _ in 0..<random.int(1...2) {
            let sample = devices[index].measure(at: now, random: &random)
            devices[index].buffer.append(sample)
            // Two probes of one maker that do not agree, or a clock that stood still.
            if !devices[index].isConstant, devices[index].hasClock, random.chance(0.03) {
                var other = devices[index].measure(at: now, random: &random)
                other.measuredAt = sample.measuredAt
                devices[index].buffer.append(other)
            }
        }
        guard !devices[index].isOffline else { return }
        upload(device: index, publishing: random.chance(0.85))
        if !devices[index].lastSamples.isEmpty, devices[index].hasClock, random.chance(0.05) {
            publish(samples: devices[index].lastSamples, of: index)
        }
        if random.chance(0.03) { publishNonsense(of: index) }
    }

    /// Sends what was gathered: at once or in several messages, in order or not.
    func upload(device index: Int, publishing isPublished: Bool) {
        guard isPublished, !devices[index].buffer.isEmpty else { return }
        var samples = devices[index].buffer
        devices[index].buffer = []
        if samples.count > 1, random.chance(0.3) { samples.shuffle(using: &random) }
        while !samples.isEmpty {
            let count = random.chance(0.5) ? samples.count : random.int(1...samples.count)
            publish(samples: Array(samples.prefix(count)), of: index)
            samples.removeFirst(count)
        }
    }

    private func publish(samples: [SentSample], of index: Int) {
        let device = devices[index]
        devices[index].lastSamples = samples
        let rejections =
            random.chance(0.02) && !device.isConstant
            ? [Rejection(row: samples.count, reason: "temperature: not a number")] : []
        // The text stands for the payload: the same samples are the same bytes.
        var payload: [UInt8] = rejections.isEmpty ? [] : Array("#\(messages.count)".utf8)
        for sample in samples {
            payload += "\(sample.measuredAt?.milliseconds ?? -1);".utf8
            for measurement in sample.measurements { payload += "\(measurement.value),".utf8 }
        }
        if device.clockError > 60_000 { bagsAhead.insert(device.name) }
        if device.profile == Plan.secondBagProfile { bagsAhead.insert(device.name) }
        let message = message(
            .samples(samples, rejections: rejections), of: index, payload: payload)
        sentTimed.formUnion(message.readings(timed: true))
        sentTimedFixes.formUnion(message.fixes.filter { $0.measuredAt != nil })
        publish(message, to: random.int(0...brokers.count - 1))
        // A device that has not seen its broker's acknowledgement sends again.
        if random.chance(0.05) { publish(message, to: random.int(0...brokers.count - 1)) }
        if random.chance(0.02) { retained.append(messages.count - 1) }
    }

    private func publishNonsense(of index: Int) {
        publish(
            message(.undecodable, of: index, payload: Array("#\(messages.count) {{{".utf8)),
            to: random.int(0...brokers.count - 1))
    }

    private func message(
        _ content: Message.Content, of index: Int, payload: [UInt8]
    ) -> Message {
        let device = devices[index]
        let prefix = device.isVehicle ? "vehicles/" : "bags/\(device.profile)/"
        let topic = Array((prefix + device.name).utf8)
        return Message(
            content: content, device: index, topic: topic,
            name: prefix.utf8.count..<topic.count, payload: payload,
            isAtMostOnce: device.isAtMostOnce)
    }

    func publish(_ message: Message, to broker: Int) {
        trace.note(.published, Int64(messages.count), Int64(broker))
        trace.explain("\(String(decoding: message.topic, as: UTF8.self)) \(message.content)")
        messages.append(message)
        let isTaken = brokers[broker].publish(
            messages.count - 1, isAtMostOnce: message.isAtMostOnce)
        if !isTaken { messages[messages.count - 1].fate = .lost }
    }

    /// The broker gives what it kept to a new subscription.
    func publishRetained(_ index: Int, _ broker: Int) {
        var message = messages[index]
        message.isRetained = true
        message.isAtMostOnce = false
        message.fate = .held
        message.wasRead = false
        publish(message, to: broker)
    }
}
