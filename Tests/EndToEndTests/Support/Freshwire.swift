import Foundation
import TestSupport

/// The built daemon as a process of its own, with a store and a configuration of its own.
final class Freshwire {
    struct Endpoint {
        var name: String
        var url: String
        var timeout = "5s"
        /// The file with the secret; nil writes the tests' secret out.
        var secretFile: String?
        /// Nil leaves what is told by default.
        var events: [String]?
    }

    struct Settings {
        var endpoints: [Endpoint] = []
        /// Of failed deliveries: short, so that tests need not wait.
        var retryDelays = "[" + Array(repeating: "1s", count: 32).joined(separator: ", ") + "]"
        /// Further keys of the broker, such as `protocol: 3.1.1`.
        var brokerKeys: [String] = []
        /// Further brokers, by name.
        var furtherBrokers: [String: UInt16] = [:]
        /// Further top-level sections of the configuration.
        var sections: [String] = []
        /// Where the store is; nil is the daemon's own folder.
        var store: String?
        /// Environment variables.
        var environment: [String: String] = [:]
    }

    struct NotListening: Error, CustomStringConvertible {
        var description: String
    }

    let folder = TemporaryDirectory()
    let brokerPort: UInt16
    var settings: Settings
    private(set) var port: UInt16 = 0
    private var process: ChildProcess?
    private var starts = 0

    /// Starts it, and waits until it listens.
    init(brokerPort: UInt16, _ settings: Settings = Settings()) throws {
        self.brokerPort = brokerPort
        self.settings = settings
        writeConfiguration()
        try start()
    }

    /// A broker and a daemon that is connected to it, for a test of its own.
    static func ready(
        _ settings: Settings = Settings()
    ) throws -> (broker: Mosquitto, daemon: Freshwire) {
        let broker = try Mosquitto()
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        guard eventually({ daemon.isReady }) else { throw NotListening(description: daemon.log) }
        return (broker, daemon)
    }

    var storeFile: String { (settings.store ?? folder.file("store")) + "/freshwire.sqlite" }
    var configurationFile: String { folder.file("freshwire.yaml") }

    /// What it wrote since it was last started.
    var log: String { folder.read(logName) }
    private var logName: String { "log-\(starts)" }

    /// What it wrote from its first start on.
    var allLogs: String { (0...starts).map { folder.read("log-\($0)") }.joined() }

    func start() throws {
        try launch()
        let isListening = eventually(within: .seconds(60)) {
            port = listeningPort ?? 0
            return port != 0 || !isRunning
        }
        guard isListening, isRunning else { throw NotListening(description: log) }
    }

    /// Starts it without waiting.
    func launch() throws {
        starts += 1
        port = 0
        let variables = settings.environment.map { "\($0.key)=\($0.value)" }
        process = try ChildProcess(
            "env", variables + [Self.program, "serve", "--config", configurationFile],
            output: folder.file(logName))
    }

    /// The executable, built beside the tests.
    static let program = BuiltProgram.path("freshwire")

    var identifier: Int32 { process?.identifier ?? 0 }

    var isRunning: Bool { process?.isRunning ?? false }

    private var listeningPort: UInt16? {
        if let chosen = settings.environment["FRESHWIRE_SERVER_PORT"].flatMap({ UInt16($0) }) {
            return LoopbackPort.accepts(chosen) ? chosen : nil
        }
        // The line's last field, when the line is whole.
        guard let range = log.firstRange(of: #/msg=listening .*port=(\d+)\n/#) else { return nil }
        return log[range].split(separator: "=").last
            .flatMap { UInt16($0.trimmingCharacters(in: .newlines)) }
    }

    func writeConfiguration() {
        var lines = [
            "mqtt:", "  brokers:",
        ]
        lines += brokerLines("local", brokerPort) + settings.brokerKeys.map { "      \($0)" }
        for (name, port) in settings.furtherBrokers { lines += brokerLines(name, port) }
        lines += [
            "store:", "  directory: \(settings.store ?? folder.file("store"))", "server:",
            "  port: 0",
            // A single reading outside is an alarm, a single one inside ends it.
            "excursions:", "  grace: 0s", "  hysteresis_kelvin: 0", "  clear_delay: 0s",
            // Temperatures jump here as no sensor's do, so that a test need not last for minutes.
            "quality:", "  checks: gross_range",
            "webhooks:", "  jitter: 0", "  retry_delays: \(settings.retryDelays)",
        ]
        if !settings.endpoints.isEmpty { lines.append("  endpoints:") }
        for endpoint in settings.endpoints {
            lines += [
                "    - name: \(endpoint.name)", "      url: \"\(endpoint.url)\"",
                endpoint.secretFile.map { "      secret_file: \($0)" }
                    ?? "      secret: \"\(webhookSecret)\"",
                "      timeout: \(endpoint.timeout)",
                "      allow_private_addresses: true",
            ]
            if let events = endpoint.events {
                lines.append("      events: [\(events.joined(separator: ", "))]")
            }
        }
        folder.write(
            (lines + settings.sections).joined(separator: "\n") + "\n", to: "freshwire.yaml")
    }

    private func brokerLines(_ name: String, _ port: UInt16) -> [String] {
        [
            "    - name: \(name)", "      host: 127.0.0.1", "      port: \(port)",
            "      reconnect_initial: 100ms", "      reconnect_maximum: 1s",
        ]
    }

    func send(signal: Int32) { process?.send(signal: signal) }

    /// Kills it as a crash would.
    func kill() throws {
        send(signal: SIGKILL)
        try process?.wait()
    }

    /// Asks it to end, and answers how it did.
    func stop(atMost limit: Duration = .seconds(30)) throws -> ChildProcess.End? {
        send(signal: SIGTERM)
        return try process?.wait(atMost: limit)
    }

    /// Waits for an end that was not asked for.
    func wait() throws -> ChildProcess.End? { try process?.wait() }

    /// Its resident memory in KiB.
    var memory: Int {
        guard let process,
            let status = try? String(
                contentsOfFile: "/proc/\(process.identifier)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") })
        else { return 0 }
        return Int(line.filter(\.isNumber)) ?? 0
    }
}
