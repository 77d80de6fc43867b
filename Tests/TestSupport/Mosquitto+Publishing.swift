extension Mosquitto {
    /// Publishes with `mosquitto_pub`, and waits until the broker has taken the messages.
    ///
    /// - Parameters:
    ///   - authority: the authority file, where the broker speaks TLS.
    ///   - count: how often the payload is published.
    ///   - options: further options of `mosquitto_pub`.
    package func publish(
        _ payload: String, to topic: String, qos: Int = 1, count: Int = 1,
        authority: String? = nil, options: [String] = []
    ) throws {
        var arguments = [
            "-h", "127.0.0.1", "-p", "\(port)", "-t", topic, "-q", "\(qos)", "--repeat", "\(count)",
        ]
        arguments += payload.isEmpty ? ["-n"] : ["-m", payload]
        if let authority { arguments += ["--cafile", authority] }
        let directory = TemporaryDirectory()
        let publisher = try ChildProcess(
            "mosquitto_pub", arguments + options, output: directory.file("log"))
        guard try publisher.wait() == .exit(0) else {
            throw ChildProcess.NotStarted(description: directory.read("log"))
        }
    }
}
