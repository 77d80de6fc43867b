import Configuration
import Host
import System

extension Command {
    static let serve = Command(
        name: "serve", summary: "Runs the daemon.",
        options: [Setup.configurationOption],
        notes: { "Keys of the configuration, with their defaults:\n" + Configuration.keyList },
        examples: [
            (
                "freshwire serve",
                "Takes readings from the broker on localhost:1883, listens on 127.0.0.1:8080."
            ),
            ("freshwire serve --config /etc/freshwire.yaml", "Runs by that configuration."),
            (
                "FRESHWIRE_SERVER_PORT=9000 freshwire serve",
                "An environment variable overrides a key."
            ),
        ],
        run: Serve.run)
}

/// `freshwire serve`: the daemon until SIGTERM or SIGINT.
enum Serve {
    static func run(_ arguments: Arguments) throws(Failure) -> Int32 {
        let configuration = try Setup.configuration(arguments)
        let log = Log(threshold: LogLevel(configuration.log.level))
        FileLimit.raise()
        let signals: Signals
        let poller: Poller
        let daemon: Daemon
        do throws(SystemError) {
            signals = try Signals()
            poller = try Poller()
            try poller.watch(signals.descriptor, key: 0)
        } catch {
            throw Failure(error.description, code: .unavailable)
        }
        do throws(StartError) {
            daemon = try Daemon(configuration, log: log)
        } catch {
            throw Failure(
                error.description, hint: "freshwire check looks at the configuration",
                code: .unavailable)
        }
        let notifier = ServiceNotifier()
        log.info(
            "listening",
            ["address": configuration.server.address, "port": "\(daemon.port)"])
        notifier.ready()
        serve(daemon, arguments, signals, poller, notifier, log)
        notifier.stopping()
        return end(daemon, signals, poller, log)
    }

    private static func serve(
        _ daemon: Daemon, _ arguments: Arguments, _ signals: Signals, _ poller: Poller,
        _ notifier: ServiceNotifier, _ log: Log
    ) {
        var ready: [Poller.Ready] = []
        while true {
            poller.wait(
                milliseconds: Int32(clamping: notifier.watchdogIntervalMilliseconds ?? 1_000),
                into: &ready)
            if daemon.isTurning { notifier.watchdog() }
            while let request = signals.next() {
                guard request == .reload else { return }
                notifier.reloading()
                reload(daemon, arguments, log)
                notifier.ready()
            }
        }
    }

    private static func reload(_ daemon: Daemon, _ arguments: Arguments, _ log: Log) {
        let report = Setup.report(arguments)
        guard let configuration = report.configuration else {
            for error in report.errors {
                log.error("configuration not taken over", ["reason": "\(error)"])
            }
            return
        }
        log.threshold = LogLevel(configuration.log.level)
        daemon.reload(configuration)
    }

    /// Ends cleanly; a second signal lets all clients go at once, a third, or time, ends it as it
    /// is. What was acknowledged is durable either way.
    private static func end(
        _ daemon: Daemon, _ signals: Signals, _ poller: Poller, _ log: Log
    ) -> Int32 {
        log.info("stopping")
        let began = Clock.monotonicNanoseconds()
        daemon.beginStop()
        var ready: [Poller.Ready] = []
        var isHurried = false
        while !daemon.hasStopped {
            poller.wait(milliseconds: 20, into: &ready)
            let waited = Int64((Clock.monotonicNanoseconds() - began) / 1_000_000)
            let isAsked = signals.next() == .stop
            if waited > daemon.stopMilliseconds || (isAsked && isHurried) {
                log.warning("stopped before everything was closed")
                return ExitCode.failure.rawValue
            }
            guard isAsked else { continue }
            isHurried = true
            daemon.hurryStop()
        }
        log.info("stopped")
        return 0
    }
}
