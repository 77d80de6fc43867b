import TestSupport
import Testing

/// What libmosquitto does with acknowledgements, with real processes that really die. These
/// tests pin its behaviour: an update that changes it must not go unnoticed.
@Suite struct AcknowledgementTests {
    enum Transport: String, CaseIterable, CustomTestStringConvertible {
        case plain
        case tls

        var testDescription: String { rawValue }
    }

    struct Ending: CustomTestStringConvertible, Sendable {
        let name: String
        let end: ChildProcess.End
        let published: Int
        let redelivered: Int

        var testDescription: String { "\(name), \(published) published" }
    }

    static let endings = [
        Ending(name: "whileReading", end: .exit(9), published: 1, redelivered: 1),
        Ending(name: "afterRead", end: .exit(9), published: 1, redelivered: 1),
        Ending(name: "afterAcknowledge", end: .exit(9), published: 1, redelivered: 0),
        Ending(name: "whileReading", end: .exit(9), published: 10, redelivered: 10),
        Ending(name: "afterRead", end: .exit(9), published: 10, redelivered: 10),
        Ending(name: "afterAcknowledge", end: .exit(9), published: 10, redelivered: 0),
        Ending(name: "abandoned", end: .exit(0), published: 10, redelivered: 10),
        Ending(name: "disconnectedUnacknowledged", end: .exit(0), published: 10, redelivered: 10),
    ]
    static let settings = ["5", "311"].flatMap { version in
        Transport.allCases.map { (version, $0) }
    }

    @Test(
        "B-2: what was not acknowledged when the process died comes again, and only that",
        arguments: settings, endings)
    func redelivery(setting: (version: String, transport: Transport), ending: Ending) throws {
        var options = Mosquitto.Options()
        var authority: TestAuthority?
        if setting.transport == .tls {
            let made = try TestAuthority()
            options.certificate = try made.issue("broker", alternatives: ["IP:127.0.0.1"])
            authority = made
        }
        let broker = try Mosquitto(options)
        func run(_ ending: String, _ expected: Int) throws -> (ChildProcess.End, String) {
            let directory = TemporaryDirectory()
            let probe = try ChildProcess(
                BuiltProgram.path("AcknowledgementProbe"),
                [
                    setting.version, "\(broker.port)", authority?.certificateFile ?? "plain",
                    ending, "\(expected)",
                ],
                output: directory.file("output"))
            let end = try probe.wait()
            return (end, directory.read("output"))
        }

        #expect(try run("subscribed", 0) == (.exit(0), ""))
        try broker.publish(
            "reading", to: "bags/1/readings", count: ending.published,
            authority: authority?.certificateFile)
        #expect(try run(ending.name, ending.published) == (ending.end, ""))
        #expect(try run("counted", 0) == (.exit(0), "\(ending.redelivered)\n"))
    }
}
