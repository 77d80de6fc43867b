import Glibc

/// A real mosquitto on a free port of the loopback, with its own configuration and store.
package final class Mosquitto: Sendable {
    package struct Options: Sendable {
        /// Where it listens; nil finds a free port.
        package var port: UInt16?
        /// Keeps sessions and queues over restarts, saving at every change.
        package var persistence = false
        /// The listener's certificate; nil is plain TCP.
        package var certificate: TestCertificate?
        /// Clients must show a certificate of this authority.
        package var clientAuthority: String?
        /// Further lines of mosquitto.conf.
        package var lines: [String] = []

        package init() {}
    }

    package let port: UInt16
    private let directory = TemporaryDirectory()
    private let process: Exclusive<ChildProcess?>

    /// Starts it, and waits until it accepts connections.
    package init(_ options: Options = Options()) throws {
        port = options.port ?? LoopbackPort.free()
        process = Exclusive(nil)
        directory.write(Self.configuration(options, port, directory), to: "mosquitto.conf")
        try start()
    }

    /// Starts it again after `stop` or `kill`, on the same port with the same store.
    package func start() throws {
        let started = try Self.spawn(directory)
        process.set(started)
        let isUp = eventually { LoopbackPort.accepts(port) || !started.isRunning }
        guard isUp, started.isRunning else {
            throw ChildProcess.NotStarted(description: directory.read("mosquitto.log"))
        }
    }

    /// Asks it to end, and waits until it has saved its store.
    package func stop() throws {
        guard let running = process.take() else { return }
        running.send(signal: SIGTERM)
        try running.wait()
    }

    /// Kills it as a crash would.
    package func kill() throws {
        guard let running = process.take() else { return }
        running.send(signal: SIGKILL)
        try running.wait()
    }

    package var isRunning: Bool { process.value?.isRunning ?? false }

    /// Such as SIGSTOP, after which it holds its connections and answers nothing.
    package func send(signal: Int32) { process.value?.send(signal: signal) }

    /// What it wrote to its log since it was last started.
    package var log: String { directory.read("mosquitto.log") }

    /// Debian keeps it where only root's path leads.
    private static func spawn(_ directory: TemporaryDirectory) throws -> ChildProcess {
        let arguments = ["-v", "-c", directory.file("mosquitto.conf")]
        let log = directory.file("mosquitto.log")
        do {
            return try ChildProcess("mosquitto", arguments, output: log)
        } catch {
            return try ChildProcess("/usr/sbin/mosquitto", arguments, output: log)
        }
    }

    private static func configuration(
        _ options: Options, _ port: UInt16, _ directory: TemporaryDirectory
    ) -> String {
        var lines = ["per_listener_settings false", "allow_anonymous true"]
        // Started by root it becomes another user, who may not read the test's files.
        if getuid() == 0 { lines.append("user root") }
        if options.persistence {
            lines += [
                "persistence true", "persistence_location \(directory.path)/",
                "autosave_on_changes true", "autosave_interval 1",
            ]
        } else {
            lines.append("persistence false")
        }
        lines += options.lines
        lines.append("listener \(port) 127.0.0.1")
        if let certificate = options.certificate {
            lines += [
                "certfile \(certificate.certificateFile)", "keyfile \(certificate.keyFile)",
            ]
        }
        if let authority = options.clientAuthority {
            lines += ["cafile \(authority)", "require_certificate true"]
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
