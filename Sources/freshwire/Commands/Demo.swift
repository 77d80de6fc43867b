import ColdChain
import Configuration
import Crypto
import Fabric
import Host
import Intake
import SimulatedHardware
import System
import Wire

extension Command {
    static let demo = Command(
        name: "demo", summary: "Shows it running: a broker, bags, vehicles and the daemon, live.",
        options: [
            Option("bags", "N", "How many bags (default 20)."),
            Option("vehicles", "N", "How many vehicles (default 10)."),
            Option("port", "PORT", "Where the API listens (default 8080, or a free port)."),
            Option("seconds", "N", "Ends by itself after so long (default: Ctrl-C ends it)."),
            Option("seed", "N", "Makes the run repeatable (default 1)."),
        ],
        examples: [
            ("freshwire demo", "20 bags and 10 vehicles; one bag was left open and breaches."),
            ("freshwire demo --bags 200 --seconds 60", "A larger one, for a minute."),
        ],
        run: Demo.run)
}

/// `freshwire demo`: everything real but the sensors, on a store that is thrown away.
enum Demo {
    /// The bag that was left open, by index.
    private static let openBag = 3

    static func run(_ arguments: Arguments) throws(Failure) -> Int32 {
        let bags = try arguments.integer("bags", default: 20, in: 1...10_000)
        let vehicles = try arguments.integer("vehicles", default: 10, in: 1...10_000)
        let seconds = try arguments.integer("seconds", default: 0, in: 0...86_400)
        let seed = try arguments.integer("seed", default: 1, in: 0...Int.max)
        let port = try arguments.integer("port", default: 8080, in: 1...65_535)
        do {
            let signals = try Signals()
            let directory = try File.makeTemporaryDirectory()
            defer { File.removeDirectory(directory) }
            let broker = try startBroker()
            let configuration = try configuration(
                broker: broker, directory: directory, port: port)
            let observed = Mailbox<PublishedEvent>(capacity: 1 << 20) {}
            let daemon = try Daemon(
                configuration, log: Log(threshold: .error), observer: observed)
            let fleet = Fleet(
                bags: bags, vehicles: vehicles, openBag: bags > openBag ? openBag : nil,
                seed: UInt64(seed))
            var show = DemoShow(
                fleet: fleet, port: daemon.port, brokerPort: broker.port,
                tokenFile: try writeToken(configuration, in: directory))
            waitUntilReady(daemon)
            try play(
                &show, broker: broker, observed: observed, signals: signals, seconds: seconds)
            daemon.beginStop()
            while !daemon.hasStopped { Clock.sleep(milliseconds: 10) }
            StandardStream.output.write("\nThe demo has ended; its store is removed.\n")
            return 0
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure("\(error)", code: .unavailable)
        }
    }

    private static func startBroker() throws(Failure) -> DemoBroker {
        do throws(SystemError) {
            let broker = try DemoBroker()
            return broker
        } catch {
            throw Failure(
                error.description, hint: "the demo needs mosquitto: apt-get install mosquitto",
                code: .unavailable)
        }
    }

    private static func configuration(
        broker: DemoBroker, directory: String, port: Int
    ) throws -> Configuration {
        var configuration = Configuration()
        configuration.mqtt.brokers[0].host = "127.0.0.1"
        configuration.mqtt.brokers[0].port = Int(broker.port)
        configuration.store.directory = directory
        configuration.server.port = FreePort.isFree(UInt16(port)) ? port : 0
        return configuration
    }

    /// Leaves a token for whoever wants to look, in a file that goes with the demo.
    private static func writeToken(
        _ configuration: Configuration, in directory: String
    ) throws -> String {
        guard let secret = try TokenKeys.hs256Secret(configuration) else {
            throw Failure("there is no key to sign a token with", code: .configuration)
        }
        let issuer = try TokenIssuer(secret: secret)
        let grant = TokenGrant(subject: "demo", role: "staff", lifetimeSeconds: 86_400)
        let token = try issuer.issue(grant, now: Clock.wallMilliseconds())
        let path = "\(directory)/token"
        try File.create(path, secret: Array(token.utf8))
        return path
    }

    /// The broker keeps nothing for a daemon that it has not seen yet.
    private static func waitUntilReady(_ daemon: Daemon) {
        for _ in 0..<100 where !daemon.isReady { Clock.sleep(milliseconds: 50) }
    }

    /// Publishes and shows until it is ended.
    private static func play(
        _ show: inout DemoShow, broker: DemoBroker, observed: Mailbox<PublishedEvent>,
        signals: Signals, seconds: Int
    ) throws {
        let publisher = try connect(to: broker)
        try show.announceOrders(through: publisher)
        let began = Clock.monotonicNanoseconds()
        var events: [PublishedEvent] = []
        while true {
            if signals.next() == .stop { return }
            let elapsed = Int((Clock.monotonicNanoseconds() - began) / 1_000_000_000)
            if seconds > 0 && elapsed >= seconds { return }
            try show.advance(through: publisher)
            let due = began + UInt64(elapsed + 1) * 1_000_000_000
            while Clock.monotonicNanoseconds() < due {
                try publisher.turn(milliseconds: 50)
                if signals.next() == .stop { return }
            }
            observed.receive(into: &events)
            for event in events.compactMap(\.event) { show.take(event) }
            show.draw()
        }
    }

    /// The broker needs a moment until it listens.
    private static func connect(to broker: DemoBroker) throws(Failure) -> Publisher {
        var reason = ""
        for _ in 0..<50 {
            do throws(PublishError) {
                return try Publisher(
                    host: "127.0.0.1", port: broker.port, clientIdentifier: "freshwire-fleet")
            } catch {
                reason = error.description
            }
            guard broker.isRunning else { break }
            Clock.sleep(milliseconds: 100)
        }
        throw Failure("mosquitto did not come up: \(reason)", code: .unavailable)
    }
}
