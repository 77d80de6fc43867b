import Bridge
import ColdChain
import Fabric

/// What a turn of the engine does with messages, before and after they are durable.
extension Simulation {
    // MARK: Connections

    func connectBrokers() {
        for index in brokers.indices where !brokers[index].isConnected && random.chance(0.7) {
            let isResumed = brokers[index].connect()
            trace.note(.connected, Int64(index), isResumed ? 1 : 0)
            if !isResumed { process.lostSessions.append(index) }
        }
    }

    func disconnect(_ index: Int) {
        trace.note(.disconnected, Int64(index))
        for message in brokers[index].disconnect() { messages[message].fate = .lost }
    }

    func loseSession(_ index: Int) {
        counts.lostSessions += 1
        trace.note(.sessionLost, Int64(index))
        for message in brokers[index].loseSession() {
            messages[message].fate = messages[message].wasRead ? .unsure : .lost
        }
    }

    // MARK: Taking messages

    func take(_ delivery: Broker.Delivery) {
        let message = messages[delivery.message]
        trace.note(.read, Int64(delivery.message), Int64(delivery.packetIdentifier))
        if message.wasRead { counts.redeliveries += 1 }
        messages[delivery.message].wasRead = true
        let arrival = Arrival(
            broker: delivery.broker, receivedAt: now, isRetained: message.isRetained,
            packetIdentifier: delivery.packetIdentifier)
        switch message.content {
        case .command(let command):
            process.bridge?.perform(
                command, arrival: arrival, topic: message.topic.span,
                payload: message.payload.span, effects: &process.effects)
        case .undecodable:
            guard sabotage != .deadLettersInSilence else { return }
            process.bridge?.receive(
                undecodable: message.topic.span, payload: message.payload.span,
                arrival: arrival, reason: "not_json", detail: "at byte 0",
                effects: &process.effects)
        case .samples(let samples, let rejections):
            fillBatch(samples, rejections)
            expectRelayed(message)
            let before = process.bridge?.counters.samplesHeardAgain ?? 0
            defer {
                let after = process.bridge?.counters.samplesHeardAgain ?? 0
                counts.heardAgain += Int(after - before)
            }
            if message.isRelayed {
                process.bridge?.receive(
                    process.batch, profile: ProfileNumber(rawValue: Plan.tagProfile),
                    naming: .nobody, topic: message.topic.span, payload: message.payload.span,
                    arrival: arrival, effects: &process.effects)
                return
            }
            let profile = devices[message.device ?? 0].profile
            process.bridge?.receive(
                process.batch, profile: ProfileNumber(rawValue: profile),
                naming: .carrier(
                    profile == Plan.trackerProfile ? .vehicle : .bag, message.name),
                topic: message.topic.span, payload: message.payload.span, arrival: arrival,
                effects: &process.effects)
        }
    }

    private func fillBatch(_ samples: [SentSample], _ rejections: [Rejection]) {
        process.batch.removeAll()
        process.batch.rejections = rejections
        for sample in samples {
            let first = process.batch.measurements.count
            process.batch.measurements += sample.measurements.map {
                guard sabotage == .judgesMarkers, $0.marker != nil else { return $0 }
                return Measurement(quantity: $0.quantity, probe: $0.probe, value: 85)
            }
            var measuredAt = sample.measuredAt
            if sabotage == .takesReceiptForMeasurement, measuredAt != nil { measuredAt = now }
            var name: Range<Int>?
            if let device = sample.device {
                let start = process.batch.text.count
                process.batch.text += devices[device].name.utf8
                name = start..<process.batch.text.count
            }
            process.batch.samples.append(
                Sample(
                    device: name, measuredAt: measuredAt,
                    timeSource: name == nil ? .device : .networkServer,
                    sequence: sample.sequence,
                    position: sample.position,
                    measurements: first..<process.batch.measurements.count))
        }
    }

    // MARK: When everything is durable

    /// Says to the brokers that what was read is safe. The connection may break midway.
    func acknowledge() throws(Interruption) {
        for index in brokers.indices {
            let read = process.read.filter { $0.broker == index }
            var isCut = !brokers[index].isConnected
            for delivery in read {
                if !isCut, random.chance(faults.acknowledgementCut / 10) { isCut = true }
                if delivery.packetIdentifier == 0 {
                    messages[delivery.message].fate = .acknowledged
                    continue
                }
                guard !isCut else { continue }
                try requireDurable(delivery.message)
                trace.note(.acknowledged, Int64(delivery.message))
                brokers[index].acknowledge(delivery.packetIdentifier)
                messages[delivery.message].fate = .acknowledged
            }
            if isCut, brokers[index].isConnected { disconnect(index) }
        }
    }

    /// Gives replies, publications and attempts to whom they are for. The process may die between
    /// any two.
    func handOut() throws(Interruption) {
        for reply in process.replies {
            try mayCrash()
            trace.note(.answered, Int64(bitPattern: reply.token.rawValue))
            do throws(Violation) {
                try requireDurable(reply)
            } catch {
                throw .violated(error)
            }
            platform.answered(reply.token)
        }
        process.replies.removeAll()
        try publish(process.publications)
        process.publications.removeAll()
        for attempt in process.attempts {
            try mayCrash()
            trace.note(.attempted, Int64(attempt.number), Int64(attempt.attempt))
            guard let index = receivers.firstIndex(where: { $0.endpoint == attempt.endpoint })
            else { throw .violated(Violation("nobody is called \(attempt.endpoint)")) }
            receivers[index].start(
                attempt, at: now, latency: random.milliseconds(ofSeconds: 0.01...2))
        }
        process.attempts.removeAll()
    }

    private func publish(_ publications: [PublishedEvent]) throws(Interruption) {
        for publication in publications {
            try mayCrash()
            trace.note(.told, Int64(publication.record?.number ?? 0))
            trace.explain("\(publication)")
            do throws(Violation) {
                try subscriber.see(publication, log: disk, mayGoBack: bagsAhead)
            } catch {
                throw .violated(error)
            }
        }
    }

    // MARK: Sabotage

    func publishEarly() throws(Interruption) {
        let publications = process.effects.publications
        try publish(publications)
    }

    func handOutEarly() throws(Interruption) {
        for reply in process.effects.replies {
            do throws(Violation) {
                try requireDurable(reply)
            } catch {
                throw .violated(error)
            }
        }
    }
}
