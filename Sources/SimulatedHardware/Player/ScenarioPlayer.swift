package import ColdChain
import Wire

/// Plays a scenario in its own time: what is published when, and what the log must then say.
///
/// A value without clock and I/O. The same scenario and start give the same messages to the byte;
/// each device draws from numbers of its own, so that a further fleet changes nothing before it.
package struct ScenarioPlayer: Sendable {
    package let start: Timestamp
    private let duration: Int64
    private var devices: [SimulatedDevice] = []
    private var formats: [DeviceFormat] = []
    private var events = EventQueue()
    /// Messages of the event at hand that were not asked for yet, the next one last.
    private var ready: [PlayedMessage] = []
    private var published = 0

    package init(_ scenario: Scenario, start: Timestamp) {
        self.start = start
        duration = scenario.durationMilliseconds
        var fleetSeeds = SplitMix64(state: scenario.seed)
        for plan in scenario.fleets {
            var seeds = SplitMix64(state: fleetSeeds.next())
            for number in 1...plan.count {
                let device = SimulatedDevice(
                    plan, number: number, seed: seeds.next(), start: start.milliseconds,
                    lasting: duration)
                schedule(device.nextEvent, devices.count)
                devices.append(device)
                formats.append(plan.format)
            }
        }
    }

    /// The next message in the order of the run's time; nil when the run is over. What devices that
    /// are offline at its end have kept is never sent.
    package mutating func next() -> PlayedMessage? {
        while ready.isEmpty {
            guard let event = events.next else { return nil }
            events.removeFirst()
            let drafts = devices[event.device].act(at: event.time)
            schedule(devices[event.device].nextEvent, event.device)
            let device = devices[event.device].identity
            for draft in drafts {
                published += 1
                ready.append(
                    PlayedMessage(
                        number: published, time: start.advanced(byMilliseconds: event.time),
                        topic: draft.topic, payload: draft.payload, qos: 1,
                        format: formats[event.device], device: device.device,
                        carrier: device.carrier, samples: draft.samples))
            }
            ready.reverse()
        }
        return ready.popLast()
    }

    private mutating func schedule(_ time: Int64, _ device: Int) {
        if time < duration { events.insert(EventQueue.Event(time: time, device: device)) }
    }
}
