import Host
import Intake
import SimulatedHardware
import System

extension Command {
    static let simulate = Command(
        name: "simulate", summary: "Publishes what bags and vehicles would, to a broker.",
        options: [
            Option("host", "HOST", "The broker (default localhost)."),
            Option("port", "PORT", "Its port (default 1883)."),
            Option("scenario", "FILE", "Plays a scenario of real hardware instead; see below."),
            Option("truth", "FILE", "Of a scenario: writes there what the log must say of it."),
            Option("speed", "N", "Of a scenario: times real time, or 'as fast as possible'."),
            Option("bags", "N", "How many bags (default 20)."),
            Option("vehicles", "N", "How many vehicles (default 10)."),
            Option("open-bag", "N", "Leaves the bag of this number open: it breaches."),
            Option("interval", "SECONDS", "Between two readings of a bag (default 1)."),
            Option("seconds", "N", "Ends after so long (default: Ctrl-C ends it)."),
            Option("seed", "N", "Makes the run repeatable (default 1)."),
        ],
        notes: { ScenarioPlay.help },
        examples: [
            ("freshwire simulate", "20 bags and 10 vehicles on localhost:1883."),
            (
                "freshwire simulate --bags 5000 --interval 5 --seconds 60",
                "1,000 readings a second for a minute."
            ),
            (
                "freshwire simulate --scenario Devices/scenarios/lunch-rush.yaml --truth truth.ndjson",
                "Half an hour of a delivery kitchen's hardware, with its faults, in half a minute."
            ),
        ],
        run: Simulate.run)
}

/// `freshwire simulate`: sensors and trackers with plausible physics, on any broker.
enum Simulate {
    static func run(_ arguments: Arguments) throws(Failure) -> Int32 {
        if let file = arguments["scenario"] {
            return try ScenarioPlay.run(file: file, arguments)
        }
        for option in ["truth", "speed"] where arguments[option] != nil {
            throw Failure("--\(option) is for a --scenario", code: .usage)
        }
        let bags = try arguments.integer("bags", default: 20, in: 0...1_000_000)
        let vehicles = try arguments.integer("vehicles", default: 10, in: 0...1_000_000)
        let openBag = try arguments.integer("open-bag", default: 0, in: 0...max(bags, 0))
        let interval = try arguments.integer("interval", default: 1, in: 1...86_400)
        let seconds = try arguments.integer("seconds", default: 0, in: 0...86_400)
        let seed = try arguments.integer("seed", default: 1, in: 0...Int.max)
        let port = try arguments.integer("port", default: 1883, in: 1...65_535)
        let host = arguments["host"] ?? "localhost"
        do {
            let signals = try Signals()
            let publisher = try Publisher(
                host: host, port: UInt16(port), clientIdentifier: "freshwire-simulate-\(seed)")
            var fleet = Fleet(
                bags: bags, vehicles: vehicles, openBag: openBag > 0 ? openBag - 1 : nil,
                seed: UInt64(seed))
            try publish(
                &fleet, through: publisher, interval: interval, seconds: seconds, signals: signals)
            try drain(publisher)
            StandardStream.output.write("\(publisher.acknowledged) messages acknowledged\n")
            return 0
        } catch {
            throw Failure("\(error)", hint: "is a broker at \(host):\(port)?", code: .unavailable)
        }
    }

    /// Every bag and vehicle once an interval, spread evenly over it.
    private static func publish(
        _ fleet: inout Fleet, through publisher: Publisher, interval: Int, seconds: Int,
        signals: Signals
    ) throws(PublishError) {
        let total = fleet.bags.count + fleet.vehicles.count
        let began = Clock.monotonicNanoseconds()
        var published = 0
        var second: UInt64 = 0
        while total > 0 {
            let elapsed = Clock.monotonicNanoseconds() - began
            if signals.next() == .stop { return }
            if seconds > 0 && elapsed >= UInt64(seconds) * 1_000_000_000 { return }
            if elapsed / 1_000_000_000 > second {
                second = elapsed / 1_000_000_000
                fleet.advance(bySeconds: 1)
                let rate = Double(publisher.acknowledged) * 1e9 / Double(elapsed)
                StandardStream.error.write(
                    "\r\(publisher.acknowledged) acknowledged, \(Int(rate)) a second ")
            }
            let due = Int(Double(elapsed) / 1e9 * Double(total) / Double(interval))
            while published < due, publisher.backlog < 10_000 {
                let index = published % total
                let now = Clock.wallMilliseconds()
                let message =
                    index < fleet.bags.count
                    ? fleet.reading(ofBag: index, at: now)
                    : fleet.fix(ofVehicle: index - fleet.bags.count, at: now)
                try publisher.publish(topic: message.topic, payload: message.payload)
                published += 1
            }
            try publisher.turn(milliseconds: 5)
        }
    }

    /// Waits until the broker has acknowledged everything, for ten seconds at most.
    private static func drain(_ publisher: Publisher) throws(PublishError) {
        for _ in 0..<1_000 where publisher.backlog > 0 { try publisher.turn(milliseconds: 10) }
        StandardStream.error.write("\n")
    }
}
