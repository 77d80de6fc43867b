import TestSupport
import Testing

/// Profiles whose frames a vendor's JavaScript decodes, from the configuration to the log.
@Suite struct CodecProfileTests {
    private let folder = TemporaryDirectory()

    private func check(_ configuration: String) throws -> Ran {
        try Ran(Freshwire.program, ["check", "--config", configuration])
    }

    @Test("B-3: check runs the examples of a codec, and names the one that fails")
    func examples() throws {
        ProbeCodec.write(to: folder)
        let configuration = ProbeCodec.configuration(in: folder)
        let good = try check(configuration)
        #expect(good.end == .exit(0), "\(good.errors)")
        ProbeCodec.write(to: folder, profile: ProbeCodec.profile(temperature: 48.05))
        let bad = try check(configuration)
        #expect(bad.end == .exit(78))
        #expect(bad.errors.contains("acme/probe: example 'warm'"), "\(bad.errors)")
        ProbeCodec.write(to: folder, codec: "function decodeUplink( {")
        let broken = try check(configuration)
        #expect(broken.end == .exit(78))
        #expect(broken.errors.contains("acme/probe"), "\(broken.errors)")
    }

    @Test("B-3: a profile without its codec is an error with file and hint")
    func missing() throws {
        ProbeCodec.write(to: folder, codec: nil)
        let ran = try check(ProbeCodec.configuration(in: folder))
        #expect(ran.end == .exit(78))
        #expect(ran.errors.contains("acme/probe/profile.yaml:4:"), "\(ran.errors)")
        #expect(ran.errors.contains("codec.js"), "\(ran.errors)")
    }

    @Test("B-3: without the sandbox, check says which profiles wait and finds no error")
    func waiting() throws {
        ProbeCodec.write(to: folder)
        let ran = try check(
            ProbeCodec.configuration(in: folder, "codecs:\n  program: /nonexistent\n"))
        #expect(ran.end == .exit(0))
        #expect(ran.errors.contains("profile acme/probe waits: "), "\(ran.errors)")
    }

    @Test("B-3: profiles that are disabled are left out, and a name that there is not is an error")
    func selection() throws {
        let payload = folder.write(#"{"temperature":4.2}"#, to: "payload")
        let off = folder.write("devices:\n  disable: [generic/bag]\n", to: "off.yaml")
        let ran = try Ran(
            Freshwire.program,
            ["decode", "--config", off, "--topic", "bags/BAG-1/readings", payload])
        #expect(ran.output.contains("unknown_topic"), "\(ran.output)\(ran.errors)")
        let slip = try check(folder.write("devices:\n  enable: [generic/bga]\n", to: "slip.yaml"))
        #expect(slip.end == .exit(78))
        #expect(slip.errors.contains("generic/bag"), "\(slip.errors)")
        let both = try check(
            folder.write(
                "devices:\n  enable: [generic/bag]\n  disable: [generic/bag]\n", to: "both.yaml"))
        #expect(both.end == .exit(78))
    }

    private func daemon(_ broker: Mosquitto, codecs: [String] = []) throws -> Freshwire {
        var settings = Freshwire.Settings()
        settings.sections = ["devices:", "  directory: \(folder.file("devices"))"] + codecs
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
        return daemon
    }

    @Test(
        "B-3: the daemon runs the codec of a profile with topics of its own, and counts its calls")
    func inTheLog() throws {
        let profile = ProbeCodec.profile() + "topic: probes/{bag}/up\n"
        let broker = try Mosquitto()
        ProbeCodec.write(to: folder, profile: profile)
        let daemon = try daemon(broker)
        // Z, and two bytes that are text as well: 0x1234 hundredths.
        try broker.publish("Z\u{12}4", to: "probes/BAG-1/up")
        #expect(try eventually { try daemon.exported().map(\.value) == [46.6] }, "\(daemon.log)")
        try broker.publish("Z", to: "probes/BAG-1/up")
        #expect(
            try eventually {
                try daemon.metric(#"freshwire_codec_failures_total{kind="reported_errors"}"#) == 1
            })
        #expect(try #require(try daemon.metric("freshwire_codec_calls_total")) >= 2)
        #expect(try daemon.metric("freshwire_codec_restarts_total") == 0)
        #expect(
            try eventually {
                try daemon.metric(
                    #"freshwire_dead_letters_total{reason="codec_reported_errors"}"#) == 1
            })
    }

    @Test("B-3: a profile that waits is used as soon as the sandbox is there, its examples tried")
    func waitsNoMore() throws {
        let broker = try Mosquitto()
        ProbeCodec.write(to: folder, profile: ProbeCodec.profile() + "topic: probes/{bag}/up\n")
        let program = folder.file("codecs")
        let daemon = try daemon(broker, codecs: ["codecs:", "  program: \(program)"])
        try broker.publish("Z\u{12}4", to: "probes/BAG-1/up")
        #expect(
            try eventually {
                try daemon.metric(#"freshwire_dead_letters_total{reason="codec_unavailable"}"#) == 1
            })
        #expect(
            try Ran("ln", ["-s", BuiltProgram.path("freshwire-codecs"), program]).end == .exit(0))
        #expect(
            try eventually(within: .seconds(60)) {
                try broker.publish("Z\u{12}4", to: "probes/BAG-2/up")
                return try daemon.exported().contains { $0.value == 46.6 }
            }, "\(daemon.log)")
        #expect(daemon.log.contains("profile waits no more"), "\(daemon.log)")
    }

    @Test("B-3: the daemon goes on without a codec whose examples fail, and uses nothing of it")
    func refused() throws {
        let broker = try Mosquitto()
        let profile = ProbeCodec.profile(temperature: 1) + "topic: probes/{bag}/up\n"
        ProbeCodec.write(to: folder, profile: profile)
        let daemon = try daemon(broker)
        #expect(daemon.log.contains("codec refused"), "\(daemon.log)")
        try broker.publish("Z\u{12}4", to: "probes/BAG-1/up")
        try broker.publish(temperature: 4, ofBag: "BAG-1")
        #expect(try eventually { try daemon.exported().map(\.value) == [4] })
        #expect(
            try eventually {
                try daemon.metric(#"freshwire_dead_letters_total{reason="codec_unavailable"}"#) == 1
            })
    }

    @Test("B-3: without the sandbox the daemon goes on, says once who waits, and loses nothing")
    func withoutSandbox() throws {
        let broker = try Mosquitto()
        ProbeCodec.write(to: folder)
        let daemon = try daemon(broker, codecs: ["codecs:", "  program: /nonexistent"])
        #expect(daemon.log.ranges(of: "profile acme/probe waits").count == 1, "\(daemon.log)")
        try broker.publish(temperature: 4, ofBag: "BAG-1")
        #expect(try eventually { try daemon.exported().count == 1 })
    }
}
