import ColdChain
import Host
import Intake
import SimulatedHardware
import System
import Wire

/// `freshwire simulate --scenario FILE`: publishes a scenario, paced by the wall clock.
struct ScenarioPlay {
    private let publisher: Publisher
    private let signals: Signals
    private let truth: FileWriter?
    private let speed: Scenario.Speed
    private let duration: Int64
    private var player: ScenarioPlayer
    private var published = 0
    private var writer = JSONWriter()
    private var lines: [UInt8] = []

    /// Messages the broker has not acknowledged yet; beyond it the run waits.
    private static let mostUnacknowledged = 10_000
    /// Messages handed over before acknowledgements and signals are looked at again.
    private static let burst = 256
    /// How long to wait for the broker's last acknowledgements, in nanoseconds.
    private static let patience: UInt64 = 30_000_000_000

    static var help: String {
        """
        With --scenario FILE the fleets of a scenario file are played; --host, --port, --speed and
        --seed stand above what it says. --truth FILE writes a line of JSON for each reading and
        each position that the log must hold afterwards:

          message, sentAt, topic     the message of the run that carries it, in the run's time
          format, device             who sent it, as the log calls it
          carrierKind, carrier       what the device is fixed to
          quantity, probe, value, unit, marker
                                     the number as the format can express it, null where a marker
                                     stands in its place; quantity 'position' has latitude,
                                     longitude and what there is of speed (m/s), heading,
                                     accuracy, altitude and satellites
          measuredAt, timeSource     null and 'receipt' where the time of receipt stands in
          sequence, notes            the device's number, and the notes as the log names them

        An advert that a second gateway relays, and a reading that the format has no word for, have
        no line. The file holds what was published, in order.


        """ + ScenarioKeys.help
    }

    static func run(file: String, _ arguments: Arguments) throws(Failure) -> Int32 {
        for option in ["bags", "vehicles", "open-bag", "interval", "seconds"]
        where arguments[option] != nil {
            throw Failure(
                "--\(option) has no part in a --scenario", hint: "its file says so", code: .usage)
        }
        let scenario = try read(file, arguments)
        let place = "\(scenario.broker.host):\(scenario.broker.port)"
        do {
            let signals = try Signals()
            let truth = try arguments["truth"].map { path throws(SystemError) in
                try FileWriter(path)
            }
            let publisher = try Publisher(
                host: scenario.broker.host, port: scenario.broker.port,
                clientIdentifier: "freshwire-scenario-\(scenario.seed)")
            var play = ScenarioPlay(
                scenario, publisher: publisher, signals: signals, truth: truth)
            return try play.run()
        } catch let failure as Failure {
            throw failure
        } catch let error as PublishError {
            throw Failure("\(error)", hint: "is a broker at \(place)?", code: .unavailable)
        } catch {
            throw Failure("\(error)", code: .unavailable)
        }
    }

    private init(
        _ scenario: Scenario, publisher: Publisher, signals: Signals, truth: FileWriter?
    ) {
        self.publisher = publisher
        self.signals = signals
        self.truth = truth
        speed = scenario.speed
        duration = scenario.durationMilliseconds
        let now = Timestamp(milliseconds: Clock.wallMilliseconds())
        player = ScenarioPlayer(scenario, start: scenario.start(playedAt: now))
    }

    /// The scenario of a file, and of the options that stand above it.
    private static func read(_ file: String, _ arguments: Arguments) throws(Failure) -> Scenario {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try File.read(file, limit: 1 << 20)
        } catch {
            throw Failure(error.description, code: .noInput)
        }
        var scenario: Scenario
        do throws(ScenarioProblem) {
            scenario = try Scenario(yaml: bytes)
        } catch {
            throw Failure(
                "\(file):\(error)", hint: "freshwire simulate --help lists every key",
                code: .configuration)
        }
        if let host = arguments["host"] { scenario.broker.host = host }
        scenario.broker.port = UInt16(
            clamping: try arguments.integer(
                "port", default: Int(scenario.broker.port), in: 1...65_535))
        scenario.seed = UInt64(
            try arguments.integer(
                "seed", default: Int(clamping: scenario.seed), in: 0...Int.max))
        if let text = arguments["speed"] {
            guard let speed = Scenario.Speed(text) else {
                throw Failure(
                    "--speed must be a number, 0.01…100000, or '\(Scenario.Speed.unlimited)'",
                    code: .usage)
            }
            scenario.speed = speed
        }
        return scenario
    }

    private mutating func run() throws -> Int32 {
        let began = Clock.monotonicNanoseconds()
        var shown = began
        var next = player.next()
        var isStopped = false
        while let message = next, !isStopped {
            let now = Clock.monotonicNanoseconds()
            if now - shown >= 1_000_000_000 {
                show(message.time, since: began, at: now)
                shown = now
            }
            isStopped = signals.next() == .stop
            let wait = waitMilliseconds(for: message, since: began, at: now)
            if wait > 0 || publisher.backlog >= Self.mostUnacknowledged {
                // Short enough for a signal to be heard.
                try publisher.turn(milliseconds: Int32(min(max(wait, 1), 100)))
                continue
            }
            if isStopped { break }
            try publish(upTo: Self.burst, &next, since: began)
            try publisher.turn(milliseconds: 0)
        }
        try drain()
        try truth?.flush()
        StandardStream.error.write("\n")
        guard publisher.backlog == 0 else {
            throw Failure(
                "\(publisher.backlog) of \(published) messages were not acknowledged",
                code: .unavailable)
        }
        StandardStream.output.write("\(publisher.acknowledged) messages acknowledged\n")
        return 0
    }

    /// Publishes what is due, and puts the first message that is not into `next`.
    private mutating func publish(
        upTo count: Int, _ next: inout PlayedMessage?, since began: UInt64
    ) throws {
        let now = Clock.monotonicNanoseconds()
        for _ in 0..<count {
            guard let message = next, waitMilliseconds(for: message, since: began, at: now) <= 0
            else { return }
            try publisher.publish(topic: message.topic, payload: message.payload)
            published += 1
            if let truth {
                lines.removeAll(keepingCapacity: true)
                message.appendTruth(to: &lines, &writer)
                try truth.append(lines)
            }
            next = player.next()
        }
    }

    /// How long until a message is due, in milliseconds of the wall clock.
    private func waitMilliseconds(
        for message: PlayedMessage, since began: UInt64, at now: UInt64
    ) -> Int64 {
        guard case .times(let factor) = speed else { return 0 }
        let due = Double(message.time.milliseconds(since: player.start)) / factor
        let elapsed = Double(now - began) / 1_000_000
        return Int64((due - elapsed).rounded(.up))
    }

    private func show(_ time: Timestamp, since began: UInt64, at now: UInt64) {
        let played = time.milliseconds(since: player.start)
        let rate = Double(publisher.acknowledged) * 1e9 / Double(max(now - began, 1))
        let left = max(duration - played, 0) / 1000
        StandardStream.error.write(
            "\r\(publisher.acknowledged) of \(published) acknowledged, \(Int(rate)) a second, "
                + "\(left) s of the scenario left   ")
    }

    private func drain() throws(PublishError) {
        let end = Clock.monotonicNanoseconds() + Self.patience
        while publisher.backlog > 0, Clock.monotonicNanoseconds() < end {
            try publisher.turn(milliseconds: 10)
        }
    }
}
