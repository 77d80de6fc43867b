import Foundation
import TestSupport
import Testing

/// The commands beside `serve`, as a shell sees them: exit codes, standard output, standard error.
@Suite struct CommandTests {
    struct Checked: Decodable {
        var ok: Bool
        var errors: [String]
    }

    private let folder = TemporaryDirectory()

    private func freshwire(_ words: String...) throws -> Ran { try Ran(Freshwire.program, words) }

    @Test("check is silent on standard error and ends with 0 where there is nothing to say")
    func goodConfiguration() throws {
        let file = folder.write("server:\n  port: 9000\n", to: "good.yaml")
        let ran = try freshwire("check", "--config", file)
        #expect(ran.end == .exit(0))
        #expect(ran.output == "the configuration is good\n")
        #expect(ran.errors.isEmpty)
        let json: Checked = try decode(try freshwire("check", "--json", "--config", file).output)
        #expect(json.ok)
        #expect(json.errors.isEmpty)
    }

    @Test("check names file, line, column and the nearest key, and ends with 78")
    func wrongConfiguration() throws {
        let file = folder.write("server:\n  prot: 9000\n", to: "wrong.yaml")
        let ran = try freshwire("check", "--config", file)
        #expect(ran.end == .exit(78))
        #expect(ran.output.isEmpty)
        #expect(ran.errors.contains("wrong.yaml:2:3"), "\(ran.errors)")
        #expect(ran.errors.contains("port"))
        let json = try freshwire("check", "--json", "--config", file)
        #expect(json.end == .exit(78))
        let checked: Checked = try decode(json.output)
        #expect(!checked.ok)
        #expect(checked.errors.count == 1)
        #expect(json.errors.isEmpty)
        #expect(try freshwire("serve", "--config", file).end == .exit(78))
    }

    @Test("config prints a sample that check finds good, and what is in force without secrets")
    func configuration() throws {
        let sample = try freshwire("config", "--sample")
        #expect(sample.end == .exit(0))
        let file = folder.write(sample.output, to: "sample.yaml")
        let checked = try freshwire("check", "--config", file)
        #expect(checked.end == .exit(0), "\(checked.errors)")
        let secret = "0123456789abcdef0123456789abcdef"
        let own = folder.write(
            "auth:\n  hs256_secret: \(secret)\nserver:\n  port: 9001\n", to: "own.yaml")
        let inForce = try freshwire("config", "--config", own)
        #expect(inForce.end == .exit(0))
        #expect(inForce.output.contains("port: 9001"))
        #expect(!(inForce.output + inForce.errors).contains(secret))
        #expect(try freshwire("config", "--reference").output.hasPrefix("#"))
    }

    @Test("decode prints what a payload says, and ends with 1 where it says nothing")
    func decoding() throws {
        struct Decoded: Decodable {
            struct Sample: Decodable {
                struct Measurement: Decodable {
                    var quantity: String
                    var value: Double
                    var unit: String
                }
                var measuredAt: String?
                var measurements: [Measurement]
            }
            struct Refusal: Decodable {
                var reason: String
            }
            var profile: String?
            var samples: [Sample]?
            var refused: Refusal?
        }
        let payload = folder.write(#"{"t":1795176000000,"temperature":4.2}"#, to: "payload")
        let ran = try freshwire("decode", "--topic", "bags/BAG-1/readings", payload)
        #expect(ran.end == .exit(0))
        #expect(ran.errors.isEmpty)
        let decoded: Decoded = try decode(ran.output)
        #expect(decoded.profile == "generic/bag@1")
        #expect(decoded.samples?.first?.measuredAt == "2026-11-20T12:00:00.000Z")
        #expect(decoded.samples?.first?.measurements.map(\.value) == [4.2])
        #expect(decoded.samples?.first?.measurements.map(\.unit) == ["°C"])

        let garbage = folder.write("garbage", to: "garbage")
        let refused = try freshwire("decode", "--topic", "bags/BAG-1/readings", garbage)
        #expect(refused.end == .exit(1))
        #expect(try decode(refused.output, as: Decoded.self).refused?.reason == "not_json")
        #expect(try freshwire("decode", payload).end == .exit(64))
        #expect(
            try freshwire("decode", "--topic", "bags/BAG-1/readings", folder.file("none")).end
                == .exit(66))
    }

