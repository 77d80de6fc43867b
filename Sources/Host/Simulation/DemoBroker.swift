package import System

/// A mosquitto of our own on a free loopback port, for the demo: ended and removed with this value.
package final class DemoBroker {
    package let port: UInt16
    private let process: ChildProcess
    private let directory: String

    /// - Throws: Where mosquitto is not installed or does not come up.
    package init() throws(SystemError) {
        port = try FreePort.find()
        directory = try File.makeTemporaryDirectory()
        let configuration = "\(directory)/mosquitto.conf"
        // Without `user` a broker started by root would become `mosquitto`, who owns nothing here.
        let text = """
            listener \(port) 127.0.0.1
            allow_anonymous true
            user \(Environment.userName)
            persistence true
            persistence_location \(directory)/
            max_queued_messages 0
            """
        try File.write(configuration, Array(text.utf8))
        process = try ChildProcess(
            [Self.program, "-c", configuration], outputFile: "\(directory)/mosquitto.log")
    }

    deinit {
        process.terminate(patienceMilliseconds: 2_000)
        File.removeDirectory(directory)
    }

    package var isRunning: Bool { process.isRunning }

    /// Debian installs it where a plain user's PATH does not lead.
    private static var program: String {
        File.exists("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : "mosquitto"
    }
}
