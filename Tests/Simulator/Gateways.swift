import Bridge
import ColdChain

/// Gateways that hear tags, often both the same one, and relay what they hear.
extension Simulation {
    /// One round in which tags measure and gateways hear them.
    func actGateways() {
        let tags = devices.indices.filter { devices[$0].isTag && random.chance(0.7) }
        guard !tags.isEmpty else { return }
        let heard = tags.map { measure(tag: $0) }
        publish(relayed: heard, by: 0)
        if random.chance(0.5) {
            // The other gateway heard some of them, by a clock of its own.
            let delay = Int64(random.int(0...3)) * 1_000
            var others = heard.filter { _ in random.chance(0.8) }
            for index in others.indices {
                others[index].measuredAt = others[index].measuredAt?.advanced(
                    byMilliseconds: -delay)
                // One that heard badly has another value under the same number.
                if random.chance(0.03) {
                    others[index].measurements[0] = Measurement(
                        quantity: .temperature, value: random.pick(Device.temperatures))
                }
            }
            publish(relayed: others, by: 1)
        }
        if random.chance(0.1) { publish(relayed: heard, by: 0) }
    }

    private func measure(tag index: Int) -> SentSample {
        devices[index].sequence += 1
        if random.chance(0.4) { devices[index].celsius = random.pick(Device.temperatures) }
        let measurement =
            random.chance(0.15)
            ? Measurement(
                quantity: .temperature, marker: random.pick([.probeAbsent, .sensorError]))
            : Measurement(quantity: .temperature, value: devices[index].celsius)
        // Gateways tell whole seconds, and differ by up to three. So far apart, no two measurements
        // are told of the same second: to the log a device has one reading of an instant and a
        // value, whatever its number.
        let before = devices[index].measuredAt ?? Plan.start
        let measuredAt = max(
            Timestamp(milliseconds: now.milliseconds / 1000 * 1000),
            before.advanced(byMilliseconds: 4_000))
        devices[index].measuredAt = measuredAt
        return SentSample(
            measuredAt: measuredAt,
            measurements: [measurement], device: index, sequence: devices[index].sequence)
    }

    private func publish(relayed samples: [SentSample], by gateway: Int) {
        guard !samples.isEmpty else { return }
        var payload: [UInt8] = []
        for sample in samples {
            guard let device = sample.device else { continue }
            payload += "\(device) \(sample.sequence ?? 0) \(sample.measurements);".utf8
            payload += "\(sample.measuredAt?.milliseconds ?? 0),".utf8
            for measurement in sample.measurements {
                sentTimed.insert(
                    ReadingKey(device: device, measuredAt: sample.measuredAt, measurement))
            }
        }
        var message = Message(
            content: .samples(samples, rejections: []), device: nil,
            topic: Array("gateways/\(gateway)".utf8), name: 0..<0, payload: payload)
        message.isRelayed = true
        publish(message, to: random.int(0...brokers.count - 1))
    }

    /// Notes what the bridge is given of relayed samples, to know how often each may be in the log:
    /// once, unless the bridge was made anew in between, or has heard too much since.
    func expectRelayed(_ message: Message) {
        guard message.isRelayed, process.bridge != nil,
            case .samples(let samples, _) = message.content
        else { return }
        for sample in samples {
            guard let device = sample.device, let sequence = sample.sequence,
                let time = sample.measuredAt
            else { continue }
            let keys = sample.measurements.map {
                RelayedKey(device: device, sequence: sequence, $0)
            }
            let known = process.heard[device, default: []]
            let isHeard = known.contains {
                $0.keys == keys && abs($0.time.milliseconds(since: time)) <= 120_000
            }
            guard !isHeard else { continue }
            process.heard[device] = Array(
                (known + [Process.Heard(keys: keys, time: time)]).suffix(16))
            for key in keys { relayedExpected[key, default: 0] += 1 }
        }
    }

    /// Every relayed reading that was acknowledged is in the log, and none more often than it had
    /// to be told.
    func requireRelayed() throws(Violation) {
        for message in messages where message.fate == .acknowledged && message.isRelayed {
            guard disk.deadLetterCounts[letterKey(of: message)] == nil else { continue }
            for key in message.relayedReadings where !disk.holds(key) {
                throw Violation("\(key.any) was acknowledged and is lost")
            }
        }
        for (key, count) in disk.relayed {
            let device = devices[key.device].name
            let most = relayedExpected[key] ?? 0
            guard count <= most || platform.moved.contains(device) else {
                throw Violation("\(key) of \(device) is in the log \(count) times, not \(most)")
            }
        }
    }
}
