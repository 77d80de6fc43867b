import TestSupport
import Testing

/// `freshwire devices import` on folders as the public catalogues lay them out.
@Suite struct DevicesImportTests {
    private let folder = TemporaryDirectory()

    private func run(_ path: String, _ words: String...) throws -> Ran {
        try Ran(
            Freshwire.program,
            ["devices", "import", folder.file(path), "--into", folder.file("devices")] + words)
    }

    private static let good = #"""
        {"type":"uplink","description":"warm","input":{"bytes":"5A12C4","fPort":2},
         "output":{"data":{"TempC":48.04,"inner":{"hum":0.3},"battery":90}}}
        """#
    private static let short = #"""
        {"type":"uplink","description":"short","input":{"bytes":[1],"fPort":2},
         "output":{"errors":["other words"]}}
        """#
    private static let wrong = #"""
        {"type":"uplink","description":"wrong","input":{"bytes":[1,2,3],"fPort":2},
         "output":{"data":{"TempC":5,"inner":{"hum":0.3},"extra":1,"battery":1}}}
        """#

    /// What was written is a profile that the daemon takes, and its examples are tests.
    private func expectProfile() throws {
        let configuration = ProbeCodec.configuration(in: folder)
        let good = try Ran(Freshwire.program, ["check", "--config", configuration])
        #expect(good.end == .exit(0), "\(good.errors)")
        let file = "devices/acme/probe/profile.yaml"
        let text = folder.read(file)
        #expect(text.contains(#"temperature: {path: "TempC", unit: "°C"}"#), "\(text)")
        #expect(text.contains(#"humidity: {path: "inner.hum", unit: "%"}"#), "\(text)")
        folder.write(
            text.replacing("temperature: 48.04", with: "temperature: 48.03"), to: file)
        let bad = try Ran(Freshwire.program, ["check", "--config", configuration])
        #expect(bad.end == .exit(78))
    }

    @Test("B-3: a device of The Things Network becomes a profile with its examples as tests")
    func thingsNetwork() throws {
        folder.place(ProbeCodec.source, at: "vendor/acme/probe.js")
        folder.place(
            """
            uplinkDecoder:
              fileName: probe.js
              examples:
                - description: warm
                  input: {fPort: 2, bytes: [0x5A, 18, 196]}
                  output:
                    data: {TempC: 48.04, battery: 90, inner: {hum: 0.3}}
                - description: 'short: "quoted"'
                  input: {fPort: 2, bytes: [01]}
                  output:
                    errors: [too short]

            """, at: "vendor/acme/probe-codec.yaml")
        folder.place("name: a device\n", at: "vendor/acme/probe.yaml")
        let ran = try run("vendor/acme")
        #expect(ran.end == .exit(0), "\(ran.output)\(ran.errors)")
        #expect(ran.output.contains("2 of 2 examples pass"), "\(ran.output)")
        try expectProfile()
    }

    @Test("B-3: a driver of Actility's catalogue is taken, and each difference is printed")
    func actility() throws {
        let driver = "vendors/acme/drivers/probe"
        folder.place("name: probe\n", at: "\(driver)/driver.yaml")
        folder.place(ProbeCodec.source, at: "\(driver)/index.js")
        folder.place(
            "[\(Self.good),\(Self.short),\(Self.wrong),{\"type\":\"downlink\"}]",
            at: "\(driver)/examples.json")
        let ran = try run(driver)
        #expect(ran.end == .exit(1))
        #expect(ran.output.contains("2 of 3 examples pass"), "\(ran.output)")
        #expect(ran.output.contains("wrong: data.TempC is 5.15 instead of 5"), "\(ran.output)")
        #expect(ran.output.contains("wrong: data.extra is missing"), "\(ran.output)")
        folder.place("protocolId: acme:other:1\n", at: "vendors/acme/drivers/other/driver.yaml")
        #expect(try run("vendors/acme").output.contains("2 of 3 examples pass"))
        try expectProfile()
    }

    @Test("B-3: ChirpStack's codecs are taken; tests that are no JSON are named")
    func chirpStack() throws {
        folder.place(ProbeCodec.source, at: "vendors/acme/codecs/probe.js")
        folder.place(ProbeCodec.source, at: "vendors/acme/codecs/other.js")
        let test = #"""
            [{"name":"warm","input":{"fPort":2,"bytes":[90,18,196]},
              "expected":{"data":{"battery":90,"TempC":48.04,"inner":{"hum":0.3}}}}]
            """#
        folder.place(test, at: "vendors/acme/codecs/test_decode_probe.json")
        folder.place(
            test.replacing("[90,", with: "[0x5A,"), at: "vendors/acme/codecs/test_decode_other.json"
        )
        let ran = try run("vendors/acme")
        #expect(ran.end == .exit(1))
        #expect(ran.output.contains("test_decode_other.json is no JSON"), "\(ran.output)")
        #expect(ran.output.contains("1 of 1 examples pass"), "\(ran.output)")
        #expect(!folder.read("devices/acme/probe/profile.yaml").isEmpty)
        try expectProfile()
    }

    @Test("B-3: a plain codec.js is taken under another name, and nothing is written over")
    func plain() throws {
        folder.place(ProbeCodec.source, at: "download/codec.js")
        folder.place("[\(Self.good)]", at: "download/examples.json")
        #expect(try run("download/codec.js", "--as", "acme/probe").end == .exit(0))
        let again = try run("download", "--as", "acme/probe")
        #expect(again.end == .exit(1))
        #expect(again.output.contains("is there already"), "\(again.output)")
        try expectProfile()
        #expect(try run("nowhere").end == .exit(66))
        #expect(try run("download", "--as", "Acme").end == .exit(66))
    }

    @Test("B-8: a codec that never ends costs its examples, not the command")
    func hostile() throws {
        folder.place(
            "function Decoder(bytes) { while (true) {} }", at: "download/codec.js")
        folder.place("[\(Self.good)]", at: "download/examples.json")
        let ran = try run("download", "--as", "acme/probe")
        #expect(ran.end == .exit(1))
        #expect(ran.output.contains("0 of 1 examples pass"), "\(ran.output)")
        #expect(ran.output.contains("no profile"), "\(ran.output)")
    }
}
