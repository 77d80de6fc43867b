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
        Ending(name: "insideCallback", end: .exit(9), published: 1, redelivered: 1),
        Ending(name: "afterRead", end: .exit(9), published: 1, redelivered: 1),
        Ending(name: "afterAcknowledge", end: .exit(9), published: 1, redelivered: 0),
        Ending(name: "insideCallback", end: .exit(9), published: 10, redelivered: 10),
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
        options.lines = ["sys_interval 0"]
        var authority: TestAuthority?
        if setting.transport == .tls {
            let made = try TestAuthority()
            options.certificate = try made.issue("broker", alternatives: ["IP:127.0.0.1"])
            authority = made
        }
        let broker = try Mosquitto(options)
        let directory = TemporaryDirectory()
        func start(_ name: String, output: String) throws -> ChildProcess {
            try ChildProcess(
                BuiltProgram.path("AcknowledgementProbe"),
                [
                    setting.version, "\(broker.port)", authority?.certificateFile ?? "plain",
                    name, "\(ending.published)",
                ],
                output: directory.file(output))
        }

        let dying = try start(ending.name, output: "dying")
        #expect(eventually { directory.read("dying") == "subscribed\n" })
        try broker.publish(
            "reading", to: "bags/1/readings", count: ending.published,
            authority: authority?.certificateFile)
        #expect(try dying.wait() == ending.end)
        let counting = try start("counted", output: "counting")
        #expect(try counting.wait() == .exit(0))
        #expect(directory.read("counting") == "\(ending.redelivered)\n")
    }
}