    @Test("token prints a token and nothing else; a role that there is not is an error")
    func token() throws {
        let file = folder.write("store:\n  directory: \(folder.file("store"))\n", to: "own.yaml")
        let ran = try freshwire("token", "--config", file, "--role", "driver", "--subject", "d-7")
        #expect(ran.end == .exit(0), "\(ran.errors)")
        #expect(ran.output.split(separator: ".").count == 3)
        #expect(ran.output.count { $0 == "\n" } == 1)
        #expect(ran.errors.isEmpty)
        #expect(try freshwire("token", "--config", file, "--hours", "0").end == .exit(64))
        #expect(try freshwire("token", "--config", file, "--role", "emperor").end == .exit(64))
    }

    @Test("export without a log ends with 66 and says so on standard error")
    func exportWithoutLog() throws {
        let file = folder.write("store:\n  directory: \(folder.file("store"))\n", to: "own.yaml")
        for command in ["export", "dead-letters"] {
            let ran = try freshwire(command, "--config", file)
            #expect(ran.end == .exit(66))
            #expect(ran.output.isEmpty)
            #expect(ran.errors.contains("there is no log"))
        }
    }

    @Test("what is misspelt is answered with the nearest name and 64")
    func misspelt() throws {
        let command = try freshwire("serv")
        #expect(command.end == .exit(64))
        #expect(command.errors.contains("did you mean 'serve'?"))
        let option = try freshwire("export", "--form", "2026-11-20T12:00:00Z")
        #expect(option.end == .exit(64))
        #expect(option.errors.contains("did you mean '--from'?"))
        #expect(option.output.isEmpty)
    }

    @Test("every command prints its help to standard output, with an example")
    func help() throws {
        for command in [
            "serve", "check", "config", "demo", "simulate", "token", "decode", "export",
            "dead-letters", "devices", "judge", "version",
        ] {
            let ran = try freshwire(command, "--help")
            #expect(ran.end == .exit(0))
            #expect(ran.output.contains("Examples:\n  "), "\(command)")
            #expect(ran.errors.isEmpty)
        }
        #expect(try freshwire("--help").end == .exit(0))
        #expect(try freshwire().end == .exit(64))
    }

    @Test("export prints a stretch of the log while the daemon runs")
    func exporting() throws {
        let broker = try Mosquitto()
        let daemon = try Freshwire(brokerPort: broker.port)
        try #require(eventually { daemon.isReady })
        let start = now() - 60_000
        for number in 0..<10 {
            try broker.publish(temperature: Double(number), ofBag: "BAG-1", at: start + number)
        }
        #expect(try eventually { try daemon.exported().count == 10 })
        let ran = try daemon.command(
            "export", "--from", rfc3339(start + 3), "--until", rfc3339(start + 6))
        #expect(ran.end == .exit(0))
        let readings: [LoggedReading] = try decodeLines(ran.output)
        #expect(readings.map(\.value) == [3, 4, 5])
        #expect(ran.errors == "3 readings\n")
    }

    @Test("simulate publishes to a broker, and says how much it acknowledged")
    func simulation() throws {
        let broker = try Mosquitto()
        let daemon = try Freshwire(brokerPort: broker.port)
        try #require(eventually { daemon.isReady })
        let ran = try freshwire(
            "simulate", "--port", "\(broker.port)", "--bags", "5", "--vehicles", "3", "--seconds",
            "2")
        #expect(ran.end == .exit(0), "\(ran.errors)")
        #expect(ran.output.hasSuffix(" messages acknowledged\n"))
        let count = try #require(Int(ran.output.prefix { $0.isNumber }))
        #expect(count >= 8)
        #expect(
            try eventually { try daemon.metric("freshwire_messages_total") == Double(count) })
        try broker.stop()
        let away = try freshwire("simulate", "--port", "\(broker.port)", "--seconds", "1")
        #expect(away.end == .exit(69))
        #expect(away.errors.contains("is a broker at"))
    }

    @Test("demo shows bags and a breach, and leaves nothing behind when it is interrupted")
    func demo() throws {
        let port = LoopbackPort.free()
        let demo = try ChildProcess(
            "env",
            ["TMPDIR=\(folder.path)", Freshwire.program, "demo", "--port", "\(port)"],
            output: folder.file("demo"))
        #expect(
            eventually(within: .seconds(60)) { folder.read("demo").contains("BREACHED") },
            "\(folder.read("demo").suffix(3_000))")
        let shown = folder.read("demo")
        #expect(shown.contains("BAG-001") || shown.contains("BAG-1"), "\(shown.prefix(3_000))")
        #expect(shown.contains("http://127.0.0.1:\(port)/health/ready"))
        demo.send(signal: SIGINT)
        #expect(try demo.wait(atMost: .seconds(15)) == .exit(0))
        #expect(!LoopbackPort.accepts(port))
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(left == ["demo"], "a store or a broker's folder is left")
    }
}
